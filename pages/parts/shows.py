"""How each kind of answer about a whole model or table is shown, and where a click on it leads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.instances import Query
from core.results import Importance, Points, Result, Scores
from core.types import Task
from core.views import View, scores, view, words
from pages.parts import chart, frame, panel, question, subject
from pages.parts.subject import Subject
from pages.parts.text import safe, safe_long

FOLLOWERS = ("section_model_profile", "section_distribution")
SKIPPED: dict[str, dict[str, tuple[Task, ...]]] = {
    "performance": {"cutoff": ("regression", "multiclass")},
    "residuals": {"size": ("binary", "multiclass")},
}
"""Settings of methods that mean nothing for some tasks."""
TOLD = ("worst rows",)
"""Checks that a page tells by other means."""
WORST = 5
_GO = "go to explain"


def leading(about: Subject) -> str:
    """The session's key for the feature that the model relies on most."""
    return f"leading.{about.both.digest}"


def plain(result: Result, about: Subject, key: str, said: DeltaGenerator) -> View:
    """Words and picture."""
    drawn = panel.picture(result, about)
    said.markdown(safe_long(drawn.sentence))
    chart.show(drawn, f"{key}.chart")
    return drawn


def importance(result: Importance, about: Subject, key: str, said: DeltaGenerator) -> View:
    """Bars; a click shows the feature's profile below."""
    st.session_state.setdefault(leading(about), max(zip(result.values, result.features, strict=True))[1])
    drawn = view(result, dark=chart.dark())
    said.markdown(safe_long(drawn.sentence))
    chart.show(drawn, f"{key}.chart", pick)
    st.caption(":material/touch_app: Click a bar to see how the answer changes with that feature, below.")
    return drawn


def pick(feature: str) -> None:
    """Show another feature wherever one is shown."""
    question.ask(feature=feature)
    frame.redraw(*frame.held(FOLLOWERS))


def performance(result: Scores, about: Subject, key: str, said: DeltaGenerator) -> View:
    """The numbers, and one picture at a time."""
    known = scores.pictures(result)
    with st.container(horizontal=True, gap="medium", key=f"{key}.scores"):
        for score in result.scores:
            st.metric(
                score.name.upper() if len(score.name) <= 4 else score.name.capitalize(),
                words.number(score.value, 3),
                help=score.help,
                width="content",
            )
    chosen = next(iter(known), None)
    if len(known) > 1:
        name = f"{key}.picture"
        if st.session_state.get(name) not in known:
            st.session_state[name] = chosen
        chosen = st.segmented_control(
            "Picture", list(known), format_func=known.__getitem__, key=name, required=True, label_visibility="collapsed"
        )
    drawn = view(result, picture=chosen, dark=chart.dark())
    said.markdown(safe_long(drawn.sentence))
    if chosen == scores.CONFUSION:
        chart.show(drawn, f"{key}.{chosen}", on_mark=lambda mark: _open_cell(about, result, mark))
        st.caption(":material/touch_app: Click a cell to open its rows in Explain.")
        _leave()
    else:
        chart.show(drawn, f"{key}.{chosen}")
    return drawn


def _open_cell(about: Subject, result: Scores, mark: Mapping[str, Any]) -> None:
    """Take the rows of one cell of the confusion matrix to Explain."""
    truth, chosen = (scores.place(result, str(mark.get(name))) for name in ("truth", "said"))
    if truth is None or chosen is None:
        return
    cutoff = 0.5 if result.cutoff is None else result.cutoff
    query = Query(cell=(truth, chosen, cutoff))
    subject.set_query(about, query)
    rows = subject.rows_in_view(about)
    if len(rows):
        _go(int(rows[0]))


def points(result: Points, about: Subject, key: str, said: DeltaGenerator) -> View:
    """Dots; a click, or a name under them, opens the row."""
    drawn = view(result, dark=chart.dark())
    said.markdown(safe_long(drawn.sentence))
    chart.show(drawn, f"{key}.chart", on_mark=_open_dot)
    st.caption(":material/touch_app: Click a dot to open its row in Explain, or open one of those furthest off:")
    _leave()
    worst = drawn.table.head(WORST)
    with st.container(horizontal=True, gap="small"):
        for row, name, height in zip(worst["row"], worst["name"], worst[result.y_title], strict=True):
            st.page_link(
                frame.page("explain"),
                label=f"{safe(words.short(str(name), 24))} ({safe(words.number(float(height), 3))})",
                icon=":material/lightbulb:",
                query_params=question.as_link(question.with_row(about.asked, int(row))),
            )
    return drawn


def _open_dot(mark: Mapping[str, Any]) -> None:
    """Take one row to Explain."""
    if mark.get("row") is not None:
        _go(int(mark["row"]))


def _go(row: int) -> None:
    """Leave for Explain as soon as the page runs again."""
    subject.choose(row)
    st.session_state[_GO] = True


def _leave() -> None:
    """Go to Explain when a click asked for it."""
    if st.session_state.pop(_GO, False):
        st.switch_page(frame.page("explain"), query_params=question.as_link(question.held()))


SHOWS: dict[str, Callable[..., View]] = {
    "scores": performance,
    "importance": importance,
    "points": points,
}
"""How each kind is shown; the others have words and a picture."""
