"""The model in the report predicts without a server, explains the changed instance, and says how exactly; or why not."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from core.engine import explain
from core.export.report import report
from core.loading.frames import from_frame
from core.portable import evaluate, from_json
from core.results import Attribution
from core.types import Table
from core.views.whatif_answer import changed
from tests.browser.reports import BARS, HELD, panel, settled, until
from tests.contract_cases import HOSTILE, case, mixed_frame

pytestmark = pytest.mark.browser

TITLES = "(all) => all.map((one) => one.title)"
FEATURES = "JSON.parse(document.querySelector('script[type=\"application/json\"]').textContent).features.length"


def test_the_what_if_answers_without_a_server(open_report: Callable[..., Page]) -> None:
    page = open_report("mixed")
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


def in_place_of_another(table: Table, values: list[Any]) -> tuple[Table, int]:
    """The table with a changed row where no background row was, so that the background stays what it is."""
    known = set(table.background(100, 0).index)
    place = next(at for at, label in enumerate(table.inputs.index) if label not in known)
    parts = [table.inputs.iloc[:place], changed(table, values), table.inputs.iloc[place + 1 :]]
    return from_frame(pd.concat(parts, ignore_index=True).astype(table.inputs.dtypes), "moved"), place


@pytest.mark.parametrize("name", BARS)
def test_the_bars_of_a_changed_instance_are_its_shap(open_report: Callable[..., Page], name: str) -> None:
    model, table = case(BARS[name])
    page = open_report(name)
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
    until(page, lambda: ",".join(sizes.evaluate_all(TITLES)) != before)
    own = explain("shap", model, *in_place_of_another(table, values), output=held["data"]["output"])
    assert isinstance(own, Attribution)
    shown = dict(zip(what.locator(".iw-push-name").all_text_contents(), sizes.evaluate_all(TITLES), strict=True))
    assert set(shown) == set(own.features)
    for feature, size in zip(own.features, own.values, strict=True):
        assert float(shown[feature].replace("\N{MINUS SIGN}", "-")) == pytest.approx(size, rel=1e-4, abs=1e-6)
    expect(check).to_contain_text(re.compile(r"all bars add up to .* ✓"))
    assert what.locator(".iw-number").inner_text() in check.inner_text() or model.margin_scale in ("target", "score")


def test_a_classifier_that_does_not_convert_shows_what_was_computed(open_report: Callable[..., Page]) -> None:
    page = open_report("k nearest neighbours")
    settled(page)
    kind = "models of this kind cannot be written as plain trees, weights or layers"
    reason = f"{kind} (KNeighborsClassifier has no portable form)"
    said = page.locator("[data-level='what if'] .ir-note").inner_text()
    assert said.startswith(f"The model itself is not in this file: {reason}.")
    assert "computed when the file was made" in said
    expect(page.locator(".ir-foot")).to_contain_text(f"none: {reason}")
    profile = panel(page, "ceteris_paribus")
    drawn = profile.locator("svg").first.inner_html()
    page.get_by_label("Feature").first.select_option(str(page.evaluate(FEATURES) - 1))
    settled(page)
    assert profile.locator("svg").first.inner_html() != drawn


def test_a_thousand_rows_are_compared_and_the_file_says_so(open_report: Callable[..., Page], reports: Path) -> None:
    model, _ = case("xgboost with missing values")
    many = from_frame(mixed_frame(1500).drop(columns=[HOSTILE]), "many", target="paid")
    made = report(model, many, instances=2, panels=("shap",), made="")
    (reports / "many.html").write_text(made, encoding="utf-8")
    page = open_report("many")
    settled(page)
    held = page.evaluate(HELD)
    rows = many.inputs.iloc[[round(at) for at in np.floor(np.linspace(0, 1499, 1000))]]
    apart = float(np.abs(evaluate(from_json(held["data"]["model"]), rows) - model.predict(rows)).max())
    assert held["checked"]["difference"] == pytest.approx(apart, abs=1e-15)
    number = f"{apart:.1e}".replace("e-0", "e-").replace("-", "−") if apart else "exactly 0"
    expect(page.locator(".ir-foot")).to_contain_text(
        f"original on 1,000 rows when it was made: largest difference {number}"
    )


def test_the_what_if_follows_the_instance(open_report: Callable[..., Page]) -> None:
    page = open_report("classes")
    settled(page)
    for place in ("1", "2"):
        page.get_by_label("Instance").first.select_option(place)
        settled(page)
        said = page.locator(".ir-said b").inner_text()
        shown = page.locator(".ir-whatif .iw-number").inner_text()
        assert round(float(re.findall(r"[\d.]+", said)[0])) == pytest.approx(
            float(re.findall(r"[\d.]+", shown)[0]), abs=1
        )


def test_a_model_that_is_not_in_the_file_says_so(open_report: Callable[..., Page]) -> None:
    page = open_report("hostile")
    settled(page)
    expect(page.locator("[data-level='what if']")).to_contain_text("The model itself is not in this file")
    assert page.locator(".ie-what").count() == 0
    assert panel(page, "ceteris_paribus").locator("svg").count() == 1
