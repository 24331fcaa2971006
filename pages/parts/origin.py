"""Where the listed rows come from: a cell of the confusion matrix, or a subset; and the way back to all."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.views import words
from core.views.subsets import conditions
from pages.parts import subject
from pages.parts.subject import Subject
from pages.parts.text import safe, safe_long


def draw(about: Subject, back: Callable[[], None]) -> None:
    """Say it in words; nothing where all rows are listed."""
    query = subject.current_query(about)
    if query.cell is None and not query.where:
        return
    if query.where:
        st.caption(f":material/filter_alt: Rows where {safe_long(conditions(query.where, about.table.schema))}.")
    if query.cell is not None:
        truth, said = (safe(words.short(about.model.classes[place], 24)) for place in query.cell[:2])
        st.caption(f":material/grid_view: The truth is **{truth}**, the model says **{said}**.")
    if query.sample is not None and query.sample.rows < len(about.table):
        st.caption(f":material/functions: Only of the {query.sample.rows:,} rows that were scored.")
    st.button("Show all instances", key="all_cells", type="tertiary", on_click=back)
