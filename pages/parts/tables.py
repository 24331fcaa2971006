"""Tables of the page: the lines that hold a text, and the lines as files, the same way wherever one is shown."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from core import export
from core.codec import plain
from core.views import words
from pages.parts.text import seen

FILTER = "Filter and download"


def draw(table: pd.DataFrame, key: str, alt: str, **options: Any) -> None:
    """Show a table, and under it a box that filters its lines and their files.

    Parameters
    ----------
    **options
        Of ``streamlit.dataframe``.
    """
    st.dataframe(clear(table), hide_index=True, key=key, alt=alt, **options)
    numbers(table, key, alt, FILTER, ":material/filter_list:")


def numbers(
    table: pd.DataFrame, key: str, alt: str, title: str = "The numbers", icon: str = ":material/table:"
) -> None:
    """A table behind a click, with a box that filters its lines and the files of those that are left."""
    shown = st.popover(title, icon=icon, type="tertiary", key=f"{key}.numbers", on_change="rerun")
    if not shown.open:
        return
    with shown:
        wanted = st.text_input("Only lines that hold", key=f"{key}.filter", placeholder="a part of a name")
        left = filtered(table, wanted)
        st.dataframe(readable(left), hide_index=True, alt=alt, key=f"{key}.table")
        with st.container(horizontal=True):
            files(lambda: left, len(left), "line", f"{key}.lines", f"{key}-lines")


def files(make: Callable[[], pd.DataFrame], count: int, what: str, key: str, name: str) -> None:
    """A button each for the lines as CSV and as JSON; the table is made after the click.

    Parameters
    ----------
    what : str
        What a line is, in the singular.
    name : str
        Start of the file names, of our own words.
    """
    for ending, mime, write in (("csv", "text/csv", export.to_csv), ("json", "application/json", records)):
        st.download_button(
            f"{count:,} {what}{'s' if count != 1 else ''} as {ending.upper()}",
            data=lambda write=write: write(make()),
            file_name=f"{name}.{ending}",
            mime=mime,
            key=f"{key}.{ending}",
            on_click="ignore",
            type="tertiary",
        )


def filtered(table: pd.DataFrame, wanted: str) -> pd.DataFrame:
    """The lines of which a cell of words holds a text, any case; all lines for an empty text."""
    text = wanted.strip().casefold()
    if not text:
        return table
    named = [
        table.iloc[:, at] for at in range(table.shape[1]) if not pd.api.types.is_numeric_dtype(table.dtypes.iloc[at])
    ]
    held = np.zeros(len(table), dtype=bool)
    for column in named:
        held |= np.array([text in words.cell(cell).casefold() for cell in column], dtype=bool)
    return table[held]


def records(table: pd.DataFrame) -> str:
    """A table as JSON, one object a line."""
    names = list(named(table).columns)
    lines = [dict(zip(names, map(plain, line), strict=True)) for line in table.itertuples(index=False, name=None)]
    return json.dumps(lines, ensure_ascii=False, indent=2)


def readable(table: pd.DataFrame) -> pd.DataFrame:
    """The table with columns of mixed types as text, which a browser's table needs."""
    return clear(_mapped(table, lambda kind: pd.api.types.is_object_dtype(kind), lambda column: column.map(words.cell)))


def clear(table: pd.DataFrame) -> pd.DataFrame:
    """The table without characters that turn text around, as a page shows it; files keep what was given."""
    kinds = pd.StringDtype, pd.CategoricalDtype
    return _mapped(
        named(table),
        lambda kind: isinstance(kind, kinds) or pd.api.types.is_object_dtype(kind),
        lambda column: column.map(_clear, na_action="ignore"),
    )


def named(table: pd.DataFrame) -> pd.DataFrame:
    """The table with a different name for each column, as a browser's table and JSON need: a level of one feature may
    be called like another feature.
    """
    found: list[str] = []
    for name in map(str, table.columns):
        title, count = name, 2
        while title in found:
            title, count = f"{name} ({count})", count + 1
        found.append(title)
    return table if found == list(table.columns) else table.set_axis(found, axis="columns")


def _mapped(
    table: pd.DataFrame, wanted: Callable[[Any], bool], change: Callable[[pd.Series], pd.Series]
) -> pd.DataFrame:
    """The table with some columns changed, by their places: names may be there twice."""
    made = table.copy(deep=False)
    for place, kind in enumerate(table.dtypes):
        if wanted(kind):
            made.isetitem(place, change(table.iloc[:, place]))
    return made


def _clear(value: Any) -> Any:
    """One cell."""
    return seen(value) if isinstance(value, str) else value
