"""Choose an instance: filters, a paged table, a random one, or by number."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from core import cache, instances
from core.instances import Query
from pages.parts import frame, fresh, listing, origin, question, subject, tables, turns
from pages.parts.subject import Subject

PAGE = 200
_PAGE = "listed page"
WIDE = 1_000.0
"""Span of numbers from which a slider shows no fractions."""
ANSWER = [part for part in frame.EVERYTHING if part != "rows"]
NAMES = {
    "all": "All instances",
    "wrong": "Predicted wrongly",
    "confident and wrong": "Sure and wrong (over 80 %)",
    "near the boundary": "Undecided: closest calls first",
    "largest error": "Largest error first",
    "highest": "Highest prediction first",
    "lowest": "Lowest prediction first",
}


@st.fragment(key="rows")
@turns.after
def draw() -> None:
    """The picker; a choice redraws the answer, not the page."""
    with frame.boundary("The list of instances"):
        _listed(subject.load(question.current()))


def _listed(about: Subject) -> None:
    """The ways to an instance, and the table of those that are listed."""
    _condition(about)
    origin.draw(about, lambda: _changed(about, "cell", None))
    with st.expander("Filter, search, sort", icon=":material/filter_list:"):
        _filters(about)
    found = subject.rows_in_view(about)
    left, right = st.columns(2, wrap=False)
    left.button(
        "Random one",
        icon=":material/casino:",
        key="random",
        width="stretch",
        disabled=not len(found),
        help="One of the instances listed below, by chance",
        on_click=_random,
        args=(about,),
    )
    number = fresh.key("row_number", about.row)
    right.number_input(
        "Row",
        0,
        len(about.table) - 1,
        key=number,
        on_change=fresh.listen(number, _numbered),
        label_visibility="collapsed",
        help="Row number, from 0",
    )
    if not len(found):
        st.info("No instance is like that. Loosen the filter.", icon=":material/search_off:")
        return
    _table(about, found)


def _box(about: Subject, name: str, value: Any, field: str = "") -> dict[str, Any]:
    """A filter's widget: its value, and what its change does."""
    key = fresh.key(name, value)
    return {"key": key, "on_change": fresh.listen(key, partial(_changed, about, field or name))}


def _condition(about: Subject) -> None:
    """Which instances, in one choice."""
    query = subject.current_query(about)
    options = instances.conditions(about.model, about.table)
    st.selectbox(
        "Which instances",
        options,
        format_func=NAMES.__getitem__,
        **_box(about, "condition", query.condition),
    )


def _changed(about: Subject, field: str, value: Any) -> None:
    """A filter changed: keep it and start at its first page."""
    changes: dict[str, Any] = {field: value}
    if field == "feature":
        changes |= {"feature": value or "", "between": None, "levels": ()}
    if field == "levels":
        changes = {"levels": tuple(value)}
    if field == "cell":
        changes = {"cell": None, "where": (), "sample": None}
    if field == "condition":
        changes |= {"sort": ""}
    if field == "sort":
        changes = {"sort": value or ""}
    if field == "range":
        low, high = _bounds(about)
        changes = {"low": value[0] if value[0] > low else None, "high": value[1] if value[1] < high else None}
    subject.set_query(about, replace(subject.current_query(about), **changes))
    st.session_state[_PAGE] = 1
    frame.redraw(*ANSWER, "rows")


def _bounds(about: Subject) -> tuple[float, float]:
    """Ends of the prediction slider."""
    if about.model.classes:
        return 0.0, 1.0
    column = about.predictions[:, about.output]
    return float(np.floor(column.min())), float(np.ceil(column.max()))


def _filters(about: Subject) -> None:
    """Range of the prediction, text, one column's values, order."""
    query = subject.current_query(about)
    low, high = _bounds(about)
    if high > low:
        st.slider(
            "Prediction between",
            low,
            high,
            **_steps(high - low),
            **_box(
                about,
                "range",
                (query.low if query.low is not None else low, query.high if query.high is not None else high),
            ),
        )
    st.text_input(
        "Contains the text",
        placeholder="in any column",
        **_box(about, "search", query.search),
    )
    st.selectbox(
        "Only where",
        about.table.schema.names,
        index=None,
        placeholder="a column …",
        **_box(about, "feature_filter", query.feature or None, "feature"),
    )
    if query.feature:
        _feature_filter(about, query)
    _order(about, query)


def _steps(span: float, whole: bool = False) -> dict[str, Any]:
    """How a slider over so wide a range moves and is written: no cents of a salary."""
    return {"step": 1.0, "format": "%.0f"} if whole or span > WIDE else {}


def _order(about: Subject, query: Query) -> None:
    """What the list is sorted by, and which way."""
    known = ("truth",) if about.table.target else ()
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    left.selectbox(
        "Order by",
        ("prediction", *known, *about.table.schema.names),
        index=None,
        placeholder="as listed",
        **_box(about, "sort", query.sort or None),
    )
    right.toggle("Falling", **_box(about, "descending", query.descending))


def _feature_filter(about: Subject, query: Query) -> None:
    """A range or levels of the chosen column."""
    feature = about.table.schema[query.feature]
    if not feature.is_ordered:
        levels = [str(level) for level in feature.levels]
        held = [level for level in query.levels if level in levels]
        st.multiselect("is one of", levels, **_box(about, "levels", held))
    elif feature.low is not None and feature.high is not None and feature.high > feature.low:
        ends = float(feature.low), float(feature.high)
        whole = feature.kind == "integer"
        st.slider(
            "is between", *ends, **_steps(ends[1] - ends[0], whole), **_box(about, "between", query.between or ends)
        )


def _random(about: Subject) -> None:
    """One of the instances listed, by chance."""
    found = subject.rows_in_view(about)
    others = found[found != about.row]
    if len(others):
        subject.choose(int(random.SystemRandom().choice(others)))
    frame.redraw(*ANSWER, "rows")


def _numbered(number: int | None) -> None:
    """A row by its number."""
    subject.choose(int(number or 0))
    frame.redraw(*ANSWER, "rows")


def _table(about: Subject, found: np.ndarray) -> None:
    """One page of instances; a click chooses."""
    pages = -(-len(found) // PAGE)
    page = min(max(int(st.session_state.get(_PAGE, 1)), 1), pages)
    shown = found[(page - 1) * PAGE : page * PAGE]
    key = [page, about.output, subject.query_key(subject.current_query(about))]
    st.dataframe(
        cache.keep(about.both, "listing", key, lambda: tables.clear(listing.lines(about, shown))),
        hide_index=True,
        height=430,
        key="table",
        on_select=_picked,
        selection_mode="single-row",
        selection_default=_selected(about, shown),
        alt="The instances to choose from, with what the model predicts and what is true",
        column_config=listing.columns(about),
    )
    st.session_state["table_rows"] = [int(row) for row in shown]
    _pages(len(found), page, pages)
    _files(about, found)


def _pages(count: int, page: int, pages: int) -> None:
    """How many are listed, and which page of them is shown."""
    total = f"{count:,} instances" if count != 1 else "1 instance"
    if pages == 1:
        st.caption(total)
        return
    left, right = st.columns([3, 2], vertical_alignment="center", wrap=False)
    left.caption(f"{(page - 1) * PAGE + 1:,} to {min(page * PAGE, count):,} of {total}")
    key = fresh.key("page_number", page)
    right.number_input("Page", 1, pages, key=key, on_change=fresh.listen(key, _turned), label_visibility="collapsed")


def _files(about: Subject, found: np.ndarray) -> None:
    """All instances that are listed, not only those of this page, as files."""
    menu = st.popover("Download", icon=":material/download:", type="tertiary", key="listing", on_change="rerun")
    if menu.open:
        with menu:
            st.caption("All that the filter leaves, in its order")
            tables.files(lambda: listing.lines(about, found), len(found), "instance", "listing.lines", "instances")


def _turned(page: int) -> None:
    """Another page of the list."""
    st.session_state[_PAGE] = page


def _selected(about: Subject, shown: np.ndarray) -> Any:
    """The chosen instance's line in the table."""
    places = np.flatnonzero(shown == about.row)
    return {"selection": {"rows": [int(places[0])] if len(places) else [], "columns": [], "cells": []}}


def _picked() -> None:
    """A line of the table was clicked."""
    lines = fresh.said("table")["selection"]["rows"]
    rows = st.session_state.get("table_rows", [])
    if lines and lines[0] < len(rows):
        subject.choose(rows[lines[0]])
    frame.redraw(*ANSWER)
