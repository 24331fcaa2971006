"""How the Studio looks: colours, sizes, movement, and each panel's own words; nothing is computed anew."""

from __future__ import annotations

from functools import partial

import streamlit as st

from core.errors import ExplorerError
from core.views import looks
from core.views.looks import Looks
from pages.parts import frame, fresh, layout
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
            key = fresh.key(f"look_{name}", look.colours.get(name, usual))
            st.color_picker(title, key=key, on_change=fresh.listen(key, partial(_set, name, usual)))
        key = fresh.key("look_height", look.height)
        told = fresh.listen(key, partial(_set, "height", "300"))
        st.slider("Height of a chart", 160, 800, step=20, key=key, on_change=told)
        _choice("Text", "size", _SIZES, f"{look.size:g}")
        _choice("Movement when something changes", "animation", _MOVES, str(look.animation))
        st.button("As usual", key="look_reset", on_click=_reset, icon=":material/restart_alt:")


def _choice(title: str, name: str, options: dict[str, str], now: str) -> None:
    """One of a few."""
    key = fresh.key(f"look_{name}", now)
    listed = options if now in options else {now: now, **options}
    told = fresh.listen(key, partial(_set, name, "1" if name == "size" else "0"))
    st.segmented_control(title, list(listed), format_func=listed.__getitem__, key=key, required=True, on_change=told)


def _set(name: str, usual: str, value: object) -> None:
    """Keep a look; the usual one is not named in the link."""
    text = str(value)
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
        key = fresh.key(f"look_{place}_{part}", look.text(panel, part))
        told = fresh.listen(key, partial(_worded, panel, part, place))
        st.text_input(title, key=key, max_chars=120, placeholder="as usual", on_change=told)


def _worded(panel: str, part: str, place: int, text: str) -> None:
    """Other words."""
    layout.keep(f"{_START}{panel}.{part}", text.strip())
    frame.redraw(layout.part(place))
