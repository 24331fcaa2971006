"""Profiles: the own point, the threshold and its crossings, levels, dates, gaps, several curves."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.codec import decode, encode
from core.results import Profile
from core.types import Feature
from core.views import axis, view
from core.views.profile import crossings


def make(grid: tuple[Any, ...], values: Any, at: tuple[Any, ...], **given: Any) -> Profile:
    values = np.atleast_2d(np.array(values, dtype=float))
    outputs = np.array([values[curve, grid.index(own)] for curve, own in enumerate(at)])
    body = {"scale": "probability", "label": "yes", "ordered": True, "threshold": 0.5}
    names = tuple(f"row {curve}" for curve in range(len(values)))
    return Profile("age", grid, values, names, at, outputs, **(body | given))


def of(shown: Any, role: str) -> list[dict[str, Any]]:
    return [row for row in shown.rows if row["role"] == role]


def test_the_own_point_lies_on_the_curve() -> None:
    shown = view(make((0, 1, 2), [0.1, 0.4, 0.9], (1,)))
    own = of(shown, "own")[0]
    assert (own["x"], own["y"], own["label"]) == (1, 0.4, "now 1: 40 %")
    assert [row["change"] for row in of(shown, "line")] == ["−30 pts", "0 pts", "+50 pts"]


def test_the_crossing_is_where_the_line_passes_the_threshold() -> None:
    result = make((0.0, 10.0, 20.0), [0.0, 1.0, 0.25], (0.0,))
    assert crossings(result) == pytest.approx([5, 10 + 10 * 0.5 / 0.75])
    assert [row["label"] for row in of(view(result), "crossing")] == ["5", "16.67"]
    assert "crosses 50 %) near 5 and 16.67" in view(result).sentence


def test_whole_numbers_are_crossed_between_two_of_them() -> None:
    """Nobody is 44.4 years old: what was asked are the numbers on both sides."""
    result = make((3, 4, 5, 9), [0.1, 0.8, 0.2, 0.8], (3,))
    shown = view(result)
    assert [row["label"] for row in of(shown, "crossing")] == ["3 to 4", "4 to 5", "7"]
    assert shown.sentence.endswith("between 3 and 4, between 4 and 5 and near 7.")
    broken = view(make((0.0, 1.0), [0.0, 1.0], (0.0,)))
    assert broken.spec == shown.spec, "another feature needs other data only: its drawing glides, none is built anew"


@given(st.lists(st.floats(0, 1), min_size=2, max_size=30))
def test_crossings_separate_the_sides(values: list[float]) -> None:
    places = [float(place) for place in range(len(values))]
    found = axis.crossings(places, np.array(values), 0.5)
    sides = np.array(values) >= 0.5
    assert len(found) == int((sides[1:] != sides[:-1]).sum())
    assert found == sorted(found)
    for position in found:
        assert np.interp(position, places, values) == pytest.approx(0.5)


def test_a_missing_cell_is_a_point_apart() -> None:
    shown = view(make((0, 1, None), [0.1, 0.2, 0.8], (None,)))
    assert len(of(shown, "line")) == 2
    assert of(shown, "gap")[0]["cell"] == "missing"
    assert of(shown, "own gap")[0]["y"] == 0.8
    assert not of(shown, "crossing")


def test_dates_survive_the_wire() -> None:
    days = tuple(pd.date_range("2024-01-01", periods=3, freq="D"))
    result = make(days, [0.0, 1.0, 1.0], (days[1],))
    again = view(decode(encode(result)))
    assert again.rows == view(result).rows
    assert again.spec == view(result).spec
    assert of(again, "crossing")[0]["label"] == "2024-01-01"
    assert of(again, "line")[1]["x"] == pd.Timestamp("2024-01-02").timestamp() * 1000


def test_levels_that_change_the_decision_are_named() -> None:
    shown = view(make(("own", "rent", "owes"), [0.4, 0.6, 0.45], ("own",), ordered=False))
    assert "The decision changes with rent." in shown.sentence
    assert [row["order"] for row in of(shown, "line")] == [0, 1, 2]
    still = view(make(("own", "rent"), [0.4, 0.3], ("own",), ordered=False))
    assert "No level changes the decision." in still.sentence


def test_several_curves_have_names_of_their_own() -> None:
    result = make((0, 1), [[0.1, 0.2], [0.3, 0.9]], (0, 1))
    twins = Profile(**{name: getattr(result, name) for name in result.__slots__} | {"curves": ("a", "a")})
    shown = view(twins)
    assert len({row["curve"] for row in of(shown, "line")}) == 2
    assert shown.spec != view(make((0, 1), [0.1, 0.2], (0,))).spec
    assert next(iter(shown.table.columns)) == "age"
    assert shown.table.shape == (2, 3)


def test_observed_quantiles_are_shaded() -> None:
    feature = Feature("age", "numeric", 0, 100, (0, 5, 25, 50, 75, 95, 100))
    bands = of(view(make((0, 1), [0.1, 0.2], (0,)), feature=feature), "band")
    assert [(band["x"], band["x2"]) for band in bands] == [(5, 95), (25, 75)]


def test_a_flat_profile_is_called_flat() -> None:
    assert "nothing would" in view(make((0, 1), [0.3, 0.3], (0,))).sentence
    assert "No observed value" in view(make((0, 1), [0.1, 0.3], (0,))).sentence
