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

LATE = """
import streamlit as st
from pages.parts import fresh

st.session_state.setdefault("heard", [])
shown = st.session_state.get("shown", "a")
key = fresh.key("letter", shown)

def chosen(letter):
    st.session_state["shown"] = letter
    st.session_state["heard"].append(letter)

st.selectbox("Letter", ["a", "b", "c"], key=key, on_change=fresh.listen(key, chosen))
st.session_state.setdefault("first", fresh.listen(key, chosen))

def say_c():
    st.session_state["shown"] = "c"

st.button("page says c", on_click=say_c)
if st.button("the first one is heard again"):
    st.session_state["letter.0"] = "b"
    st.session_state["first"]()
"""


def test_a_choice_is_heard_but_not_from_a_widget_that_is_gone() -> None:
    """A message that left before the page's change names the widget of before; Streamlit calls its callback."""
    app = AppTest.from_string(LATE).run()
    app.selectbox[0].set_value("b").run()
    assert app.session_state["heard"] == ["b"]
    app.button[0].click().run()
    assert app.selectbox[0].value == "c"
    app.button[1].click().run()
    assert app.session_state["heard"] == ["b"]
    assert app.selectbox[0].value == "c"
    app.selectbox[0].set_value("a").run()
    assert app.session_state["heard"] == ["b", "a"]
    assert not app.exception


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


GONE = """
import streamlit as st
from pages.parts import fresh

runs = st.session_state.setdefault("runs", [])
runs.append("page")

def chosen():
    runs.append(f"heard {fresh.said('letter')}")

if not st.session_state.get("left"):
    st.selectbox("Letter", ["a", "b"], key="letter", on_change=chosen)
    st.session_state["late"] = chosen
st.button("leave", on_click=lambda: st.session_state.update(left=True))
st.button("a late message", on_click=lambda: st.session_state["late"]())
"""


def test_a_widget_that_left_the_page_says_nothing() -> None:
    app = AppTest.from_string(GONE).run()
    app.selectbox[0].set_value("b").run()
    assert app.session_state["runs"] == ["page", "heard b", "page"]
    app.button[0].click().run()
    app.button[1].click().run()
    assert not app.exception
    assert [run for run in app.session_state["runs"] if run != "page"] == ["heard b"]
    assert len(app.button) == 2
