"""One visitor of the app: what they do, and everything that went wrong on the way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import ConsoleMessage, Download, Error, Page, Request, expect

from tests.browser.lending import PATIENCE


class Visitor:
    """Somebody with a page of the app.

    Attributes
    ----------
    page : Page
        What the desk lent.
    complaints : list of str
        Errors on the console and requests to other hosts.
    hears : dict
        What of the page's events is noted.
    """

    page: Page

    def __init__(self, server: str) -> None:
        self.server = server
        self.complaints: list[str] = []
        self.hears = {"console": self._heard, "request": self._asked, "pageerror": self._failed}

    def _failed(self, error: Error) -> None:
        """Note a script that failed."""
        self.complaints.append(f"script error: {error}")

    def _heard(self, message: ConsoleMessage) -> None:
        """Note an error; Streamlit itself probes for its server below a page's own path and gets 404."""
        probe = "/_stcore/" in str(message.location.get("url", ""))
        if message.type == "error" and not probe:
            self.complaints.append(f"console: {message.text}")

    def _asked(self, request: Request) -> None:
        """Note a request to another host."""
        if not request.url.startswith((self.server, self.server.replace("http", "ws"), "data:", "blob:")):
            self.complaints.append(f"request to {request.url}")

    def open(self, path: str) -> None:
        """Go to an address and wait until the page is drawn."""
        self.page.goto(self.server + path)
        self.settle()

    def settle(self) -> None:
        """Wait until nothing runs; no part of the page may have failed."""
        quiet = '[data-testid="stApp"][data-test-script-state="notRunning"]'
        self.page.wait_for_selector(quiet)
        self.page.wait_for_timeout(350)
        self.page.wait_for_selector(quiet)
        expect(self.page.locator('[data-testid="stException"]')).to_have_count(0)

    def go(self, title: str) -> None:
        """Open a page by its name in the navigation."""
        self.page.get_by_role("link", name=title, exact=True).first.click()
        self.settle()

    def sees(self, text: str) -> None:
        """The words are on the page."""
        expect(self.page.get_by_text(text).first).to_be_visible(timeout=PATIENCE)

    def row(self) -> int:
        """The instance that the force plot shows."""
        return int(self.force().get_attribute("data-row") or -1)

    def force(self) -> Any:
        """The force plot."""
        plot = self.page.locator(".ie-force").first
        plot.locator("svg polygon").first.wait_for()
        return plot

    def choose(self, label: str, option: str) -> None:
        """Pick an option of a drop-down by its label."""
        self.page.get_by_role("combobox", name=label).first.click()
        self.page.get_by_role("option", name=option).first.click()
        self.settle()

    def upload(self, kind: str, path: Path) -> None:
        """Give a file to an uploader."""
        self.page.locator(f".st-key-upload_{kind} input[type=file]").set_input_files(str(path))
        self.page.wait_for_timeout(300)
        self.settle()

    def download(self, title: str) -> Download:
        """Take a file of the open download menu."""
        with self.page.expect_download() as taken:
            self.page.get_by_role("button", name=title).first.click()
        return taken.value
