"""Parts of a page are drawn anew where they are there, else the whole page: a late choice is no failure."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

SCRIPT = """
import streamlit as st
from pages.parts import frame

runs = st.session_state.setdefault("runs", [])
st.session_state["routed"] = True
frame.enter()
runs.append("page")

@st.fragment(key="first")
def first():
    runs.append("first")

@st.fragment(key="second")
def second():
    runs.append("second")

first()
if st.session_state.get("whole", True):
    second()
st.button("one", on_click=lambda: frame.redraw("first"))
st.button("both", on_click=lambda: frame.redraw("first", "second"))
st.button("another page's", on_click=lambda: frame.redraw("first", "elsewhere"))
if st.session_state.pop("broken off", False):
    st.stop()
frame.holds("first", "second")
"""


@pytest.mark.parametrize(
    ("button", "whole", "expected"),
    [
        (0, True, ["first"]),
        (1, True, ["first", "second"]),
        (2, True, ["page", "first", "second"]),
        (1, False, ["page", "first"]),
    ],
    ids=["one part", "two parts", "a part of another page", "a part that was not drawn yet"],
)
def test_what_is_there_is_drawn_anew(button: int, whole: bool, expected: list[str]) -> None:
    app = AppTest.from_string(SCRIPT)
    app.session_state["whole"] = whole
    app.run()
    before = len(app.session_state["runs"])
    app.button[button].click().run()
    assert not app.exception
    assert app.session_state["runs"][before:] == expected


def test_a_page_that_was_broken_off_is_drawn_whole() -> None:
    """Its parts are known from the run before, what stands between them was not drawn."""
    app = AppTest.from_string(SCRIPT).run()
    app.session_state["broken off"] = True
    app.run()
    before = len(app.session_state["runs"])
    app.button[0].click().run()
    assert app.session_state["runs"][before:] == ["page", "first", "second"]
