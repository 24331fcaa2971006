"""Answers first: while somebody waits for an explanation, the rest of the other visitors' pages waits a moment.

One process serves all visitors and Python runs one of them at a time. The plot takes a few milliseconds, what
stands around it ten times as long: drawn in order, the last of many visitors would wait for all of everything.
"""

from __future__ import annotations

import threading
import time

import streamlit as st

PATIENCE = 1.0
"""Seconds that the rest of a page waits at most, in all."""
_STALE = 2.0
"""Seconds after which an answer that never came is not waited for (its run was stopped)."""


class Desk:
    """Who waits for an answer, by visitor, and since when."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: dict[str, float] = {}

    def come(self, visitor: str) -> None:
        """Begin to wait for an answer."""
        with self._changed:
            self._waiting[visitor] = time.monotonic()

    def served(self, visitor: str) -> None:
        """The answer is on its way."""
        with self._changed:
            if self._waiting.pop(visitor, None) is not None:
                self._changed.notify_all()

    def let_pass(self, patience: float = PATIENCE) -> float:
        """Wait until nobody waits for an answer; returns the seconds spent, at most the patience."""
        started = time.monotonic()
        with self._changed:
            while True:
                now = time.monotonic()
                self._waiting = {name: since for name, since in self._waiting.items() if now - since < _STALE}
                left = started + patience - now
                if not self._waiting or left <= 0:
                    return now - started
                self._changed.wait(min(left, 0.05))


_DESK = Desk()


def _visitor() -> str:
    """One name for a session."""
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    found = get_script_run_ctx()
    return found.session_id if found is not None else ""


def come() -> None:
    """Say that this visitor waits for an explanation."""
    _DESK.come(_visitor())
    st.session_state["patience"] = PATIENCE


def served() -> None:
    """Say that this visitor's explanation is drawn."""
    _DESK.served(_visitor())


def let_pass() -> None:
    """Before any other part of a page: those who wait for an explanation come first."""
    _DESK.served(_visitor())
    left = float(st.session_state.get("patience", 0.0))
    if left > 0:
        st.session_state["patience"] = left - _DESK.let_pass(left)
