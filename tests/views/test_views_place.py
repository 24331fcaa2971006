"""One prediction among all."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.views import place, view

CHANCES = st.lists(st.floats(0, 1), min_size=2, max_size=60)


@given(CHANCES)
def test_every_prediction_is_counted_once(chances: list[float]) -> None:
    everyone = place.crowd(np.array(chances), probability=True)
    assert everyone.counts.sum() == len(chances)
    assert (everyone.edges[0], everyone.edges[-1]) == (0.0, 1.0)


@given(CHANCES, st.integers(0, 59))
def test_the_share_below_by_a_plain_count(chances: list[float], which: int) -> None:
    own = chances[which % len(chances)]
    lower, equal = sum(value < own for value in chances), sum(value == own for value in chances)
    everyone = place.crowd(np.array(chances), probability=True)
    assert place.below(everyone, own) == pytest.approx((lower + equal / 2) / len(chances))


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.9, "The highest chance of “class yes” of all 10 instances."),
        (0.0, "The lowest chance of “class yes” of all 10 instances."),
        (0.75, "A higher chance of “class yes” than 80 % of all 10 instances."),
        (0.15, "A lower chance of “class yes” than 80 % of all 10 instances."),
    ],
)
def test_the_place_in_words(value: float, said: str) -> None:
    everyone = place.crowd(np.arange(10) / 10, probability=True)
    assert place.tell(everyone, value, "probability", "yes") == said


def test_a_number_is_drawn_on_its_own_range() -> None:
    values = np.array([3.0, 4.0, 9.0])
    everyone = place.crowd(values, probability=False)
    drawn = place.view(everyone, 4.0, "target", "price")
    own = [row for row in drawn.rows if row["role"] == "own"]
    assert (everyone.edges[0], everyone.edges[-1]) == (3.0, 9.0)
    assert [(row["x"], row["said"]) for row in own] == [(4.0, "4")]
    assert drawn.table["rows"].sum() == 3
    assert drawn.alt.startswith("Histogram")


def test_one_row_and_equal_rows_do_not_fail() -> None:
    assert "only one" in place.view(place.crowd(np.array([5.0]), False), 5.0, "target", "y").sentence
    same = place.crowd(np.full(4, 5.0), False)
    assert place.view(same, 5.0, "target", "y").table["rows"].sum() == 4


def test_the_strip_as_an_answer_holds_the_same_counts_and_words() -> None:
    values = np.array([0.1, 0.1, 0.5, 0.9])
    everyone = place.crowd(values, probability=True)
    found = place.spread(everyone, 0.5, "probability", "yes <b>")
    assert found.counts.tolist() == [np.histogram(values, 40, (0, 1))[0].tolist()]
    assert found.bins == pytest.approx(np.linspace(0, 1, 41))
    assert found.at == 0.5
    assert found.checks[0].text == place.tell(everyone, 0.5, "probability", "yes <b>")
    assert "predicted chance of “yes <b>”" in view(found).sentence
    assert place.spread(everyone, float("nan"), "probability", "yes").at is None
