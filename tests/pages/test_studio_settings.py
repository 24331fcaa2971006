"""The Studio's settings, looks, notes and layout files: what they change, and what is not computed again."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from core import cache
from core.export.layout import to_layout
from tests.pages.app import errors, now, open_page, words
from tests.pages.app import panels as panels_of
from tests.pages.test_pages_studio import link, titles


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
