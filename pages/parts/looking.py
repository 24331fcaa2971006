"""How the Studio looks: colours, sizes, movement, and each panel's own words; nothing is computed anew."""

from __future__ import annotations

import streamlit as st

from core.errors import ExplorerError
from core.views import looks
from core.views.looks import Looks
from pages.parts import frame, layout
from pages.parts.question import Question
from pages.parts.subject import Subject

_START = "look."
_NAMES = {
    "up": "Pushes up",
    "down": "Pushes down",
    "line": "Lines and plain bars",
    "mark": "Thresholds and marks",
}
_MOVES = {"0": "Off", "200": "Short (0.2 s)", "500": "Long (0.5 s)"}
_SIZES = {"0.85": "Small", "1": "Usual", "1.25": "Large"}


def current(asked: Question) -> Looks:
    """The looks of the link; those that do not fit are left out."""
    given: dict[str, str] = {}
    for name, text in asked.studio.items():
        if name.startswith(_START):
            try:
                looks.looks({name.removeprefix(_START): text})
            except ExplorerError:
                continue
            given[name.removeprefix(_START)] = text
    return looks.looks(given)


def popover(about: Subject) -> None:
    """Colours, height, text size and movement of all panels."""
    box = st.popover("Looks", icon=":material/palette:", type="tertiary", key="studio_looks", on_change="rerun")
    if not box.open:
        return
    look = current(about.asked)
    with box:
        for name, title in _NAMES.items():
            usual = looks.COLOURS[name]
            key = f"look_{name}"
            st.session_state[key] = look.colours.get(name, usual)
            st.color_picker(title, key=key, on_change=_coloured, args=(name, usual))
        st.session_state["look_height"] = look.height
        st.slider("Height of a chart", 160, 800, step=20, key="look_height", on_change=_set, args=("height", "300"))
        _choice("Text", "size", _SIZES, f"{look.size:g}")
        _choice("Movement when something changes", "animation", _MOVES, str(look.animation))
        st.button("As usual", key="look_reset", on_click=_reset, icon=":material/restart_alt:")


def _choice(title: str, name: str, options: dict[str, str], now: str) -> None:
    """One of a few."""
    key = f"look_{name}"
    listed = options if now in options else {now: now, **options}
    st.session_state[key] = now
    usual = "1" if name == "size" else "0"
    st.segmented_control(
        title, list(listed), format_func=listed.__getitem__, key=key, required=True, on_change=_set, args=(name, usual)
    )


def _coloured(name: str, usual: str) -> None:
    """Another colour."""
    _set(name, usual)


def _set(name: str, usual: str) -> None:
    """Keep a look; the usual one is not named in the link."""
    text = str(st.session_state[f"look_{name}"])
    layout.keep(f"{_START}{name}", "" if text == usual else text)
    layout.redraw(lambda _panel: True)


def _reset() -> None:
    """All looks as usual, the panels' own words apart."""
    for name in (*looks.COLOURS, *looks.RANGES):
        layout.keep(f"{_START}{name}", "")
    layout.redraw(lambda _panel: True)


def words(about: Subject, panel: str, place: int) -> None:
    """A panel's own title, subtitle and axis titles."""
    look = current(about.asked)
    titles = {
        "title": "Title",
        "subtitle": "Line under it",
        "x": "Title of the axis below",
        "y": "Title of the axis at the side",
    }
    for part, title in titles.items():
        key = f"look_{place}_{part}"
        st.session_state[key] = look.text(panel, part)
        st.text_input(
            title, key=key, max_chars=120, placeholder="as usual", on_change=_worded, args=(panel, part, place)
        )


def _worded(panel: str, part: str, place: int) -> None:
    """Other words."""
    layout.keep(f"{_START}{panel}.{part}", st.session_state[f"look_{place}_{part}"].strip())
    frame.redraw(layout.part(place))
