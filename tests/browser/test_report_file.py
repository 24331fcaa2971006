"""The report opened from a disk with the network blocked: choices, clicks, what-if, themes, paper, a narrow screen, twice."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from sklearn.neighbors import KNeighborsRegressor

import core
from core.engine import explain
from core.export.report import report, studio
from core.export.report.content import content
from core.export.report.page import as_data, write
from core.export.report.scripts import style
from core.loading.frames import from_frame
from core.portable import evaluate, from_json
from core.results import Attribution
from core.types import Table
from core.views.looks import looks
from core.views.whatif_answer import changed
from tests.contract_cases import HOSTILE, case, mixed_frame

pytestmark = pytest.mark.browser
EVIL = '<img src=x onerror="window.hacked=1"></script><script>window.hacked=1</script>'
SENTENCE = ".ir-sentence, .ie-sentence"
"""The answer in words: the force plot brings its own."""
QUICK = ("shap", "ceteris_paribus", "break_down", "permutation_importance", "model_profile", "performance", "residuals")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Reports of models that no sample resembles."""
    place = tmp_path_factory.mktemp("reports")
    model, table = case("pipeline with text levels")
    whole = report(model, table, instances=4, panels=(*QUICK, "nudges"), title=EVIL, licence="CC0", made="")
    (place / "mixed.html").write_text(whole, encoding="utf-8")
    model, table = case("lightgbm, three classes")
    other = report(model, table, instances=3, panels=QUICK, made="")
    (place / "classes.html").write_text(other, encoding="utf-8")
    parts = [report(*case(name), instances=3, panels=QUICK, made="", fragment=True) for name in TWO]
    head = "<!doctype html><meta charset=utf-8><script>window.vega = 'the page’s own';</script><h1>A page</h1>"
    (place / "two.html").write_text(head + parts[0] + parts[1] + parts[0], encoding="utf-8")
    (place / "hostile.html").write_text(hostile(), encoding="utf-8")
    for name in ALONE:
        (place / f"{name}.html").write_text(report(*case(name), instances=2, panels=QUICK, made=""), encoding="utf-8")
    return place


TWO = ("xgboost with missing values", "random forest, regression")
ALONE = ("xgboost with missing values", "k nearest neighbours")
BARS = {"mixed": "pipeline with text levels", "classes": "lightgbm, three classes", ALONE[0]: ALONE[0]}


def hostile() -> str:
    """Names, levels, classes and a target that want to be markup, of a model that does not convert."""
    frame = pd.DataFrame(
        {EVIL: range(30), "__proto__": [row % 7 for row in range(30)], "{{x}} ${y}": [1.5, 2.5, 3.5] * 10}
    )
    fitted = KNeighborsRegressor(3).fit(frame, frame["__proto__"])
    labelled = frame.assign(**{"<u>target</u>": frame["__proto__"], "id": [f"{EVIL}{row}" for row in range(30)]})
    return core.report(
        fitted, core.table(labelled, target="<u>target</u>", label="id"), instances=3, panels=QUICK, made=""
    )


@pytest.fixture
def context(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """A browser without a network."""
    made: list[BrowserContext] = []

    def opened(**options: Any) -> BrowserContext:
        made.append(browser.new_context(offline=True, **{"viewport": {"width": 1280, "height": 900}, **options}))
        return made[-1]

    yield opened
    for one in made:
        one.close()


@pytest.fixture
def show(context: Callable[..., BrowserContext], folder: Path) -> Iterator[Callable[..., Page]]:
    """Open a report; every fault and every request but the file itself fails the test."""
    faults: list[str] = []

    def opened(name: str, **options: Any) -> Page:
        page = context(**options).new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "console", lambda message: faults.append(message.text) if message.type in ("error", "warning") else None
        )
        page.on("request", lambda request: None if request.url.startswith("file:") else faults.append(request.url))
        page.goto((folder / f"{name}.html").as_uri())
        page.locator(".instance-explorer-report[data-ready=yes]").first.wait_for()
        return page

    yield opened
    assert not faults


def panel(page: Page | Locator, name: str) -> Locator:
    return page.locator(f"[data-panel='{name}']")


def names_of(page: Page | Locator) -> list[str]:
    """Which feature each panel that shows one names."""
    titles = [
        panel(page, name).locator(".ir-card-name").first.inner_text()
        for name in ("ceteris_paribus", "model_profile", "residuals")
    ]
    return [title.partition(" of ")[2] for title in titles]


def settled(page: Page) -> None:
    page.wait_for_function(
        "[...document.querySelectorAll('.instance-explorer-report')].every((host) => host.shadowRoot.querySelector('.ir-root').dataset.settled)"
    )
    page.wait_for_timeout(150)


def test_choosing_a_feature_redraws_what_shows_one(show: Callable[..., Page]) -> None:
    page = show("mixed")
    settled(page)
    before = panel(page, "break_down").locator(".ir-sentence, .ir-check").all_inner_texts()
    profile = panel(page, "ceteris_paribus")
    first = profile.locator("svg").first.inner_html()
    page.get_by_label("Feature").first.select_option("age")
    settled(page)
    assert names_of(page) == ["age"] * 3
    assert profile.locator("svg").first.inner_html() != first
    assert "age" in profile.locator(".ir-sentence").inner_text()
    page.get_by_label("Feature").first.select_option(HOSTILE)
    settled(page)
    assert names_of(page) == [HOSTILE] * 3
    assert panel(page, "break_down").locator(".ir-sentence, .ir-check").all_inner_texts() == before
    assert panel(page, "break_down").locator("svg").count() >= 1


def test_choosing_an_instance_redraws_its_panels_only(show: Callable[..., Page]) -> None:
    page = show("mixed")
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
def test_a_click_on_a_bar_picks_its_feature_everywhere(show: Callable[..., Page], where: str) -> None:
    page = show("mixed")
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


def test_a_click_in_the_force_plot_and_leafing_reach_the_others(show: Callable[..., Page]) -> None:
    page = show("mixed")
    settled(page)
    line = panel(page, "shap").locator(".ie-line").nth(1)
    wanted = line.locator(".ie-called").inner_text()
    line.click()
    settled(page)
    assert names_of(page) == [wanted] * 3
    panel(page, "shap").get_by_role("button", name="Next instance").click()
    expect(page.locator(".ir-all tbody tr").nth(1)).to_have_class("ir-present")
    expect(page.get_by_label("Instance").first).to_have_value("1")


def test_variants_and_the_numbers_and_how_to_read(show: Callable[..., Page]) -> None:
    page = show("mixed")
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


def test_hovering_tells_the_values_as_text(show: Callable[..., Page]) -> None:
    page = show("mixed")
    settled(page)
    bars = panel(page, "break_down").locator("g.mark-rect.role-mark path")
    bars.first.scroll_into_view_if_needed()
    bars.first.hover(force=True)
    tip = page.locator(".ir-tip")
    expect(tip).to_be_visible()
    expect(tip).to_contain_text("contribution")


def test_the_what_if_answers_without_a_server(show: Callable[..., Page]) -> None:
    page = show("mixed")
    settled(page)
    what = page.locator(".ir-whatif")
    number = what.locator(".iw-number")
    before = number.inner_text()
    box = what.get_by_role("spinbutton").first
    box.fill("3")
    box.press("Enter")
    expect(number).not_to_have_text(before)
    what.get_by_role("button", name="Keep scenario").click()
    expect(what.locator(".iw-table")).to_contain_text("Scenario 1")
    what.get_by_role("button", name="Reset all").click()
    expect(number).to_have_text(before)
    live = page.locator(".ir-foot").inner_text()
    assert re.search(
        r"compared with the original on 160 rows when it was made: largest difference (exactly 0|\d\.\de−\d+)", live
    )
    assert re.search(r"run by this browser on the 4 instances shown: (exactly 0|\d\.\de−\d+)", live)


HELD = "JSON.parse(document.querySelector('script[type=\"application/json\"]').textContent).whatif"
BARRED = """before => {
  const root = document.querySelector(".instance-explorer-report").shadowRoot;
  return [...root.querySelectorAll(".iw-push-size")].map((size) => size.title).join() !== before;
}"""
TITLES = "(all) => all.map((one) => one.title)"


def in_place_of_another(table: Table, values: list[Any]) -> tuple[Table, int]:
    """The table with a changed row where no background row was, so that the background stays what it is."""
    known = set(table.background(100, 0).index)
    place = next(at for at, label in enumerate(table.inputs.index) if label not in known)
    parts = [table.inputs.iloc[:place], changed(table, values), table.inputs.iloc[place + 1 :]]
    return from_frame(pd.concat(parts, ignore_index=True).astype(table.inputs.dtypes), "moved"), place


@pytest.mark.parametrize("name", BARS)
def test_the_bars_of_a_changed_instance_are_its_shap(show: Callable[..., Page], name: str) -> None:
    model, table = case(BARS[name])
    page = show(name)
    settled(page)
    what, held = page.locator(".ir-whatif"), page.evaluate(HELD)
    check, sizes = what.locator(".iw-push-check"), what.locator(".iw-push-size")
    expect(check).to_contain_text("✓")
    before = ",".join(sizes.evaluate_all(TITLES))
    box, values = what.get_by_role("spinbutton").first, list(held["others"][0]["values"])
    place = int(str(box.get_attribute("id")).rpartition("-")[2])
    ends = table.schema.features[place].low, table.schema.features[place].high
    values[place] = ends[0] if values[place] == ends[1] else ends[1]
    box.fill(str(values[place]))
    page.wait_for_function(BARRED, arg=before)
    own = explain("shap", model, *in_place_of_another(table, values), output=held["data"]["output"])
    assert isinstance(own, Attribution)
    shown = dict(zip(what.locator(".iw-push-name").all_inner_texts(), sizes.evaluate_all(TITLES), strict=True))
    assert set(shown) == set(own.features)
    for feature, size in zip(own.features, own.values, strict=True):
        assert float(shown[feature].replace("\N{MINUS SIGN}", "-")) == pytest.approx(size, rel=1e-4, abs=1e-6)
    expect(check).to_contain_text(re.compile(r"all bars add up to .* ✓"))
    assert what.locator(".iw-number").inner_text() in check.inner_text() or model.margin_scale in ("target", "score")


def test_a_classifier_that_does_not_convert_shows_what_was_computed(show: Callable[..., Page]) -> None:
    page = show("k nearest neighbours")
    settled(page)
    reason = "models of this kind cannot be written as plain trees, weights or layers"
    said = page.locator("[data-level='what if'] .ir-note").inner_text()
    assert said.startswith(f"The model itself is not in this file: {reason}.")
    assert "computed when the file was made" in said
    expect(page.locator(".ir-foot")).to_contain_text(f"none: {reason}")
    profile = panel(page, "ceteris_paribus")
    drawn = profile.locator("svg").first.inner_html()
    page.get_by_label("Feature").first.select_option(str(page.evaluate(FEATURES) - 1))
    settled(page)
    assert profile.locator("svg").first.inner_html() != drawn


FEATURES = "JSON.parse(document.querySelector('script[type=\"application/json\"]').textContent).features.length"


def test_a_thousand_rows_are_compared_and_the_file_says_so(show: Callable[..., Page], folder: Path) -> None:
    model, _ = case("xgboost with missing values")
    many = from_frame(mixed_frame(1500).drop(columns=[HOSTILE]), "many", target="paid")
    made = report(model, many, instances=2, panels=("shap",), made="")
    (folder / "many.html").write_text(made, encoding="utf-8")
    page = show("many")
    settled(page)
    held = page.evaluate(HELD)
    rows = many.inputs.iloc[[round(at) for at in np.floor(np.linspace(0, 1499, 1000))]]
    apart = float(np.abs(evaluate(from_json(held["data"]["model"]), rows) - model.predict(rows)).max())
    assert held["checked"]["difference"] == pytest.approx(apart, abs=1e-15)
    number = f"{apart:.1e}".replace("e-0", "e-").replace("-", "−") if apart else "exactly 0"
    expect(page.locator(".ir-foot")).to_contain_text(
        f"original on 1,000 rows when it was made: largest difference {number}"
    )


def test_the_what_if_follows_the_instance(show: Callable[..., Page]) -> None:
    page = show("classes")
    settled(page)
    for place in ("1", "2"):
        page.get_by_label("Instance").first.select_option(place)
        settled(page)
        said = page.locator(".ir-said b").inner_text()
        shown = page.locator(".ir-whatif .iw-number").inner_text()
        assert round(float(re.findall(r"[\d.]+", said)[0])) == pytest.approx(
            float(re.findall(r"[\d.]+", shown)[0]), abs=1
        )


def test_two_kinds_in_one_page_do_not_disturb_each_other(show: Callable[..., Page]) -> None:
    page = show("two")
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


def test_names_that_want_to_be_markup_are_text(show: Callable[..., Page]) -> None:
    for name in ("hostile", "mixed"):
        page = show(name)
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
    page = show("hostile")
    assert page.get_by_label("Feature").first.locator("option").first.inner_text() == EVIL
    assert EVIL[:30] in page.locator(".ir-all").inner_text()


def test_a_model_that_is_not_in_the_file_says_so(show: Callable[..., Page]) -> None:
    page = show("hostile")
    settled(page)
    expect(page.locator("[data-level='what if']")).to_contain_text("The model itself is not in this file")
    assert page.locator(".ie-what").count() == 0
    assert panel(page, "ceteris_paribus").locator("svg").count() == 1


def test_a_file_with_some_of_the_features_says_so(show: Callable[..., Page], folder: Path) -> None:
    about = studio(*case("random forest, regression"), instances=2, panels=("shap", "ceteris_paribus"))
    few = as_data({**content(about, title="", made="", most_features=2), "style": style()})
    whole = (folder / "classes.html").read_text(encoding="utf-8")
    start = whole.index('<script type="application/json">') + len('<script type="application/json">')
    (folder / "few.html").write_text(whole[:start] + few + whole[whole.index("</script>", start) :], encoding="utf-8")
    page = show("few")
    settled(page)
    assert page.get_by_label("Feature (2 of 5)").first.locator("option").count() == 2
    expect(page.locator(".ir-foot")).to_contain_text("the 2 of 5 that move these instances most")


def test_looks_reach_the_force_plot_and_no_other_text_does(show: Callable[..., Page], folder: Path) -> None:
    about = studio(*case("random forest, regression"), instances=2, panels=("shap",))
    look = looks({"up": "#00aa11", "down": "#7700cc"})
    text = write(about, looks=look)
    (folder / "looks.html").write_text(text, encoding="utf-8")
    evil = text.replace('"up":"#00aa11"', '"up":"red;--x:url(https://a.example)"')
    assert evil != text
    (folder / "evil.html").write_text(evil, encoding="utf-8")
    usual = "rgb(232, 113, 10)"
    for name, up, down in (("looks", "rgb(0, 170, 17)", "rgb(119, 0, 204)"), ("evil", usual, "rgb(119, 0, 204)")):
        page = show(name)
        settled(page)
        for way, wanted in (("up", up), ("down", down)):
            expect(page.locator(f".ie-segment.ie-{way}").first).to_have_css("fill", wanted)
            expect(page.locator(f".ie-bar.ie-{way}").first).to_have_css("background-color", wanted)


def test_dark_follows_the_reader_and_paper_is_light(show: Callable[..., Page]) -> None:
    page = show("mixed", color_scheme="dark")
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


@pytest.mark.parametrize("name", ["mixed", "classes", "hostile", "two"])
def test_nothing_is_wider_than_a_phone(show: Callable[..., Page], name: str) -> None:
    page = show(name, viewport={"width": 390, "height": 844})
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


def test_keys_reach_everything_that_a_mouse_reaches(show: Callable[..., Page]) -> None:
    page = show("mixed")
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
