"""Stop long work: one button outside all parts of the page, in sight only while something is computed.

A choice inside a part of the page waits for the part that runs; only a control outside of them starts the page again at
once, and the running method then ends at its next sign of progress.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import streamlit as st

RUNNING, STOPPED = "running method", "stopped methods"
_CSS = """
<style>
.st-key-stop_box { position: fixed; right: 1.4rem; bottom: 1.2rem; width: auto; z-index: 999; visibility: hidden; }
[data-testid="stApp"]:not([data-test-script-state="notRunning"]) .st-key-stop_box {
  animation: stop-appears 0s linear .8s forwards;
}
@keyframes stop-appears { to { visibility: visible; } }
</style>
"""


def draw() -> None:
    """Put the button on the page, before all that may take long."""
    st.html(_CSS)
    with st.container(key="stop_box"):
        st.button("Stop this computation", key="stop", icon=":material/stop_circle:", type="primary", on_click=_stop)


def _stop() -> None:
    """Remember what ran: it does not start again by itself."""
    running = st.session_state.pop(RUNNING, None)
    if running:
        st.session_state.setdefault(STOPPED, set()).add(running)


@contextmanager
def running(name: str) -> Iterator[None]:
    """Say what runs now; it stays said when the work is broken off."""
    st.session_state[RUNNING] = name
    try:
        yield
    except Exception:  # not those that end a run: then it stays said
        st.session_state.pop(RUNNING, None)
        raise
    st.session_state.pop(RUNNING, None)


def stopped(name: str) -> bool:
    """Whether a person stopped this work and has not started it again."""
    return name in st.session_state.get(STOPPED, ())


def halted(name: str, title: str, again: Callable[[], None], place: str = "") -> bool:
    """True where a person stopped this work: says so, with a way to start it."""
    if not stopped(name):
        return False

    def start() -> None:
        st.session_state[STOPPED].discard(name)
        again()

    st.info(f"{title} was stopped before it was finished.", icon=":material/stop_circle:")
    st.button("Start it again", key=f"again.{name}{place}", icon=":material/play_arrow:", on_click=start)
    return True
