"""A feature's own numbers on an axis are written as its cells are: a year is 1995, not 1,995."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core.results import Points
from core.views import axis, distribution_spec, points, words

TICKS = {"labelExpr": axis.FEATURE_TICKS}


def cloud(y_title: str, *, ordered: bool = True) -> dict[str, Any]:
    """The specification of a cloud coloured by numbers."""
    x = (1995.0, 2004.0) if ordered else ("a", "b")
    held = Points(
        x, np.array([1.0, 2.0]), (0, 1), ("r0", "r1"), "year", y_title, np.empty(0), np.empty(0), ordered,
        colour=(1990.0, 2000.0), colour_title="built",
    )  # fmt: skip  # in the order of the fields
    return points.spec(held, points.shades(held), None)


def looks(spec: dict[str, Any], channel: str) -> dict[str, Any]:
    """How the dots' channel is labelled."""
    drawn = spec["layer"][0]["encoding"][channel]
    found: dict[str, Any] = drawn["legend" if channel == "color" else "axis"]
    return found


@pytest.mark.parametrize(
    ("y_title", "own"), [("the year built", True), ("the true value", True), ("true value minus prediction", False)]
)
def test_ticks_of_a_cloud_are_cells_where_the_axis_is_a_column(y_title: str, own: bool) -> None:
    spec = cloud(y_title)
    assert looks(spec, "x").items() >= TICKS.items()
    assert looks(spec, "color").items() >= TICKS.items()
    assert ("labelExpr" in looks(spec, "y")) == own


def test_levels_have_no_number_to_write() -> None:
    assert "labelExpr" not in looks(cloud("size of the error", ordered=False), "x")


def test_bins_of_numbers_are_cells_and_dates_are_left_to_the_calendar() -> None:
    def ticks(ordered: bool, dates: bool) -> Any:
        spec = distribution_spec.spec(ordered, dates, None, False, None)
        return spec["layer"][0]["layer"][0]["encoding"]["x"]["axis"].get("labelExpr")

    assert ticks(True, False) == axis.FEATURE_TICKS
    assert ticks(True, True) is None
    assert ticks(False, False) is None


@pytest.mark.parametrize(
    ("value", "text"), [(1995.0, "1995"), (-1995.4, "\N{MINUS SIGN}1995"), (9999.0, "9999"), (10000.0, "10,000")]
)
def test_a_number_on_an_axis_is_written_as_its_cell(value: float, text: str) -> None:
    assert words.own_number(value) == text
    assert axis.cell_at(value, False) == text
    assert words.cell(float(round(value))) == text


def test_long_names_are_cut_in_their_middle_to_the_room() -> None:
    part = axis.of_names(124, 248)
    assert part["labelLimit"] == {"expr": f"{axis.SLIM} ? 143 : 285"}, "wide letters have room"
    assert part["labelExpr"] == f"truncate(datum.label, ({axis.SLIM} ? 20 : 40), 'center')"
    both = axis.of_names(124, 248, " × ")["labelExpr"]
    assert both.startswith(f"{axis.SLIM} && length(split(datum.label, ' × ')) === 2 ? [truncate("), "a line each"
    assert both.endswith(part["labelExpr"])


def test_a_long_title_of_our_own_has_several_lines() -> None:
    found = axis.lines("change of the answer for one standard deviation, or for having the level")
    assert isinstance(found, list)
    assert " ".join(found) == "change of the answer for one standard deviation, or for having the level"
    assert max(map(len, found)) <= axis.LINE
    assert axis.lines("share of rows") == "share of rows"
