from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.grid import column, grid, moved, plain
from core.types import Feature


@given(
    low=st.floats(-1e6, 1e6),
    width=st.floats(0, 1e6),
    count=st.integers(2, 60),
    own=st.floats(-2e6, 2e6),
    gap=st.booleans(),
)
def test_a_numeric_grid_spans_the_range_and_holds_the_own_value(
    low: float, width: float, count: int, own: float, gap: bool
) -> None:
    feature = Feature("x", "numeric", low, low + width, missing=0.1 if gap else 0.0)
    points = grid(feature, count, [own], np.dtype(float))
    numbers = [point for point in points if point is not None]
    assert own in numbers
    assert numbers == sorted(set(numbers))
    assert (points[-1] is None) == gap
    assert min(numbers) == pytest.approx(min(low, own))
    assert max(numbers) == pytest.approx(max(low + width, own))


def test_whole_numbers_stay_whole_and_levels_keep_their_order() -> None:
    whole = grid(Feature("n", "integer", 0, 5), 101, [3], np.dtype(int))
    assert whole == (0, 1, 2, 3, 4, 5)
    assert all(type(point) is int for point in whole)
    levels = grid(Feature("c", "categorical", levels=("b", "a")), 5, ["z"], np.dtype(object))
    assert levels == ("b", "a", "z"), "an own value that the table does not list is kept"
    assert grid(Feature("c", "categorical", levels=("b",)), 5, [None], np.dtype(object)) == ("b", None)


@pytest.mark.parametrize(
    "original",
    [
        pd.Series([1.5, np.nan]),
        pd.Series([1, 2]),
        pd.Series([True, False]),
        pd.Series(["a", None], dtype="str"),
        pd.Series(["a", np.nan], dtype=object),
        pd.Series(["a", "b", None], dtype="category"),
        pd.Series([1, None], dtype="Int64"),
        pd.Series([True, None], dtype="boolean"),
        pd.Series(pd.to_datetime(["2020-01-01", None])),
    ],
    ids=lambda series: str(series.dtype),
)
def test_cells_taken_out_and_put_back_are_the_same_column(original: pd.Series) -> None:
    again = column([plain(cell) for cell in original], original.dtype)
    assert again.dtype == original.dtype
    pd.testing.assert_series_equal(again, original, check_names=False)
    if original.dtype == object:
        assert isinstance(again.iloc[1], float), "an encoder takes None for a level of its own, NaN for a gap"


def test_moved_rows_change_one_column_and_keep_types() -> None:
    rows = pd.DataFrame({"a": [1, 2], "b": ["x", "y"], "c": [0.5, np.nan]})
    changed = moved(rows, "b", ("p", "q", None))
    assert changed["a"].tolist() == [1, 1, 1, 2, 2, 2]
    assert changed["b"].isna().tolist() == [False, False, True] * 2
    assert changed.dtypes.equals(rows.dtypes)
    assert rows["b"].tolist() == ["x", "y"], "the rows themselves are left alone"


def test_a_fraction_is_never_cut_to_a_whole_number() -> None:
    cells = column([1, 2.5, None], np.dtype("int64"))
    assert cells.tolist()[:2] == [1.0, 2.5]
    assert np.isnan(cells[2])
    assert column([1, 2], np.dtype("int64")).dtype == np.int64
