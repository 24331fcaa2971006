"""Association of columns against SciPy, pandas and variance by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.dummy import DummyRegressor

from core import engine
from core.association import Coded, association
from core.loading.frames import from_frame
from core.loading.match import match
from core.models import wrap
from core.results import Matrix
from core.views import view
from tests.contract_cases import CASES, case


def ask(name: str, **params) -> Matrix:
    result = engine.explain("association", *case(name), **params)
    assert isinstance(result, Matrix)
    return result


@pytest.mark.parametrize("measure", ["spearman", "pearson"])
def test_numbers_correlate_as_in_pandas(measure: str) -> None:
    _model, table = case("random forest, regression")
    result = ask("random forest, regression", measure=measure)
    theirs = table.frame[[*"abcde", "y"]].corr(measure)
    assert result.rows == (*"abcde", "y")
    assert result.values == pytest.approx(theirs.to_numpy(), abs=1e-12)


def test_gaps_are_left_out_pair_by_pair_as_in_pandas() -> None:
    _model, table = case("xgboost with missing values")
    numeric = [one.name for one in table.schema.features if one.is_ordered]
    result = ask("xgboost with missing values", measure="pearson")
    theirs = table.frame[numeric].astype(float).corr()
    for first in numeric:
        for second in numeric:
            ours = result.values[result.rows.index(first), result.columns.index(second)]
            assert ours == pytest.approx(theirs.loc[first, second])


LEVELS = st.lists(st.integers(0, 3), min_size=12, max_size=60)


@settings(max_examples=50, deadline=None)
@given(LEVELS, st.randoms(use_true_random=False))
def test_levels_go_together_by_cramers_v_as_in_scipy(codes: list[int], random) -> None:
    other = [random.randrange(3) for _ in codes]
    ours = association(Coded(np.array(codes, float), False), Coded(np.array(other, float), False))
    if len(set(codes)) < 2 or len(set(other)) < 2:
        assert np.isnan(ours)
        return
    counts = pd.crosstab(np.array(codes), np.array(other)).to_numpy()
    assert ours == pytest.approx(stats.contingency.association(counts, method="cramer"))


@settings(max_examples=50, deadline=None)
@given(LEVELS, st.integers(0, 10_000))
def test_a_number_and_levels_go_together_by_the_variance_between(codes: list[int], seed: int) -> None:
    number = np.random.default_rng(seed).normal(size=len(codes))
    ours = association(Coded(np.array(codes, float), False), Coded(number, True), "pearson")
    if len(set(codes)) < 2:
        assert np.isnan(ours)
        return
    frame = pd.DataFrame({"level": codes, "number": number})
    predicted = frame.groupby("level")["number"].transform("mean")
    assert ours == pytest.approx(np.sqrt(predicted.var() / frame["number"].var()))


@pytest.mark.parametrize("name", CASES)
def test_the_matrix_is_symmetric_and_bounded(name: str) -> None:
    result = ask(name)
    known = np.isfinite(result.values)
    assert np.array_equal(known, known.T)
    assert result.values[known] == pytest.approx(result.values.T[known])
    assert (np.abs(result.values[known]) <= 1).all()
    assert np.diag(result.values) == pytest.approx(np.ones(len(result.rows)))


def test_columns_that_are_missing_together_are_found() -> None:
    random = np.random.default_rng(0)
    frame = pd.DataFrame(random.normal(size=(120, 4)), columns=list("abcd"))
    gone = random.random(120) < 0.3
    frame.loc[gone, ["a", "b"]] = np.nan
    frame.loc[random.random(120) < 0.2, "c"] = np.nan
    frame["y"] = random.normal(size=120)
    both = match(wrap(DummyRegressor().fit(frame[list("abcd")], frame["y"])), from_frame(frame, target="y"))
    result = engine.explain("association", both.model, both.table, of="missing")
    assert isinstance(result, Matrix)
    assert result.rows == ("a", "b", "c")
    assert result.values[0, 1] == pytest.approx(1)
    theirs = frame[["a", "c"]].isna().astype(float).corr(method="spearman").iloc[0, 1]
    assert result.values[0, 2] == pytest.approx(theirs)
    assert view(result).sentence.startswith("Strongest (missing together): a and b (1)")


def test_a_table_without_gaps_says_so() -> None:
    drawn = view(ask("random forest, regression", of="missing"))
    assert drawn.sentence == "There is no pair to compare: missing together."


def test_the_words_name_the_strongest_pair() -> None:
    result = ask("random forest, regression")
    off = np.abs(result.values - np.eye(len(result.rows)))
    row, column = np.unravel_index(off.argmax(), off.shape)
    sentence = view(result).sentence
    assert all(f"{name}" in sentence.split(",")[0] for name in (result.rows[row], result.rows[column]))


def test_cells_hold_their_numbers_where_there_is_room() -> None:
    small = view(ask("random forest, regression"))
    assert len(small.spec["layer"]) == 2
    names = tuple(f"f{at}" for at in range(30))
    large = view(Matrix(names, names, np.eye(30), "feature", "feature", "association", True))
    assert len(large.spec["layer"]) == 1
    assert len(large.rows) == 900


def test_huge_and_tiny_numbers_are_compared_too() -> None:
    values = np.array([1.0, 2.0, 4.0, 3.0, 7.0])
    plain = association(Coded(values, True), Coded(values[::-1], True), "pearson")
    for size in (1e300, 1e-300):
        assert association(Coded(values * size, True), Coded(values[::-1], True), "pearson") == pytest.approx(plain)
