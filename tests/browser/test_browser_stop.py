"""Long work says how far it is, can be stopped at once, and starts again only when asked."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
QUESTION = "Which features would be missed"


def test_long_work_is_stopped_and_started_again(visit) -> None:
    visitor = visit("/model?model=loans")
    page = visitor.page
    stop = page.locator(".st-key-stop button")
    expect(stop).to_be_hidden()
    page.get_by_text(QUESTION).first.click()
    expect(page.get_by_test_id("stProgress")).to_contain_text("training without feature", timeout=60_000)
    expect(page.get_by_test_id("stProgress")).to_contain_text("s left", timeout=60_000)
    stop.click()
    expect(page.get_by_text("was stopped before it was finished")).to_be_visible(timeout=60_000)
    visitor.settle()
    expect(stop).to_be_hidden()
    expect(page.get_by_text("Trained again, on rows kept apart")).to_have_count(0)
    page.get_by_role("button", name="Start it again").click()
    expect(page.get_by_test_id("stProgress")).to_contain_text("training without feature", timeout=60_000)
    stop.click()
    visitor.settle()
