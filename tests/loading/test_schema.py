"""Kinds, ranges, quantiles, levels, missing share and precision against closed forms."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.loading.schema import MAX_LEVELS, infer
from core.types import Feature


def _of(cells: object, dtype: object = None) -> Feature:
    found = infer(pd.Series(cells, dtype=dtype), "x")
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("cells", "dtype", "kind"),
    [
        ([1, 2, 3], None, "integer"),
        ([1.0, 2.0, np.nan], None, "integer"),
        ([1.5, 2.0], None, "numeric"),
        ([np.nan, np.nan], "float64", "numeric"),
        ([1, None, 3], "Int64", "integer"),
        ([1.5, None], "Float32", "numeric"),
        ([True, False], None, "boolean"),
        ([True, None], "boolean", "boolean"),
        ([True, np.nan, False], object, "boolean"),
        (["yes", "no", None], "str", "boolean"),
        (["N", "Y"], object, "boolean"),
        (["a", "b"], "str", "categorical"),
        (["yes", "maybe"], "str", "categorical"),
        ([1, 2, 1], "category", "categorical"),
        ([f"comment {i}" for i in range(60)], "str", "text"),
        ([f"level {i % 60}" for i in range(600)], "str", "categorical"),
        ([1, "a"], object, "categorical"),
        (["2020-01-01"], "datetime64[s]", "datetime"),
        ([np.inf, 1.5], None, "numeric"),
    ],
)
def test_kinds(cells: list[object], dtype: object, kind: str) -> None:
    assert _of(cells, dtype).kind == kind


@pytest.mark.parametrize("cells", [[[1], [2]], [b"x"], [1j], [pd.Timedelta(1, "h")], [{"a": 1}]])
def test_what_no_model_takes_is_no_feature(cells: list[object]) -> None:
    assert infer(pd.Series(cells), "x") is None


@given(
    st.lists(st.floats(-1e9, 1e9) | st.none(), min_size=1, max_size=60).filter(
        lambda cells: any(cell is not None for cell in cells)
    )
)
def test_range_and_quantiles_are_those_of_the_values(cells: list[float | None]) -> None:
    feature = _of(cells, "float64")
    values = np.array([cell for cell in cells if cell is not None])
    assert feature.low == values.min()
    assert feature.high == values.max()
    wanted = np.quantile(values, [0, 0.05, 0.25, 0.5, 0.75, 0.95, 1])
    np.testing.assert_allclose(feature.quantiles, wanted, rtol=1e-12, atol=1e-12)
    assert feature.missing == pytest.approx(cells.count(None) / len(cells))


@pytest.mark.parametrize(
    ("values", "decimals"),
    [
        ([1.0, 2.0], 0),
        ([1.5, 2.0], 1),
        ([0.82, 24.6, 0.07], 2),
        ([1 / 3, 0.5], 6),
        ([1e-9 * 1.5, 2.5e-9], 10),
        ([1234567.25], 2),
        ([1e300, 0.5], 1),
        ([0.1 + 0.2], 1),
    ],
)
def test_decimals_are_those_that_the_data_use(values: list[float], decimals: int) -> None:
    assert _of(values).decimals == decimals


def test_decimals_of_single_precision_are_those_a_person_typed() -> None:
    assert _of(np.array([0.1, 2.25, 3.7], dtype=np.float32)).decimals == 2


def test_decimals_are_read_from_all_rows_not_from_some() -> None:
    values = np.round(np.linspace(0, 100, 50_000), 1)
    values[12_345] = 0.123
    assert _of(values).decimals == 3


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=30), st.integers(1, 5))
def test_decimals_keep_every_value(cells: list[int], digits: int) -> None:
    values = np.array(cells) / 10**digits
    feature = _of(values)
    assert feature.decimals <= digits
    np.testing.assert_allclose(np.round(values, feature.decimals), values, rtol=1e-12)


def test_levels_are_most_frequent_first_in_their_own_types() -> None:
    feature = _of(pd.Categorical([3, 1, 3, 2, 2, 3], categories=[1, 2, 3, 4]))
    assert feature.levels == (3, 2, 1)
    assert all(type(level) is int for level in feature.levels)
    assert _of(["b", "a", None, "b"], "str").levels == ("b", "a")
    assert _of([True, True, False]).levels == (True, False)


def test_levels_are_capped() -> None:
    cells = [f"level {i}" for i in range(MAX_LEVELS + 50)] * 3
    feature = infer(pd.Series(cells, dtype="str"), "x", "categorical")
    assert feature is not None
    assert len(feature.levels) == MAX_LEVELS


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "Europe/Oslo"])
def test_dates_are_seconds_since_1970(unit: str, zone: str | None) -> None:
    stamps = pd.to_datetime(["1969-12-31 23:59:59", None, "2020-02-29 12:00:00"]).as_unit(unit).tz_localize("UTC")
    column = pd.Series(stamps.tz_convert(zone) if zone else stamps.tz_localize(None))
    feature = infer(column, "x")
    assert feature is not None
    assert (feature.kind, feature.low, feature.high) == ("datetime", -1.0, 1582977600.0)
    assert feature.missing == pytest.approx(1 / 3)


def test_dates_beyond_nanoseconds() -> None:
    feature = infer(pd.Series(np.array(["0001-01-01", "9999-12-31"], dtype="datetime64[s]")), "x")
    assert feature is not None
    assert feature.low == -62135596800.0
    assert feature.high == 253402214400.0


def test_an_integer_beyond_float_precision_keeps_its_place() -> None:
    feature = _of([2**62, 2**62 + 1])
    assert feature.kind == "integer"
    assert feature.high == float(2**62)
