"""What is being asked, as ids: read from the link, else from the session; written to both.

``model, data, row, class, method, second, feature, versus, rows, nudge, level, session``, ``p.<name>`` for each
setting of the method and ``s.<name>`` for each of the Studio.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, NoReturn
from urllib.parse import urlencode

import streamlit as st

from core.running import Running
from pages.parts import run

_HELD = "question"
_NAMES = {"output": "class"}
_SETTING, _STUDIO = "p.", "s."
LONGEST, MOST = 1_000, 120
"""Characters of one of the Studio's settings (a note), and how many settings a link may hold."""
_OF_TABLE = ("set.", "row.", "model.")
"""Settings of the Studio that speak of the model and the table in question."""
_WIDEST = 4_000
"""Characters of one setting of a method: rules for many features."""
_SEARCHES = "searches"
_LEFT, _WRITTEN, _PAGE = "addresses left", "address written", "page of the address"
LATE = 30.0
"""Seconds after which nothing is on its way any more."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question about one instance.

    Attributes
    ----------
    model, data : str
        Ids of samples or of the visitor's uploads; empty for the default sample.
    row : int
    output : str
        The class explained, by name; empty for the default.
    method, second : str
        Ids of the method shown and of the one beside it (empty: none).
    feature : str
        The feature whose profile is shown.
    versus : str
        The models of a comparison, comma-separated.
    rows : str
        Further instances of a comparison, comma-separated.
    nudge : str
        Position of the nudge that What-if begins with; empty for none.
    level : str
        ``"plain"`` or ``"expert"``.
    grid : str
        Rows and columns of the Studio, ``"2x3"``; empty for its default.
    panels : str
        What the Studio's places show, comma-separated; empty for its default.
    session : str
        Id of a session file that the Studio shows in place of a model; empty for none.
    params : mapping of str to str
        Settings of the method that differ from their defaults.
    studio : mapping of str to str
        Settings of the Studio (``pages/parts/layout.py`` names them).
    """

    model: str = ""
    data: str = ""
    row: int = 0
    output: str = ""
    method: str = "shap"
    second: str = ""
    feature: str = ""
    versus: str = ""
    rows: str = ""
    nudge: str = ""
    level: str = "plain"
    grid: str = ""
    panels: str = ""
    session: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    studio: Mapping[str, str] = field(default_factory=dict)


NAMES = tuple(item.name for item in fields(Question))
"""Everything that a question says."""


def current() -> Question:
    """The question of the link where it holds one, else of the session.

    A message brings the address that the browser had when it left: where the page's own change of the address was
    still on its way there, an old one. So links are followed, and Back pressed, by whole pages only, and not to where
    the page itself has just come from.
    """
    asked, known = held(), _HELD in st.session_state
    if not (known and run.by_part()):
        given = st.query_params.to_dict()
        if known and _late(given):
            write(asked)
        elif given:
            asked = _from_link(given, asked)
        st.session_state[_PAGE] = run.page()
    st.session_state[_HELD] = asked
    return asked


def _late(given: Mapping[str, str]) -> bool:
    """True of an address that this page had written and has just left."""
    since = st.session_state.get(_LEFT, {}).get(_pairs(given), -LATE)
    here = st.session_state.get(_PAGE) == run.page() and not run.followed()
    return here and time.monotonic() - since < LATE


def whole_page() -> NoReturn:
    """Draw all of the page anew, from a part of it or a widget's callback, with the question that the session holds."""
    write(current())
    st.rerun("app")


def held() -> Question:
    """The question of the session, whatever the address says."""
    found: Question = st.session_state.get(_HELD, Question())
    return found


def ask(**changes: Any) -> Question:
    """Change the question and the page's address; a changed model, table or method forgets what no longer fits."""
    asked = hold(**changes)
    write(asked)
    return asked


def hold(**changes: Any) -> Question:
    """Change the question of the session alone: other pages ask it."""
    held: Question = st.session_state.get(_HELD, Question())
    if {"model", "data"} & changes.keys():
        kept = of_any_table(held.studio)
        cleared = {"output": "", "feature": "", "row": 0, "rows": "", "params": {}, "session": "", "studio": kept}
        changes = {**cleared, **changes}
    if "row" in changes:
        changes = {"nudge": "", **changes}
    if "method" in changes and changes["method"] != held.method:
        changes = {"params": {}, **changes}
    asked = replace(held, **changes)
    if {"row", "model", "data", "output", "method", "params"} & changes.keys():
        end_searches()
    st.session_state[_HELD] = asked
    return asked


def of_any_table(studio: Mapping[str, str]) -> dict[str, str]:
    """Those of the Studio's settings that do not speak of one model and one table."""
    return {name: text for name, text in studio.items() if not name.startswith(_OF_TABLE)}


def searches() -> dict[str, tuple[str, Running]]:
    """Answers that are computed beside the page, each with the question it answers, by their place."""
    found: dict[str, tuple[str, Running]] = st.session_state.setdefault(_SEARCHES, {})
    return found


def end_searches() -> None:
    """Nobody waits for them any more: what is asked next must not wait for them either."""
    for _, search in searches().values():
        search.stop()


def with_row(asked: Question, row: int) -> Question:
    """The same question about another instance."""
    return replace(asked, row=row, nudge="")


def write(asked: Question) -> None:
    """Put the question into the page's address."""
    wanted = as_link(asked)
    pairs = _pairs(wanted)
    if st.query_params.to_dict() != wanted or st.session_state.get(_WRITTEN, pairs) != pairs:
        _leave(pairs)  # also where a message brought this address from before one that was written meanwhile
        st.query_params.from_dict(wanted)


def _leave(wanted: int) -> None:
    """Remember since when the address that was written last is not the page's any more."""
    now = time.monotonic()
    left: dict[int, float] = st.session_state.get(_LEFT, {})
    left = {pairs: since for pairs, since in left.items() if now - since < LATE and pairs != wanted}
    last = st.session_state.get(_WRITTEN)
    if last is not None and last != wanted:
        left[last] = now
    st.session_state[_LEFT], st.session_state[_WRITTEN] = left, wanted


def _pairs(given: Mapping[str, str]) -> int:
    """One number for the pairs of an address."""
    return hash(frozenset(given.items()))


def as_link(asked: Question) -> dict[str, str]:
    """The question as the pairs of a link; defaults are left out, the row is always named."""
    plain = Question()
    pairs = {
        _NAMES.get(item.name, item.name): str(getattr(asked, item.name))
        for item in fields(asked)
        if item.name not in ("params", "studio") and getattr(asked, item.name) != getattr(plain, item.name)
    }
    settings = {f"{_SETTING}{name}": value for name, value in asked.params.items()}
    places = {f"{_STUDIO}{name}": value for name, value in asked.studio.items() if value}
    return {**pairs, "row": str(asked.row), **settings, **places}


def link(asked: Question, base: str) -> str:
    """The whole address that shows this question again."""
    return f"{base.split('?')[0]}?{urlencode(as_link(asked))}"


def _from_link(given: Mapping[str, str], held: Question) -> Question:
    """The question that a link asks; what it does not name is a default, the level apart."""
    values: dict[str, Any] = {"level": held.level}
    for item in fields(Question):
        text = given.get(_NAMES.get(item.name, item.name))
        if text is not None and item.name not in ("row", "params", "studio"):
            values[item.name] = text[:400]
    number = given.get("row", "0")
    values["row"] = int(number) if number.isascii() and number.isdigit() and len(number) < 12 else -1
    values["params"] = {
        name.removeprefix(_SETTING): text[:_WIDEST] for name, text in given.items() if name.startswith(_SETTING)
    }
    values["studio"] = {
        name.removeprefix(_STUDIO)[:LONGEST]: text[:LONGEST]
        for name, text in list(given.items())[:MOST]
        if name.startswith(_STUDIO)
    }
    return Question(**values)


def from_pairs(given: Mapping[str, str]) -> Question:
    """The question that the pairs of a link or of a layout file ask."""
    return _from_link(given, held())
