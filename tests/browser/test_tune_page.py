"""Tuning in a browser: a fresh server's deep link, trials that appear while it runs, the best beside the one before."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.visitor import Visitor


def test_a_search_grows_is_left_and_found_again_and_its_best_is_explained(visit: type[Visitor]) -> None:
    visitor = visit("/tune?model=diabetes&data=diabetes&row=3")
    page = visitor.page
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.get_by_text(re.compile(r"The best of \d+ of 20 trials"))).to_be_visible()
    visitor.go("Data")
    visitor.go("Tune")
    later = page.get_by_text(re.compile(r"The best of ([2-9]|\d\d) of 20 trials"))
    expect(later).to_be_visible()
    page.get_by_role("button", name="Stop and keep the best so far").click()
    expect(page.get_by_text("What was found")).to_be_visible()
    expect(page.get_by_text("The search ended early")).to_be_visible()
    page.get_by_role("button", name="Explain the best").click()
    expect(page.get_by_text("Before and after")).to_be_visible()
    page.get_by_role("link", name="Explain it").click()
    expect(page.locator(".ie-plot svg").first).to_be_visible()
    expect(page).to_have_url(re.compile("model=mine-.*row=3"))
    expect(page.get_by_role("combobox", name="Model")).to_have_value(re.compile("tuned"))
    visitor.go("Tune")
    expect(page.get_by_text("Settings that may be tried")).to_be_visible()
