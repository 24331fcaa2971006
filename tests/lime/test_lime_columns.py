"""Bins, levels and draws: shares, ends, types, and the package's error with bins of one value."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kstest, truncnorm

from core.lime.columns import bins, codes_of, levels, numbers, restore, rule
from core.lime.neighbourhood import KEPT, Kept, draw, within
from core.types import Feature

NUMERIC = Feature("age", "numeric")


def cut(values: Any, borders: list[float], feature: Feature = NUMERIC) -> Any:
    return bins(feature, pd.Series(values), np.array(borders))


def test_bins_are_those_of_the_package() -> None:
    from lime.discretize import QuartileDiscretizer

    values = np.random.default_rng(0).gamma(2, 3, 500)
    theirs = QuartileDiscretizer(values[:, None], [], ["age"])
    ours = cut(values, list(np.percentile(values, [25, 50, 75])))
    np.testing.assert_allclose(ours.mean, theirs.means[0])
    np.testing.assert_allclose(ours.std, theirs.stds[0])
    np.testing.assert_allclose(ours.low, theirs.mins[0])
    np.testing.assert_allclose(ours.high, theirs.maxs[0])
    assert ours.shares == pytest.approx([0.25] * 4)


def test_draws_within_a_bin_follow_the_truncated_normal() -> None:
    values = np.random.default_rng(1).gamma(2, 3, 2000)
    column = cut(values, list(np.percentile(values, [25, 50, 75])))
    uniform = np.random.default_rng(2).random(4000)
    for code in range(4):
        drawn = within(column, np.full(4000, code), uniform)
        ends = ((end[code] - column.mean[code]) / column.std[code] for end in (column.low, column.high))
        expected = truncnorm(*ends, loc=column.mean[code], scale=column.std[code])
        assert kstest(drawn, expected.cdf).pvalue > 1e-3


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=60), st.integers(0, 10_000))
def test_a_draw_lies_in_its_bin(values: list[float], seed: int) -> None:
    column = cut(values, list(np.percentile(values, [25, 50, 75])))
    codes = np.random.default_rng(seed).choice(len(column.shares), 50, p=column.shares / column.shares.sum())
    drawn = within(column, codes, np.random.default_rng(seed).random(50))
    assert np.isfinite(drawn).all()
    assert (drawn >= column.low[codes]).all()
    assert (drawn <= column.high[codes]).all()


def test_a_bin_of_one_value_gives_that_value_and_the_package_gives_zero() -> None:
    from lime.discretize import QuartileDiscretizer

    values = np.array([7.0] * 50 + list(np.linspace(8, 20, 50)))
    column = cut(values, list(np.percentile(values, [25, 50, 75])))
    assert set(within(column, np.zeros(20, dtype=int), np.linspace(0, 0.99, 20))) == {7.0}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = QuartileDiscretizer(values[:, None], [], ["age"]).get_undiscretize_values(0, np.zeros(20, dtype=int))
    assert set(theirs) == {0.0}


def test_gaps_are_a_state_of_their_own() -> None:
    column = cut([1.0, 2.0, np.nan, 4.0], [2.0])
    assert column.shares == pytest.approx([0.5, 0.25, 0.25])
    assert codes_of(column, pd.Series([1.0, 3.0, np.nan])).tolist() == [0, 1, 2]
    near = draw((column,), 4000, 0, False)
    assert near.frame["age"].isna().mean() == pytest.approx(0.25, abs=0.03)
    assert (near.frame["age"].isna() == (near.codes[:, 0] == 2)).all()


def test_a_column_without_any_value_is_always_missing() -> None:
    column = cut([np.nan] * 5, [])
    assert draw((column,), 10, 0, False).frame["age"].isna().all()


@pytest.mark.parametrize(
    "cells",
    [
        pd.Series([1, 2, 3, 9], dtype="int64"),
        pd.Series([1, 2, 3, 9], dtype="int8"),
        pd.Series([1, 2, None, 9], dtype="Int64"),
        pd.Series([1.5, 2.5, None, 9], dtype="float32"),
        pd.Series([1.5, None, 3.0, 9], dtype="Float64"),
        pd.to_datetime(pd.Series(["2020-01-01", "2020-02-01", None, "2021-01-01"])),
        pd.to_datetime(pd.Series(["2020-01-01", "2020-02-01", "2020-03-01"])).dt.tz_localize("Europe/Paris"),
    ],
    ids=lambda cells: str(cells.dtype),
)
def test_numbers_go_and_come_back_in_the_column_s_own_type(cells: pd.Series) -> None:
    column = bins(Feature("x", "numeric"), cells, np.empty(0))
    back = pd.Series(restore(column, numbers(cells)))
    assert back.dtype == cells.dtype
    pd.testing.assert_series_equal(back, cells, check_names=False)


@pytest.mark.parametrize("dtype", ["str", "object", "category", "bool"])
def test_levels_keep_their_type(dtype: str) -> None:
    cells = pd.Series([True, False, True, True] if dtype == "bool" else ["b", "a", "b", None], dtype=dtype)
    column = levels(Feature("home", "categorical"), cells)
    assert column.shares.sum() == pytest.approx(1)
    drawn = draw((column,), 200, 0, False).frame["home"]
    assert drawn.dtype == cells.dtype
    codes = codes_of(column, cells)
    assert [None if pd.isna(value) else value for value in column.values.iloc[codes]] == [
        None if pd.isna(value) else value for value in cells
    ]


def test_a_level_that_the_table_does_not_have_matches_no_draw() -> None:
    column = levels(Feature("home", "categorical"), pd.Series(["a", "b"]))
    assert codes_of(column, pd.Series(["z"])).tolist() == [-1]
    assert rule(column, -1, "z") == "home = z"


def test_rules_in_words() -> None:
    column = cut(np.arange(100.0), [24.75, 49.5])
    assert [rule(column, code, 1.0) for code in range(3)] == ["age <= 24.75", "24.75 < age <= 49.5", "age > 49.5"]
    assert rule(column, 3, None) == "age is missing"
    days = pd.to_datetime(pd.Series(["2020-01-01", "2020-01-11"]))
    dated = bins(Feature("since", "datetime"), days, np.array([pd.Timestamp("2020-01-06").timestamp()]))
    assert rule(dated, 0, days[0]) == "since <= 2020-01-06"
    assert rule(cut([1.0], []), 0, 1.0) == "age has a value"


def test_no_more_is_kept_than_said() -> None:
    kept: Kept[int] = Kept()
    built: list[int] = []

    def build(value: int) -> int:
        built.append(value)
        return value

    for value in [*range(KEPT), 0, KEPT]:
        kept.get(value, lambda value=value: build(value))
    assert len(kept.entries) == KEPT
    assert 0 in kept.entries
    assert 1 not in kept.entries
    assert built == [*range(KEPT), KEPT]
    kept.get("large", lambda: 9, lambda _value: 10**12)
    assert "large" not in kept.entries
