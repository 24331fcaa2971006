"""The report opened from a disk with the network blocked: choices, clicks, hovering, keys reach every panel."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.reports import SENTENCE, names_of, panel, settled
from tests.contract_cases import HOSTILE

pytestmark = pytest.mark.browser


def test_choosing_a_feature_redraws_what_shows_one(open_report: Callable[..., Page]) -> None:
    page = open_report("mixed")
    settled(page)
    before = panel(page, "break_down").locator(".ir-sentence, .ir-check").all_inner_texts()
    profile = panel(page, "ceteris_paribus")
    first = profile.locator("svg").first.inner_html()
    page.get_by_label("Feature").first.select_option("age")
    settled(page)
    assert names_of(page) == ["age"] * 3
    expect(profile.locator("svg").first).to_contain_text("age")
    expect(profile.locator(".ir-sentence")).to_contain_text("age")
    assert profile.locator("svg").first.inner_html() != first
    page.get_by_label("Feature").first.select_option(HOSTILE)
    settled(page)
    assert names_of(page) == [HOSTILE] * 3
    assert panel(page, "break_down").locator(".ir-sentence, .ir-check").all_inner_texts() == before
    assert panel(page, "break_down").locator("svg").count() >= 1


def test_choosing_an_instance_redraws_its_panels_only(open_report: Callable[..., Page]) -> None:
    page = open_report("mixed")
    settled(page)
    local = ["shap", "break_down", "ceteris_paribus", "nudges"]
    words = {
        name: panel(page, name).locator(SENTENCE).inner_text()
        for name in [*local, "permutation_importance", "model_profile"]
    }
    drawn = panel(page, "permutation_importance").locator("svg").first.inner_html()
    page.get_by_label("Instance").first.select_option("3")
    settled(page)
    for name, text in words.items():
        assert (panel(page, name).locator(SENTENCE).inner_text() != text) == (name in local), name
    assert panel(page, "permutation_importance").locator("svg").first.inner_html() == drawn
    assert page.locator(".ir-said b").inner_text() in panel(page, "shap").locator(".ie-said").inner_text()
    assert page.locator(".ir-all tr.ir-present").count() == 1
    assert page.locator(".ir-all tbody tr").nth(3).get_attribute("class") == "ir-present"


@pytest.mark.parametrize("where", ["break_down", "permutation_importance"])
def test_a_click_on_a_bar_picks_its_feature_everywhere(open_report: Callable[..., Page], where: str) -> None:
    page = open_report("mixed")
    settled(page)
    card = panel(page, where)
    bars = card.locator("g.mark-rect.role-mark path")
    bars.nth(2).scroll_into_view_if_needed()
    bars.nth(2).click(force=True)
    settled(page)
    picked = names_of(page)
    assert len(set(picked)) == 1
    assert page.get_by_label("Feature").first.locator("option:checked").inner_text() == picked[0]
    assert panel(page, "shap").locator(".ie-line.ie-picked").inner_text().startswith(picked[0][:6])
    shades = card.locator("g.mark-rect.role-mark path").evaluate_all(
        "(bars) => bars.map((bar) => bar.getAttribute('opacity') ?? '1')"
    )
    assert shades.count("1") == 1
    assert shades[2] == "1"


def test_a_click_in_the_force_plot_and_leafing_reach_the_others(open_report: Callable[..., Page]) -> None:
    page = open_report("mixed")
    settled(page)
    line = panel(page, "shap").locator(".ie-line").nth(1)
    wanted = line.locator(".ie-called").text_content()
    line.click()
    settled(page)
    assert names_of(page) == [wanted] * 3
    panel(page, "shap").get_by_role("button", name="Next instance").click()
    expect(page.locator(".ir-all tbody tr").nth(1)).to_have_class("ir-present")
    expect(page.get_by_label("Instance").first).to_have_value("1")


def test_variants_and_the_numbers_and_how_to_read(open_report: Callable[..., Page]) -> None:
    page = open_report("mixed")
    settled(page)
    card = panel(page, "model_profile")
    before = card.locator("svg").first.inner_html()
    card.get_by_role("button", name="Accumulated effects").click()
    settled(page)
    assert card.locator("svg").first.inner_html() != before
    performance = panel(page, "performance")
    performance.locator("select").select_option("1")
    settled(page)
    assert performance.locator(".ir-chart > div:not([hidden])").count() == 1
    fold = panel(page, "break_down").locator("details").first
    fold.locator("summary").click()
    expect(fold.locator("tbody tr")).to_have_count(4)
    last = panel(page, "break_down").locator("details").last
    last.locator("summary").click()
    expect(last).to_contain_text("When it misleads")


def test_hovering_tells_the_values_as_text(open_report: Callable[..., Page]) -> None:
    page = open_report("mixed")
    settled(page)
    bars = panel(page, "break_down").locator("g.mark-rect.role-mark path")
    bars.first.scroll_into_view_if_needed()
    bars.first.hover(force=True)
    tip = page.locator(".ir-tip")
    expect(tip).to_be_visible()
    expect(tip).to_contain_text("contribution")


def test_keys_reach_everything_that_a_mouse_reaches(open_report: Callable[..., Page]) -> None:
    page = open_report("mixed")
    settled(page)
    page.get_by_label("Feature").first.focus()
    page.keyboard.press("End")
    settled(page)
    assert len(set(names_of(page))) == 1
    link = page.locator(".ir-link").nth(2)
    link.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Instance").first).to_have_value("2")
    labels = page.locator("[role=img]").evaluate_all("(all) => all.map((one) => one.getAttribute('aria-label') ?? '')")
    assert labels
    assert all(len(label) > 20 for label in labels if label)
