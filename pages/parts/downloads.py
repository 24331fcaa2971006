"""A result as files: nothing is made before the click."""

from __future__ import annotations

import json
from collections.abc import Callable

import streamlit as st

from core import export
from core.results import Result
from core.views import view

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
    """Title, ending and type of each file, and the function that makes it."""
    return [
        ("Picture (PNG)", "png", "image/png", lambda: export.to_picture(result, "png")),
        ("Drawing (SVG)", "svg", "image/svg+xml", lambda: export.to_picture(result, "svg")),
        ("Numbers (CSV)", "csv", "text/csv", lambda: export.to_csv(view(result).table)),
        ("Everything (JSON)", "json", "application/json", lambda: _json(result)),
    ]


def _json(result: Result) -> str:
    """The public form as text."""
    return json.dumps(export.to_json(result), ensure_ascii=False, indent=2)
