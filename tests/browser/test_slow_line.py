"""A long way from the server to the browser: what was asked meanwhile is not forgotten."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
LATE = 2_500
"""Milliseconds from the server to the browser: more than the rest after which the browser asks for what is missing."""
SLOW = """
const Line = window.WebSocket;
const later = (heard) => (message) => setTimeout(() => heard(message), window.late ?? 0);
window.WebSocket = class extends Line {
  addEventListener(kind, heard, ...rest) {
    super.addEventListener(kind, kind === "message" ? later(heard) : heard, ...rest);
  }
};
"""


def test_a_message_that_left_with_the_address_before_takes_nothing_back(visit) -> None:
    """The browser asks for drawings before it hears that the address names another feature."""
    visitor = visit("/about")
    visitor.page.add_init_script(SLOW)
    visitor.open("/?row=30")
    line = visitor.force().locator(".ie-line:not([disabled])").nth(1)
    name = line.locator(".ie-called").text_content()
    visitor.page.evaluate(f"window.late = {LATE}")
    line.click()
    box = visitor.page.get_by_role("combobox", name="Feature").first
    assert box.input_value() != name
    expect(box).to_have_value(name)
    for _ in range(50):
        visitor.page.wait_for_timeout(2 * LATE / 50)
        assert box.input_value() == name
    visitor.page.wait_for_url(f"**feature={name}**")
