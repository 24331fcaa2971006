"""Messages that come close together become one run: nothing that one of them asked for is lost, no old address followed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from unittest import mock

import pytest
from streamlit.runtime.scriptrunner import RerunData
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequests
from streamlit.testing.v1 import AppTest

from pages.parts import question

PARTS = """
import streamlit as st
from pages.parts import frame

runs = st.session_state.setdefault("runs", [])
runs.append("page")

def part(name, redraws):
    @st.fragment(key=name)
    def draw():
        runs.append(name)
        if redraws:
            st.button(redraws, on_click=lambda: frame.redraw(redraws))

    draw()

part("first", "first")
part("second", "")
part("third", "second")
st.button("outside", on_click=lambda: frame.redraw("first"))
frame.holds("first", "second", "third")
"""
LINKS = """
import streamlit as st
from pages.parts import frame, question

asked = question.current()
st.session_state["runs"] = [*st.session_state.get("runs", []), (asked.row, asked.method)]

def ask(row):
    question.ask(row=row)
    frame.redraw("part")

@st.fragment(key="part")
def part():
    st.button("5", on_click=ask, args=(5,))
    st.button("6", on_click=ask, args=(6,))

part()
st.button("outside")
frame.holds("part")
"""


@contextmanager
def asked_with(**changes: object) -> Iterator[None]:
    """What the browser's message says beside its widgets: the parts that it is for, whether Back was pressed."""
    plain = ScriptRunner.request_rerun

    def request(self: ScriptRunner, data: RerunData) -> bool:
        parts = changes.get("parts")
        queue = self._fragment_storage.resolve_target(parts) if parts else []  # type: ignore[arg-type]
        back = bool(changes.get("back"))
        self._requests = ScriptRequests()  # a runner begins with a request for the whole page: this one stands alone
        return plain(self, replace(data, fragment_id_queue=queue, is_history_navigation=back))

    with mock.patch.object(ScriptRunner, "request_rerun", request):
        yield


@pytest.mark.parametrize(
    ("button", "parts", "expected"),
    [
        ("first", ["first"], ["first"]),
        ("second", ["third"], ["second"]),
        ("first", ["first", "third"], ["first", "third"]),
        ("second", ["third", "first"], ["second", "first"]),
        ("first", [], ["page", "first", "second", "third"]),
        ("second", [], ["page", "first", "second", "third"]),
        ("outside", [], ["first"]),
    ],
    ids=[
        "its own part",
        "another part",
        "its own part, and one asked for elsewhere",
        "another part, and one asked for elsewhere",
        "its own part, and the whole page asked for elsewhere",
        "another part, and the whole page asked for elsewhere",
        "outside of all parts, the whole page is asked for by the widget alone",
    ],
)
def test_a_callback_takes_nothing_away_from_others(button: str, parts: list[str], expected: list[str]) -> None:
    app = AppTest.from_string(PARTS).run()
    before = len(app.session_state["runs"])
    with asked_with(parts=parts):
        next(one for one in app.button if one.label == button).click().run()
    assert not app.exception
    assert app.session_state["runs"][before:] == expected


def opened() -> AppTest:
    """A page at row 5 that went on to row 6."""
    app = AppTest.from_string(LINKS)
    app.query_params.update({"row": "3", "method": "lime"})
    app.run()
    for label in ("5", "6"):
        with asked_with(parts=["part"]):
            next(one for one in app.button if one.label == label).click().run()
    assert app.query_params == {"row": "6", "method": "lime"}
    return app


def visit(app: AppTest, row: str, back: bool = False) -> int:
    """The row that the page shows when it is asked for with an address."""
    app.query_params.update({"row": row, "method": "lime"})
    with asked_with(back=back):
        app.run()
    assert not app.exception
    return int(app.session_state["runs"][-1][0])


def test_the_address_that_the_page_has_just_left_is_not_followed() -> None:
    app = opened()
    assert visit(app, "5") == 6
    assert app.query_params["row"] == "6"


def test_back_is_followed_and_so_is_another_link() -> None:
    app = opened()
    assert visit(app, "5", back=True) == 5
    assert visit(app, "8") == 8
    assert visit(app, "3") == 3


def test_an_address_left_long_ago_is_a_link() -> None:
    app = opened()
    with mock.patch.object(question, "LATE", 0.0):
        assert visit(app, "5") == 5


def test_what_was_left_and_is_shown_again_is_no_late_address() -> None:
    app = opened()
    with asked_with(parts=["part"]):
        app.button[0].click().run()
    assert visit(app, "5") == 5
    assert visit(app, "6") == 5


def test_addresses_left_are_forgotten() -> None:
    app = opened()
    assert len(app.session_state["addresses left"]) == 1
    with mock.patch.object(question, "LATE", 0.0), asked_with(parts=["part"]):
        app.button[0].click().run()
    assert len(app.session_state["addresses left"]) == 1
