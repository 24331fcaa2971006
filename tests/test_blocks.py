"""The same rows many times: against pandas, row by row."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from core import blocks

NUMBERS = pd.DataFrame({"a": [1.0, 2.0, 3.0, 9.0], "b": [5.0, np.nan, 7.0, 0.0]})
MIXED = NUMBERS.assign(
    word=pd.Series(["x", None, "y", "z"], dtype="str"),
    level=pd.Categorical(["low", "high", None, "low"]),
    whole=pd.array([1, None, 3, 4], dtype="Int64"),
    day=pd.to_datetime(["2020-01-01", None, "2020-01-03", "2020-01-04"]),
    flag=[True, False, True, False],
)
MOVES = [{}, {0: np.array([3])}, {1: np.array([2, 0, 1]), 0: np.array([1, 1, 0])}]


def by_hand(pool: pd.DataFrame) -> pd.DataFrame:
    """Cell by cell."""
    parts = []
    for changes in MOVES:
        part = pool.iloc[:3].copy()
        for column, taken in changes.items():
            name = pool.columns[column]
            part[name] = pool[name].iloc[np.broadcast_to(taken, 3)].array
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


@pytest.mark.parametrize("pool", [NUMBERS, NUMBERS.astype("float32"), MIXED], ids=["numbers", "float32", "mixed"])
def test_blocks_hold_the_cells_asked_for_in_their_own_types(pool: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(blocks.blocks(pool, slice(0, 3), MOVES), by_hand(pool))


@pytest.mark.parametrize("cells", [1, 4, 13, 10_000])
def test_answers_do_not_depend_on_how_many_rows_fit_into_a_call(cells: int, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    done: list[float] = []

    def predict(frame: pd.DataFrame) -> np.ndarray:
        asked.append(len(frame))
        return frame.fillna(-1.0).to_numpy() @ np.array([[1.0, 10.0], [100.0, 1000.0]])

    whole = predict(by_hand(NUMBERS)).reshape(3, 3, 2)
    asked.clear()
    monkeypatch.setattr(blocks, "CELLS", cells)
    found = np.empty((3, 3, 2))
    for chosen, answers in blocks.ask_blocks(predict, NUMBERS, 3, MOVES, done.append):
        found[chosen] = answers
    assert found == pytest.approx(whole)
    assert sum(asked) == 9
    assert max(asked) <= max(1, cells // 2)
    assert done == sorted(done)
    assert done[-1] == pytest.approx(1.0)


def test_numbers_and_flags_are_uniform_and_levels_are_not() -> None:
    assert blocks.uniform(NUMBERS)
    assert blocks.uniform(MIXED[["flag"]])
    assert not blocks.uniform(MIXED)
    assert not blocks.uniform(MIXED[["level"]])
    assert not blocks.uniform(MIXED[["whole"]])
