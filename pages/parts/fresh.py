"""Widgets whose value the page changes by itself: a new one each time, so that no late message speaks for an old one.

A browser sends the values of all its widgets with every message. One that left before the page's own change arrived
there still holds the old value, which Streamlit would take for a choice of the visitor's: under the same key at once,
under a key that is gone as that of a new widget. So the key changes, and what an old key says is not listened to.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from typing import Any

import streamlit as st

from pages.parts import question

_MADE = "fresh"


def key(name: str, value: Any) -> str:
    """The key of a widget that shows a value: the same while the visitor changes it, another when the page did.

    Parameters
    ----------
    name : str
        What the widget is called; its key begins with it.
    value : object
        What it must show now; the session's state holds it under the key.
    """
    made: dict[str, tuple[int, Any]] = st.session_state.setdefault(_MADE, {})
    count, last = made.get(name, (0, value))
    shown = st.session_state.get(f"{name}.{count}", last)
    count += shown != value
    made[name] = (count, value)
    st.session_state[f"{name}.{count}"] = value
    return f"{name}.{count}"


def own(name: str, options: Container[Any], otherwise: Any) -> str:
    """The key of a widget whose value lives in the visit alone: the same while its value is among the options.

    Parameters
    ----------
    options : container
        What it may show now.
    otherwise : object
        What it shows first, and again when its value is no longer among the options.
    """
    count, _ = st.session_state.get(_MADE, {}).get(name, (0, otherwise))
    shown = st.session_state.get(f"{name}.{count}", otherwise)
    return key(name, shown if shown in options else otherwise)


def said(key: str) -> Any:
    """What the visitor chose in a widget, for its callback.

    A widget that left the page while its message was on the way says nothing: the callback ends, the page is drawn.
    """
    if key not in st.session_state:
        question.whole_page()
    return st.session_state[key]


def listen(key: str, act: Callable[[Any], None]) -> Callable[[], None]:
    """A callback that acts on the visitor's choice in the widget of this key, while that is the one shown."""

    def changed() -> None:
        name, _, count = key.rpartition(".")
        if st.session_state[_MADE][name][0] == int(count):
            act(said(key))

    return changed
