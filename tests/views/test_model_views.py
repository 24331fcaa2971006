from __future__ import annotations

import json

import numpy as np
import pytest

from core import engine
from core.errors import InputError
from core.results import Importance, Profile, Scores
from core.views import scores, view
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
