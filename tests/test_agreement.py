"""Agreement of two attributions: against scipy, by hand, and in words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from core.agreement import compare
from core.errors import InputError
from core.results import Attribution
from core.results.base import Provenance

NAMES = ("a", "b", "c", "d", "e")


def bars(values, features=NAMES, scale="probability"):
    values = np.asarray(values, dtype=float)
    return Attribution(tuple(features), values, (None,) * len(values), 0.0, float(values.sum()), scale, "yes")


numbers = st.lists(st.integers(-6, 6), min_size=5, max_size=5)


@given(numbers, numbers)
def test_rank_is_spearmans(one, two):
    found = compare(bars(one), bars(two))
    if len({abs(value) for value in one}) > 1 and len({abs(value) for value in two}) > 1:
        assert found.rank == pytest.approx(spearmanr(np.abs(one), np.abs(two)).statistic, abs=1e-12)
    assert -1 <= found.rank <= 1
    assert 0 <= found.sign <= 1
    assert 0 <= found.top <= 1


@given(numbers)
def test_an_attribution_agrees_with_itself_in_any_order_and_unit(one):
    turned = bars([value * 7.5 for value in reversed(one)], features=NAMES[::-1], scale="log-odds")
    found = compare(bars(one), turned, k=5)
    assert (found.rank, found.sign, found.top) == (pytest.approx(1.0), 1.0, 1.0)
    assert found.against == ()
    assert "units differ" in found.text


@given(numbers, numbers)
def test_it_is_symmetric(one, two):
    forth, back = compare(bars(one), bars(two)), compare(bars(two), bars(one))
    assert forth.rank == pytest.approx(back.rank)
    assert (forth.sign, forth.top) == (back.sign, back.top)
    assert set(forth.against) == set(back.against)


def test_opposite_signs_are_named():
    found = compare(bars([5, -3, 2, 0.1, 0]), bars([5, 3, 2, 0.1, 0]))
    assert found.against == ("b",)
    assert found.sign == 0.75
    assert "direction of 'b'" in found.text
    assert "units differ" not in found.text


def test_tiny_bars_have_no_sign():
    found = compare(bars([5, 3, 2, 0.001, 0]), bars([5, 3, 2, -0.001, 0]))
    assert found.sign == 1.0
    assert found.text.startswith("The two agree")


def test_different_stories_are_told_apart():
    found = compare(bars([5, 4, 0.1, 0.2, 0.3]), bars([0.1, 0.2, 5, 4, 3]), k=2)
    assert found.top == 0.0
    assert found.rank < 0
    assert "different stories" in found.text
    assert found.check.value == 0.0


def test_mostly_the_same():
    found = compare(bars([5, 4, 3, 0.2, 0.1]), bars([5, 4, 0.1, 0.2, 3]))
    assert found.top == pytest.approx(2 / 3)
    assert "mostly agree" in found.text


def test_more_bars_than_features_and_a_single_feature():
    assert compare(bars([1], ("a",)), bars([2], ("a",)), k=9).k == 1
    assert "longest bar is the same" in compare(bars([1], ("a",)), bars([2], ("a",))).text


def test_a_method_that_names_few_features_is_compared_on_those():
    found = compare(bars([4, -3, 2, 1], ("a", "b", "c", "d")), bars([-3, 4], ("b", "a")))
    assert (found.sign, found.top, found.against) == (1.0, 1.0, ())
    assert found.rank == pytest.approx(1.0)


def test_a_feature_that_one_does_not_name_is_none_of_its_longest():
    """SHAP's two longest bars are not among the three that LIME names: three names in common are no agreement."""
    every = bars([9, 8, 3, 2, 1])
    named = bars([3, 2, 1], ("c", "d", "e"))
    found = compare(every, named)
    shared = {"a", "b", "c"} & {"c", "d", "e"}
    assert (found.top, found.rank, found.k) == (pytest.approx(len(shared) / 3), pytest.approx(1.0), 3)
    assert found.text.startswith("The two tell different stories: 1 of the 3 longest bars is the same.")
    assert compare(named, every).top == found.top


def test_two_rows_may_differ_without_a_disagreement():
    """Poland and Togo are no two opinions on one country."""
    made = Provenance("shap", "1", {}, 0, "m", "t", 0, evaluations=1, seconds=0.0)
    one, two = bars([5, -3, 2, 0.1, 0]), bars([4, 3, 2, 0.1, 0])
    there = replace(two, provenance=replace(made, row=7))
    told = compare(replace(one, provenance=made), there)
    assert (told.against, told.top) == (("b",), 1.0)
    assert told.text == (
        "The same features count for both rows: 3 of the 3 longest bars are the same. "
        "'b' pushes the two in opposite directions: the rows differ, so this is no contradiction."
    )
    again = compare(replace(one, provenance=made), replace(two, provenance=replace(made, model="other", table="o")))
    assert again.text.startswith("The two disagree on the direction of 'b'")


def test_a_sign_is_small_against_the_longest_bar_of_all():
    """The two share short bars only: 1 is under one hundredth of 900, though it is the longest of those shared."""
    found = compare(bars([900, 1, 1], ("a", "b", "c")), bars([-1, 1], ("b", "c")))
    assert (found.sign, found.against) == (1.0, ())


def test_other_features_are_refused():
    with pytest.raises(InputError, match="cannot be compared"):
        compare(bars([1, 2], ("a", "b")), bars([1, 2], ("c", "d")))
