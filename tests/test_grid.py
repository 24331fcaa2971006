from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.grid import column, grid, moved, own_points, plain
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
    gaps = grid(Feature("n", "integer", 0, 5, missing=0.1), 101, [3.0, 2.5], np.dtype(float))
    assert [type(point) for point in gaps] == [int, int, int, float, int, int, int, type(None)], "of floats, too"
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


SINCE = Feature("since", "datetime", 1.5e9, 1.6e9)  # 2017-07-14 to 2020-09-13
DATES = np.dtype("datetime64[ns]")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2020-03-01, 2018-12-24", ["2018-12-24", "2020-03-01"]),
        ("2019-05-06 07:08, 2019-05-06T07:08:09.5", ["2019-05-06 07:08:00", "2019-05-06 07:08:09.5"]),
        ("2018, 2019-02, 20190301", ["2018-01-01", "2019-02-01", "2019-03-01"]),
        ("24.12.2018, 01.02.2019, 24.12.2018", ["2018-12-24", "2019-02-01"]),
        ("12/24/2018; 02/01/2019", ["2018-12-24", "2019-02-01"]),
    ],
)
def test_dates_of_ones_own(text: str, wanted: list[str]) -> None:
    assert list(own_points(SINCE, text, DATES)) == [pd.Timestamp(item) for item in wanted]


def test_dates_of_ones_own_are_meant_in_the_columns_zone() -> None:
    berlin = pd.DatetimeTZDtype("us", "Europe/Berlin")
    points = own_points(SINCE, "2019-07-01 12:00, 2019-01-01T12:00Z, 2019-03-31 02:30, 2019-10-27 02:30", berlin)
    assert [point.isoformat() for point in points] == [
        "2019-01-01T13:00:00+01:00",
        "2019-03-31T03:00:00+02:00",  # half past two does not exist on that day
        "2019-07-01T12:00:00+02:00",
        "2019-10-27T02:30:00+02:00",  # and exists twice on this one
    ]
    assert column(points, berlin).tolist() == list(points)


@pytest.mark.parametrize(
    ("feature", "dtype", "text", "match"),
    [
        (SINCE, DATES, "2019-01-01, yesterday", r"'yesterday' is no date.*2017-07-14 to 2020-09-13"),
        (SINCE, DATES, "now", "'now' is no date"),
        (SINCE, DATES, "50", "'50' is no date"),
        (SINCE, DATES, "2019-02-30", "'2019-02-30' is no date"),
        (SINCE, DATES, "2019-01-01T12:00Z", "has a time zone"),
        (SINCE, DATES, "9999-01-01", "cannot hold"),
        (Feature("x", "numeric"), np.dtype(float), "1, inf", "'inf' is not a number"),
        (Feature("x", "integer"), np.dtype(int), "1e300", "cannot hold"),
        (Feature("x", "numeric"), np.dtype(float), " , ", "no value between"),
        (Feature("c", "categorical", levels=("a, b", "c")), np.dtype(object), "a, b, c", r"'a' is not a level of 'c'"),
    ],
)
def test_a_grid_of_ones_own_that_cannot_be_is_told(feature: Feature, dtype: np.dtype, text: str, match: str) -> None:
    with pytest.raises(InputError) as raised:
        own_points(feature, text, dtype)
    assert re.search(match, f"{raised.value.what} {raised.value.why}")


def test_numbers_are_read_as_the_pages_write_them_and_levels_may_hold_a_comma() -> None:
    assert own_points(Feature("x", "integer"), "3, \N{MINUS SIGN}2, 3, 0.5", np.dtype(int)) == (-2, 0.5, 3)
    levels = Feature("c", "categorical", levels=("a, b", "c", "d;"))
    assert own_points(levels, "c; a, b", np.dtype(object)) == ("c", "a, b")
    assert own_points(levels, "a, b", np.dtype(object)) == ("a, b",)
    assert own_points(levels, "d;", np.dtype(object)) == ("d;",)
