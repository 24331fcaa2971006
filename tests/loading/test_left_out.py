"""A table without some rows: the others are as they were, and their numbers in the file are kept in mind."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.loading.frames import from_frame
from core.loading.left_out import both, leave_out


def test_the_other_rows_keep_their_cells_kinds_and_roles_and_the_table_says_what_is_gone() -> None:
    frame = pd.DataFrame(
        {"code": ["1", "2", "3", "4"], "n": [1.0, np.nan, 3, 4], "y": [0, 1, 0, 1], "who": list("abcd")}
    )
    table = from_frame(frame, target="y", label="who", kinds={"code": "text"})
    found = leave_out(table, [1, 2])
    pd.testing.assert_frame_equal(found.frame, table.frame.iloc[[0, 3]].reset_index(drop=True))
    assert (found.target, found.label, found.schema["code"].kind) == ("y", "who", "text")
    assert found.schema["n"].low == 1.0
    assert "Rows 1 and 2 are left out" in found.notes[-1]
    assert found.fingerprint != table.fingerprint
    assert "Row 3 is left out" in leave_out(table, [3]).notes[-1]


@pytest.mark.parametrize("rows", [[4], [-1], [0, 1, 2, 3]])
def test_rows_that_are_not_there_and_all_rows_are_refused(rows: list[int]) -> None:
    with pytest.raises(InputError):
        leave_out(from_frame(pd.DataFrame({"n": [1.0, 2, 3, 4]})), rows)


@given(st.sets(st.integers(0, 11), max_size=6), st.data())
def test_rows_left_out_in_two_steps_are_those_left_out_in_one(first: set[int], data: st.DataObject) -> None:
    left = [row for row in range(12) if row not in first]
    second = data.draw(st.sets(st.integers(0, len(left) - 1), max_size=4))
    gone = both(sorted(first), second, len(left))
    assert [row for row in range(12) if row not in gone] == [row for at, row in enumerate(left) if at not in second]
