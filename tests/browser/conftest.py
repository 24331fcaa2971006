"""A real server, a real Chromium, and a page that fails on what a visitor must never meet."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.lending import PATIENCE, Desk
from tests.browser.reports import written
from tests.browser.serving import served
from tests.browser.visitor import Visitor

ROOT = Path(__file__).resolve().parents[2]
# The three after the GPU: pages are painted without a stand-in for one, in 2 to 7 % less processor time.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-software-rasterizer",
    "--disable-gpu-compositing",
    "--disable-gpu-rasterization",
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


@pytest.fixture(scope="session")
def desk(browser: Browser) -> Desk:
    """Pages for one test after the other."""
    return Desk(browser)


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The address of a server that has met nobody else but the visitors of these tests."""
    with served() as (_process, port):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def visit(desk: Desk, server: str) -> Iterator[Callable[..., Visitor]]:
    """Open the app as a new visitor; every visitor's page is checked at the end of the test."""
    visitors: list[Visitor] = []
    with ExitStack() as pages:

        def opened(path: str = "/", *, at: str = server, width: int = 1400, **screen: Any) -> Visitor:
            visitor = Visitor(at)
            visitor.page = pages.enter_context(desk.lent(visitor.hears, width=width, **screen))
            visitors.append(visitor)
            visitor.open(path)
            return visitor

        yield opened
    for visitor in visitors:
        assert visitor.complaints == []


@pytest.fixture(scope="session")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where reports are written, once each."""
    return tmp_path_factory.mktemp("reports")


@pytest.fixture
def open_report(desk: Desk, reports: Path) -> Iterator[Callable[..., Page]]:
    """Open a report without a network; every fault and every request but the file itself fails the test."""
    faults: list[str] = []
    hears: dict[str, Callable[[Any], None]] = {
        "pageerror": lambda error: faults.append(str(error)),
        "console": lambda said: faults.append(said.text) if said.type in ("error", "warning") else None,
        "request": lambda asked: None if asked.url.startswith("file:") else faults.append(asked.url),
    }
    with ExitStack() as pages:

        def opened(name: str, *, width: int = 1280, **screen: Any) -> Page:
            page = pages.enter_context(desk.lent(hears, width=width, offline=True, **screen))
            page.goto(written(reports, name).as_uri())
            page.locator("[class^=instance-explorer][data-ready=yes]").first.wait_for()
            return page

        yield opened
    assert not faults


@pytest.fixture
def component(desk: Desk, request: pytest.FixtureRequest) -> Iterator[Page]:
    """An empty page in the theme and of the width that a test asks for; an error in it fails the test."""
    theme, width = request.param
    faults: list[str] = []
    hears: dict[str, Callable[[Any], None]] = {
        "pageerror": lambda error: faults.append(str(error)),
        "console": lambda said: faults.append(said.text) if said.type == "error" else None,
    }
    with desk.lent(hears, width=width, theme=theme) as page:
        yield page
    assert not faults
