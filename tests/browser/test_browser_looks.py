"""Phone and desk, light and dark, keyboard, and the live What-if."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
PAGES = ("/?row=2&method=lime", "/what_if?row=2", "/compare?row=2", "/load", "/about")


@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_wider_than_a_phone_in_the_dark(visit, path: str) -> None:
    visitor = visit(path, width=390, height=844, theme="dark")
    wide = visitor.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0
    main = visitor.page.locator('[data-testid="stMain"]')
    assert main.evaluate("e => e.scrollWidth - e.clientWidth") <= 0
    assert visitor.page.locator('[data-testid="stAlertContentError"]').count() == 0


def test_the_keyboard_leafs_and_picks(visit) -> None:
    visitor = visit("/?row=30")
    plot = visitor.force()
    plot.get_by_role("button", name="Next instance").focus()
    visitor.page.keyboard.press("ArrowRight")
    expect(plot).to_have_attribute("data-row", "31")
    visitor.page.keyboard.press("ArrowLeft")
    expect(plot).to_have_attribute("data-row", "30")
    line = plot.locator(".ie-line:not([disabled])").nth(1)
    line.focus()
    visitor.page.keyboard.press("Enter")
    visitor.settle()
    name = line.locator(".ie-name").inner_text().split(" = ")[0]
    expect(visitor.page.get_by_role("combobox", name="Feature").first).to_have_value(name)


def test_the_prediction_stays_in_sight_while_one_reads_on(visit) -> None:
    visitor = visit("/?row=2&method=lime")
    strip = visitor.page.locator(".st-key-headline")
    visitor.page.locator(".st-key-panel_first").scroll_into_view_if_needed()
    visitor.page.mouse.move(900, 600)
    visitor.page.mouse.wheel(0, 900)
    visitor.page.wait_for_timeout(400)
    box = strip.bounding_box()
    assert box is not None
    assert 0 <= box["y"] < 200


def test_a_moved_control_moves_the_prediction_without_the_server(visit) -> None:
    visitor = visit("/what_if?row=2")
    panel = visitor.page.locator(".ie-what")
    slider = panel.locator("input[type=range]").first
    before = panel.inner_text()
    visitor.page.context.set_offline(True)
    slider.evaluate("e => { e.value = e.max; e.dispatchEvent(new Event('input', { bubbles: true })); }")
    expect(panel).to_contain_text("What changed (1)")
    after = panel.inner_text()
    visitor.page.context.set_offline(False)
    assert after != before


def test_back_and_forth_between_instances_shows_each_ones_own_numbers(visit) -> None:
    visitor = visit("/?row=40")
    plot = visitor.force()
    first = plot.locator(".ie-said").inner_text()
    for _ in range(3):
        plot.get_by_role("button", name="Next instance").click()
    expect(plot).to_have_attribute("data-row", "43")
    visitor.page.wait_for_url("**row=43**")
    visitor.settle()
    expect(visitor.page.locator(".st-key-headline")).to_contain_text(plot.locator(".ie-said").inner_text())
    for _ in range(3):
        plot.get_by_role("button", name="Previous instance").click()
    expect(plot).to_have_attribute("data-row", "40")
    assert plot.locator(".ie-said").inner_text() == first
