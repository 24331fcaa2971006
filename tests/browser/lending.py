"""Pages of a browser, lent to one test after the other.

A page of its own costs a test a process that reads and compiles every script of the app anew, more than half of the time
that a visit takes. A lent page forgets what a visitor left behind: cookies, storage, listeners, the document.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page

PATIENCE = 120_000
"""Milliseconds to wait on a busy machine; no test measures time."""
FORGET = "() => { if (location.protocol.startsWith('http')) { localStorage.clear(); sessionStorage.clear(); } }"


class Desk:
    """What a browser lends. Every page has cookies of its own, so that two at a time are two visitors."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._free: list[Page] = []

    @contextmanager
    def lent(
        self,
        hears: dict[str, Callable[[Any], None]],
        *,
        width: int,
        height: int = 900,
        theme: str = "light",
        offline: bool = False,
    ) -> Iterator[Page]:
        """An empty page of a size and a theme, whose events are heard until it is given back."""
        page = self._free.pop() if self._free else self._browser.new_context(accept_downloads=True).new_page()
        page.set_default_timeout(PATIENCE)
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=theme, media="screen")
        page.context.set_offline(offline)
        for event, heard in hears.items():
            page.on(event, heard)
        yield page
        page.context.set_offline(False)
        for event, heard in hears.items():
            page.remove_listener(event, heard)
        page.evaluate(FORGET)
        page.goto("about:blank")
        page.context.clear_cookies()
        self._free.append(page)
