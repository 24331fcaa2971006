"""What the server does beside serving: it prepares the first answer while the first visitor's page still loads."""

from __future__ import annotations

import gc
import logging
import sys
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import streamlit as st
from streamlit import runtime

from pages.parts import arrivals

LATER = 5.0
"""Seconds that the first page has for itself before the process for uploads starts; an upload starts it at once."""
PAINTED = 1.0
"""Seconds until the first answer has been drawn: collecting garbage holds up everything else."""
TIDY = 15.0
"""Seconds from one collection of garbage to the next, so that what a visitor leaves behind goes while nobody comes."""
SWITCH = 0.001
"""Seconds after which a thread hands over to one that waits: the one that sends answers waits for all the others."""


@asynccontextmanager
async def lifespan(_app: Any) -> AsyncIterator[None]:
    """From the server's start to its end."""
    sys.setswitchinterval(SWITCH)
    arrivals.bound(runtime.get_instance().uploaded_file_mgr)  # type: ignore[arg-type]
    for work in (_preload, _tidy):
        threading.Thread(target=work, name=work.__name__, daemon=True).start()
    yield


def _preload() -> None:
    """Import the libraries and explain the first sample; what only uploads need comes when the first page is drawn."""
    gc.disable()  # what imports make is kept anyway: looking through it again and again takes a tenth of the time
    try:
        from core import cache

        cache.preload()
        time.sleep(PAINTED)
        cache.settle()
    finally:
        gc.enable()
    time.sleep(LATER)
    from core.workers import warm

    warm()


def _tidy() -> None:
    """Collect garbage now and then, in the place of Streamlit, which would after each run, before the next answer."""
    while True:
        time.sleep(TIDY)
        gc.collect()


def tell_visitor(error: Exception) -> bool:
    """The last resort for an error that no part of the page caught: words for the visitor, the trace for the log."""
    logging.getLogger("instance_explorer").error("A page failed", exc_info=error)
    st.error(
        "**This page could not be shown.**  \nSomething unexpected happened. Load the page again, or open another one.",
        icon=":material/error:",
    )
    return True
