"""Numbers that lie in the region already are asked about without a copy, and a wrong guess never shows."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.workers import child, kept, questions, region, shelves, wire
from tests.workers.echo import Echo

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="workers need Linux")
RNG = np.random.default_rng(0)
SHAPE = (500, 10)


@pytest.fixture(scope="module")
def echo() -> Iterator[Echo]:
    made = Echo()
    yield made
    made.close()


@pytest.fixture
def patient(echo: Echo, monkeypatch: pytest.MonkeyPatch) -> Echo:
    """Guesses however small the arrays are and however long an answer takes."""
    monkeypatch.setattr(shelves, "KEPT", shelves.SMALLEST)
    monkeypatch.setattr(shelves, "_WORTH", 1e12)
    echo.region.release()
    echo.region.pause = echo.region.wary = 0
    return echo


def copies(ours: region.Region, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Where messages are written from now on."""
    places: list[int] = []
    write = region.Region._write

    def noted(self: region.Region, arrays: Sequence[np.ndarray]) -> list[int | None]:
        found = write(self, arrays)
        if self is ours:
            places.append(next(place for place in found if place is not None))
        return found

    monkeypatch.setattr(region.Region, "_write", noted)
    return places


def alike(first: np.ndarray, second: np.ndarray) -> bool:
    return first.dtype == second.dtype and first.shape == second.shape and first.tobytes() == second.tobytes()


@pytest.mark.parametrize("layout", ["C", "F", "part"])
def test_the_same_again_is_not_copied(patient: Echo, monkeypatch: pytest.MonkeyPatch, layout: str) -> None:
    array = RNG.normal(size=(SHAPE[0] * 2, SHAPE[1]))
    array[3, 4] = np.nan
    array = {"C": array, "F": np.asfortranarray(array), "part": array[::2]}[layout]
    written, before = copies(patient.region, monkeypatch), patient.asked
    assert alike(patient.sees(array)[0], array)
    for again in (array, array.copy()):  # another table of the same numbers, too
        assert alike(patient.sees(again)[0], array)
    assert written == [0]
    assert patient.asked == before + 3


@pytest.mark.parametrize("value", [np.nextafter(0.5, 1), -0.0, np.nan, "payload"])
def test_one_changed_bit_is_found(patient: Echo, value: float | str) -> None:
    """Of a cell that no sample looks at: minus zero for zero, one missing number for another."""
    array = np.zeros(SHAPE) if value == 0 else np.full(SHAPE, 0.5)
    if value == "payload":
        array[71, 5] = np.nan
    patient.sees(array)
    before = patient.asked
    if value == "payload":
        array.view(np.uint64)[71, 5] ^= 1
    else:
        array[71, 5] = value
    assert alike(patient.sees(array)[0], array)
    assert patient.asked == before + 2  # once on the guess, once more
    assert patient.region.pause == 1


def test_after_wrong_guesses_none_is_made_for_longer_and_longer(patient: Echo, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who changes a cell before each question pays for few guesses."""
    monkeypatch.setattr(kept, "likely", lambda *_: True)
    array, before = np.zeros(SHAPE), patient.asked
    for turn in range(130):
        array[77, 7] = turn
        assert alike(patient.sees(array)[0], array)
    assert patient.asked - before - 130 == 7  # after 1, 2, 4 … questions
    while patient.region.pause:
        patient.sees(array)
    patient.sees(array)  # right, so trusted again
    array[77, 7] = -1
    patient.sees(array)
    assert patient.region.pause == 1


def test_what_is_written_over_given_back_or_slow_is_not_guessed(patient: Echo, monkeypatch: pytest.MonkeyPatch) -> None:
    array, other = np.ones(SHAPE), RNG.normal(size=SHAPE)
    written = copies(patient.region, monkeypatch)

    def copied(*arrays: np.ndarray) -> bool:
        written.clear()
        found = patient.sees(*arrays)
        assert all(map(alike, found, arrays))
        return bool(written)

    assert copied(array)
    assert not copied(array)
    assert copied(array.view(np.int64))  # the same bytes, but of another type
    assert not copied(array)
    text = np.ones(SHAPE[0] * SHAPE[1])
    for _turn in range(2):
        assert copied(text)  # no block of numbers: text begins there
        assert not copied(array)
    text.flags.writeable = False
    assert copied(text.view())  # another array, which may be a part of one that can be written
    assert not copied(array)
    patient.region.release()
    assert copied(array)
    assert not copied(array)
    assert copied(array, other)  # what follows has not been there
    assert not copied(array, other)
    assert not copied(array)
    assert copied(array, other[::-1].copy() * 2)  # over the pair, which was not used for longest
    assert not copied(array)
    assert copied(array, other)
    for name in ("_WORTH", "_SOON"):
        monkeypatch.setattr(shelves, name, 0)
    assert copied(array, other)


def test_text_that_nobody_can_change_is_known_by_itself(patient: Echo, monkeypatch: pytest.MonkeyPatch) -> None:
    """The very arrays that were written; should somebody change them after all, every byte is compared."""
    monkeypatch.setattr(shelves, "KEPT", 1 << 20)
    monkeypatch.setattr(shelves, "_WORTH", 0)
    numbers, text = RNG.normal(size=SHAPE), np.arange(6_000)
    own = text.view()
    own.flags.writeable = False
    empty = own[:0]
    written = copies(patient.region, monkeypatch)
    for _turn in range(3):
        assert all(map(alike, patient.sees(numbers, own, empty), (numbers, own, empty)))
    assert written == [0]
    for changed in (numbers.reshape(-1), text):
        before = patient.asked
        changed[4_321] = 7
        assert all(map(alike, patient.sees(numbers, own, empty), (numbers, own, empty)))
        assert patient.asked == before + 2
        assert len(written) == 2
        patient.region.pause = written.pop()
    assert alike(patient.sees(numbers.copy(), own)[0], numbers)
    assert len(written) == 2  # small numbers are compared only with themselves


def test_two_tables_in_turn_lie_side_by_side(patient: Echo, monkeypatch: pytest.MonkeyPatch) -> None:
    tables, half = [RNG.normal(size=SHAPE) for _ in range(9)], region.SIZE // 2
    written = copies(patient.region, monkeypatch)

    def places(*asked: int) -> list[int]:
        written.clear()
        for which in asked:
            assert alike(patient.sees(tables[which])[0], tables[which])
        return list(written)

    assert places(0, 1, 2, 3) == [0, 0, 0, 0]  # each over the one before, in the memory that is at hand
    assert places(2) == [half]  # it was written over, and comes again: so may the one that lies there
    assert places(3, 2, 3, 2, 2, 3) == []
    assert places(4, 5) == [half, half]  # new ones take the place that was not asked about for longest
    assert places(3) == []
    patient.region.release()
    assert places(0, 0, 1, 2, 0) == [0, half, half]  # one that is asked about again stays


def test_one_that_takes_more_than_half_takes_the_place_of_both() -> None:
    made = region.create()
    assert made is not None
    ours, descriptor = made
    os.close(descriptor)
    small, large = np.ones(SHAPE), np.ones((1 << 20, 40), dtype=np.int8)
    for arrays, place in (([small], 0), ([small], 0), ([small * 2], region.SIZE // 2), ([large], 0)):
        assert ours.bring(arrays, keep=True) == [place]
    assert [shelf.lying[0].shape for shelf in ours.shelves] == [large.shape]
    assert ours.bring([large], keep=True) == [0]
    assert ours.bring([small], keep=True) == [region.SIZE // 2]  # in what it took: it lies there no more
    assert [shelf.lying[0].shape for shelf in ours.shelves] == [SHAPE]
    assert ours.bring([large, large]) == [0, None]  # what has no room goes through the pipe
    assert ours.shelf is None
    assert not ours.shelves


def test_a_large_array_is_written_by_two_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """By whom each piece comes to, all of them; the other may be late, or not there."""
    monkeypatch.setattr(kept, "_SHARED", 1_000)
    for other in (kept._elsewhere, lambda _work: None, lambda _work: Future()):
        monkeypatch.setattr(kept, "_elsewhere", other)
        for array in (RNG.normal(size=(701, 30)), RNG.normal(size=(30, 701)).T, np.ones((1, 4_000)), np.arange(9_001)):
            target = np.zeros(array.shape, array.dtype)
            kept.copy(target, array)
            assert alike(target, array)


steps = st.one_of(
    st.tuples(st.just("ask"), st.integers(0, 2), st.booleans()),
    st.tuples(st.just("cell"), st.integers(0, 2), st.integers(0, SHAPE[0] * SHAPE[1] - 1)),
    st.tuples(st.just("column"), st.integers(0, 2), st.integers(0, SHAPE[1] - 1)),
    st.tuples(st.just("both"), st.integers(0, 2), st.booleans()),
    st.tuples(st.sampled_from(["small", "release", "text"]), st.just(0), st.just(0)),
)


def test_whatever_is_asked_the_worker_sees_it(patient: Echo) -> None:
    """Any sequence of tables, of changes to them in place, and of other questions between."""
    guesses = [0]

    @settings(max_examples=40, deadline=None)
    @given(st.lists(steps, min_size=2, max_size=12))
    def run(sequence: list[tuple[str, int, int]]) -> None:
        tables = [np.zeros(SHAPE), np.zeros(SHAPE), RNG.normal(size=SHAPE)]
        for what, which, where in sequence:
            table = tables[which]
            asked: list[np.ndarray] = []
            if what == "cell":
                table.flat[where] += 1
            elif what == "column":
                table[:, where] = table[::-1, where] + 1
            elif what == "release":
                patient.region.release()
            elif what == "both":
                asked = [table, tables[where]]
            else:
                asked = {"ask": [table], "small": [np.ones(3)], "text": [np.arange(6_000)]}[what]
                asked = [np.asfortranarray(array) for array in asked] if where else asked
            before = patient.asked
            found = patient.sees(*asked)
            assert all(map(alike, found, asked))
            guesses[0] += patient.region.wary == 0 and patient.asked == before + 1

    run()
    assert guesses[0] > 10


def test_nothing_that_is_written_in_a_window_gets_out(patient: Echo) -> None:
    """A model that works in place fails there, and its worker hands it rows of its own from then on."""
    made = region.create()
    assert made is not None
    ours, descriptor = made
    window, _ = region.attach(descriptor)
    os.close(descriptor)
    frame = pd.DataFrame(RNG.normal(size=SHAPE), columns=list("abcdefghij"))
    form, arrays = questions.encode(frame)
    assert ours.bring(arrays) == [0]

    class InPlace:
        calls = 0

        def predict(self, rows: pd.DataFrame) -> np.ndarray:
            self.calls += 1
            rows.iloc[:, :] = -rows.to_numpy()
            return rows["a"].to_numpy()

    model: Any = InPlace()
    session = child.Session(0, 0, model=model)
    for turn in range(3):
        held = window.take(arrays[0].dtype, arrays[0].shape, 0)
        with pytest.raises(ValueError, match="read-only"):
            held[0, 0] = 1
        request = wire.Message({"frame": form}, [held])
        assert np.array_equal(child._of_rows(session, request, "predict"), -frame["a"].to_numpy())
        assert model.calls == turn + 2  # it is told only once that it may not
    assert alike(window.take(arrays[0].dtype, arrays[0].shape, 0), arrays[0])
    with pytest.raises(TypeError):
        window.memory[0:1] = b"x"


def test_a_model_that_fails_by_itself_fails_once_on_rows_of_its_own() -> None:
    """Rows that came through the pipe may be written: there is no reason to ask again."""
    calls = []

    def predict(rows: pd.DataFrame) -> None:
        calls.append(len(rows))
        raise ValueError("no such cell")

    form, arrays = questions.encode(pd.DataFrame({"a": [1.0, 2.0]}))
    session = child.Session(0, 0, model=SimpleNamespace(predict=predict))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="no such cell"):
        child._of_rows(session, wire.Message({"frame": form}, [array.copy() for array in arrays]), "predict")
    assert calls == [2]
    assert not session.writes


def test_another_thread_compares_where_this_one_stands_still() -> None:
    """The worker may run where who asks runs, as long as it takes; the work is done once, by whom it meets."""
    names: list[str] = []

    def work() -> bool:
        names.append(threading.current_thread().name)
        return True

    assert kept.beside(work)()
    stands = kept.beside(work)
    if len(os.sched_getaffinity(0)) > 1:
        while len(names) < 2:
            time.sleep(0.001)
    assert stands()
    time.sleep(0.01)
    assert len(names) == 2
    assert names[0] == threading.current_thread().name
    if len(os.sched_getaffinity(0)) > 1:
        assert names[1].startswith("beside")


def test_in_a_sample_every_column_is_seen() -> None:
    array = RNG.normal(size=(1_000, 30))
    for column in range(30):
        for turned in (array, array.T):
            held = array.copy()
            held[:, column] = RNG.permutation(held[:, column])
            assert not kept.likely(turned, held if turned is array else held.T, column)
    assert kept.likely(array, array.copy(), 3)
