"""The Studio: the choices that all panels share, and the grid of their places."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core import instances
from core.codec import plain
from core.views import words
from pages.parts import frame, headline, layout, profile, question, slot, subject
from pages.parts.subject import Subject
from pages.parts.text import safe

PICKED = 10
"""Instances that the drop-down offers, evenly along the ordered predictions, beside the one in question."""


@st.fragment(key="studio_bar")
def bar() -> None:
    """Instance, feature and grid; a choice redraws only what depends on it."""
    with frame.boundary("The choices"):
        about = subject.load(question.current())
        first, second, third, fourth = st.columns([4, 3, 2, 4], gap="small", vertical_alignment="bottom")
        with first:
            _instance(about)
        with second:
            _feature(about)
        with third:
            _grid(about)
        fourth.markdown(f"**{safe(headline.said(about))}**")


def _instance(about: Subject) -> None:
    """One of the instances along the predictions, or the one in question, by name and true value."""
    picked = instances.evenly(about.predictions[:, about.output], PICKED)
    rows = list(dict.fromkeys([about.row, *picked]))
    names = {row: named(about, row) for row in rows}
    st.session_state["studio_row"] = about.row
    st.selectbox("Instance", rows, format_func=names.__getitem__, key="studio_row", on_change=_row_chosen)


def named(about: Subject, row: int) -> str:
    """What a drop-down calls an instance: ``id: Poland / y: 6.18``."""
    truth = about.table.truth(row)
    name = f"id: {words.short(about.table.row_name(row), 40)}"
    return name if truth is None else f"{name} / y: {words.cell(plain(truth))}"


def _row_chosen() -> None:
    """Another instance: its panels follow."""
    subject.choose(st.session_state["studio_row"])
    layout.follow("instance")


def _feature(about: Subject) -> None:
    """The feature that panels of one feature show."""
    names = list(about.table.schema.names)
    st.session_state["studio_feature"] = profile.chosen(about)
    st.selectbox(
        "Feature",
        names,
        format_func=lambda name: words.short(name, 60),
        key="studio_feature",
        on_change=lambda: layout.pick(st.session_state["studio_feature"]),
    )


def _grid(about: Subject) -> None:
    """How many rows and columns."""
    st.session_state["studio_grid"] = about.asked.grid if about.asked.grid in layout.GRIDS else layout.DEFAULT
    st.selectbox(
        "Grid",
        list(layout.GRIDS),
        format_func=lambda name: name.replace("x", " × "),
        key="studio_grid",
        on_change=_resized,
    )


def _resized() -> None:
    """Another grid keeps what fits."""
    kept = [name for name in layout.shown(question.current()) if name]
    grid = st.session_state["studio_grid"]
    count = layout.GRIDS[grid][0] * layout.GRIDS[grid][1]
    more: Sequence[str] = [name for name in layout.START if name not in kept]
    question.ask(grid=grid, panels=",".join([*kept, *more][:count]))
    frame.redraw("grid")  # not a part of the page: the whole page is drawn anew


def grid(about: Subject) -> None:
    """All places."""
    rows, columns = layout.shape(about.asked)
    for row in range(rows):
        for column, box in enumerate(st.columns(columns, gap="small")):
            place = row * columns + column
            with box:
                st.fragment(slot.draw, key=layout.part(place))(place)
