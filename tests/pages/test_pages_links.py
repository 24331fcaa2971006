"""Links, filters, settings and two methods at once, in Streamlit's own runner."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from core.errors import InputError
from core.loading.samples import load_sample_table
from pages.parts import panel, question
from pages.parts.question import Question
from pages.parts.text import safe
from tests.pages.app import changing, errors, now, open_page, panels, words

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20)


@given(TEXT, TEXT, st.integers(0, 10**9), TEXT, st.dictionaries(st.sampled_from(["num_features", "seed"]), TEXT))
def test_a_link_brings_the_same_question_back(
    model: str, output: str, row: int, feature: str, params: dict[str, str]
) -> None:
    asked = Question(model=model, output=output, row=row, feature=feature, params=params, level="expert")
    pairs = question.as_link(asked)
    assert question._from_link(pairs, Question(level=asked.level)) == asked


@pytest.mark.parametrize("text", ["-1", "1.5", "x", "9" * 30, "", "²"])
def test_a_number_that_is_none_is_no_row(text: str) -> None:
    assert question._from_link({"row": text}, Question()).row == -1


@given(st.text(max_size=80))
def test_text_from_outside_is_never_formatting(text: str) -> None:
    shown = safe(text)
    assert "\n" not in shown
    for mark in "![]<>*_`$:#|~":
        assert shown.count(mark) == shown.count("\\" + mark)


def test_the_first_page_explains_the_first_sample_without_a_choice() -> None:
    app = open_page()
    assert errors(app) == []
    text = words(app)
    assert "What pushed this prediction up or down?" in text
    assert "Loans · boosted trees" in text
    assert app.session_state["question"].row == 0


def test_settings_of_the_link_are_used_and_wrong_ones_told() -> None:
    app = open_page(method="lime", p_num_features=3, level="expert")
    assert app.number_input(key=now(app, "firstlime.num_features")).value == 3
    assert errors(app) == []
    app = open_page(method="lime", p_num_features="many")
    assert errors(app) == []
    assert "num_features" in words(app)
    assert "whole number" in words(app)


def test_a_changed_setting_is_in_the_address() -> None:
    app = open_page(method="lime", row=4)
    app.number_input(key=now(app, "firstlime.num_features")).set_value(5).run()
    assert errors(app) == []
    assert dict(app.query_params)["p.num_features"] in ("5", ["5"])


def test_two_methods_side_by_side_agree_in_words() -> None:
    app = open_page(method="shap", second="lime", level="expert", row=2)
    assert errors(app) == []
    assert "SHAP and LIME:" in words(app)
    assert "longest bars" in words(app) or "direction of" in words(app)
    app.segmented_control(key=now(app, "first.picture")).set_value("boxes").run()
    assert errors(app) == []
    assert "Each box holds the middle half of 25 single orderings" in words(app)
    assert "Over 25 single orderings" in words(app)


def test_an_unknown_method_model_class_and_row_are_told() -> None:
    assert "There is no method named 'sharp'" in words(open_page(method="sharp"))
    for link, part in (
        ({"model": "lones"}, "no sample named 'lones'"),
        ({"klass": "nobody"}, "no class named 'nobody'"),
        ({"row": 10**6}, "There is no row 1000000"),
    ):
        app = open_page(**link)
        assert len(errors(app)) == 1
        assert part in words(app)


def test_the_picked_feature_is_profiled_and_named() -> None:
    app = open_page(row=2, feature="savings")
    assert errors(app) == []
    assert changing(app, "feature").value == "savings"
    assert "If only savings changed" in words(app)
    changing(app, "feature").set_value("age").run()
    assert "If only age changed" in words(app)


def test_sure_and_wrong_ones_are_listed_and_one_is_drawn_by_chance() -> None:
    app = open_page()
    app.selectbox(key=now(app, "condition")).set_value("confident and wrong").run()
    assert errors(app) == []
    listed = app.session_state["table_rows"]
    app.button(key="random").click().run()
    row = app.session_state["question"].row
    assert row in listed
    assert dict(app.query_params)["row"] in (str(row), [str(row)])
    assert errors(app) == []
    assert {panel["row"] for panel in panels(app)} == {row}, "the profile is of that instance"


def test_search_and_range_narrow_the_list() -> None:
    app = open_page()
    app.text_input(key=now(app, "search")).set_value("L-10").run()
    names = load_sample_table("loans").frame["loan"]
    wanted = [row for row, name in enumerate(names) if "l-10" in name.lower()]
    assert app.session_state["table_rows"] == wanted[:200]
    app.slider(key=now(app, "range")).set_value((0.9, 1.0)).run()
    assert errors(app) == []
    assert len(app.session_state["table_rows"]) < len(wanted)


def test_the_class_of_several_is_chosen_and_kept_in_the_address() -> None:
    app = open_page(model="wine", row=7)
    box = changing(app, "class")
    other = next(name for name in box.options if name != box.value)
    box.set_value(other).run()
    assert errors(app) == []
    assert f"for “{other}”" in words(app)
    assert dict(app.query_params)["class"] in (other, [other])


def test_a_failing_panel_leaves_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    from pages.parts import closer

    def broken(*_given: object, **_named: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(closer, "_method", broken)
    app = open_page()
    assert len(errors(app)) == 1
    assert "secret" not in words(app)
    assert "What pushed this prediction up or down?" in words(app)
    assert len(app.exception) == 0


def test_the_plot_says_the_answer_and_it_is_said_once() -> None:
    """In plain words the panel below holds settings and checks; an expert sees its own picture and sentence there."""
    plain = words(open_page(model="loans"))
    assert panel.TOLD_ABOVE in plain
    assert "Pushed" not in plain
    assert "The bars add up to the prediction" in plain
    expert = words(open_page(model="loans", level="expert"))
    assert panel.TOLD_ABOVE not in expert
    assert "Pushed" in expert


LATE = """
import streamlit as st
from core import cache
from pages.parts import force, fresh, heard, question, subject

asked = question.current()
here = subject.load_pair(asked).digest
st.session_state.setdefault("other", here)

def hear(whose):
    said = heard.tell("page", question.current().row)
    st.session_state["force"] = {"row": {"whose": whose, "said": said, "acts": 1, "row": 150, "pick": "savings"}}
    force._leafed()

st.button("from this plot", on_click=lambda: hear(here))
st.button("from the plot before", on_click=lambda: hear(st.session_state["other"]))
st.button("another model", on_click=lambda: question.ask(model="wine", data=""))
"""


def test_a_plot_of_another_model_is_not_listened_to() -> None:
    """Its message left before the model was changed: its row need not exist here, its features do not."""
    app = AppTest.from_string(LATE, default_timeout=180).run()
    app.button[0].click().run()
    asked = app.session_state["question"]
    assert (asked.row, asked.feature) == (150, "savings")
    app.button[2].click().run()
    assert app.session_state["question"].row == 0
    app.button[1].click().run()
    asked = app.session_state["question"]
    assert (asked.model, asked.row, asked.feature) == ("wine", 0, "")
    app.button[0].click().run()
    assert app.session_state["question"].row == 150
    assert not app.exception


def test_a_list_that_cannot_be_drawn_is_told_in_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    from pages.parts import picker

    def fails(*_given: object) -> None:
        raise InputError("There is no row 185.", "It has 178 rows.", "Choose another.")

    monkeypatch.setattr(picker, "_listed", fails)
    app = open_page()
    assert len(errors(app)) == 1
    assert "There is no row 185" in errors(app)[0]
    assert not app.exception
    assert "What pushed this prediction up or down?" in words(app)
