"""The Studio in a browser: linked clicks without the server, side by side on one axis, movement, sessions, narrow and dark."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from core.engine import explain_rows
from core.export.session import session, to_session
from core.loading.samples import samples
from tests.browser.visitor import PATIENCE, Visitor
from tests.contract_cases import case

pytestmark = pytest.mark.browser
EVIL = '<img src=x onerror="window.hacked=1">'
CLICK = """
async (wanted) => {
  const panel = (place) => document.querySelector(`.st-key-place_${place}`);
  const inside = (place) => [...panel(place).querySelectorAll("*")].find((node) => node.shadowRoot?.querySelector(".is-panel")).shadowRoot;
  const profile = inside(1).querySelector(".is-panel");
  const bars = [...inside(0).querySelectorAll("svg .mark-rect path")].filter(({ __data__: item }) => item?.datum?.feature);
  const mark = bars.find(({ __data__: item }) => item.datum.feature !== profile.dataset.shown && (!wanted || item.datum.feature === wanted));
  const box = mark.getBoundingClientRect();
  const at = { bubbles: true, composed: true, clientX: box.x + box.width / 2, clientY: box.y + box.height / 2 };
  const drawn = () => [...inside(1).querySelectorAll("svg")].map((svg) => svg.outerHTML).join();
  const before = drawn();
  for (const type of ["mousedown", "mouseup", "click"]) mark.dispatchEvent(new MouseEvent(type, at));
  for (let turn = 0; turn < 50; turn += 1) await null;  // the drawing's own promises; no message can come in between
  return { wanted: mark.__data__.datum.feature, shown: profile.dataset.shown, redrawn: drawn() !== before, picture: drawn(), said: inside(1).querySelector(".is-said").textContent };
}
"""
PICTURE = """
() => {
  const inside = [...document.querySelectorAll(".st-key-place_1 *")].find((node) => node.shadowRoot?.querySelector(".is-panel")).shadowRoot;
  return [...inside.querySelectorAll("svg")].map((svg) => svg.outerHTML).join();
}
"""


def painted(visitor: Visitor, *places: int) -> None:
    """The panels of some places are there."""
    for place in places:
        visitor.page.locator(f".st-key-place_{place} .is-panel[data-painted]").wait_for(timeout=PATIENCE)
    visitor.settle()


def rested(visitor: Visitor) -> None:
    """The profile has the drawings of all ten features: a click on any is answered by what is there."""
    panel = '.st-key-place_1 .is-panel[data-drawings="10"][data-rested="yes"]'
    visitor.page.locator(panel).wait_for(timeout=PATIENCE)
    visitor.settle()


@pytest.mark.parametrize("panel", ["shap", "break_down", "permutation_importance"])
def test_a_click_on_a_bar_moves_the_profile_within_the_click_itself(visit: Callable[..., Visitor], panel: str) -> None:
    visitor = visit(f"/studio?model=diabetes&grid=1x2&panels={panel},ceteris_paribus")
    painted(visitor, 0, 1)
    rested(visitor)
    told = visitor.page.evaluate(CLICK, None)  # one turn of the browser's loop: no server can have answered in it
    assert told["shown"] == told["wanted"]
    assert told["redrawn"]
    assert told["wanted"] in told["said"]
    visitor.page.wait_for_function("name => location.search.includes(`feature=${name}`)", arg=told["wanted"])
    visitor.settle()
    expect(visitor.page.get_by_role("combobox", name="Feature").first).to_have_value(told["wanted"])
    assert visitor.page.evaluate(PICTURE) == told["picture"]  # what the server then sends changes nothing


def test_the_drop_down_moves_the_panels_and_a_later_click_wins(visit: Callable[..., Visitor]) -> None:
    visitor = visit("/studio?model=diabetes&grid=1x2&panels=shap,partial_dependence")
    painted(visitor, 0, 1)
    visitor.choose("Feature", "age")
    visitor.page.locator('.st-key-place_1 .is-panel[data-shown="age"]').wait_for(timeout=PATIENCE)
    told = visitor.page.evaluate(CLICK, "bmi")
    assert told["shown"] == "bmi"
    visitor.page.wait_for_url("**feature=bmi**")
    visitor.settle()
    expect(visitor.page.locator('.st-key-place_1 .is-panel[data-shown="bmi"]')).to_have_count(1)


def test_movement_takes_the_time_that_was_chosen_and_none_at_zero(visit: Callable[..., Visitor]) -> None:
    visitor = visit("/studio?model=diabetes&grid=1x2&panels=shap,ceteris_paribus&s.look.animation=2000")
    painted(visitor, 0, 1)
    rested(visitor)
    first = visitor.page.evaluate(CLICK, None)
    visitor.page.wait_for_function(f"(first) => ({PICTURE})() !== first", arg=first["picture"])
    still = visit("/studio?model=diabetes&grid=1x2&panels=shap,ceteris_paribus")
    painted(still, 0, 1)
    rested(still)
    only = still.page.evaluate(CLICK, None)
    still.page.wait_for_timeout(500)
    assert still.page.evaluate(PICTURE) == only["picture"]


def test_two_models_side_by_side_have_one_axis(visit: Callable[..., Visitor]) -> None:
    link = "/studio?model=loans&row=5&grid=1x2&panels=permutation_importance,permutation_importance&s.bind.1=b"
    visitor = visit(link)
    painted(visitor, 0, 1)
    ends = [
        visitor.page.locator(f".st-key-place_{place} .role-axis-label text").all_text_contents() for place in (0, 1)
    ]
    numbers = [sorted(float(text) for text in texts if text.replace(".", "").isdigit()) for texts in ends]
    assert numbers[0]
    assert numbers[0] == numbers[1]


@pytest.mark.parametrize("sample", samples(), ids=lambda sample: sample.id)
def test_every_sample_opens_with_four_drawn_panels(visit: Callable[..., Visitor], sample: Any) -> None:
    visitor = visit(f"/studio?model={sample.id}")
    painted(visitor, 0, 1, 2, 3)
    assert (
        visitor.page.locator(".is-panel svg, .is-panel canvas").count() >= 8
    )  # a picture and the full-screen sign each


@pytest.mark.parametrize(("width", "theme"), [(390, "light"), (1400, "dark")])
def test_nothing_is_wider_than_the_page(visit: Callable[..., Visitor], width: int, theme: str) -> None:
    visitor = visit("/studio?model=loans&grid=2x2", width=width, theme=theme)
    painted(visitor, 0, 1, 2, 3)
    assert visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    heights = [visitor.page.locator(f".st-key-place_{place}").bounding_box()["height"] for place in (0, 1)]
    if width > 640:
        assert heights[0] == pytest.approx(heights[1], abs=1)


def test_a_stranger_s_session_is_shown_as_text(visit: Callable[..., Visitor], tmp_path: Path) -> None:
    model, table = case("random forest, regression")
    results = explain_rows("shap", model, table, [1, 2])
    results += explain_rows("ceteris_paribus", model, table, [1], feature=table.schema.names[0])
    text = to_session(session(results, model, table)).decode()
    for name in (table.schema.names[0], model.name):
        text = text.replace(json.dumps(name), json.dumps(EVIL))
    path = tmp_path / "session.json"
    path.write_text(text, encoding="utf-8")
    visitor = visit("/load")
    visitor.upload("session", path)
    visitor.page.get_by_role("link", name="Show it in the Studio").click()
    visitor.settle()
    visitor.page.locator(".is-panel[data-painted]").first.wait_for(timeout=PATIENCE)
    visitor.sees(EVIL)
    assert visitor.page.evaluate("window.hacked") is None
    assert visitor.page.locator("img[src=x]").count() == 0


def test_embedded_the_page_has_no_frame_of_its_own(visit: Callable[..., Visitor]) -> None:
    visitor = visit("/studio?embed=true&model=diabetes&grid=1x2", width=900)
    painted(visitor, 0, 1)
    assert visitor.page.get_by_role("link", name="Compare").count() == 0
    first = visitor.page.locator(".st-key-studio_top").bounding_box()
    assert first["y"] < 60
    visitor.page.locator("[class*=st-key-studio_grid]").wait_for()
    assert "embed=true" in visitor.page.url


OTHERS = """
async () => {
  const panel = (place) => document.querySelector(`.st-key-place_${place}`);
  const inside = (place) => [...panel(place).querySelectorAll("*")].find((node) => node.shadowRoot?.querySelector(".is-panel")).shadowRoot;
  const bars = [...inside(0).querySelectorAll("svg .mark-rect path")].filter(({ __data__: item }) => item?.datum && !item.datum.feature);
  for (const mark of bars) {
    const box = mark.getBoundingClientRect();
    const at = { bubbles: true, composed: true, clientX: box.x + box.width / 2, clientY: box.y + box.height / 2 };
    for (const type of ["mousedown", "mouseup", "click"]) mark.dispatchEvent(new MouseEvent(type, at));
  }
  for (let turn = 0; turn < 50; turn += 1) await null;
  return { count: bars.length, shown: inside(1).querySelector(".is-panel").dataset.shown };
}
"""
SEVEN = [
    "ceteris_paribus",
    "partial_dependence",
    "accumulated_dependence",
    "residuals_feature",
    "distribution",
    "target_against_feature",
    "average_target",
]


def test_a_click_on_a_bar_reaches_all_seven_panels_of_one_feature(visit: Callable[..., Visitor]) -> None:
    visitor = visit(f"/studio?model=diabetes&grid=3x3&panels={','.join(['break_down', *SEVEN])}&s.bars.break_down=4")
    painted(visitor, *range(8))
    rested(visitor)
    wanted = visitor.page.evaluate(CLICK, None)["wanted"]
    for place in range(1, 8):
        visitor.page.locator(f'.st-key-place_{place} .is-panel[data-shown="{wanted}"]').wait_for(timeout=PATIENCE)
    visitor.settle()
    expect(visitor.page.get_by_role("combobox", name="Feature").first).to_have_value(wanted)
    others = visitor.page.evaluate(OTHERS)  # bars that are no feature: the rest of the features in one
    assert others["count"]
    assert others["shown"] == wanted
