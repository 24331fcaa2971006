"""The Studio's panels: the ten under modelStudio's names, every other method once, and what each depends on."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from core import engine, panels, registry
from core.errors import InputError
from core.params import resolve
from core.version import VERSION
from core.views import view
from tests.contract_cases import case

NAMES = """Break Down|Shapley Values|Ceteris Paribus|Feature Importance|Partial Dependence|Accumulated Dependence
Residuals vs Feature|Feature Distribution|Target vs Feature|Average Target vs Feature""".replace("\n", "|").split("|")


def test_the_ten_have_model_studio_s_names_and_levels() -> None:
    assert [panel.title for panel in panels.TEN] == NAMES
    assert [panel.level for panel in panels.TEN] == ["Local"] * 3 + ["Global"] * 4 + ["EDA"] * 3


def test_every_method_has_a_panel_and_no_panel_is_there_twice() -> None:
    every = panels.every()
    assert {panel.method for panel in every} == {method.id for method in registry.methods()}
    assert len({panel.id for panel in every}) == len(every)
    assert all(panels.get(panel.id) == panel for panel in every)
    with pytest.raises(InputError, match="shap"):
        panels.get("shapp")


@pytest.mark.parametrize("panel", panels.TEN, ids=lambda panel: panel.id)
def test_what_a_panel_takes_changes_its_answer_and_nothing_else_does(panel: panels.Panel) -> None:
    """modelStudio: a variable moves seven panels, an instance three (and its mark in those about the data)."""
    seven = NAMES[2:3] + NAMES[4:]
    assert panel.takes("feature") == (panel.title in seven)
    assert panel.takes("instance") == (panel.level in ("Local", "EDA"))


@pytest.mark.parametrize("name", ["pipeline with text levels", "lightgbm, three classes", "random forest, regression"])
@pytest.mark.parametrize("panel", panels.TEN, ids=lambda panel: panel.id)
def test_each_of_the_ten_answers_and_draws(panel: panels.Panel, name: str) -> None:
    model, table = case(name)
    params = resolve(panel.how, panel.params, table)
    result = engine.explain(panel.method, model, table, 2, **params)
    drawn = view(result, **panel.options)
    assert drawn.rows
    assert drawn.sentence.endswith(".")


def test_the_average_target_draws_the_means_alone() -> None:
    model, table = case("random forest, regression")
    result = engine.explain("distribution", model, table, 0)
    drawn = view(result, part="means")
    assert {row["role"] for row in drawn.rows} <= {"mean", "own", "title"}
    means = [row["mean"] for row in drawn.rows if row["role"] == "mean"]
    feature = table.schema.names[0]
    frame = table.frame
    inside = (frame[feature] >= result.bins[0]) & (frame[feature] < result.bins[1])
    assert means[0] == pytest.approx(float(frame[table.target][inside].mean()))


def test_without_data_no_panel_shows_single_rows_or_the_table_s_values() -> None:
    kept = panels.every(data=False)
    assert not [panel for panel in kept if panel.how.scope == "data" or panel.how.kind in ("points", "attributions")]
    assert {"break_down", "shap", "permutation_importance"} <= {panel.id for panel in kept}


def test_the_version_is_the_project_s() -> None:
    text = (Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8")
    assert tomllib.loads(text)["project"]["version"] == VERSION
