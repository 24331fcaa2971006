"""Widgets that the page changes by itself: the visitor's own change keeps the widget, the page's makes a new one."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
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


OWN = """
import streamlit as st
from pages.parts import fresh

options = st.session_state.get("options", ["a", "b"])
chosen = st.selectbox("Letter", options, key=fresh.own("letter", options, options[0]))
st.button("other letters", on_click=lambda: st.session_state.update(options=["c", "d"]))
st.button("one more", on_click=lambda: st.session_state.update(options=[*options, "e"]))
"""


def test_a_choice_of_the_visit_stays_while_it_is_among_the_options() -> None:
    app = AppTest.from_string(OWN).run()
    first = app.selectbox[0].key
    app.selectbox[0].set_value("b").run()
    app.button[1].click().run()
    assert (app.selectbox[0].key, app.selectbox[0].value) == (first, "b")
    app.button[0].click().run()
    assert app.selectbox[0].key != first
    assert app.selectbox[0].value == "c"
    app.selectbox[0].set_value("d").run()
    assert app.selectbox[0].value == "d"
    assert not app.exception


PAGES = Path(__file__).resolve().parents[2] / "pages"


def written_before_drawn(tree: ast.AST) -> Iterator[str]:
    """Keys of widgets that a module writes by itself: the same words as key and in an assignment, names in one function."""
    for scope in ast.walk(tree):
        if not isinstance(scope, ast.FunctionDef | ast.Module):
            continue
        keys = {ast.unparse(one.value) for one in ast.walk(scope) if isinstance(one, ast.keyword) and one.arg == "key"}
        for one in ast.walk(scope):
            targets = one.targets if isinstance(one, ast.Assign) else []
            for target in (part for whole in targets for part in getattr(whole, "elts", [whole])):
                if isinstance(target, ast.Subscript) and ast.unparse(target.value).endswith("session_state"):
                    place = ast.unparse(target.slice)
                    constant = not isinstance(target.slice, ast.Name)
                    if place in keys and (constant or isinstance(scope, ast.FunctionDef)):
                        yield place


@pytest.mark.parametrize("path", sorted(PAGES.rglob("*.py")), ids=lambda path: path.stem)
def test_no_page_writes_a_widget_of_a_constant_key(path: Path) -> None:
    """A late message of the browser would undo what the page wrote: such widgets take their key from ``fresh``."""
    if path.stem != "fresh":
        assert not list(written_before_drawn(ast.parse(path.read_text(encoding="utf-8"))))


@pytest.mark.parametrize(
    "code",
    [
        'def f():\n    st.session_state["a"] = 1\n    st.number_input("A", key="a")',
        'def f(i):\n    key = f"a{i}"\n    st.session_state[key] = 1\n    st.number_input("A", key=key)',
        'def f():\n    st.session_state["a"], st.session_state["b"] = 1, 2\n\ndef g():\n    st.slider("B", key="b")',
    ],
)
def test_such_a_widget_is_found(code: str) -> None:
    assert list(written_before_drawn(ast.parse(code)))
