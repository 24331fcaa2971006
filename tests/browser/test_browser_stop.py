"""The page Model: long work says how far it is and can be stopped at once; a click leads to the very rows."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser
QUESTION = "Which features would be missed"
# Dots under the pointer, in the page: where the one with the nearest neighbour lies, and which row it is of. Two dots at
# one place are one to the eye; nobody can say which of them was clicked.
CROWDED = """part => {
  const dots = [...part.querySelectorAll("path")].filter(p => p.__data__?.datum?.role === "dot").map(p => {
    const box = p.getBoundingClientRect();
    return { x: box.x + box.width / 2, y: box.y + box.height / 2, row: p.__data__.datum.row };
  });
  const off = (one, two) => Math.hypot(one.x - two.x, one.y - two.y);
  const near = one => Math.min(...dots.filter(two => two !== one).map(two => off(one, two)));
  return dots.map(one => ({ ...one, near: near(one) })).filter(one => one.near > 1.5)
    .sort((one, two) => one.near - two.near)[0];
}"""
CELL = """part => {
  const cell = [...part.querySelectorAll("path")].find(p => {
    const found = p.__data__?.datum; return found?.truth && found.truth !== found.said && found.count > 0; });
  const box = cell.getBoundingClientRect();
  return { x: box.x + box.width / 2, y: box.y + 8, rows: cell.__data__.datum.count };
}"""


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
    a_dot_opens_its_row(visitor)
    a_cell_opens_its_rows(visitor)
    a_listed_row_opens(visitor)


def a_dot_opens_its_row(visitor: Visitor) -> None:
    """Of dots that lie over each other the nearest is taken."""
    page = visitor.page
    page.get_by_text("Where is the model wrong?").first.click()
    part = page.locator(".st-key-part_residuals")
    part.locator("path").nth(100).wait_for()
    visitor.settle()
    part.locator("svg").first.scroll_into_view_if_needed()
    dot = part.evaluate(CROWDED)
    assert dot["near"] < 6, "they overlap"
    page.mouse.click(dot["x"], dot["y"])
    page.wait_for_url(f"**row={dot['row']}*")
    visitor.settle()
    assert visitor.row() == dot["row"]


def a_cell_opens_its_rows(visitor: Visitor) -> None:
    """A cell of the confusion matrix lists exactly its rows."""
    visitor.go("Model")
    part = visitor.page.locator(".st-key-part_performance")
    part.locator("svg path").first.wait_for()
    part.locator("svg").first.scroll_into_view_if_needed()
    cell = part.evaluate(CELL)
    visitor.page.mouse.click(cell["x"], cell["y"])
    expect(visitor.page.locator(".ie-force").first).to_be_visible()
    visitor.settle()
    visitor.sees(f"{cell['rows']:,.0f} instances")


def a_listed_row_opens(visitor: Visitor) -> None:
    """The worst rows are links that say which row they are of."""
    visitor.go("Model")
    visitor.page.get_by_text("Where is the model wrong?").first.click()
    link = visitor.page.locator(".st-key-part_residuals a").first
    name = link.inner_text().split()[-2]
    link.click()
    expect(visitor.page.locator(".ie-force").first).to_contain_text(name)
    visitor.settle()
