"""A single answer as an interactive page: values under the pointer, words to be changed, the picture as a file."""

from __future__ import annotations

from typing import Any

from core import registry
from core.export.report import told
from core.export.report.content import Specs
from core.export.report.pack import Texts, pack
from core.export.report.page import host, page
from core.export.report.scripts import figure, figure_style
from core.results import Result
from core.version import VERSION
from core.views import View, view, words
from core.views.pictures import every
from core.views.sized import sized


def to_figure(result: Result, title: str = "", name: str = "figure") -> str:
    """Write a page that needs no server and no network; its own policy allows its one script and nothing else.

    Parameters
    ----------
    result : Result
    title : str
        Heading; the method's question by default.
    name : str
        Of the picture that a reader saves.

    Returns
    -------
    str
        HTML. Texts from outside stand in its data only.
    """
    method = None if result.provenance is None else registry.get(result.provenance.method)
    texts, specs = Texts(), Specs()
    shown = [
        _picture(one, called, drawn, texts, specs)
        for one in (result, *getattr(result, "also", ()))
        for called, drawn in _drawn(one).items()
    ]
    heading = words.short(title or (method.question if method else result.kind), 120)
    data = {
        "title": heading,
        "name": name,
        "pictures": shown,
        "made": [sized(result)],
        "reading": told.reading(method.about) if method else [],
        "foot": _foot(result),
        "specs": specs.listed(),
        "texts": texts.listed(),
        "style": figure_style(),
    }
    return page(heading, host("figure", data), figure())


def _drawn(result: Result) -> dict[str, View]:
    """Each picture of an answer by its title, the usual one first."""
    known = every(result)
    drawn = {title: view(result, dark=False, picture=name) for name, title in known.items()}
    return drawn or {"": view(result, dark=False)}


def _picture(result: Result, title: str, drawn: View, texts: Texts, specs: Specs) -> dict[str, Any]:
    """One picture with its words, checks and numbers."""
    numbers = told.numbers(result, drawn.table)
    return {
        "title": title,
        "spec": specs.place(drawn.spec),
        "rows": pack(drawn.rows, texts),
        "sentence": drawn.sentence,
        "alt": drawn.alt,
        "checks": [{"passed": check.passed, "text": check.text} for check in result.checks],
        "table": None if numbers is None else pack(numbers, texts),
    }


def _foot(result: Result) -> str:
    """Where the numbers come from."""
    origin, made = result.provenance, f"Made with Instance Explorer {VERSION}."
    if origin is None:
        return made
    where = f"model {origin.model[:12]}, table {origin.table[:12]}"
    where += "" if origin.row is None else f", row {origin.row}"
    return f"Method {origin.method}, version {origin.version}; {where}. {made}"
