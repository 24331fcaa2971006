"""What was answered about the same bytes is not searched for missing numbers again, and nothing else differs."""

from __future__ import annotations

import os
import pickle
import sys
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn import get_config
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from core.errors import ModelError
from core.loading.models import read_model
from core.workers import child, open_model, questions, region, wire
from core.workers.asked import encoded

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="workers need Linux")
RNG = np.random.default_rng(0)
ROWS = 70_000


class Shown:
    """The app's region and the worker's window on it, and a model that notes whether numbers are taken for finite."""

    def __init__(self) -> None:
        made = region.create()
        assert made is not None
        self.region, descriptor = made
        self.window, _answers = region.attach(descriptor)
        os.close(descriptor)
        self.trusted: list[bool] = []
        self.fails = False
        self.session = child.Session(0, 0, model=SimpleNamespace(predict=self._predict, margin=self._predict))  # type: ignore[arg-type]

    def _predict(self, rows: pd.DataFrame) -> np.ndarray:
        self.trusted.append(bool(get_config()["assume_finite"]))
        if self.fails:
            raise ValueError("no such cell")
        return rows["a"].to_numpy().astype(np.float64)

    def ask(self, frame: pd.DataFrame, call: str = "predict", keep: bool = True) -> bool:
        """Ask, and say whether numbers were taken for finite."""
        form, arrays = questions.encode(frame)
        parts = wire.pack(wire.Message({"op": call, "frame": form}, arrays), self.region, keep)
        self.region.leave()
        head, body = bytes(parts[0])[wire._SIZES.size :], b"".join(bytes(part) for part in parts[1:])
        request = self.session.take(head, memoryview(body), self.window)
        found = child._of_rows(self.session, request, call)
        if self.region.proved():
            assert np.array_equal(found, frame["a"])
        for shelf in self.region.shelves:
            shelf.answer = 0  # always worth a guess
        return self.trusted[-1]


@pytest.fixture
def shown() -> Shown:
    return Shown()


def table() -> pd.DataFrame:
    return pd.DataFrame(RNG.normal(size=(ROWS, 2)), columns=list("ab"))


def test_the_same_bytes_are_searched_once(shown: Shown) -> None:
    frame = table()
    assert [shown.ask(frame) for _ in range(3)] == [False, True, True]
    assert not get_config()["assume_finite"]
    assert shown.ask(frame.copy())  # equal bytes, wherever the app keeps them
    assert not shown.ask(frame, call="margin")
    assert shown.ask(frame)
    assert not shown.ask(frame.rename(columns={"b": "c"}))
    assert not shown.ask(frame.iloc[:-1])
    assert [shown.ask(part) for part in (frame, frame.iloc[:-1])] == [True, True]  # two tables in turn
    shown.ask(frame.iloc[:-2])
    assert not shown.ask(frame)  # a third one lies in its place
    assert shown.ask(frame)
    for rows in range(3, 20):
        shown.ask(frame.iloc[:-rows])
    assert len(shown.session.heard.known) == 8
    shown.session.heard.forget()
    assert len(shown.session.heard.known) == 4


def test_another_model_in_the_same_worker_searches_for_itself(shown: Shown) -> None:
    frame = table()
    assert [shown.ask(frame) for _ in range(2)] == [False, True]
    shown.session.model = SimpleNamespace(predict=shown._predict)  # type: ignore[assignment]
    assert [shown.ask(frame) for _ in range(2)] == [False, True]


def test_what_is_written_is_searched(shown: Shown) -> None:
    frame = table()
    shown.ask(frame)
    frame.iloc[0, 0] = 7.0  # in the samples of some turn, or not: then the answer is on a wrong guess
    guessed = shown.ask(frame)
    assert guessed == bool(shown.region.pause)
    assert not shown.ask(frame, keep=False)  # so a wrong guess is asked again
    shown.region.release()
    assert not shown.ask(frame)


def test_a_question_that_failed_is_not_known(shown: Shown) -> None:
    frame = table()
    shown.ask(frame)
    shown.fails = True
    with pytest.raises(ValueError, match="no such cell"):
        shown.ask(frame)
    shown.fails = False
    assert not shown.ask(frame)


def test_what_came_through_the_pipe_has_no_version(shown: Shown) -> None:
    form, arrays = questions.encode(table())
    for message, keep in (
        (wire.Message({"op": "explain"}), True),
        (wire.Message({"op": "predict", "frame": form}, [np.ones(3)]), True),
        (wire.Message({"op": "predict", "frame": form}, arrays), False),
        (wire.Message({"op": "predict", "frame": form}, [*arrays, np.ones(9 << 20)]), True),
    ):
        first = bytes(wire.pack(message, shown.region, keep)[0])
        assert b'"version"' not in first
    assert b'"version"' in bytes(
        wire.pack(wire.Message({"op": "predict", "frame": form}, arrays), shown.region, True)[0]
    )


def test_the_app_may_write_while_the_next_rows_are_prepared(shown: Shown) -> None:
    flags = pd.DataFrame({"a": RNG.normal(size=9_000), "f": RNG.integers(2, size=9_000) > 0})
    shown.ask(flags)
    known = shown.session.known
    assert known is not None
    shown.region.memory[: shown.region.used] = b"\x07" * shown.region.used
    known.prepare()  # the truth values are none
    assert known.frame is None
    shown.region.release()
    shown.ask(flags)
    found = shown.session.known
    assert found is not None
    found.prepare()
    pd.testing.assert_frame_equal(found.rows(), flags)


class Careless:
    """A model that does with its rows whatever pandas lets it, and keeps them."""

    def __init__(self) -> None:
        self.seen: list[pd.DataFrame] = []
        self.kept: list[pd.DataFrame] = []

    def predict(self, rows: pd.DataFrame) -> np.ndarray:
        self.seen.append(rows.copy())
        found = rows["a"].to_numpy().copy()
        cells: Any = rows["k"].array
        cells[0] = "changed"
        rows.insert(0, "new", "x")
        rows.columns = pd.Index([f"{name}!" for name in rows.columns])
        del rows["b!"]
        rows.index = rows.index + 5
        self.kept.append(rows)
        return found


def test_no_frame_is_given_twice(shown: Shown) -> None:
    """Not the one that was built beforehand either, which no model has seen."""
    words = np.array(["red", "green", None], dtype=object)
    frame = pd.DataFrame({"a": RNG.normal(size=3_000), "b": 1.0, "k": words[RNG.integers(3, size=3_000)]})
    model = shown.session.model = Careless()  # type: ignore[assignment]
    before = None
    for _turn in range(5):
        before = encoded(frame, before)
        message = wire.Message({"op": "predict", "frame": before.form}, before.arrays)
        parts = wire.pack(message, shown.region, keep=True)
        request = shown.session.take(bytes(parts[0])[wire._SIZES.size :], memoryview(b""), shown.window)
        assert np.array_equal(child._of_rows(shown.session, request, "predict"), frame["a"])
        known = shown.session.known
        assert known is not None
        assert known.worth_preparing()
        known.prepare()
    assert len(shown.session.heard.known) == 1
    for seen in model.seen:
        pd.testing.assert_frame_equal(seen, frame)
    assert len({id(kept) for kept in model.kept}) == 5
    assert not shown.session.writes


def answered(model: Any, frame: pd.DataFrame) -> np.ndarray | None:
    """Predictions, or None where the model refuses."""
    try:
        found: np.ndarray = model.predict(frame)
    except ModelError:
        return None
    return found


def test_an_uploaded_model_answers_and_refuses_as_here() -> None:
    """Tables in any order, changed in place between questions, missing numbers put in and taken out."""
    first, second = table(), table()
    data = pickle.dumps(LogisticRegression().fit(first[:500], first["a"][:500] > 0))
    here, there = read_model(data, "m.pkl"), open_model(data, "m.pkl")
    refused = 0
    for turn in range(40):
        frame = (first, second)[int(RNG.integers(5) == 0)]
        if RNG.integers(3) == 0:
            frame.iloc[int(RNG.integers(ROWS)), 1] = (0.25, np.nan, np.inf)[int(RNG.integers(3))]
        elif RNG.integers(3) == 0:
            frame[~np.isfinite(frame)] = 1.0
        assert there.lease.place is not None
        channel = there.lease.place.client.channel
        assert channel is not None
        assert channel.region is not None
        for shelf in channel.region.shelves:
            shelf.answer = 0  # always worth a guess
        ours, theirs = answered(here, frame), answered(there, frame)
        refused += ours is None
        assert (ours is None) == (theirs is None), turn
        assert ours is None or theirs is None or np.array_equal(ours, theirs)
    assert 5 < refused < 35
    there.close()


def test_an_uploaded_model_of_text_answers_as_here() -> None:
    """Frames asked again, changed in place between questions in every way, and others in turn."""
    words = np.array(["red", "green", "blue", None], dtype=object)

    def rows() -> pd.DataFrame:
        texts = {name: pd.Series(words[RNG.integers(4, size=1_500)], dtype="str") for name in "kl"}
        return pd.DataFrame({"a": RNG.normal(size=1_500), "b": RNG.normal(size=1_500), **texts})

    tables = [rows(), rows(), rows().astype({"k": object})]
    front = make_column_transformer((OneHotEncoder(handle_unknown="ignore"), ["k", "l"]), remainder="passthrough")
    data = pickle.dumps(make_pipeline(front, LogisticRegression()).fit(tables[0], tables[0]["a"] > 0))
    here, there = read_model(data, "m.pkl"), open_model(data, "m.pkl")
    for turn in range(60):
        frame = tables[int(RNG.integers(12)) % 5 % 3]
        where = int(RNG.integers(1_500))
        change = int(RNG.integers(10))
        if change == 0:
            frame.iloc[where, 1] = turn
        elif change == 1:
            frame.iloc[where, 2] = "green"
        elif change == 2:
            frame["l"] = frame["l"].to_numpy()[::-1]
        elif change == 3:
            cells: Any = frame["l"].array
            cells[where] = None
        elif change == 4:
            frame.loc[:, "a"] = frame["a"].to_numpy() + 0.5
        assert np.array_equal(there.predict(frame), here.predict(frame)), turn
    assert there.lease.asked is not None
    there.close()
