"""The what-if in a real browser: moving, resetting, keeping, searching, asking Python; hostile names, both themes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from core.engine import explain
from core.loading.frames import from_frame
from core.models import wrap
from core.types import Model, Table
from core.views.whatif import script, style, whatif_data
from core.views.whatif_answer import answer, changed

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize(
        "component", [("light", 1400), ("dark", 390)], ids=["light-wide", "dark-narrow"], indirect=True
    ),
]
EVIL = "<img src=x onerror=window.hacked=1>"
LIMIT = 1e-9
SETTLED = 1_000
"""Milliseconds after which nothing more comes of a movement; the component waits for 450 to 900."""


@pytest.fixture(scope="module")
def made() -> tuple[Model, Table]:
    """Forty features with hostile names and levels, and a pipeline fitted on them."""
    random = np.random.default_rng(3)
    names = ["__proto__", EVIL, "x" * 110, "constructor", *(f"sensor {i:02d} of the long line" for i in range(33))]
    frame = pd.DataFrame({name: random.normal(50, 5, 300).round(1) for name in names})
    frame["whole"] = random.integers(0, 90, 300)
    frame["level"] = random.choice([EVIL, "plain", "x" * 120], 300)
    frame["flag"] = random.random(300) < 0.4
    table = from_frame(frame, "hostile")
    y = (frame["__proto__"] - 50 + 3 * (frame["level"] == "plain") + frame["whole"] / 20 > 2).astype(int)
    front = make_column_transformer((OneHotEncoder(), ["level"]), remainder="passthrough")
    estimator = make_pipeline(front, GradientBoostingClassifier(n_estimators=30, random_state=0)).fit(table.inputs, y)
    return wrap(estimator, classes=["no", EVIL]), table


@pytest.fixture
def show(component: Any, tmp_path: Path) -> Iterator[Any]:
    tab = component

    def mount(data: dict[str, Any]) -> Any:
        body = json.dumps(data).replace("<", "\\u003c")
        file = tmp_path / "whatif.html"
        file.write_text(
            f"<!doctype html><meta charset=utf-8><meta name=viewport content='width=device-width'>"
            f"<style>body{{margin:8px}}{style()}</style><div id=here></div>"
            f"<script type=module>{script()}\nwindow.told = [];"
            f"window.again = (data) => mountWhatIf(here, data, {{state: (value) => told.push(value)}});"
            f"window.data = {body}; window.gone = window.again(data);</script>",
            encoding="utf-8",
        )
        tab.goto(file.as_uri())
        tab.wait_for_selector("[data-painted]")
        return tab

    yield mount
    assert tab.evaluate("window.hacked") is None
    assert tab.evaluate("here.querySelectorAll('img, script').length") == 0
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")


def rest(tab: Any, count: int | None = None) -> dict[str, Any]:
    """What Python hears once movement has come to rest; where it was heard before this asks, nothing else will come."""
    count = tab.evaluate("window.heard ?? 0") if count is None else count
    tab.wait_for_function("count => told.length > count", arg=count)
    tab.wait_for_timeout(SETTLED)
    tab.evaluate("window.heard = told.length")
    return tab.evaluate("told[told.length - 1]")


def asserted(made: tuple[Model, Table], told: dict[str, Any]) -> None:
    """The browser's number is the model's own for the row that it names."""
    model, table = made
    own = model.predict(changed(table, told["values"]))[0]
    assert told["outputs"] == pytest.approx(own.tolist(), abs=LIMIT)


def data_of(made: tuple[Model, Table], **more: Any) -> dict[str, Any]:
    model, table = made
    weights = {"__proto__": 3.0, "level": 2.0, "whole": 1.0, "flag": 0.5}
    return {**whatif_data(model, table, 4, 1, weights), **more}


def test_keys_on_a_slider_move_the_prediction_and_python_hears_once(show: Any, made: Any) -> None:
    tab = show(data_of(made))
    before = tab.inner_text(".iw-number")
    slider = tab.locator(".iw-large .iw-slider").first
    slider.focus()
    tab.keyboard.press("End")
    told = rest(tab, 0)
    assert told["ask"] is False
    assert told["values"][0] == made[1].schema["__proto__"].high
    asserted(made, told)
    assert tab.inner_text(".iw-number") != before or told["outputs"] == data_of(made)["instance"]["outputs"]
    assert tab.evaluate("told.length") == 1
    assert "__proto__" in tab.inner_text(".iw-changes")
    assert tab.locator(".iw-chart .iw-at").count() == 1


KEYS = """({ selector, key, times }) => {
  const slider = here.querySelector(selector);
  for (let i = 0; i < times; i += 1) slider.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
}"""
"""Keys that arrive before the page is painted again, as a repeating key on a busy machine does."""


@pytest.mark.parametrize("asked", [False, True], ids=["in the browser", "on the server"])
def test_every_key_counts_even_before_the_page_is_painted(show: Any, made: Any, asked: bool) -> None:
    data = data_of(made, **({"model": None} if asked else {}))
    tab = show(data)
    start = data["instance"]["values"][0]
    tab.evaluate(KEYS, {"selector": ".iw-large .iw-slider", "key": "ArrowRight", "times": 7})
    if asked:
        tab.evaluate("server => { again({ ...data, server }); }", answer(*made, tab.evaluate("told[0]"), 1))
    told = rest(tab, 1 if asked else 0)
    feature = data["features"][0]
    rough = (feature["high"] - feature["low"]) / 200
    step = next(x for power in (0.01, 0.1, 1.0) for x in (power, 2 * power, 5 * power) if x >= rough)
    assert told["values"][0] == pytest.approx(start + 7 * step, abs=step / 2 + 1e-9)
    assert float(tab.locator(".iw-large .iw-slider").first.input_value()) == told["values"][0]


def test_a_switch_pressed_twice_at_once_is_back_where_it_was(show: Any, made: Any) -> None:
    data = data_of(made)
    tab = show(data)
    tab.get_by_label("Find a feature").fill("flag")
    tab.evaluate("{ const knob = here.querySelector('[role=switch]'); knob.click(); knob.click(); }")
    assert rest(tab, 0)["values"] == data["instance"]["values"]


@pytest.mark.parametrize("down", [True, False], ids=["down", "up"])
def test_arrow_keys_walk_the_whole_range_of_whole_numbers(show: Any, made: Any, down: bool) -> None:
    """A step of two over an odd range must not stand still anywhere, and both ends are reached."""
    data = data_of(made)
    place = made[1].schema.names.index("whole")
    feature = {**data["features"][place], "low": 1.0, "high": 402.0}
    data["features"] = [feature if i == place else own for i, own in enumerate(data["features"])]
    data["instance"] = {**data["instance"], "values": [200 if i == place else own for i, own in enumerate(data["instance"]["values"])]}  # fmt: skip
    tab = show(data)
    slider = ".iw-large [aria-labelledby=iw-name-" + str(place) + "]"
    tab.evaluate(KEYS, {"selector": slider, "key": "ArrowLeft" if down else "ArrowRight", "times": 210})
    assert rest(tab, 0)["values"][place] == (1 if down else 402)


def test_dragging_tells_nothing_until_it_rests(show: Any, made: Any) -> None:
    tab = show(data_of(made))
    slider = tab.locator(".iw-large .iw-slider").first
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    y = box["y"] + box["height"] / 2
    tab.mouse.move(box["x"] + box["width"] * 0.2, y)
    tab.mouse.down()
    seen = set()
    for step in range(30):
        tab.mouse.move(box["x"] + box["width"] * (0.2 + 0.02 * step), y)
        tab.wait_for_timeout(16)
        seen.add(tab.inner_text(".iw-large .iw-name >> nth=0") + str(slider.input_value()))
    assert tab.evaluate("told.length") == 0
    tab.mouse.up()
    asserted(made, rest(tab))
    assert len(seen) > 20


def test_level_switch_and_reset(show: Any, made: Any) -> None:
    tab = show(data_of(made))
    start = data_of(made)["instance"]["values"]
    select = tab.locator(".iw-large select")
    select.select_option(label="plain")
    asserted(made, rest(tab))
    assert tab.locator(".iw-levels button").count() == 3
    tab.get_by_label("Find a feature").fill("flag")
    tab.get_by_role("switch").click()
    told = rest(tab)
    asserted(made, told)
    assert told["values"][-1] is not start[-1]
    tab.locator(".iw-changes").get_by_role("button", name="Set level back").click()
    assert rest(tab)["values"][-2] == start[-2]
    tab.get_by_role("button", name="Reset all").click()
    assert rest(tab)["values"] == start
    assert tab.get_by_role("button", name="Reset all").is_disabled()


def test_typed_numbers_may_leave_the_data_and_it_says_so(show: Any, made: Any) -> None:
    tab = show(data_of(made))
    box = tab.locator(".iw-large input[type=number]").first
    box.fill("9999.5")
    told = rest(tab)
    assert told["values"][0] == 9999.5
    asserted(made, told)
    assert "Outside the data" in tab.inner_text(".iw-large >> nth=0")
    whole = tab.locator(".iw-large", has_text="whole").locator("input[type=number]")
    whole.fill("12.7")
    assert rest(tab)["values"][-3] == 13


def test_scenarios_stand_side_by_side_and_can_be_used_again(show: Any, made: Any) -> None:
    tab = show(data_of(made))
    tab.locator(".iw-large select").select_option(label="plain")
    tab.get_by_role("button", name="Keep scenario").click()
    kept = rest(tab)["scenarios"]
    assert [scenario["name"] for scenario in kept] == ["Scenario 1"]
    tab.get_by_role("button", name="Reset all").click()
    assert rest(tab)["values"] != kept[0]["values"]
    tab.get_by_role("button", name="Use Scenario 1").click()
    assert rest(tab)["values"] == kept[0]["values"]
    assert "plain" in tab.inner_text(".iw-table")
    tab.get_by_role("button", name="Remove Scenario 1").click()
    assert rest(tab)["scenarios"] == []
    assert tab.locator(".iw-table").count() == 0


def test_values_to_begin_with_count_as_changes(show: Any, made: Any) -> None:
    """A nudge brought along: the instance is the start, the nudge is what changed."""
    data = data_of(made)
    data["instance"]["values"][made[1].schema.names.index("level")] = EVIL
    values = ["plain" if name == "level" else cell for name, cell in zip(made[1].schema.names, data["instance"]["values"], strict=True)]  # fmt: skip
    tab = show({**data, "values": values})
    assert "What changed (1)" in tab.inner_text(".iw-changes")
    tab.get_by_role("button", name="Reset all").click()
    assert rest(tab)["values"] == data["instance"]["values"]


def test_start_at_the_average(show: Any, made: Any) -> None:
    data = data_of(made)
    tab = show(data)
    tab.get_by_role("button", name="the average").click()
    told = rest(tab)
    assert told["start"] == "mean"
    assert told["values"] == data["means"]
    asserted(made, told)
    assert "as at the start" in tab.inner_text(".iw-change")


def test_search_finds_among_forty(show: Any, made: Any) -> None:
    tab = show(data_of(made))
    assert tab.locator(".iw-list-controls .iw-control:visible").count() == 8
    tab.get_by_role("button", name="Show all 37").click()
    assert tab.locator(".iw-list-controls .iw-control:visible").count() == 37
    tab.get_by_label("Find a feature").fill("sensor 07")
    assert tab.locator(".iw-list-controls .iw-control:visible").count() == 1
    tab.get_by_label("Find a feature").fill("<IMG")
    assert tab.locator(".iw-list-controls .iw-control:visible").count() == 1
    tab.get_by_label("Find a feature").fill("nothing of the kind")
    assert tab.get_by_text("No feature of that name.").is_visible()


def test_without_the_model_python_is_asked_one_question_at_a_time(show: Any, made: Any) -> None:
    model, table = made
    tab = show(data_of(made, model=None))
    slider = tab.locator(".iw-large .iw-slider").first
    slider.focus()
    tab.keyboard.press("PageUp")
    tab.wait_for_function("told.length >= 1")
    for _ in range(4):
        tab.keyboard.press("PageUp")
    tab.wait_for_timeout(300)
    assert tab.evaluate("told.length") == 1, "the second question waits for the first answer"
    for turn in (1, 2):
        tab.wait_for_function("turn => told.length >= turn", arg=turn)
        asked = tab.evaluate("told[told.length - 1]")
        assert asked["ask"] is True
        tab.evaluate("server => { again({ ...data, server }); }", answer(model, table, asked, 1))
    tab.wait_for_timeout(300)
    last = tab.evaluate("told[told.length - 1]")
    assert tab.evaluate("told.length") == 2
    own = model.predict(changed(table, last["values"]))[0][1]
    shown = float(tab.inner_text(".iw-number").split()[0])
    assert shown == pytest.approx(own * 100, abs=0.06)
    assert tab.locator(".iw-chart .iw-line").count() == 1
    assert tab.locator(".iw-waiting").count() == 0


def test_new_data_starts_anew_and_leaves_nothing_behind(show: Any, made: Any) -> None:
    model, table = made
    tab = show(data_of(made))
    tab.locator(".iw-large select").select_option(label="plain")
    tab.evaluate("data => { window.later = again(data); }", whatif_data(model, table, 9, 1))
    tab.wait_for_timeout(80)
    assert "Nothing yet" in tab.inner_text(".iw-changes")
    assert tab.locator(".ie-what").count() == 1
    tab.evaluate("gone()")
    assert tab.locator(".ie-what").count() == 1
    tab.evaluate("later()")
    assert tab.locator(".ie-what").count() == 0


def bars(tab: Any) -> dict[str, str]:
    """Names and sizes of the bars under the live prediction, once they are painted."""
    tab.wait_for_function("here.querySelector('.iw-push-check').textContent !== ''")
    names, sizes = (tab.locator(f".iw-push-{part}").all_text_contents() for part in ("name", "size"))
    return dict(zip(names, sizes, strict=True))


def test_bars_under_the_prediction_are_shap_of_the_changed_row(show: Any, made: Any) -> None:
    model, table = made
    tab = show(data_of(made))
    tab.locator(".iw-large .iw-slider").first.focus()
    tab.keyboard.press("End")
    told = rest(tab, 0)
    found = bars(tab)
    row = changed(table, told["values"])
    moved = from_frame(pd.concat([row, table.inputs], ignore_index=True).astype(table.inputs.dtypes), "moved")
    own = explain("shap", model, moved, 0, output=1)
    sizes = dict(zip(own.features, own.values, strict=True))
    for name, size in sorted(sizes.items(), key=lambda item: -abs(item[1]))[:4]:
        shown = next(text for full, text in found.items() if full[:50] == name[:50])
        assert float(shown.replace("\N{MINUS SIGN}", "-")) == pytest.approx(
            size, rel=0.01, abs=max(abs(x) for x in sizes.values()) / 100
        )
    check = tab.inner_text(".iw-push-check")
    assert check.endswith("✓")
    assert tab.inner_text(".iw-number") in check
    assert "log-odds" in tab.inner_text(".iw-push .iw-unit")


def test_the_other_class_has_the_opposite_bars(show: Any, made: Any) -> None:
    tab = show(data_of(made))
    first = bars(tab)
    tab.locator(".iw-classes .iw-class").first.click()
    tab.wait_for_function("text => here.querySelector('.iw-push .iw-unit').textContent.includes(text)", arg="of no")
    for name, size in list(bars(tab).items())[:3]:
        assert {first[name][0], size[0]} == {"+", "\N{MINUS SIGN}"}
        assert first[name][1:] == size[1:]


def test_a_network_says_that_bars_are_not_live(show: Any, made: Any) -> None:
    _, table = made
    frame = table.inputs[["constructor", "whole"]]
    network = MLPRegressor(hidden_layer_sizes=(3,), max_iter=20, random_state=0, tol=1e9).fit(frame, frame["whole"])
    small = from_frame(frame, "small")
    tab = show(whatif_data(wrap(network), small, 4, 0))
    tab.wait_for_function("here.querySelector('.iw-push-check').textContent.includes('network')")
    assert tab.locator(".iw-push-row").count() == 0
