"""Widgets that the page changes by itself: the visitor's own change keeps the widget, the page's makes a new one."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

SCRIPT = """
import streamlit as st
from pages.parts import fresh

st.session_state.setdefault("heard", [])
shown = st.session_state.get("shown", "a")
key = fresh.key("letter", shown)

def chosen():
    st.session_state["shown"] = st.session_state[key]
    st.session_state["heard"].append(st.session_state[key])

st.selectbox("Letter", ["a", "b", "c"], key=key, on_change=chosen)
if st.button("page says c"):
    st.session_state["shown"] = "c"
    st.rerun()
"""


def test_the_same_widget_while_the_visitor_chooses() -> None:
    app = AppTest.from_string(SCRIPT).run()
    first = app.selectbox[0].key
    app.selectbox[0].set_value("b").run()
    assert (app.selectbox[0].key, app.selectbox[0].value) == (first, "b")
    assert app.session_state["heard"] == ["b"]


def test_another_widget_when_the_page_chose_and_nothing_is_heard_of_it() -> None:
    app = AppTest.from_string(SCRIPT).run()
    first = app.selectbox[0].key
    app.button[0].click().run()
    assert app.selectbox[0].key != first
    assert app.selectbox[0].value == "c"
    assert app.session_state["heard"] == []
    app.selectbox[0].set_value("a").run()
    assert app.session_state["heard"] == ["a"]
    assert app.selectbox[0].value == "a"
