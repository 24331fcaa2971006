"""Looks: colours, sizes and words change the drawing and never the numbers; axes that are shared reach equally far."""

from __future__ import annotations

import json

import pytest

from core import engine
from core.errors import InputError
from core.results import Result
from core.views import View, beside, looks, palette, view
from core.views.looks import Looks, styled
from tests.contract_cases import case


def answer(method: str, row: int = 0, **params: object) -> Result:
    model, table = case("xgboost with missing values")
    return engine.explain(method, model, table, row, **params)


@pytest.fixture
def bars() -> View:
    return view(answer("shap"))


def test_colours_say_which_way_and_stay_apart(bars: View) -> None:
    drawn = styled(bars, looks.looks({"up": "#008800", "down": "#880000"}), "shap", "attribution")
    text = json.dumps(drawn.spec)
    assert "#008800" in text
    assert "#880000" in text
    assert palette.UP not in text
    assert palette.DOWN not in text
    assert drawn.rows == bars.rows
    assert drawn.sentence == bars.sentence


def test_a_line_has_its_own_colour_also_where_down_has_the_same_by_default() -> None:
    profile = view(answer("ceteris_paribus"))
    drawn = styled(profile, looks.looks({"down": "#880000", "line": "#123456"}), "ceteris_paribus", "profile")
    assert "#880000" not in json.dumps(drawn.spec)
    assert "#123456" in json.dumps(drawn.spec)


def test_swapped_colours_do_not_run_into_each_other(bars: View) -> None:
    drawn = styled(bars, looks.looks({"up": palette.DOWN, "down": palette.UP}), "shap", "attribution")
    ways = drawn.spec["layer"][0]["encoding"]["color"]["scale"]
    assert ways["range"][:2] == [palette.DOWN, palette.UP]


def test_height_and_axis_titles_of_one_panel_only(bars: View) -> None:
    look = looks.looks({"height": "440", "ceteris_paribus.y": "what the bank says", "ceteris_paribus.x": "income"})
    profile = styled(view(answer("ceteris_paribus")), look, "ceteris_paribus", "profile")
    assert profile.spec["height"] == 440
    assert "what the bank says" in json.dumps(profile.spec)
    other = styled(bars, look, "shap", "attribution")
    assert other.spec == bars.spec
    assert look.text("ceteris_paribus", "x") == "income"


def test_the_original_is_not_touched(bars: View) -> None:
    before = json.dumps(bars.spec)
    styled(bars, looks.looks({"up": "#008800", "height": 500, "shap.x": "push"}), "shap", "attribution")
    assert json.dumps(bars.spec) == before


@pytest.mark.parametrize(
    "given",
    [
        {"up": "red"},
        {"up": '#ffffff"'},
        {"height": 5},
        {"size": "nan"},
        {"animation": -1},
        {"nothing": 1},
        {"a.b": "x"},
    ],
)
def test_what_does_not_fit_is_refused_in_words(given: dict[str, object]) -> None:
    with pytest.raises(InputError):
        looks.looks(given)


def test_texts_are_bounded_and_defaults_are_as_usual() -> None:
    assert len(looks.looks({"shap.title": "x" * 5000}).text("shap", "title")) <= 120
    assert looks.looks({}) == Looks()


def test_neighbours_share_one_axis_and_the_specification_stays_constant() -> None:
    first, second = answer("shap", 0), answer("shap", 5)
    one, two = view(first), view(second)
    ends = [beside.extent(drawn, "attribution") for drawn in (one, two)]
    assert ends[0]
    assert ends[1]
    wide = [beside.on_one_axis(one, first, [ends[1]]), beside.on_one_axis(two, second, [ends[0]])]
    reach = [[row["reach"] for row in drawn.rows if "reach" in row] for drawn in wide]
    assert reach[0] == reach[1]
    assert reach[0] == [min(ends[0][0], ends[1][0]), max(ends[0][1], ends[1][1])]
    assert wide[0].spec == wide[1].spec
    assert [row for row in wide[0].rows if "reach" not in row] == one.rows


def test_a_drawing_without_such_an_axis_stays_as_it_is() -> None:
    result = answer("distribution")
    drawn = view(result)
    assert beside.extent(drawn, result.kind) is None
    assert beside.on_one_axis(drawn, result, [(0.0, 1.0)]) is drawn
    profile = answer("ceteris_paribus")
    assert beside.on_one_axis(view(profile), profile, []).rows == view(profile).rows
