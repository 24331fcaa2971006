"""Answers first, and one at a time: explanations are on the screen before the rest of anybody's page is made.

In the browser a plot is painted when everything that has come with it is drawn: sent at once with the rest of the page
it takes more than twice as long. On the server one process serves all visitors and Python runs one thread at a time:
the plot takes a few milliseconds, what stands around it ten times as long, and with many threads at work the one that
sends finished plots waits for all of them at each step. benchmarks/app_latency.py measures both.
"""

from __future__ import annotations

import functools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import streamlit as st

from pages.parts import run

PATIENCE = 1.0
"""Seconds that the rest of a page waits at most, in all."""
LEAD = 0.15
"""Seconds that an explanation is ahead of the rest of its own page: the browser paints it meanwhile."""
FIRST = 0.5
"""The same on the first page of a visit: the browser still loads what it draws with."""
ANSWER = 0.3
"""Seconds that an explanation waits at most for another visitor's."""
_STALE = 2.0
"""Seconds after which an answer that never came is not waited for (its run was stopped)."""


class Desk:
    """Who waits for an answer, by visitor, and since when; one answer and one other part are made at a time."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: dict[str, float] = {}
        self._answer, self._part = threading.Semaphore(), threading.Semaphore()

    def come(self, visitor: str) -> None:
        """Begin to wait for an answer."""
        with self._changed:
            self._waiting[visitor] = time.monotonic()

    def served(self, visitor: str) -> None:
        """The answer is on its way."""
        with self._changed:
            if self._waiting.pop(visitor, None) is not None:
                self._changed.notify_all()

    @contextmanager
    def answer(self, visitor: str, patience: float = ANSWER) -> Iterator[None]:
        """Make an answer, alone if that can be had within the patience."""
        alone = self._answer.acquire(timeout=patience)
        try:
            yield
        finally:
            self.served(visitor)
            if alone:
                self._answer.release()

    @contextmanager
    def rest(self, patience: float = PATIENCE) -> Iterator[float]:
        """Make another part, alone and when nobody waits for an answer, if that can be had within the patience.

        Yields
        ------
        float
            Seconds spent waiting.
        """
        started = time.monotonic()
        alone = self._part.acquire(timeout=patience)
        try:
            self._let_pass(started + patience)
            yield time.monotonic() - started
        finally:
            if alone:
                self._part.release()

    def _let_pass(self, until: float) -> None:
        """Wait until nobody waits for an answer."""
        with self._changed:
            while True:
                now = time.monotonic()
                self._waiting = {name: since for name, since in self._waiting.items() if now - since < _STALE}
                if not self._waiting or until <= now:
                    return
                self._changed.wait(min(until - now, 0.05))


_DESK = Desk()


def come() -> None:
    """Say that this visitor waits for an explanation."""
    _DESK.come(run.session())
    st.session_state["patience"] = PATIENCE
    st.session_state["lead"] = True  # the next part waits until the explanation before it is painted


def pause() -> None:
    """Wait here, until the explanation before is painted."""
    _DESK.served(run.session())
    time.sleep(LEAD if st.session_state.get("visited") else FIRST)
    st.session_state["visited"] = True


def answer(draw: Callable[[], None]) -> Callable[[], None]:
    """The part of a page that is the explanation: drawn before everything else."""

    @functools.wraps(draw)
    def first() -> None:
        with _DESK.answer(run.session()):
            draw()

    return first


def after(draw: Callable[[], None]) -> Callable[[], None]:
    """Any other part: those who wait for an explanation come first."""

    @functools.wraps(draw)
    def later() -> None:
        _DESK.served(run.session())
        if st.session_state.pop("lead", False):
            time.sleep(LEAD)
        left = float(st.session_state.get("patience", 0.0))
        with _DESK.rest(max(left, 0.0)) as spent:
            st.session_state["patience"] = max(0.0, left - spent)
            draw()

    return later
