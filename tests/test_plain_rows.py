"""Rows without a frame are the rows of the frame."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from core.loading.frames import from_frame
from core.plain_rows import cells, numbers

PLAIN = pd.DataFrame(
    {"a": [1.5, np.nan, 3.0], "y": [0, 1, 0], "b": [7, 8, 2**60], "c": np.array([0.1, 0.2, np.inf], dtype=np.float32)}
)
MIXED = PLAIN.assign(d=["x", None, "z"], e=[True, False, True], f=pd.array([1, None, 3], dtype="Int64"))


@pytest.mark.parametrize("positions", [[0], [1], [2], [2, 0], [0, 1, 2], [1, 1]])
def test_numbers_are_those_of_the_frame(positions: list[int]) -> None:
    table = from_frame(PLAIN, target="y", label="")
    found = numbers(table, positions)
    assert found is not None
    np.testing.assert_array_equal(found, table.rows(positions).to_numpy(dtype=np.float64))


@pytest.mark.parametrize("frame", [PLAIN, MIXED])
@pytest.mark.parametrize("positions", [[0], [1], [2, 0]])
def test_cells_keep_their_types_and_gaps_are_none(frame: pd.DataFrame, positions: list[int]) -> None:
    table = from_frame(frame, target="y", label="")
    for row, position in zip(cells(table, positions), positions, strict=True):
        own = table.instance(position)
        for name, cell in zip(table.schema.names, row, strict=True):
            wanted = own[name].iloc[0]
            assert cell is None if pd.isna(wanted) else cell == wanted
    if frame is PLAIN:
        assert [type(cell) for cell in cells(table, [0])[0]] == [float, int, float]


def test_other_columns_than_numbers_have_no_such_way() -> None:
    assert numbers(from_frame(MIXED, target="y", label=""), [0]) is None
