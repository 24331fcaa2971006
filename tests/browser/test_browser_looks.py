"""Phone and desk, light and dark, keyboard, and the live What-if."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.reports import until
from tests.browser.visitor import PATIENCE

pytestmark = pytest.mark.browser
NEIGHBOURS = """row => [...globalThis[Symbol.for("instance-explorer.force")].views]
  .some(({ data }) => data?.rows.some((one) => one.row === row))"""
"""Whether a row is in the browser, so that leafing to it asks nobody."""
DIMS = """(panel) => ["Next instance", "Previous instance"].map((way) => {
  const plot = [...globalThis[Symbol.for("instance-explorer.force")].views][0].root;
  plot.querySelector(`[aria-label="${way}"]`).click();
  return panel.classList.contains("is-waiting");
})"""
"""Both turns within one of the browser's: what the server answers to the first cannot be read in between."""
PAGES = ("/?row=2&method=lime", "/what_if?row=2", "/compare?row=2", "/load")


@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_wider_than_a_phone_in_the_dark(visit, path: str) -> None:
    visitor = visit(path, width=390, height=844, theme="dark")
    wide = "all => all.every((e) => e.scrollWidth <= e.clientWidth)"
    until(visitor.page, lambda: visitor.page.locator('html, [data-testid="stMain"]').evaluate_all(wide))
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
    name = line.locator(".ie-called").text_content()
    line.focus()
    visitor.page.keyboard.press("Enter")
    visitor.settle()
    expect(visitor.page.get_by_role("combobox", name="Feature").first).to_have_value(name)


def test_the_prediction_stays_in_sight_while_one_reads_on(visit) -> None:
    visitor = visit("/?row=2&method=lime")
    strip = visitor.page.locator(".st-key-headline")
    visitor.page.locator(".st-key-panel_first").scroll_into_view_if_needed()
    visitor.page.mouse.move(900, 600)
    visitor.page.mouse.wheel(0, 900)
    main = visitor.page.locator('[data-testid="stMain"]')
    until(visitor.page, lambda: main.evaluate("e => e.scrollTop") > 300)
    until(visitor.page, lambda: 0 <= strip.bounding_box()["y"] < 200)


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
    expect(plot.locator(".ie-said")).to_have_text(first, use_inner_text=True)


def test_a_phone_by_keyboard_alone(visit) -> None:
    """Open the list, ask for a row by number and by chance, leaf, then move a feature: no pointer, 390 pixels."""
    visitor = visit("/?row=3", width=390, height=844)
    keys = visitor.page.keyboard
    visitor.page.get_by_test_id("stExpandSidebarButton").focus()
    keys.press("Enter")
    number = visitor.page.locator("[class*=st-key-row_number] input").first
    number.focus()
    keys.press("Control+A")
    keys.type("17")
    keys.press("Enter")
    plot = visitor.force()
    expect(plot).to_have_attribute("data-row", "17", timeout=PATIENCE)
    visitor.settle()
    visitor.page.get_by_role("button", name="Random one").last.focus()
    keys.press("Enter")
    expect(plot).not_to_have_attribute("data-row", "17", timeout=PATIENCE)
    visitor.settle()
    visitor.page.get_by_test_id("stSidebarCollapseButton").locator("button").focus()
    keys.press("Enter")
    before = visitor.row()
    back = before > 0
    plot.get_by_role("button", name="Previous instance" if back else "Next instance").focus()
    keys.press("ArrowLeft" if back else "ArrowRight")
    expect(plot).to_have_attribute("data-row", str(before - 1 if back else before + 1), timeout=PATIENCE)
    visitor.open("/what_if?row=3")
    panel = visitor.page.locator(".ie-what")
    panel.locator(".iw-large .iw-slider").first.focus()
    keys.press("PageUp")
    keys.press("PageUp")
    expect(panel).to_contain_text("What changed (1)")
    assert visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_row_chosen_in_another_place_can_be_leafed_on_at_once(visit) -> None:
    """The chosen row comes alone; its neighbours follow by themselves and then need no server."""
    visitor = visit("/?row=3")
    number = visitor.page.locator("[class*=st-key-row_number] input").first
    number.fill("901")
    number.press("Enter")
    plot = visitor.force()
    expect(plot).to_have_attribute("data-row", "901", timeout=PATIENCE)
    visitor.settle()
    expect(plot.locator(".ie-count")).to_contain_text("902 of")
    visitor.page.wait_for_function(NEIGHBOURS, arg=902)
    visitor.page.context.set_offline(True)
    plot.get_by_role("button", name="Next instance").click()
    expect(plot).to_have_attribute("data-row", "902")
    visitor.page.context.set_offline(False)
    expect(visitor.page.locator(".st-key-headline")).to_contain_text("%")
    hidden = visitor.page.locator(".st-key-neighbours")
    assert hidden.evaluate_all("all => all.every((e) => e.getBoundingClientRect().height === 0)")


def test_a_click_on_a_bar_shows_its_profile_without_the_server(visit) -> None:
    """The profiles of all features are in the browser once the page has rested; the server hears of the pick later."""
    visitor = visit("/?row=5")
    plot, panel = visitor.force(), visitor.page.locator(".st-key-panel_profile .is-panel")
    name = plot.locator(".ie-line:not([disabled]) .ie-called").nth(3).text_content()
    expect(panel).not_to_have_attribute("data-shown", name)
    expect(panel).to_have_attribute("data-drawings", re.compile(r"^\d\d$"))  # asked for after a rest
    visitor.settle()
    visitor.page.context.set_offline(True)
    plot.locator(".ie-line:not([disabled])").nth(3).click()
    expect(panel).to_have_attribute("data-shown", name)
    expect(panel.locator(".is-said")).to_contain_text(f"If only {name} changed")
    expect(panel).not_to_have_class("is-panel is-bare is-waiting")
    visitor.page.context.set_offline(False)
    visitor.settle()
    expect(visitor.page.get_by_role("combobox", name="Feature").first).to_have_value(name)
    visitor.page.wait_for_url(f"**feature={name}**")
    assert visitor.page.url.count(f"feature={name}") == 1


def test_who_leafs_on_is_not_held_up_by_work_ahead(visit) -> None:
    """The other features' profiles are asked for when the reader rests; whatever is done meanwhile begins it anew."""
    visitor = visit("/?row=30")
    panel = visitor.page.locator(".st-key-panel_profile .is-panel")
    asked = visitor.page.evaluate_handle(
        """() => { const send = WebSocket.prototype.send; const found = { times: [] };
        WebSocket.prototype.send = function (data) { found.times.push(performance.now()); send.call(this, data); };
        const act = () => document.body.dispatchEvent(new Event("input", { bubbles: true }));
        found.moves = setInterval(act, 100);
        return found; }"""
    )
    plot = visitor.force()
    plot.get_by_role("button", name="Next instance").click()
    expect(plot).to_have_attribute("data-row", "31")
    # one frame holds the old box and the new one
    expect(visitor.page.locator("[class*=st-key-row_number] input").first).to_have_value("31")
    expect(panel).not_to_have_class(re.compile("is-waiting"))
    visitor.page.wait_for_url("**row=31**")
    visitor.settle()
    asked.evaluate("(found) => { found.times = []; }")
    visitor.page.wait_for_timeout(4_000)
    assert asked.evaluate("(found) => found.times.length") == 0, "somebody who acts is not interrupted"
    expect(panel).to_have_attribute("data-drawings", "1")
    asked.evaluate("(found) => clearInterval(found.moves)")
    expect(panel).to_have_attribute("data-drawings", re.compile(r"^\d\d$"))
    assert asked.evaluate("(found) => found.times.length") >= 1


def test_leafing_dims_the_profile_of_the_instance_before(visit) -> None:
    visitor = visit("/?row=30")
    panel = visitor.page.locator(".st-key-panel_profile .is-panel")
    expect(panel).not_to_have_class(re.compile("is-waiting"))
    visitor.settle()
    assert panel.evaluate(DIMS) == [True, False]


def test_a_grid_offers_no_csv_that_keeps_formulas(visit) -> None:
    tools = visit("/?row=2").page.locator('[data-testid="stDataFrame"]').first.locator("xpath=..")
    own = tools.get_by_label(re.compile("^Download as CSV"))
    expect(own).to_be_attached()
    expect(own).to_be_hidden()
