"""The space of a search: written and read, walked and drawn as scikit-learn does it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn.model_selection import ParameterGrid, ParameterSampler

from core.errors import InputError
from core.results import Span
from core.tuning import candidates, space

KNOWN: dict[str, Any] = {"depth": 3, "rate": 0.1, "C": 1.0, "kind": "a", "layers": (5,), "size": None, "on": True}
TEXT = (
    "depth=2..8; rate=0.01..0.3 log; kind=a|b|None; layers=[5]|[5, 3]; C=1..100 log; on=True|False; size=10..1000 log"
)


def test_ranges_are_read_by_how_they_are_written_and_by_what_the_setting_is_now() -> None:
    found = {span.name: span for span in space.parse(TEXT, KNOWN)}
    assert found["depth"] == Span("depth", "int", 2, 8)
    assert found["rate"] == Span("rate", "float", 0.01, 0.3, log=True)
    assert found["C"] == Span("C", "float", 1, 100, log=True), "whole ends, but the setting is a real number"
    assert found["size"] == Span("size", "int", 10, 1000, log=True)
    assert found["kind"].choices == ("a", "b", None)
    assert found["layers"].choices == ((5,), (5, 3))
    assert found["on"].choices == (True, False)
    assert space.parse("rate=0.5", KNOWN)[0].choices == (0.5,)
    assert space.parse("depth=4..4", KNOWN)[0].choices == (4,)


def test_what_is_written_is_read_back() -> None:
    once = space.parse(TEXT, KNOWN)
    assert space.parse(space.text(once), KNOWN) == once


@given(st.floats(1e-6, 1e6), st.floats(1e-6, 1e6), st.booleans())
def test_any_range_of_real_numbers_is_read_back(low: float, high: float, log: bool) -> None:
    if low == high:
        return
    span = Span("rate", "float", min(low, high), max(low, high), log)
    assert space.parse(space.text([span]), KNOWN) == (span,)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "nothing to search"),
        ("depth", "no name or no values"),
        ("depht=1..2", "depth"),
        ("depth=9..2", "goes up"),
        ("depth=a..b", "numbers"),
        ("depth=1..2 lgo", "log"),
        ("rate=0..1 log", "above 0"),
        ("depth=1..2;depth=1..3", "twice"),
        ("depth=1..1e13", "goes up"),
        ("depth=nan..2", "goes up"),
    ],
)
def test_what_is_no_space_is_told_with_an_example_or_the_nearest_name(text: str, word: str) -> None:
    with pytest.raises(InputError) as caught:
        space.parse(text, KNOWN)
    assert word in str(caught.value)
    assert caught.value.hint


def test_a_grid_is_that_of_scikit_learn() -> None:
    spans = space.parse("depth=2..8; rate=0.01..1 log; kind=a|b", KNOWN)
    by_hand = {"depth": [2, 5, 8], "rate": [0.01, 0.1, 1.0], "kind": ["a", "b"]}
    found = candidates.grid(spans, 3)
    expected = list(ParameterGrid(by_hand))
    assert [one["depth"] for one in found] == [one["depth"] for one in expected]
    assert [one["rate"] for one in found] == pytest.approx([one["rate"] for one in expected])
    assert [one["kind"] for one in found] == [one["kind"] for one in expected]


def test_a_grid_that_is_too_large_is_refused_with_its_size() -> None:
    spans = space.parse("depth=1..50; rate=0..1; C=1..2; size=1..50", KNOWN)
    with pytest.raises(InputError, match="6,250,000 candidates"):
        candidates.grid(spans, 50)


def test_a_grid_of_whole_numbers_has_none_twice() -> None:
    assert space.points(Span("depth", "int", 1, 3), 20) == [1, 2, 3]


@pytest.mark.parametrize("seed", [0, 7])
def test_draws_are_those_of_parameter_sampler(seed: int) -> None:
    spans = space.parse("depth=2..8; rate=0.01..0.3 log; C=0.5..2; kind=a|b", KNOWN)
    lists = {
        "depth": stats.randint(2, 9),
        "rate": stats.loguniform(0.01, 0.3),
        "C": stats.uniform(0.5, 1.5),
        "kind": ["a", "b"],
    }
    assert candidates.drawn(spans, 12, seed) == list(ParameterSampler(lists, 12, random_state=seed))
    assert candidates.drawn(spans, 12, seed) == candidates.drawn(spans, 12, seed)
    assert candidates.drawn(spans, 12, seed) != candidates.drawn(spans, 12, seed + 1)


def test_draws_from_lists_alone_never_repeat_and_end_when_all_are_drawn() -> None:
    spans = space.parse("kind=a|b|c; on=True|False", KNOWN)
    found = candidates.drawn(spans, 50, 0)
    assert len(found) == 6
    assert len({repr(one) for one in found}) == 6


def test_whole_numbers_by_factors_are_even_in_their_logarithm() -> None:
    random = np.random.RandomState(0)
    drawn = np.array(
        [space.distribution(Span("n", "int", 1, 1000, log=True)).rvs(random_state=random) for _ in range(4000)]
    )
    assert drawn.min() >= 1
    assert drawn.max() <= 1000
    assert np.mean(drawn <= 31.6) == pytest.approx(0.5, abs=0.03)


def test_coordinates_are_shares_of_the_ranges() -> None:
    spans = space.parse("depth=2..10; rate=0.01..1 log; kind=a|b|c", KNOWN)
    found = space.coordinates(spans, [{"depth": 4, "rate": 0.1, "kind": "b"}, {"depth": 10, "rate": 0.01, "kind": "a"}])
    assert found == pytest.approx(np.array([[0.25, 0.5, 0, 1, 0], [1, 0, 1, 0, 0]]))


def test_neighbours_stay_inside_and_of_their_type() -> None:
    random = np.random.RandomState(1)
    whole, real = Span("n", "int", 1, 50, log=True), Span("r", "float", 0.01, 1.0, log=True)
    near = [(space.near(whole, 49, 0.3, random), space.near(real, 0.011, 0.3, random)) for _ in range(200)]
    assert all(isinstance(one, int) and 1 <= one <= 50 for one, _ in near)
    assert all(0.01 <= other <= 1 for _, other in near)
    assert len({one for one, _ in near}) > 10
