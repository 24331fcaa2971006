"""What the server does beside serving: it prepares the first answer while the first visitor's page still loads."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import streamlit as st

SWITCH = 0.001
"""Seconds after which a thread hands over to one that waits: the one that sends answers waits for all the others."""


@asynccontextmanager
async def lifespan(_app: Any) -> AsyncIterator[None]:
    """From the server's start to its end."""
    sys.setswitchinterval(SWITCH)
    threading.Thread(target=_preload, name="preload", daemon=True).start()
    yield


def _preload() -> None:
    """Import the libraries and explain the first sample."""
    from core import cache

    cache.preload()


def tell_visitor(error: Exception) -> bool:
    """The last resort for an error that no part of the page caught: words for the visitor, the trace for the log."""
    logging.getLogger("instance_explorer").error("A page failed", exc_info=error)
    st.error(
        "**This page could not be shown.**  \nSomething unexpected happened. Load the page again, or open another one.",
        icon=":material/error:",
    )
    return True
