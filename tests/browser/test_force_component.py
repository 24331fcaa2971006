"""The force plot in a real browser: leafing, keys, picking, hostile names, both themes, narrow and wide."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import expect

from core.results import Attribution, Provenance
from core.views.force import force_data, script, style

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize(
        "component", [("light", 1200), ("dark", 390)], ids=["light-wide", "dark-narrow"], indirect=True
    ),
]
EVIL = "<img src=x onerror=window.hacked=1>"


def page_of(p: int, rows: int = 12, before: int = 0, total: int | None = None) -> dict[str, Any]:
    results = []
    for row in range(rows):
        values = np.random.default_rng(row).normal(size=p) * np.exp(-np.arange(p) / 4)
        names = (EVIL, *(f"feature {place} {'long ' * (place % 9)}" for place in range(1, p)))
        origin = Provenance("shap", "1", {}, None, "m", "t", before + row, 1, 0.1)
        results.append(
            Attribution(names, values, (EVIL,) * p, 0.2, 0.2 + values.sum(), "log-odds", EVIL, provenance=origin)
        )
    return force_data(results, before=before, total=total)


@pytest.fixture
def show(component: Any, tmp_path: Path) -> Iterator[Any]:
    tab = component

    def mount(data: dict[str, Any]) -> Any:
        body = json.dumps(data).replace("<", "\\u003c")
        file = tmp_path / "force.html"
        file.write_text(
            f"<!doctype html><meta charset=utf-8><style>body{{margin:8px}}{style()}</style><div id=here></div>"
            f"<script type=module>{script()}\nwindow.calls = []; const tell = (name) => (value) => calls.push([name, value]);"
            f"window.stock = stock; window.put = (data) => mount(here, data, {{row: tell('row'), turn: tell('turn'), pick: tell('pick')}});"
            f"window.data = {body}; window.gone = put(data);</script>",
            encoding="utf-8",
        )
        tab.goto(file.as_uri())
        tab.wait_for_selector(".ie-plot svg")
        return tab

    yield mount
    assert tab.evaluate("window.hacked") is None
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_leafing_paints_at_once_and_tells_python_after_a_rest(show: Any) -> None:
    tab = show(page_of(8))
    forward = tab.get_by_role("button", name="Next instance")
    forward.focus()
    forward.evaluate("button => { for (let turn = 0; turn < 3; turn += 1) button.click(); }")  # faster than the rest
    assert tab.locator(".ie-force").get_attribute("data-row") == "3"
    tab.wait_for_function("calls.length > 0")
    assert tab.evaluate("calls") == [["row", 3]]
    tab.keyboard.press("ArrowLeft")
    assert tab.locator(".ie-title").inner_text() == "row 2"


def test_the_answer_in_words_leafs_along(show: Any) -> None:
    """The sentence of each row comes with its page: it is shown as text, without asking."""
    data = page_of(8)
    tab = show(data)
    sentence = tab.locator(".ie-sentence")
    assert sentence.inner_text() == data["rows"][0]["sentence"]
    assert EVIL in sentence.inner_text()
    tab.locator(".ie-turn").last.click()
    assert sentence.inner_text() == data["rows"][1]["sentence"] != data["rows"][0]["sentence"]
    assert sentence.is_visible()
    assert tab.locator(".ie-force img").count() == 0
    assert sentence.get_attribute("aria-live") == "polite"


def test_the_page_s_end_asks_python_once(show: Any) -> None:
    tab = show(page_of(5, rows=2, before=2, total=9))
    assert tab.locator(".ie-count").inner_text() == "3 of 9"
    tab.locator(".ie-turn").last.click()
    for _ in range(3):
        tab.locator(".ie-turn").last.click()
    assert tab.evaluate("calls.filter(([name]) => name === 'turn')") == [["turn", 1]]
    tab.evaluate("data => void put(data)", page_of(5, rows=2, before=4, total=9))
    assert tab.locator(".ie-count").inner_text() == "5 of 9"


def test_arrow_keys_go_on_working_at_the_end(show: Any) -> None:
    tab = show(page_of(5, rows=2))
    tab.locator(".ie-turn").last.click()
    assert tab.locator(".ie-turn").last.is_disabled()
    tab.keyboard.press("ArrowLeft")
    assert tab.locator(".ie-title").inner_text() == "row 0"


def test_late_answers_do_not_move_the_reader(show: Any) -> None:
    tab = show(page_of(5))
    for _ in range(4):
        tab.locator(".ie-turn").last.click()
    tab.evaluate("void put({...data, at: 0})")
    assert tab.locator(".ie-title").inner_text() == "row 4"
    tab.evaluate("void put({...data, at: 9})")
    assert tab.locator(".ie-title").inner_text() == "row 9"
    assert tab.locator(".ie-force").count() == 1


def test_a_row_that_the_page_chose_is_shown_wherever_the_reader_is(show: Any) -> None:
    """A row that was told before is no late answer where the page has numbered it anew."""
    tab = show(page_of(5) | {"said": 1})
    for _ in range(4):
        tab.locator(".ie-turn").last.click()
    tab.evaluate("void put({...data, at: 0, said: 1})")
    expect(tab.locator(".ie-title")).to_have_text("row 4")
    tab.evaluate("void put({...data, at: 0, said: 2})")
    expect(tab.locator(".ie-title")).to_have_text("row 0")
    tab.wait_for_timeout(1_500)
    assert tab.evaluate("calls.filter(([name]) => name === 'row').length") == 0, "the turn before is not told any more"


def test_a_row_that_python_has_not_heard_of_is_told_again(show: Any) -> None:
    tab = show(page_of(5) | {"said": 1})
    tab.locator(".ie-turn").last.click()
    tab.wait_for_function("calls.length === 1")
    tab.evaluate("void put({...data, at: 0, said: 1})")
    tab.wait_for_function("calls.length === 2")
    assert tab.evaluate("calls.map(([, value]) => value)") == [1, 1]
    tab.evaluate("void put({...data, at: 1, said: 1})")
    tab.wait_for_timeout(1_500)
    assert tab.evaluate("calls.length") == 2


def test_a_bar_or_a_segment_picks_its_feature(show: Any) -> None:
    tab = show(page_of(8))
    bar = tab.locator(".ie-line").nth(1)
    bar.focus()
    tab.keyboard.press("Enter")
    tab.locator(".ie-segment").first.click(force=True)
    names = page_of(8)["features"]
    picks = tab.evaluate("calls.filter(([name]) => name === 'pick').map(([, value]) => value)")
    assert len(picks) == 2
    assert set(picks) <= set(names)
    assert tab.locator(".ie-line.ie-picked").count() == 1


def test_forty_features_and_names_as_text(show: Any) -> None:
    tab = show(page_of(40))
    assert tab.locator(".ie-line:visible").count() == 11
    tab.get_by_role("button", name="Show all 40").click()
    assert tab.locator(".ie-line:visible").count() == 40
    assert tab.locator(".ie-called", has_text=EVIL).count() >= 1
    assert tab.locator(".ie-force img").count() == 0


def test_only_the_last_owner_can_remove_it(show: Any) -> None:
    tab = show(page_of(4))
    tab.evaluate("window.last = put(data); gone(); void 0")
    assert tab.locator(".ie-force").count() == 1
    tab.evaluate("void last()")
    assert tab.locator(".ie-force").count() == 0
    tab.evaluate("void put(data)")
    assert tab.locator(".ie-force").count() == 1


def alone(page: dict[str, Any], at: int, name: str) -> dict[str, Any]:
    """One row of a page, as it comes before the page does."""
    return {**page, "rows": [page["rows"][at]], "before": page["before"] + at, "at": 0, "page": name}


def test_a_row_comes_first_and_its_page_later(show: Any) -> None:
    """A row alone is shown at once; when its page has come, leafing asks Python for nothing but is told of."""
    page = page_of(6, rows=8, before=40, total=90) | {"page": "five"}
    tab = show(alone(page, 3, "five"))
    assert tab.locator(".ie-count").inner_text() == "44 of 90"
    tab.evaluate("page => stock(page)", page)
    assert tab.locator(".ie-count").inner_text() == "44 of 90"
    tab.locator(".ie-turn").last.click()
    assert tab.locator(".ie-force").get_attribute("data-row") == "44"
    tab.wait_for_function("calls.length > 0")
    assert tab.evaluate("calls") == [["row", 44]]
    tab.evaluate("row => void put(row)", alone(page, 4, "five"))
    for _ in range(4):
        tab.locator(".ie-turn").first.click()
    assert tab.locator(".ie-force").get_attribute("data-row") == "40"


def test_without_its_page_a_row_asks_for_the_next(show: Any) -> None:
    page = page_of(6, rows=8, before=40, total=90) | {"page": "six"}
    tab = show(alone(page, 3, "six"))
    tab.evaluate("page => stock(page)", page_of(6, rows=8, before=48, total=90) | {"page": "seven"})
    tab.locator(".ie-turn").last.click()
    assert tab.evaluate("calls") == [["turn", 1]]
    assert tab.locator(".ie-force").get_attribute("data-row") == "43"


def test_a_page_that_is_here_already_serves_its_rows(show: Any) -> None:
    page = page_of(6, rows=8, before=40, total=90) | {"page": "eight"}
    tab = show(page_of(6))
    tab.evaluate("page => stock(page)", page)
    tab.evaluate("row => void put(row)", alone(page, 7, "eight"))
    assert tab.locator(".ie-force").get_attribute("data-row") == "47"
    tab.locator(".ie-turn").first.click()
    assert tab.locator(".ie-force").get_attribute("data-row") == "46"


def test_only_a_few_pages_are_kept(show: Any) -> None:
    tab = show(page_of(4))
    for name in range(20):
        tab.evaluate("page => stock(page)", page_of(4, rows=2) | {"page": str(name)})
    assert tab.evaluate("[...globalThis[Symbol.for('instance-explorer.force')].pages.keys()]") == [
        *["14", "15", "16", "17", "18", "19"]
    ]
