"""Rows and picks that the browser shows before the server hears of them: what came too late, and what did not."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from tests.pages.test_run import asked_with

SCRIPT = """
import streamlit as st
from pages.parts import frame, heard, question

asked = question.current()
st.session_state["told"] = heard.tell("page", asked.row)

@st.fragment(key="part")
def part():
    st.button("pick", on_click=lambda: heard.pick(st.session_state["message"]))

def turn():
    told = st.session_state["message"]
    st.session_state["turned"] = heard.turned(told)
    if st.session_state["turned"]:
        question.ask(row=told["row"])

part()
st.button("turn", on_click=turn)
st.button("7", on_click=lambda: question.ask(row=7))
"""


def says(app: AppTest, button: int, **message: object) -> None:
    app.session_state["message"] = message
    app.button[button].click().run()
    assert not app.exception


def test_a_row_is_heard_where_the_plot_was_told_nothing_else() -> None:
    app = AppTest.from_string(SCRIPT).run()
    said = app.session_state["told"]
    says(app, 1, row=3, said=said)
    assert app.session_state["turned"]
    assert app.session_state["told"] == said, "a row that the reader turned to is no news for the plot"
    app.button[2].click().run()
    now = app.session_state["told"]
    assert now > said, "the page chose another row"
    says(app, 1, row=4, said=said)
    assert not app.session_state["turned"], "the reader turned to it before the page's own row arrived"
    assert (app.session_state["told"], app.session_state["question"].row) == (now, 7)
    says(app, 1, row=None, said=now)
    assert not app.session_state["turned"]


def test_picks_are_counted_and_never_fewer() -> None:
    app = AppTest.from_string(SCRIPT).run()
    for acts, heard in ((2, 2), (1, 2), (5, 5)):
        with asked_with(parts=["part"]):
            says(app, 0, acts=acts)
        assert app.session_state["picks heard"] == heard
