"""The report taken from the Explain page: a file that works on its own."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser


def test_the_report_of_the_instance_in_question(
    visit: Callable[..., Visitor], open_report: Callable[..., Page], reports: Path
) -> None:
    visitor = visit("/explain?model=wine&row=7")
    visitor.page.get_by_text("Without the table's other rows").click()
    visitor.settle()
    path = reports / "taken.html"
    visitor.page.get_by_role("button", name="Make report").click()
    visitor.page.get_by_role("button", name="Download report").wait_for()
    visitor.download("Download report").save_as(path)
    text = path.read_text(encoding="utf-8")
    held = re.search(r'<script type="application/json">(.*?)</script>', text, re.DOTALL)
    assert held
    data = json.loads(held[1])
    assert data["instances"][0]["row"] == 7
    assert len(data["instances"]) == 11
    assert "residuals" not in [panel["id"] for panel in data["panels"]]
    page = open_report("taken")
    assert "wine" in page.locator("h1").inner_text().lower()
