"""Several pages of the Studio in one visit: each with its own grid, panels, settings and notes; one is shown.

The link and the address speak of the page that is shown; the layout file holds all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import streamlit as st

from core.views import words
from pages.parts import frame, fresh, question

MOST = 12
"""Pages at most."""
_HELD, _NOW = "studio pages", "studio page"
_GRID, _PANELS, _NAME = "grid", "panels", "name"


@dataclass(frozen=True, slots=True)
class Board:
    """One page.

    Attributes
    ----------
    name : str
    grid, panels : str
    studio : mapping of str to str
        As in the question.
    model, data : str
        Of which it spoke when it was left: settings that speak of a table go with that.
    """

    name: str
    grid: str = ""
    panels: str = ""
    studio: Mapping[str, str] = field(default_factory=dict)
    model: str = ""
    data: str = ""


def draw() -> None:
    """The pages by name where there are several, and the menu that makes, names and removes them."""
    held, now = _listed(), _place()
    if len(held) > 1:
        key = fresh.key("studio_page", now)
        st.segmented_control(
            "Page",
            range(len(held)),
            format_func=lambda place: words.short(held[place].name, 30),
            key=key,
            required=True,
            label_visibility="collapsed",
            on_change=fresh.listen(key, _turn),
        )
    box = st.popover("Pages", icon=":material/library_add:", type="tertiary", key="studio_pages", on_change="rerun")
    if not box.open:
        return
    with box:
        st.caption(
            "Each page has its own grid, panels, settings and notes; all speak of the same instance and feature."
        )
        key = fresh.key("studio_page_name", held[now].name)
        st.text_input("Name of this page", key=key, max_chars=60, on_change=fresh.listen(key, _rename))
        full = len(held) >= MOST
        st.button("New page", icon=":material/add:", key="studio_page_new", on_click=_add, disabled=full)
        st.button(
            "Copy this page", icon=":material/content_copy:", key="studio_page_copy", on_click=_copy, disabled=full
        )
        st.button(
            "Remove this page",
            icon=":material/delete:",
            key="studio_page_remove",
            on_click=_remove,
            disabled=len(held) < 2,
        )


def _listed() -> list[Board]:
    """All pages; the one that is shown as it was when it was last left."""
    found: list[Board] = st.session_state.setdefault(_HELD, [Board("Page 1")])
    return found


def _place() -> int:
    """Which page is shown."""
    return min(int(st.session_state.get(_NOW, 0)), len(_listed()) - 1)


def _kept() -> list[Board]:
    """All pages, the one that is shown as it is now."""
    held, now, asked = _listed(), _place(), question.current()
    held[now] = Board(held[now].name, asked.grid, asked.panels, dict(asked.studio), asked.model, asked.data)
    return held


def _show(place: int) -> None:
    """Another page in the same question."""
    board, asked = _listed()[place], question.current()
    st.session_state[_NOW] = place
    same = (board.model, board.data) == (asked.model, asked.data)
    studio = dict(board.studio) if same else question.of_any_table(board.studio)
    question.ask(grid=board.grid, panels=board.panels, studio=studio)
    frame.redraw(_GRID)  # not a part of the page: the whole page is drawn anew


def _turn(place: int) -> None:
    """To another page."""
    _kept()
    _show(place)


def _add() -> None:
    """A new page with the panels that a Studio begins with."""
    held = _kept()
    held.append(Board(_free_name()))
    _show(len(held) - 1)


def _copy() -> None:
    """The page that is shown once more, behind it."""
    held, now = _kept(), _place()
    held.insert(now + 1, replace(held[now], name=_free_name()))
    _show(now + 1)


def _remove() -> None:
    """Let this page go."""
    held, now = _listed(), _place()
    if len(held) > 1:
        del held[now]
        _show(max(0, now - 1))


def _rename(name: str) -> None:
    """Another name; an empty one changes nothing."""
    if name.strip():
        held, now = _listed(), _place()
        held[now] = replace(held[now], name=name.strip())
    frame.redraw("studio_bar")


def _free_name() -> str:
    """A name that no page bears."""
    taken = {board.name for board in _listed()}
    return next(name for name in (f"Page {number}" for number in range(1, MOST + 2)) if name not in taken)


def pairs() -> dict[str, str]:
    """The other pages, and all names, as pairs of a layout file; none where there is only one."""
    held, now = _kept(), _place()
    if len(held) == 1 and held[0].name == "Page 1":
        return {}
    found = {"page": str(now)}
    for place, board in enumerate(held):
        own = {_NAME: board.name}
        if place != now:
            own |= {_GRID: board.grid, _PANELS: board.panels, "model": board.model, "data": board.data}
            own |= {f"s.{name}": text for name, text in board.studio.items()}
        found |= {f"{place}.{name}": text for name, text in own.items() if text}
    return found


def open_pairs(given: Mapping[str, str]) -> dict[str, str]:
    """Take over the pages of a layout file; what is left speaks of the page to be shown."""
    own = {name: text for name, text in given.items() if name != "page" and not name.partition(".")[0].isdigit()}
    held = []
    for place in range(MOST):
        start = f"{place}."
        part = {name.removeprefix(start): text for name, text in given.items() if name.startswith(start)}
        if part.get(_NAME):
            studio = {name.removeprefix("s."): text for name, text in part.items() if name.startswith("s.")}
            texts = [part.get(name, "") for name in (_GRID, _PANELS)]
            held.append(Board(part[_NAME][:60], *texts, studio, part.get("model", ""), part.get("data", "")))
    st.session_state[_HELD] = held or [Board("Page 1")]
    number = given.get("page", "0")
    st.session_state[_NOW] = int(number) if number.isascii() and number.isdigit() and len(number) < 3 else 0
    return own
