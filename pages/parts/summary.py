"""What the pages Model and Data begin with: which model, which table, which class."""

from __future__ import annotations

import streamlit as st

from core.types import Kind, Table
from core.views import words
from pages.parts import headline, levels
from pages.parts.subject import Subject
from pages.parts.text import safe, safe_long

_KINDS: dict[Kind, str] = {
    "numeric": "with numbers",
    "integer": "with whole numbers",
    "boolean": "with yes or no",
    "categorical": "with levels",
    "text": "with text",
    "datetime": "with dates",
}


def model(about: Subject) -> None:
    """The model's name, what it is for, and what it is made of."""
    count = len(about.model.features)
    line = f"{about.model.kind}, {count} {'feature' if count == 1 else 'features'}"
    _draw(about, "Model", f"**{safe(about.model.name)}**: {safe(headline.purpose(about))}  \n:small[{safe(line)}]")


def tuning(about: Subject) -> None:
    """The model's name, what it is for, and what tuning is."""
    line = (
        "A model has settings that are not learnt from rows, such as how deep a tree may grow. Tuning trains the same"
        " kind of model again and again with other settings and keeps those that do best on rows it has not seen. The"
        " best of many is also the luckiest: some rows are kept apart from the whole search and judge it at the end."
    )
    _draw(about, "Tune", f"**{safe(about.model.name)}**: {safe(headline.purpose(about))}  \n:small[{safe_long(line)}]")


def data(about: Subject) -> None:
    """The table's name, its size and its kinds of columns."""
    table = about.table
    line = f"**{safe(table.name)}**: {len(table):,} rows, {safe(columns(table))}."
    target = f"The truth is the column {table.target}." if table.target else "No column is known to hold the truth."
    weights = f" Rows are weighted by the column {table.weights}." if table.weights else ""
    _draw(about, "Data", f"{line}  \n:small[{safe(target + weights)}]")


def columns(table: Table) -> str:
    """How many features there are of each kind, in words."""
    kinds = [feature.kind for feature in table.schema.features]
    parts = [f"{kinds.count(kind)} {said}" for kind, said in _KINDS.items() if kind in kinds]
    count = len(kinds)
    return f"{count} {'feature' if count == 1 else 'features'}: {words.listed(parts)}"


def _draw(about: Subject, title: str, line: str) -> None:
    """The title, the line under it, the class and the level."""
    left, right = st.columns([5, 4], gap="medium", vertical_alignment="bottom")
    with left:
        st.title(title, anchor=False)
        st.markdown(line)
    with (
        right,
        st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="bottom", key="page_choices"),
    ):
        headline.classes(about)
        levels.draw(about)
