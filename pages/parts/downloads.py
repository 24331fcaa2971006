"""A result as files: nothing is made before the click."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial

import streamlit as st

from core import export, registry
from core.results import Result
from core.views import view
from core.views.pictures import every
from pages.parts.text import safe

File = tuple[str, str, str, Callable[[], str | bytes]]


def draw(result: Result, name: str, key: str) -> None:
    """A menu of files for one result.

    Parameters
    ----------
    name : str
        Start of the file names, of our own words.
    """
    menu = st.popover("Download", icon=":material/download:", type="tertiary", key=f"{key}.menu", on_change="rerun")
    if menu.open:
        with menu:
            buttons(result, name, key)


def buttons(result: Result, name: str, key: str) -> None:
    """A button a file."""
    for title, ending, mime, make in files(result):
        st.download_button(
            title,
            data=make,
            file_name=f"{name}.{ending}",
            mime=mime,
            key=f"{key}.{ending}",
            on_click="ignore",
            type="tertiary",
        )


def files(result: Result) -> list[File]:
    """Title, ending and type of each file, and the function that makes it; two for each picture of the answer."""
    return [
        *drawings(result),
        ("Interactive page (HTML)", "live.html", "text/html", lambda: export.to_figure(result)),
        ("Numbers (CSV)", "csv", "text/csv", lambda: export.to_csv(view(result).table)),
        ("Everything (JSON)", "json", "application/json", lambda: _json(result)),
        ("Words, picture, numbers (HTML)", "html", "text/html", lambda: export.to_html(result, _question(result))),
    ]


def drawings(result: Result) -> list[File]:
    """Every picture of the answer as PNG and SVG, the usual one first."""
    made: list[File] = []
    for place, (picture, title) in enumerate((every(result) or {"": "Picture"}).items()):
        own = (
            picture if picture.isidentifier() else str(place)
        )  # ids may hold a model's name, which is no part of a file's
        part = f"{own}." if place else ""
        for kind, mime in (("png", "image/png"), ("svg", "image/svg+xml")):
            make = partial(export.to_picture, result, kind, picture=picture)
            made.append((f"{safe(title)} ({kind.upper()})", f"{part}{kind}", mime, make))
    return made


def _json(result: Result) -> str:
    """The public form as text."""
    return json.dumps(export.to_json(result), ensure_ascii=False, indent=2)


def _question(result: Result) -> str:
    """What was asked, as the page's title."""
    origin = result.provenance
    return registry.get(origin.method).question if origin is not None else f"{result.kind.capitalize()}"
