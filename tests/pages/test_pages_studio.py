"""The Studio: grid, chooser, links between panels, slots, settings, looks, notes, and what is not computed again."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from core import cache, panels
from core.export.layout import to_layout
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


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Which methods were computed, not taken from memory."""
    from core import engine

    counted: Counter[str] = Counter()
    inner = engine._run

    def counting(method: Any, job: Any, rows: Any) -> Any:
        counted[method.id] += 1
        return inner(method, job, rows)

    monkeypatch.setattr(engine, "_run", counting)
    return counted


@pytest.fixture
def predicted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many rows each call of a model predicts."""
    from core.registry import Job

    calls: list[int] = []
    inner = Job.predict

    def counting(job: Any, frame: Any) -> Any:
        calls.append(len(frame))
        return inner(job, frame)

    monkeypatch.setattr(Job, "predict", counting)
    return calls


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


def test_a_setting_for_all_charts_redraws_only_those_that_have_it(asked: Counter[str]) -> None:
    app = open_page(
        "studio",
        {"studio_settings": True},
        model="diabetes",
        panels="permutation_importance,ceteris_paribus",
        grid="1x2",
    )
    asked.clear()
    app.number_input(key=now(app, "all_rounds")).set_value(3).run()
    assert errors(app) == []
    assert link(app, "s.all.rounds") == "3"
    assert set(asked) <= {"permutation_importance"}
    assert asked["permutation_importance"] == 1


def test_looks_change_without_asking_the_model(
    asked: Counter[str], predicted: list[int], shown: dict[int, Any]
) -> None:
    app = open_page("studio", {"studio_looks": True}, model="diabetes", panels="shap,break_down", grid="1x2")
    asked.clear()
    predicted.clear()
    app.color_picker(key=now(app, "look_up")).set_value("#008800").run()
    app.slider(key=now(app, "look_height")).set_value(420).run()
    assert errors(app) == []
    assert (link(app, "s.look.up"), link(app, "s.look.height")) == ("#008800", "420")
    assert all("#008800" in str(shown[place].spec) for place in (0, 1))
    assert not asked
    assert not predicted


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> dict[int, Any]:
    """The last drawing that each place sent to the browser."""
    from pages.parts import drawing

    sent: dict[int, Any] = {}
    inner = drawing.show

    def noting(place: int, what: Any, found: Any, key: str) -> None:
        sent[place] = found[what.at]
        inner(place, what, found, key)

    monkeypatch.setattr(drawing, "show", noting)
    return sent


def test_importance_has_a_limit_of_bars_of_its_own_and_the_rest_of_an_attribution_is_one_bar(
    shown: dict[int, Any],
) -> None:
    limits = {"s.bars.permutation_importance": "3", "s.bars.shap": "5"}
    app = open_page("studio", model="diabetes", row=4, grid="1x2", panels="permutation_importance,shap", **limits)
    assert errors(app) == []
    bars = [[row for row in drawn.rows if row.get("value") is not None] for drawn in shown.values()]
    assert [len(found) for found in bars] == [3, 6]
    whole = cache.explain(cache.pair("diabetes", "diabetes"), "shap", [4], 0, {})[0]
    assert sum(row["value"] for row in bars[1]) == pytest.approx(whole.output - whole.base, abs=1e-9)
    made = [sent["made"] for sent in panels_of(app)]
    assert made == ["At most 1,000 rows, 10 rounds; seed 0", "At most 100 background rows, 1,000 samples; seed 0"]


@pytest.mark.parametrize("panel", ["shap", "permutation_importance", "break_down"])
def test_a_panel_of_bars_has_box_plots_in_its_menu(panel: str, shown: dict[int, Any]) -> None:
    app = open_page("studio", {"studio_menu_0": True}, model="diabetes", row=4, grid="1x1", panels=panel)
    assert "q1" not in shown[0].rows[0]
    app.segmented_control(key=now(app, "studio_picture_0")).select("boxes").run()
    assert errors(app) == []
    assert link(app, "s.picture.0") == "boxes"
    quartiles = [[row[name] for name in ("least", "q1", "median", "q3", "most")] for row in shown[0].rows]
    assert all(numbers == sorted(numbers) for numbers in quartiles)
    assert any(numbers[0] < numbers[-1] for numbers in quartiles)
    app.segmented_control(key=now(app, "studio_picture_0")).select("bars").run()
    assert "q1" not in shown[0].rows[0]
    assert link(app, "s.picture.0") == ""


def test_box_plots_of_two_instances_share_one_axis_and_a_wrong_picture_is_left_out(shown: dict[int, Any]) -> None:
    both = {"s.bind.1": "2", "s.row.2": "9", "s.picture.0": "boxes", "s.picture.1": "boxes"}
    app = open_page("studio", model="diabetes", row=4, grid="1x2", panels="shap,shap", **both)
    assert errors(app) == []
    reaches = [{row["reach"] for row in drawn.rows if "reach" in row} for drawn in shown.values()]
    assert len(reaches[0]) == 2
    assert reaches[0] == reaches[1]
    wrong = open_page(
        "studio", model="diabetes", grid="1x2", panels="lime,shap", **{"s.picture.0": "boxes", "s.picture.1": "<b>"}
    )
    assert errors(wrong) == []
    assert "value" in shown[0].rows[0]
    assert "value" in shown[1].rows[0]


def test_an_axis_stays_where_it_is_put_from_instance_to_instance(shown: dict[int, Any]) -> None:
    """DX11."""
    app = open_page("studio", {"studio_menu_0": True}, model="diabetes", row=4, grid="1x1", panels="break_down")
    for text, ends in (("-200..150", {-200.0, 150.0}), ("9..1", set()), ("-inf..1", set())):
        app.text_input(key=now(app, "studio_axis_0")).set_value(text).run()
        assert errors(app) == []
        assert {row["reach"] for row in shown[0].rows if "reach" in row} == ends
        assert ("two numbers, the smaller first" in words(app)) is (not ends)
    for row in (4, 90):
        open_page(
            "studio", model="diabetes", row=row, grid="1x1", panels="break_down", **{"s.axis.break_down": "0..300"}
        )
        reaches = sorted(row["reach"] for row in shown[0].rows if "reach" in row)
        values = [row["value"] for row in shown[0].rows if "value" in row]
        assert reaches == [pytest.approx(min(0.0, *values)), 300.0]


def test_a_note_is_kept_in_the_link_and_shown_as_text() -> None:
    evil = "<img src=x onerror=alert(1)> **look**"
    app = open_page("studio", grid="1x2", panels="shap,note", **{"s.note.1": evil})
    assert errors(app) == []
    assert app.text_area(key=now(app, "studio_note_1")).value == evil
    app.text_area(key=now(app, "studio_note_1")).set_value("salary counts twice").run()
    assert link(app, "s.note.1") == "salary counts twice"


def test_without_data_nothing_of_the_table_is_offered_or_shown() -> None:
    app = open_page("studio", grid="2x2", panels="shap,residuals_feature,distribution,-", **{"s.eda": "off"})
    assert errors(app) == []
    assert titles(app) == ["What pushed this prediction up or down?"]
    options = app.selectbox(key=now(app, "studio_add_1")).options
    assert not [option for option in options if "EDA" in option or "Residuals" in option or "many rows" in option]


def test_a_wrong_look_or_setting_of_a_link_is_left_out() -> None:
    given = {
        "s.look.up": "red;}",
        "s.look.nothing": "1",
        "s.set.shap.background": "a lot",
        "s.bind.0": "z9",
        "s.bars.shap": "x",
    }
    app = open_page("studio", grid="1x2", panels="shap,break_down", **given)
    assert errors(app) == []
    assert len(titles(app)) == 2


def test_what_needs_a_second_model_that_is_not_there_says_so_and_the_first_still_answers() -> None:
    app = open_page(
        "studio", model="diabetes", grid="1x2", panels="shap,shap", **{"s.bind.1": "b", "s.model.b": "mine.gone"}
    )
    assert len(errors(app)) == 1
    assert "no other model" in errors(app)[0]
    assert len(panels_of(app)) == 1
    assert app.segmented_control(key=now(app, "studio_arrange")).set_value("").run()
    assert errors(app) == []


def test_a_layout_file_builds_the_same_studio() -> None:
    app = open_page("studio", grid="1x2", panels="shap,note", **{"s.note.1": "mine", "s.look.height": "400"})
    pairs = {name: link(app, name) for name in app.query_params}
    again = open_page("studio", {"studio_keep": True})
    again.file_uploader(key="layout_open").upload("layout.json", to_layout(pairs), "application/json").run()
    assert errors(again) == []
    assert {name: link(again, name) for name in again.query_params} == pairs


def test_a_file_that_is_no_layout_is_told_in_words() -> None:
    app = open_page("studio", {"studio_keep": True})
    app.file_uploader(key="layout_open").upload("layout.json", b'{"format": "x"}', "application/json").run()
    assert "not a layout" in words(app)


def test_an_instance_of_another_table_that_comes_too_late_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit hands out the text of a choice that is no option any more."""
    from pages.parts import studio

    chosen: list[object] = []
    monkeypatch.setattr(studio.subject, "choose", chosen.append)
    monkeypatch.setattr(studio.layout, "redraw", lambda _which: None)
    for said in ("id: row 0 / y: malignant", 3):
        studio._row_chosen(said)
    assert chosen == [3]
