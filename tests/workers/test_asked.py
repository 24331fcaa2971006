"""The frame of the question before: what is taken from it is what encoding the frame anew would give."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.workers import asked, heads, questions

RNG = np.random.default_rng(0)
WORDS = np.array(["red", "green", "dark grey", None], dtype=object)


def frame() -> pd.DataFrame:
    made = pd.DataFrame(RNG.normal(size=(40, 3)), columns=list("abc"))
    return made.assign(k=WORDS[RNG.integers(4, size=40)], l=WORDS[RNG.integers(3, size=40)], n=np.arange(40))


def anew(found: asked.Asked, rows: pd.DataFrame) -> None:
    """Compare with an encoding that knows nothing of before."""
    form, arrays = questions.encode(rows)
    assert found.form == form
    assert [array.tobytes() for array in found.arrays] == [array.tobytes() for array in arrays]
    assert [array.shape for array in found.arrays] == [array.shape for array in arrays]


def cell(rows: pd.DataFrame) -> None:
    rows.iloc[7, 1] = 1e9


def column(rows: pd.DataFrame) -> None:
    rows.loc[:, "b"] = np.arange(40.0)


def text(rows: pd.DataFrame) -> None:
    rows.loc[3, "k"] = "blue"


def straight(rows: pd.DataFrame) -> None:
    cells: Any = rows["k"].array
    cells[5] = "straight into the column"


def replaced(rows: pd.DataFrame) -> None:
    rows["l"] = rows["k"].to_numpy()


def added(rows: pd.DataFrame) -> None:
    rows["new"] = 1.0


def renamed(rows: pd.DataFrame) -> None:
    rows.columns = pd.Index([*rows.columns[:-1], "other"])


def dropped(rows: pd.DataFrame) -> None:
    del rows["n"]


def inserted(rows: pd.DataFrame) -> None:
    rows.insert(0, "first", rows.pop("c"))


def typed(rows: pd.DataFrame) -> None:
    rows["n"] = rows["n"].astype(np.int8)


def objects(rows: pd.DataFrame) -> None:
    rows["k"] = rows["k"].astype(object)


CHANGES: list[Callable[[pd.DataFrame], None]] = [
    *(cell, column, text, straight, replaced, added, renamed, dropped, inserted, typed, objects),
]


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_is_changed_in_place_is_seen(change: Callable[[pd.DataFrame], None]) -> None:
    rows = frame()
    before = asked.encoded(rows, None)
    anew(before, rows)
    assert asked.encoded(rows, before) is before
    change(rows)
    found = asked.encoded(rows, before)
    anew(found, rows)
    assert (found is before) == (change in (cell, column))  # numbers are the frame's own, and compared where they lie
    again = asked.encoded(rows, found)
    anew(again, rows)
    assert (again is found) == (change not in (added, inserted, objects))  # objects, and blocks of one type apart


def test_another_frame_is_another_however_alike() -> None:
    rows = frame()
    before = asked.encoded(rows, None)
    for other in (rows.copy(), rows.iloc[:], rows.iloc[::-1], rows[list("abckln")]):
        found = asked.encoded(other, before)
        assert found is not before
        anew(found, other)
    assert asked.encoded(rows.iloc[:9], before).form["names"] is before.form["names"]  # one index, one list of names


@pytest.mark.parametrize("kind", ["apart", "level", "object", "when", "whole", "python", "large"])
def test_what_does_not_lie_in_the_frame_itself_is_made_anew(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = frame()
    if kind == "apart":  # small blocks of one type are put together, so a change would not show
        rows = pd.DataFrame({name: RNG.normal(size=40) for name in "xyz"}, copy=False)
    elif kind == "large":
        monkeypatch.setattr(asked, "MOST", 1_000)
    else:
        rows["o"] = {
            "level": pd.Categorical(["u", "v"] * 20),
            "object": pd.Series(["u", 1.5, None, True] * 10, dtype=object),
            "when": pd.date_range("2024-01-01", periods=40),
            "whole": pd.array([1, None] * 20, dtype="Int64"),
            "python": pd.array(["u", None] * 20, dtype=pd.StringDtype("python")),
        }[kind]
    before = asked.encoded(rows, None)
    rows.iloc[3, 0] = -1.0
    found = asked.encoded(rows, before)
    assert found is not before
    anew(found, rows)


def test_heads_of_numbers_only_are_known_and_others_read_each_time() -> None:
    forms = [("<f8", (7, 2), None), ("|i1", (3,), 64)]
    bare = heads.written({}, forms, 0).decode()
    assert heads.taken_apart(bare) == ({}, ((np.dtype("f8"), (7, 2), None), (np.dtype("i1"), (3,), 64)), 0)
    heads.taken_apart(bare)[0]["put in"] = 1
    assert heads.taken_apart(bare)[0] == {}
    odd = '{"arrays": [], "blob": 0, "x": {"y": []}}'  # as only a worker that was taken over would begin it
    heads.taken_apart(odd)[0]["x"]["y"].append(1)
    assert heads.taken_apart(odd)[0] == {"x": {"y": []}}
    for wrong in ('{"arrays"', '{"arrays": [{"dtype": "O", "shape": []}], "blob": 0}', '{"arrays": NaN}'):
        for _turn in range(2):
            with pytest.raises((ValueError, TypeError, KeyError)):
                heads.taken_apart(wrong)
