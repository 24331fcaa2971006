"""A real server for each module, a real Chromium, and a page that fails on what a visitor must never meet."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.reports import written
from tests.browser.serving import served
from tests.browser.visitor import PATIENCE, Visitor

ROOT = Path(__file__).resolve().parents[2]
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
expect.set_options(timeout=PATIENCE)  # by default 5 s, which a busy machine takes for the first page of a fresh server
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def chromium() -> str | None:
    """The browser named in CHROMIUM, one that is installed, or Playwright's own (None)."""
    named = os.environ.get("CHROMIUM") or next((path for name in NAMES if (path := shutil.which(name))), None)
    return named or None


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of a fresh server."""
    with served() as (_process, port):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def visit(browser: Browser, server: str) -> Iterator[type[Visitor]]:
    """Open the app as a new visitor; every visitor's page is checked at the end of the test."""
    visitors: list[Visitor] = []

    def opened(path: str = "/", *, width: int = 1400, height: int = 900, theme: str = "light") -> Visitor:
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=theme, accept_downloads=True
        )
        visitor = Visitor(context.new_page(), server)
        visitors.append(visitor)
        visitor.open(path)
        return visitor

    yield opened
    for visitor in visitors:
        visitor.page.context.close()
    for visitor in visitors:
        assert visitor.complaints == []


@pytest.fixture(scope="session")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where reports are written, once each."""
    return tmp_path_factory.mktemp("reports")


@pytest.fixture
def open_report(browser: Browser, reports: Path) -> Iterator[Callable[..., Page]]:
    """Open a report without a network; every fault and every request but the file itself fails the test."""
    faults: list[str] = []
    made: list[BrowserContext] = []

    def opened(name: str, **options: Any) -> Page:
        context = browser.new_context(offline=True, **{"viewport": {"width": 1280, "height": 900}, **options})
        made.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "console", lambda message: faults.append(message.text) if message.type in ("error", "warning") else None
        )
        page.on("request", lambda request: None if request.url.startswith("file:") else faults.append(request.url))
        page.goto(written(reports, name).as_uri())
        page.locator("[class^=instance-explorer][data-ready=yes]").first.wait_for()
        return page

    yield opened
    for one in made:
        one.close()
    assert not faults
