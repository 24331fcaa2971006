"""The report among other pages, on paper, on a phone, in the reader's theme, and with names that want to be markup."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from core.export.report import studio
from core.export.report.content import content
from core.export.report.page import as_data, write
from core.export.report.scripts import style
from core.views.looks import looks
from tests.browser.reports import EVIL, names_of, panel, settled, written
from tests.contract_cases import case

pytestmark = pytest.mark.browser


def test_two_kinds_in_one_page_do_not_disturb_each_other(open_report: Callable[..., Page]) -> None:
    page = open_report("two")
    settled(page)
    hosts = page.locator(".instance-explorer-report")
    assert hosts.count() == 3
    assert page.evaluate("window.vega") == "the page’s own"
    assert page.evaluate("typeof window.vegaLite") == "undefined"
    before = [hosts.nth(place).locator(".ir-subtitle").inner_text() for place in (1, 2)]
    sentences = [panel(hosts.nth(place), "break_down").locator(".ir-sentence").inner_text() for place in (1, 2)]
    hosts.nth(0).get_by_label("Instance").first.select_option("2")
    hosts.nth(0).get_by_label("Feature").first.select_option("age")
    settled(page)
    assert names_of(hosts.nth(0)) == ["age"] * 3
    assert [hosts.nth(place).locator(".ir-subtitle").inner_text() for place in (1, 2)] == before
    assert [panel(hosts.nth(place), "break_down").locator(".ir-sentence").inner_text() for place in (1, 2)] == sentences
    assert hosts.nth(2).get_by_label("Instance").first.input_value() == "0"
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).fontFamily") == page.evaluate(
        "getComputedStyle(document.body).fontFamily"
    )


def test_names_that_want_to_be_markup_are_text(open_report: Callable[..., Page]) -> None:
    for name in ("hostile", "mixed"):
        page = open_report(name)
        settled(page)
        for place in range(page.get_by_label("Feature").first.locator("option").count()):
            page.get_by_label("Feature").first.select_option(str(place))
            settled(page)
        page.get_by_label("Instance").first.select_option("1")
        settled(page)
        for summary in page.locator("summary").all():
            summary.click()
        assert page.evaluate("window.hacked") is None
        assert page.locator("img, iframe, u, i").count() == 0
    page = open_report("hostile")
    assert page.get_by_label("Feature").first.locator("option").first.inner_text() == EVIL
    assert EVIL[:30] in page.locator(".ir-all").inner_text()


def test_a_file_with_some_of_the_features_says_so(open_report: Callable[..., Page], reports: Path) -> None:
    about = studio(*case("random forest, regression"), instances=2, panels=("shap", "ceteris_paribus"))
    few = as_data({**content(about, title="", made="", most_features=2), "style": style()})
    whole = written(reports, "classes").read_text(encoding="utf-8")
    start = whole.index('<script type="application/json">') + len('<script type="application/json">')
    (reports / "few.html").write_text(whole[:start] + few + whole[whole.index("</script>", start) :], encoding="utf-8")
    page = open_report("few")
    settled(page)
    assert page.get_by_label("Feature (2 of 5)").first.locator("option").count() == 2
    expect(page.locator(".ir-foot")).to_contain_text("the 2 of 5 that move these instances most")


def test_looks_reach_the_force_plot_and_no_other_text_does(open_report: Callable[..., Page], reports: Path) -> None:
    about = studio(*case("random forest, regression"), instances=2, panels=("shap",))
    look = looks({"up": "#00aa11", "down": "#7700cc"})
    text = write(about, looks=look)
    (reports / "looks.html").write_text(text, encoding="utf-8")
    evil = text.replace('"up":"#00aa11"', '"up":"red;--x:url(https://a.example)"')
    assert evil != text
    (reports / "evil.html").write_text(evil, encoding="utf-8")
    usual = "rgb(232, 113, 10)"
    for name, up, down in (("looks", "rgb(0, 170, 17)", "rgb(119, 0, 204)"), ("evil", usual, "rgb(119, 0, 204)")):
        page = open_report(name)
        settled(page)
        for way, wanted in (("up", up), ("down", down)):
            expect(page.locator(f".ie-segment.ie-{way}").first).to_have_css("fill", wanted)
            expect(page.locator(f".ie-bar.ie-{way}").first).to_have_css("background-color", wanted)


def test_dark_follows_the_reader_and_paper_is_light(open_report: Callable[..., Page]) -> None:
    page = open_report("mixed", theme="dark")
    settled(page)
    ground = "getComputedStyle(document.querySelector('.instance-explorer-report').shadowRoot.querySelector('.ir-root')).backgroundColor"
    ink = panel(page, "permutation_importance").locator("g.role-axis-label text").first
    assert page.evaluate(ground) == "rgb(14, 17, 23)"
    assert ink.get_attribute("fill") == "#b4b8c2"
    page.emulate_media(color_scheme="light")
    settled(page)
    expect(panel(page, "permutation_importance").locator("g.role-axis-label text").first).to_have_attribute(
        "fill", "#5f6370"
    )
    page.emulate_media(color_scheme="dark", media="print")
    settled(page)
    assert page.evaluate(ground) == "rgb(255, 255, 255)"
    expect(panel(page, "permutation_importance").locator("g.role-axis-label text").first).to_have_attribute(
        "fill", "#5f6370"
    )
    assert page.locator(".ir-part[data-level='what if']").is_hidden()
    assert page.locator(".ir-overview").is_visible()


def test_paper_of_any_width_cuts_nothing_and_keeps_cards_whole(open_report: Callable[..., Page]) -> None:
    """A browser lays a page out for paper after the drawings were made for the screen."""
    page = open_report("mixed", theme="dark")
    settled(page)
    assert len(re.findall(rb"/Type /Page\b", page.pdf(format="A4"))) > 2
    page.emulate_media(media="print")
    settled(page)
    page.add_style_tag(content="body { width: 600px }")
    page.wait_for_timeout(300)
    cut = page.locator(".ir-card").evaluate_all(
        """(cards) => cards.flatMap((card) => [...card.querySelectorAll("svg, canvas")]
          .filter((one) => one.getBoundingClientRect().right > card.getBoundingClientRect().right + 1)
          .map(() => card.dataset.panel))"""
    )
    assert cut == []
    style = "(all, name) => [...new Set(all.map((one) => getComputedStyle(one)[name]))]"
    assert page.locator(".ir-card").evaluate_all(style, "breakInside") == ["avoid"]
    assert page.locator(".ir-part-head").evaluate_all(style, "breakAfter") == ["avoid"]
    assert page.locator(".ir-scroll").evaluate_all(style, "overflow") == ["visible"], "what scrolls is cut"
    assert page.locator("html").evaluate_all(style, "zoom") == ["0.8"]
    assert page.locator(".ie-bar").evaluate_all(style, "printColorAdjust") == ["exact"], "bars are backgrounds"
    assert page.locator(".ir-page").evaluate_all(style, "zoom") == ["1"], "of a part of a document, zoom cuts the end"
    assert page.locator(".ir-variant[aria-pressed='false']").first.is_hidden()


@pytest.mark.parametrize("name", ["mixed", "classes", "hostile", "two"])
def test_nothing_is_wider_than_a_phone(open_report: Callable[..., Page], name: str) -> None:
    page = open_report(name, width=390, height=844)
    settled(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.set_viewport_size({"width": 1100, "height": 800})
    page.wait_for_timeout(200)
    wide = panel(page, "break_down").locator("svg").first.bounding_box()
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_timeout(200)
    narrow = panel(page, "break_down").locator("svg").first.bounding_box()
    assert wide is not None
    assert narrow is not None
    assert narrow["width"] <= 362 < wide["width"]
