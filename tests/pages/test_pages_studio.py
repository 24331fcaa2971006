"""The Studio: grid, chooser, links between panels, slots, and what is not computed again."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from core import cache, panels
from core.loading.samples import samples
from core.views.words import number
from tests.pages.app import errors, now, open_page, words
from tests.pages.app import panels as panels_of

EACH = pytest.mark.parametrize("sample", samples(), ids=lambda sample: sample.id)
QUESTIONS = {panel.question for panel in panels.every()}


def titles(app: Any) -> list[str]:
    """The questions of the panels in their places."""
    found = [str(item.value).replace("\\", "").strip("*") for item in app.markdown]
    return [text for text in found if text in QUESTIONS]


def link(app: Any, name: str) -> str:
    """A pair of the page's address."""
    held = app.query_params.get(name, "")
    return held[0] if isinstance(held, list) else held


@EACH
def test_four_panels_answer_at_once_on_every_sample(sample: Any) -> None:
    app = open_page("studio", model=sample.id, row=4)
    assert errors(app) == []
    assert len(titles(app)) == 4
    assert app.selectbox(key=now(app, "studio_row")).options[0].startswith("id: ")
    assert "Instance Explorer 0." in words(app)
    both = cache.pair(sample.id, sample.table)
    for score in cache.explain(both, "performance", [0], 0, {})[0].scores:
        assert f"{score.name} {number(score.value, 4)}" in words(app)


@pytest.mark.parametrize(("grid", "count"), [("1x1", 1), ("1x2", 2), ("2x2", 4), ("2x3", 6), ("3x2", 6), ("3x3", 9)])
def test_the_grid_of_the_link_has_that_many_places(grid: str, count: int) -> None:
    app = open_page("studio", grid=grid, panels="permutation_importance")
    assert errors(app) == []
    assert len(titles(app)) == 1
    assert len([box for box in app.selectbox if str(box.key).startswith("studio_add_")]) == count - 1


def test_the_list_offers_exactly_the_ten_of_model_studio_then_the_rest_with_level_and_question() -> None:
    app = open_page("studio", grid="1x1", panels="-")
    options = app.selectbox(key=now(app, "studio_add_0")).options
    ten = options[:10]
    assert [option.split(" · ")[0] for option in ten] == ["Local"] * 3 + ["Global"] * 4 + ["EDA"] * 3
    assert [option.split(" · ")[1].split(":")[0] for option in ten] == [
        "Break Down",
        "Shapley Values",
        "Ceteris Paribus",
        "Feature Importance",
        "Partial Dependence",
        "Accumulated Dependence",
        "Residuals vs Feature",
        "Feature Distribution",
        "Target vs Feature",
        "Average Target vs Feature",
    ]
    assert all(option.endswith("?") for option in ten)
    assert all(option.startswith("More · ") for option in options[10:-1])
    assert options[-1].startswith("Note")


@pytest.mark.parametrize("model", ["loans", "wine", "diabetes"])
@pytest.mark.parametrize("feature", ["number", "level"])
def test_each_of_the_ten_draws_for_every_task_and_kind_of_feature(model: str, feature: str) -> None:
    schema = cache.pair(model, next(one.table for one in samples() if one.id == model)).table.schema
    fitting = [one.name for one in schema.features if one.is_ordered == (feature == "number")]
    if not fitting:
        pytest.skip("this table has no such column")
    ids = [panel.id for panel in panels.TEN]
    for part in (ids[:6], ids[6:]):
        app = open_page("studio", model=model, grid="2x3", panels=",".join(part), feature=fitting[0])
        assert errors(app) == []
        assert len(titles(app)) == len(panels_of(app)) == len(part)
        for drawn in panels_of(app):
            assert all(entry["rows"] for entry in drawn["entries"].values())
            _says_what_it_shows(drawn, fitting[0])


def _says_what_it_shows(drawn: dict[str, Any], feature: str) -> None:
    """The sentence names the feature that is shown, or the one with the longest bar."""
    told = drawn["entries"][drawn["at"]]["sentence"]
    assert feature in told if drawn["takes"] else any(name in told for name in drawn["features"])


@pytest.mark.parametrize(("grid", "count"), [("1x1", 1), ("1x2", 2), ("2x2", 4)])
def test_every_grid_opens_with_the_importance_of_features(grid: str, count: int) -> None:
    app = open_page("studio", grid=grid)
    assert errors(app) == []
    assert len(titles(app)) == count
    assert "Which features does the model rely on?" in titles(app)


def test_more_panels_than_places_are_refused_in_words() -> None:
    app = open_page("studio", grid="1x2", panels="shap,lime,break_down")
    assert "3 panels for 2 places" in words(app)


def test_closing_a_panel_makes_it_choosable_and_choosing_puts_it_back() -> None:
    app = open_page("studio", grid="1x2", panels="shap,break_down")
    app.button(key="studio_close_0").click().run()
    assert errors(app) == []
    assert len(titles(app)) == 1
    assert link(app, "panels") == "-,break_down"
    chooser = app.selectbox(key=now(app, "studio_add_0"))
    wanted = "Local · Shapley Values: What pushed this prediction up or down?"
    assert wanted in chooser.options
    assert not [option for option in chooser.options if "Break Down" in option]
    chooser.select_index(chooser.options.index(wanted)).run()
    assert len(titles(app)) == 2


def test_no_panel_is_there_twice() -> None:
    app = open_page("studio", grid="2x2", panels="shap,shap,nothing,lime")
    assert errors(app) == []
    assert len(titles(app)) == 2


def test_another_feature_does_not_compute_what_shows_no_feature(asked: Counter[str]) -> None:
    app = open_page("studio", model="diabetes", panels="break_down,permutation_importance,ceteris_paribus,residuals")
    asked.clear()
    names = app.selectbox(key=now(app, "studio_feature")).options
    app.selectbox(key=now(app, "studio_feature")).select_index(len(names) - 1).run()
    assert errors(app) == []
    assert link(app, "feature") == names[-1]
    assert not {"break_down", "permutation_importance"} & set(asked)


def test_another_instance_computes_no_panel_about_the_model(asked: Counter[str]) -> None:
    local = ("break_down", "shap", "ceteris_paribus")
    about_all = "permutation_importance,partial_dependence,performance"
    app = open_page("studio", model="diabetes", row=3, grid="2x3", panels=f"{','.join(local)},{about_all}")
    for _ in range(2):
        app.run()  # the other features' profiles are there as well
    asked.clear()
    app.selectbox(key=now(app, "studio_row")).select_index(4).run()
    assert errors(app) == []
    assert asked["break_down"] == asked["shap"] == 1
    assert set(asked) == set(local), "nothing about the whole model is asked again"
    app.selectbox(key=now(app, "studio_row")).select_index(0).run()
    app.run()
    assert asked["break_down"] <= 2  # the first of the list may be new, coming back to one is not


def test_a_resized_grid_keeps_what_it_shows() -> None:
    app = open_page("studio", grid="1x2", panels="lime,break_down")
    app.selectbox(key=now(app, "studio_grid")).select("2x2").run()
    assert errors(app) == []
    assert link(app, "panels").startswith("lime,break_down,")
    assert len(titles(app)) == 4


def test_a_failing_panel_leaves_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    inner = cache.explain

    def failing(both: Any, method: str, *rest: Any, **options: Any) -> Any:
        if method == "break_down":
            raise RuntimeError("boom")
        return inner(both, method, *rest, **options)

    monkeypatch.setattr(cache, "explain", failing)
    app = open_page("studio", grid="1x2", panels="break_down,permutation_importance")
    assert "could not be shown" in words(app)
    assert len(titles(app)) == 2


def test_two_models_side_by_side_show_the_same_instance() -> None:
    app = open_page("studio", model="loans", row=5, grid="1x2", panels="shap,permutation_importance")
    app.segmented_control(key=now(app, "studio_arrange")).select("models").run()
    assert errors(app) == []
    assert link(app, "panels") == "shap,shap,permutation_importance,permutation_importance"
    assert (link(app, "s.bind.1"), link(app, "s.bind.3")) == ("b", "b")
    assert app.selectbox(key=now(app, "studio_slot_model.b")).value != "loans"
    assert link(app, "row") == "5"
    app.segmented_control(key=now(app, "studio_arrange")).select("").run()
    assert link(app, "panels").startswith("shap,permutation_importance")


def test_two_instances_side_by_side_and_the_second_can_be_chosen() -> None:
    app = open_page("studio", model="diabetes", row=5, grid="1x2", panels="shap,ceteris_paribus")
    app.segmented_control(key=now(app, "studio_arrange")).select("instances").run()
    assert errors(app) == []
    app.selectbox(key=now(app, "studio_slot_row.2")).select_index(2).run()
    assert errors(app) == []
    slot = app.selectbox(key=now(app, "studio_slot_row.2"))
    assert link(app, "s.row.2") == str(slot.value)
    assert str(slot.value) != "5"


def test_instances_are_offered_evenly_or_by_a_condition() -> None:
    app = open_page("studio", model="loans", row=0)
    app.selectbox(key=now(app, "studio_which")).select("confident and wrong").run()
    assert errors(app) == []
    assert link(app, "s.which") == "confident and wrong"
    sample = next(one for one in samples() if one.id == "loans")
    both = cache.pair(sample.id, sample.table)
    said = cache.predictions(both)
    for option in app.selectbox(key=now(app, "studio_row")).options[1:]:
        row = next(at for at in range(len(both.table)) if option.startswith(f"id: {both.table.row_name(at)} "))
        assert said[row].max() >= 0.8
        assert both.model.classes[int(said[row].argmax())] != str(both.table.truth(row))
