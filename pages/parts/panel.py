"""One method's answer: words first, then the picture, how sure it is, how to read it, and its files."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from core import cache, export
from core.codec import plain
from core.registry import Method
from core.results import Check, Nudges, Profile, Result
from core.views import View, view, words
from core.views.pictures import pictures
from pages.parts import chart, downloads, leads, subject
from pages.parts.subject import Subject
from pages.parts.text import safe_long

COUNTS = ("rows", "rounds", "folds", "grid_points", "samples")
"""Settings that say how much work an answer rests on."""
TOLD_ABOVE = "The answer stands above, in words, as a plot and as bars. How far it can be trusted:"


def answer(about: Subject, method: Method, params: Mapping[str, Any], row: int | None = None) -> Result:
    """The method's answer, from memory or computed now."""
    chosen = about.row if row is None else row
    output = about.output if row is None else about.output_of(row)
    with subject.patience(method.title) as progress:
        return cache.explain(about.both, method.id, [chosen], output, params, progress)[0]


def draw(
    result: Result,
    about: Subject,
    key: str,
    on_pick: Callable[[str], Any] | None = None,
    *,
    told_above: bool = False,
) -> View:
    """Show a result in words and as a picture, unless the page holds both above, and how far it can be trusted."""
    kinds = {} if told_above else pictures(result)
    chosen = leads.picture(kinds, key) if len(kinds) > 1 else "chart"
    drawn = picture(result, about) if not kinds else view(result, picture=chosen, dark=chart.dark())
    if told_above:
        st.markdown(TOLD_ABOVE)
    else:
        st.markdown(safe_long(drawn.sentence))
        chart.show(drawn, f"{key}.{chosen}", on_pick)
    checks(result.checks)
    return drawn


def picture(result: Result, about: Subject, **given: Any) -> View:
    """The result's view with what the table knows, and options of its kind."""
    options: dict[str, Any] = {"dark": chart.dark(), **given}
    if isinstance(result, Profile) and result.feature in about.table.schema.names:
        options["feature"] = about.table.schema[result.feature]
    if isinstance(result, Nudges):
        options["schema"] = about.table.schema
    return view(result, **options)


def checks(found: tuple[Check, ...]) -> None:
    """How far the answer can be trusted, in words."""
    marks = {True: ":material/check_circle:", False: ":material/warning:", None: ":material/info:"}
    for check in found:
        st.caption(f"{marks[check.passed]} {safe_long(check.text)}")


def foot(method: Method, result: Result, drawn: View, key: str, expert: bool) -> None:
    """How to read it, the numbers, the files and, for experts, where it comes from; made when they are opened."""
    name = f"{method.id}-row-{origin_row(result)}"
    with st.container(horizontal=True, gap="small", key=f"{key}.foot"):
        if method.about:
            read = st.popover(
                "How to read this", icon=":material/menu_book:", type="tertiary", key=f"{key}.about", on_change="rerun"
            )
            if read.open:
                read.markdown(method.about)
        numbers(drawn, key)
        downloads.draw(result, name, key)
    made = sized(result)
    if made:
        st.caption(f":material/functions: {safe_long(made)}")
    if expert and result.provenance is not None:
        origin = result.provenance
        settings = ", ".join(f"{name} = {value}" for name, value in origin.params.items())
        st.caption(
            f"{method.title} version {origin.version} · {origin.evaluations:,} model evaluations · "
            f"{origin.seconds * 1000:,.0f} ms · {safe_long(settings)}"
        )


def numbers(drawn: View, key: str) -> None:
    """The numbers behind a picture, as a table with a box that filters its lines."""
    shown = st.popover("The numbers", icon=":material/table:", type="tertiary", key=f"{key}.numbers", on_change="rerun")
    if not shown.open:
        return
    wanted = shown.text_input("Only lines that hold", key=f"{key}.filter", placeholder="a part of a name")
    table = filtered(drawn.table, wanted)
    shown.dataframe(readable(table), hide_index=True, alt=drawn.alt, key=f"{key}.table")
    with shown.container(horizontal=True):
        for ending, mime, make in (
            ("csv", "text/csv", lambda: export.to_csv(table)),
            ("json", "application/json", lambda: records(table)),
        ):
            st.download_button(
                f"{len(table):,} lines as {ending.upper()}",
                data=make,
                file_name=f"{key}-lines.{ending}",
                mime=mime,
                key=f"{key}.lines.{ending}",
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
    names = [str(name) for name in table.columns]
    lines = [dict(zip(names, map(plain, line), strict=True)) for line in table.itertuples(index=False, name=None)]
    return json.dumps(lines, ensure_ascii=False, indent=2)


def readable(table: pd.DataFrame) -> pd.DataFrame:
    """The table with columns of mixed types as text, which a browser's table needs."""
    mixed = [name for name in table.columns if table[name].dtype == object]
    return table.assign(**{name: table[name].map(words.cell) for name in mixed})


def sized(result: Result) -> str:
    """How many rows and rounds an answer about a model rests on, in words; empty where it has none."""
    origin = result.provenance
    if origin is None or origin.row is not None:
        return ""
    named = [f"{name} = {int(origin.params[name]):,}" for name in COUNTS if isinstance(origin.params.get(name), int)]
    seed = f", seed {origin.seed}" if origin.seed is not None and named else ""
    return f"{', '.join(named)} (at most){seed}" if named else ""


def origin_row(result: Result) -> int:
    """The row a result speaks of."""
    return result.provenance.row or 0 if result.provenance else 0
