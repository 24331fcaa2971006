"""Several models in one report: every choice reaches the panels of each, and each predicts without a server."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.reports import EVIL, settled

pytestmark = pytest.mark.browser


def of(page: Page, name: str, model: int) -> Locator:
    return page.locator(f"[data-panel='{name}'][data-model='{model}']")


def sentences(page: Page, name: str) -> list[str]:
    return [of(page, name, place).locator(".ir-sentence").inner_text() for place in (0, 1)]


def test_a_click_in_one_model_picks_the_feature_in_both(open_report: Callable[..., Page]) -> None:
    page = open_report("several")
    settled(page)
    bars = of(page, "shap", 1).locator("g.mark-rect.role-mark path")
    bars.nth(1).scroll_into_view_if_needed()
    bars.nth(1).click(force=True)
    settled(page)
    picked = page.get_by_label("Feature").first.locator("option:checked").inner_text()
    for name in ("ceteris_paribus", "model_profile", "residuals"):
        for place in (0, 1):
            expect(of(page, name, place).locator(".ir-card-name")).to_contain_text(f" of {picked}")
    for place in (0, 1):
        shades = (
            of(page, "shap", place)
            .locator("g.mark-rect.role-mark path")
            .evaluate_all("(bars) => bars.map((bar) => bar.getAttribute('opacity') ?? '1')")
        )
        assert shades.count("1") == 1


def test_another_instance_and_another_variant_reach_both(open_report: Callable[..., Page]) -> None:
    page = open_report("several")
    settled(page)
    before, still = sentences(page, "shap"), sentences(page, "permutation_importance")
    page.get_by_label("Instance").first.select_option("2")
    settled(page)
    assert all(old != new for old, new in zip(before, sentences(page, "shap"), strict=True))
    assert sentences(page, "permutation_importance") == still
    of(page, "model_profile", 1).get_by_role("button", name="Accumulated effects").click()
    settled(page)
    for place in (0, 1):
        button = of(page, "model_profile", place).get_by_role("button", name="Accumulated effects")
        expect(button).to_have_attribute("aria-pressed", "true")


def test_what_each_says_is_told_with_its_name_as_text(open_report: Callable[..., Page]) -> None:
    page = open_report("several")
    settled(page)
    names = page.locator(".ir-said .ir-whose").all_inner_texts()
    assert len(names) == len(set(names)) == 2
    assert names[0].startswith(EVIL[:20])
    assert page.evaluate("window.hacked") is None
    rows = page.locator(".ir-all tbody tr")
    rows.nth(1).locator(".ir-link").click()
    settled(page)
    said = page.locator(".ir-said b").all_inner_texts()
    assert rows.nth(1).locator(".ir-strong").all_inner_texts() == said


def test_each_model_answers_what_if(open_report: Callable[..., Page]) -> None:
    page = open_report("several")
    settled(page)
    number = page.locator(".ir-whatif .iw-number")
    chooser = page.get_by_role("group", name="Which model predicts")
    shown = []
    for place in (0, 1):
        chooser.get_by_role("button").nth(place).click()
        settled(page)
        said = page.locator(".ir-said b").nth(place).inner_text()
        wanted = float(re.findall(r"[\d.]+", said)[0])
        assert float(re.findall(r"[\d.]+", number.inner_text())[0]) == pytest.approx(wanted, abs=1)
        box = page.locator(".ir-whatif").get_by_role("spinbutton").first
        before = number.inner_text()
        box.fill("3")
        box.press("Enter")
        expect(number).not_to_have_text(before)
        shown.append(number.inner_text())
    assert shown[0] != shown[1]
    live = page.locator(".ir-foot").inner_text()
    assert len(re.findall(r"run by this browser on the 3 instances shown: (?:exactly 0|\d\.\de−\d+)", live)) == 2


def test_the_cards_of_both_stand_beside_each_other_and_on_a_phone_below(open_report: Callable[..., Page]) -> None:
    page = open_report("several")
    settled(page)
    boxes = [of(page, "shap", place).bounding_box() for place in (0, 1)]
    assert boxes[0]
    assert boxes[1]
    assert boxes[0]["y"] == boxes[1]["y"]
    assert boxes[0]["x"] + boxes[0]["width"] <= boxes[1]["x"]
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_timeout(200)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    first, second = (of(page, "shap", place).bounding_box() for place in (0, 1))
    assert first
    assert second
    assert first["y"] + first["height"] <= second["y"]
