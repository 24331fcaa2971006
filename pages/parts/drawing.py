"""A panel that is drawn in the browser: what it shows of each feature, sent there ahead of the click."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from core.export.report import scripts
from core.export.report.pack import Texts, pack
from core.views.looks import Looks
from core.views.view import View
from pages.parts import chart, frame, fresh, heard, layout

AHEAD = (0.25, 1.5)
"""Seconds of work for features not yet asked for: before the first painting, and each time the browser is idle; a
choice made meanwhile waits for it."""
SOON = 150
"""Milliseconds from one lot of features to the next."""
MOST = 60
"""Features that are sent ahead at most."""
_ENGINE = st.components.v2.component("studio_engine", js=scripts.engine())
_SYNC = st.components.v2.component("studio_sync", js=scripts.sync())
_PANEL = st.components.v2.component("studio_panel", js=scripts.panel(), css=scripts.panel_style())
ALONE = ""
"""The key of the only entry of a panel that shows no feature."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a panel is called and which features it can show.

    Attributes
    ----------
    name, question : str
    features : tuple of str
        Features that a click may pick.
    at : str
        The feature in question, ``ALONE`` where none is shown.
    looks : Looks
    title : str
        A line of the visitor's own in place of the name.
    level : str
    whose : str
        The model or instance, where it is not the one in question.
    instance : bool
        True where it is about one instance: painted first after a click.
    made : str
        How many rows and rounds it rests on.
    """

    name: str
    question: str
    features: tuple[str, ...]
    at: str
    looks: Looks = field(default_factory=Looks)
    title: str = ""
    level: str = ""
    whose: str = ""
    instance: bool = False
    ahead: bool = True
    rest: int = 0
    row: int = -1
    bare: bool = False
    made: str = ""


def engine() -> None:
    """The chart libraries, once a page; the same bytes each time, so that they travel once a visit."""
    _ENGINE(key="studio_engine", data={})


def sync(feature: str, visit: str) -> None:
    """Tell the panels which feature the server holds, and of how many picks it has heard."""
    _SYNC(key="studio_sync", data={"feature": feature, "visit": visit, "acts": heard.picks()})


def features(
    shown: Shown,
    make: Callable[[str], View],
    place: int | str,
    identity: str,
    ahead: tuple[float, float] = AHEAD,
) -> dict[str, View]:
    """Drawings of the feature in question and of as many others as there is time for.

    Parameters
    ----------
    make : callable
        The drawing of one feature.
    place : int or str
        A place of the Studio, or the fragment in which the panel stands.
    identity : str
        What the drawings are of: with another one the browser starts anew.
    ahead : tuple of float
        Seconds for others before the first painting, and each time the browser is idle.
    """
    if shown.at == ALONE:
        return {ALONE: make(ALONE)}
    wanted = st.session_state.setdefault("studio.wanted", {})
    rounds = wanted.get(place, ("", 0))
    again = rounds[1] if rounds[0] == identity else 0
    wanted[place] = (identity, again)
    until = time.monotonic() + ahead[0] + again * ahead[1]
    found = {shown.at: make(shown.at)}
    for name in shown.features[:MOST]:
        if time.monotonic() > until:
            break
        if name not in found:
            found[name] = make(name)
    return found


def show(
    place: int | str,
    shown: Shown,
    found: Mapping[str, View],
    key: str,
    on_pick: Callable[[str], None] = layout.pick,
) -> None:
    """Mount the panel with its drawings; where a click picks a feature, ``on_pick`` tells the server."""
    st.session_state.setdefault("studio.sent", {})[place] = frozenset(found)
    texts, specs = Texts(), list[dict[str, Any]]()
    entries = {name: _entry(drawn, texts, specs) for name, drawn in found.items()}
    name = f"studio_panel_{place}_{key}"
    _PANEL(
        key=name,
        data={
            "name": shown.name,
            "level": shown.level,
            "whose": shown.whose,
            "subtitle": shown.title,
            "question": shown.question,
            "features": list(shown.features),
            "takes": shown.at != ALONE,
            "instance": shown.instance,
            "at": shown.at,
            "theme": "dark" if chart.dark() else "light",
            "height": shown.looks.height,
            "size": shown.looks.size,
            "animation": shown.looks.animation,
            "missing": _missing(shown, found),
            "rest": shown.rest if len(found) == 1 else min(shown.rest, SOON),
            "row": shown.row,
            "bare": shown.bare,
            "made": shown.made,
            "entries": entries,
            "specs": specs,
            "texts": texts.listed(),
        },
        on_pick_change=lambda: _picked(fresh.said(name)["pick"], on_pick),
        on_more_change=lambda: _more(place),
    )


def _picked(told: Mapping[str, Any], on_pick: Callable[[str], None]) -> None:
    """A mark was clicked, and shows already."""
    heard.pick(told)
    on_pick(str(told["pick"]))


def _missing(shown: Shown, found: Mapping[str, View]) -> int:
    """How many features the browser shall ask for."""
    if shown.at == ALONE or not shown.ahead:
        return 0
    return max(0, min(len(shown.features), MOST) - len(found))


def _entry(drawn: View, texts: Texts, specs: list[dict[str, Any]]) -> dict[str, Any]:
    """One drawing; equal specifications are sent once."""
    if drawn.spec not in specs:
        specs.append(drawn.spec)
    rows = pack(drawn.rows, texts)
    return {"spec": specs.index(drawn.spec), "rows": rows, "sentence": drawn.sentence, "alt": drawn.alt}


def _more(place: int | str) -> None:
    """The browser is idle: the next features."""
    wanted = st.session_state.get("studio.wanted", {})
    identity, rounds = wanted.get(place, ("", 0))
    wanted[place] = (identity, rounds + 1)
    frame.redraw(*frame.held([place if isinstance(place, str) else layout.part(place)]))
