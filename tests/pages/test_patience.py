"""A wait says how it can be left, and what it says is what Streamlit does."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from pages.parts import subject
from pages.parts.stop import STOPPED
from tests.pages.app import errors, open_page, words


def _slow() -> None:
    """Work that is in the way of two wishes: a choice in another part of the page, then another page."""
    import streamlit as st
    from streamlit.runtime.scriptrunner import get_script_run_ctx
    from streamlit.runtime.scriptrunner_utils.script_requests import RerunData

    from pages.parts import subject

    told = st.session_state.setdefault("told", [])
    told.append("begun")
    if len(told) > 1:
        return
    context = get_script_run_ctx()
    assert context is not None
    assert context.script_requests is not None
    with subject.patience("Slow work") as progress:
        progress(0.1, "")
        context.script_requests.request_rerun(RerunData(fragment_id="another part"))
        progress(0.2, "")
        told.append("a choice elsewhere waits")
        context.script_requests.request_rerun(RerunData(page_script_hash=context.page_script_hash))
        progress(0.3, "")
        told.append("another page waits too")


def test_another_page_ends_a_wait_and_a_choice_on_this_one_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "SOON", -1.0)
    app = AppTest.from_function(_slow, default_timeout=180).run()
    assert not app.exception
    assert app.session_state["told"] == ["begun", "a choice elsewhere waits", "begun"]


def _told() -> None:
    """A wait that is looked at while it lasts."""
    import time

    import streamlit as st

    from pages.parts import subject

    waiting = subject.patience("Slow work")
    progress = waiting.__enter__()  # and no way out: the bar stays on the page
    time.sleep(1.1)
    progress(0.1, "row 1 of 10")
    st.session_state["kept"] = waiting


def test_the_words_promise_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "SOON", -1.0)
    app = AppTest.from_function(_told, default_timeout=180).run()
    assert not app.exception
    (bar,) = app.get("progress")
    text = bar.proto.text
    assert text.startswith("row 1 of 10, about ")
    assert text.endswith("s left. Opening another page stops it.")


def _quick() -> None:
    """Work that is done before anybody notices, then more."""
    import streamlit as st

    from pages.parts import subject

    with subject.patience("Quick work") as progress:
        progress(0.5, "half")
    st.write("done")


def test_a_wait_that_nobody_notices_leaves_nothing_on_the_page() -> None:
    app = AppTest.from_function(_quick, default_timeout=180).run()
    assert [entry.type for entry in app.main.children.values()] == ["markdown"]


def test_a_bar_leaves_when_the_work_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "SOON", -1.0)
    app = AppTest.from_function(_quick, default_timeout=180).run()
    assert not app.get("progress")
    assert [entry.value for entry in app.markdown] == ["done"]


@pytest.mark.parametrize(
    ("seconds", "said"), [(3.4, "3 s"), (119.0, "119 s"), (150.0, "2 min"), (7_100.0, "118 min"), (21_600.0, "6 hours")]
)
def test_the_time_left_is_told_in_the_unit_of_people(seconds: float, said: str) -> None:
    assert subject.duration(seconds) == said


@pytest.mark.parametrize(
    ("fraction", "then", "spent", "said"),
    [
        (0.1, 2.0, 2.0, "about 18 s left"),
        (0.1, 2.0, 12.0, "about 8 s left"),  # the step is long: the time left falls, it does not grow
        (0.5, 5.0, 9.5, "almost done"),
        (0.1, 2.0, 26.0, "longer than foreseen"),
    ],
)
def test_the_time_left_falls_while_a_step_lasts(fraction: float, then: float, spent: float, said: str) -> None:
    assert subject.left(fraction, then, spent) == said


@pytest.mark.parametrize(
    ("name", "told"), [("shap", "SHAP was stopped"), ("predictions", "Predicting every row was stopped")]
)
def test_what_was_stopped_on_explain_says_so_and_starts_again(name: str, told: str) -> None:
    app = open_page("explain", {STOPPED: {name}}, model="diabetes")
    assert told in words(app)
    assert [button.label for button in app.button].count("Start it again") >= 1
    next(button for button in app.button if button.label == "Start it again").click().run()
    assert errors(app) == []
    assert told not in words(app)
