from __future__ import annotations

import json

import numpy as np
import pytest

from core import engine
from core.errors import InputError
from core.results import Importance, Profile, Scores
from core.views import scores, view
from core.views.surrogate import _near
from tests.contract_cases import case


@pytest.fixture(params=["pipeline with text levels", "lightgbm, three classes", "random forest, regression"])
def performance(request: pytest.FixtureRequest) -> Scores:
    result = engine.explain("performance", *case(request.param))
    assert isinstance(result, Scores)
    return result


def test_every_picture_is_drawn_from_a_constant_spec(performance: Scores) -> None:
    for picture, title in scores.pictures(performance).items():
        drawn = view(performance, picture=picture)
        assert drawn.rows
        assert drawn.alt.startswith(title)
        json.dumps([drawn.spec, drawn.rows], allow_nan=False)
        assert drawn.spec == view(performance, picture=picture).spec


def test_the_table_says_what_each_score_means(performance: Scores) -> None:
    table = view(performance).table
    assert len(table) == len(performance.scores)
    assert table["what it means"].str.len().min() > 10


def test_confusion_cells_sum_to_the_rows() -> None:
    result = engine.explain("performance", *case("pipeline with text levels"))
    assert isinstance(result, Scores)
    cells = view(result, picture="confusion").rows
    assert sum(cell["count"] for cell in cells) == result.rows
    assert sum(cell["share"] for cell in cells if cell["truth"] == "yes") == pytest.approx(1)


def test_an_unknown_picture_is_refused(performance: Scores) -> None:
    with pytest.raises(InputError):
        view(performance, picture="rok")


def test_the_importance_of_many_features_is_cut_and_said() -> None:
    names = tuple(f"f{at}" for at in range(30))
    drawn = view(Importance(names, np.arange(30.0), "rise of the loss", "y", spread=np.ones(30)))
    assert len(drawn.rows) == 15
    assert drawn.rows[0]["feature"] == "f29"
    assert "15 smallest" in drawn.sentence
    assert len(drawn.table) == 30
    assert view(Importance(("a",), np.zeros(1), "x", "y")).sentence == "The model relies on none of these features."


def test_a_profile_of_a_model_has_no_own_point_but_the_mean() -> None:
    result = engine.explain("model_profile", *case("random forest, regression"), feature="a")
    assert isinstance(result, Profile)
    drawn = view(result)
    roles = [row["role"] for row in drawn.rows]
    assert "own" not in roles
    assert roles.count("threshold") == 1
    assert any("mean prediction" in (row["label"] or "") for row in drawn.rows)
    assert "mean answer goes from" in drawn.sentence


@pytest.mark.parametrize(("method", "options"), [("shap_interactions", {}), ("shap_summary", {"picture": "heat"})])
def test_equal_sizes_up_and_down_have_equally_strong_colours(method: str, options: dict[str, str]) -> None:
    drawn = view(engine.explain(method, *case("random forest, regression")), **options)
    shade = next(layer["encoding"]["color"]["scale"] for layer in drawn.spec["layer"] if "color" in layer["encoding"])
    assert drawn.rows[0]["reach"] == max(abs(row["value"]) for row in drawn.rows)
    assert (shade["domainMin"]["expr"], shade["domainMid"]) == (f"-{shade['domainMax']['expr']}", 0)
    assert shade["domainMax"]["expr"] == "data('rows')[0].reach"


def test_shares_of_rows_are_written_as_percentages() -> None:
    found = Importance(("age", "rate"), np.array([0.101, 0.0]), "share of rows without a value", "y", lead="Most in")
    drawn = view(found)
    assert drawn.sentence == "Most in age (10 %): share of rows without a value."
    assert [row["text"] for row in drawn.rows] == ["10 %", "0 %"]
    assert "' %'" in json.dumps(drawn.spec)


def test_a_click_on_a_cloud_takes_the_nearest_dot_and_no_other_mark() -> None:
    model, table = case("lightgbm, three classes")
    drawn = view(engine.explain("two_columns", model, table, instance=3))
    layers = drawn.spec["layer"]
    picking = [layer for layer in layers if layer.get("params")]
    assert [layer["params"][0]["select"] for layer in picking] == [
        {"type": "point", "fields": ["row"], "nearest": True}
    ]
    others = [layer for layer in layers if layer not in picking]
    assert any("chosen" in str(layer["transform"]) for layer in others)
    assert not any("tooltip" in layer["encoding"] for layer in others), "a mark with a tip would take clicks"


def test_names_under_a_matrix_of_many_columns_do_not_lie_on_each_other() -> None:
    model, table = case("lightgbm, three classes")
    x = view(engine.explain("association", model, table)).spec["encoding"]["x"]["axis"]
    assert x["labelOpacity"]["expr"].startswith("bandwidth('x') < ")


def test_a_rule_of_a_narrow_outline_keeps_what_is_asked() -> None:
    feature, level = "highest degree at school or university", "certificate of secondary education"
    both = [_near(feature, f"{feature} {asked} {level}") for asked in ("is", "is not")]
    assert both[0] != both[1]
    assert all(len(text) <= 36 for text in both)
    assert " is not " in both[1]
