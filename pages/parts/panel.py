"""One method's answer: words first, then the picture, how sure it is, how to read it, and its files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from core import cache, registry
from core.registry import Method
from core.results import Check, Nudges, Profile, Result
from core.views import View, view
from core.views.pictures import pictures
from core.views.sized import sized
from pages.parts import chart, downloads, leads, stop, subject, tables
from pages.parts.subject import Subject
from pages.parts.text import safe_long

BOXES, PATHS = "boxes", "paths"
ORDERINGS = 25
"""Orderings behind the box plots of Shapley values where the visitor names no other number."""
TOLD_ABOVE = "The answer stands above, in words, as a plot and as bars. How far it can be trusted:"


def answer(about: Subject, method: Method, params: Mapping[str, Any], row: int | None = None) -> Result:
    """The method's answer, from memory or computed now."""
    chosen = about.row if row is None else row
    output = about.output if row is None else about.output_of(row)
    with stop.running(method.id), subject.patience(method.title, "") as progress:
        return cache.explain(about.both, method.id, [chosen], output, params, progress)[0]


def draw(
    result: Result,
    about: Subject,
    key: str,
    on_pick: Callable[[str], Any] | None = None,
    *,
    told_above: bool = False,
) -> tuple[Result, View]:
    """Show a result in words and as a picture, unless the page holds both above, and how far it can be trusted.

    Box plots of single orderings are answered when they are chosen; the result that is shown is returned.
    """
    kinds = {} if told_above else offered(result)
    chosen = leads.picture(kinds, key) if len(kinds) > 1 else "chart"
    if chosen == BOXES and BOXES not in pictures(result):
        result = _walked(result, about)
    drawn = picture(result, about) if not kinds else view(result, picture=chosen, dark=chart.dark())
    if told_above:
        st.markdown(TOLD_ABOVE)
    else:
        st.markdown(safe_long(drawn.sentence))
        chart.show(drawn, f"{key}.{chosen}", on_pick)
    checks(result.checks)
    return result, drawn


def offered(result: Result) -> dict[str, str]:
    """The pictures of a result, those included that are answered when they are chosen."""
    found = pictures(result)
    asked = result.provenance.params if result.provenance else {}
    walks = PATHS in asked and asked.get("kind") != "path-dependent"
    return {**found, BOXES: "Box plots"} if walks else found


def _walked(result: Result, about: Subject) -> Result:
    """The same question with the single orderings kept that box plots are drawn from."""
    assert result.provenance is not None
    method, params = registry.get(result.provenance.method), {**result.provenance.params, PATHS: ORDERINGS}
    return answer(about, method, params, result.provenance.row)


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
        tables.numbers(drawn.table, key, drawn.alt)
        downloads.draw(result, name, key)
    made = sized(result)
    if made and result.provenance is not None and result.provenance.row is None:
        st.caption(f":material/functions: {safe_long(made)}")
    if expert and result.provenance is not None:
        origin = result.provenance
        settings = ", ".join(f"{name} = {_told(value)}" for name, value in origin.params.items() if _chosen(value))
        st.caption(
            f"{method.title} version {origin.version} · {origin.evaluations:,} model evaluations · "
            f"{origin.seconds * 1000:,.0f} ms · {safe_long(settings)}"
        )


def _chosen(value: Any) -> bool:
    """False for a setting that stands empty."""
    return value is not None and value != "" and value != ()


def _told(value: Any) -> str:
    """A setting's value as a person writes it."""
    if isinstance(value, tuple | list):
        return " + ".join(map(str, value))
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def origin_row(result: Result) -> int:
    """The row a result speaks of."""
    return result.provenance.row or 0 if result.provenance else 0
