"""Agreement of two attributions: against counts by hand and scipy's rank correlation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from core.agreement import agreement
from core.errors import InputError
from core.results import Attribution


def bars(values: list[float], names: str | None = None, scale: str = "probability") -> Attribution:
    features = tuple(names or "abcdefgh"[: len(values)])
    total = float(np.sum(values))
    return Attribution(features, np.array(values, dtype=float), (None,) * len(values), 0.0, total, scale, "yes")


def test_the_same_bars_agree() -> None:
    found = agreement(bars([0.4, -0.3, 0.2, 0.0]), bars([2.0, -1.5, 1.0, 0.0], scale="log-odds"))
    assert (found.signs, found.opposed, found.shared) == (1.0, (), ("a", "b", "c"))
    assert found.text.startswith("The two methods agree.")


def test_opposite_bars_disagree_and_are_named_largest_first() -> None:
    found = agreement(bars([0.1, 0.5, 0.3]), bars([-0.1, -0.5, -0.3]))
    assert found.signs == 0.0
    assert found.opposed == ("b", "c", "a")
    assert "disagree" in found.text
    assert "Opposite directions: b, c, a." in found.text


def test_order_of_the_features_does_not_matter() -> None:
    one, two = bars([0.4, -0.3, 0.2]), bars([0.2, -0.3, 0.4], names="cba")
    assert agreement(one, two).text == agreement(one, bars([0.4, -0.3, 0.2])).text


def test_a_method_that_names_few_features_is_compared_on_those() -> None:
    found = agreement(bars([0.4, -0.3, 0.2, 0.1]), bars([-0.3, 0.4], names="ba"))
    assert (found.signs, found.shared) == (1.0, ("a", "b"))


def test_a_tiny_bar_has_no_sign() -> None:
    found = agreement(bars([1.0, 0.001]), bars([1.0, -0.001]))
    assert found.signs == 1.0


def test_nothing_in_common_is_said() -> None:
    assert "nothing to compare" in agreement(bars([0.0, 1.0]), bars([1.0, 0.0])).text
    with pytest.raises(InputError):
        agreement(bars([1.0]), bars([1.0], names="z"))


@given(
    st.lists(st.tuples(st.floats(-9, 9), st.floats(-9, 9)), min_size=3, max_size=8, unique_by=lambda pair: abs(pair[0]))
)
def test_order_is_spearmans(pairs: list[tuple[float, float]]) -> None:
    one, two = [first for first, _ in pairs], [second for _, second in pairs]
    found = agreement(bars(one), bars(two))
    if len(set(map(abs, two))) > 1:
        assert found.order == pytest.approx(spearmanr(np.abs(one), np.abs(two)).statistic, abs=1e-9)
    else:
        assert found.order is None


@given(st.lists(st.tuples(st.floats(-9, 9), st.floats(-9, 9)), min_size=1, max_size=8))
def test_it_is_symmetric_in_its_verdict(pairs: list[tuple[float, float]]) -> None:
    one, two = bars([first for first, _ in pairs]), bars([second for _, second in pairs])
    forth, back = agreement(one, two), agreement(two, one)
    assert (forth.signs, set(forth.opposed), set(forth.shared)) == (back.signs, set(back.opposed), set(back.shared))
