"""A single answer's page opened from a disk without a network: hover, numbers, own words, the picture as a file, dark."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def test_hover_words_picture_and_theme(open_report: Callable[..., Page], tmp_path: Path) -> None:
    page = open_report("figure", theme="dark")
    page.wait_for_timeout(300)
    bars = page.locator("g.mark-rect.role-mark path")
    bars.first.hover(force=True)
    expect(page.locator(".ir-tip")).to_contain_text("contribution")
    card = page.locator(".ir-card").first
    card.locator("summary").first.click()
    expect(card.locator("tbody tr")).to_have_count(4)
    expect(page.locator(".ir-root")).to_have_attribute("data-theme", "dark")
    heading = page.locator("h1")
    heading.fill("Words of my own <b>and no markup</b>")
    expect(heading).to_have_text("Words of my own <b>and no markup</b>")
    assert page.locator("h1 b").count() == 0
    with page.expect_download() as taken:
        page.get_by_role("button", name="Save as picture").first.click()
    taken.value.save_as(tmp_path / "picture.png")
    assert (tmp_path / "picture.png").read_bytes().startswith(b"\x89PNG")
    page.emulate_media(media="print")
    expect(page.locator(".ir-root")).to_have_attribute("data-theme", "light")
    expect(page.get_by_role("button", name="Save as picture").first).to_be_hidden()
    page.emulate_media(media="screen")
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
