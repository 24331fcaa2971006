"""Reports of models that no sample resembles, made when a test asks for them; and how tests read them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
from playwright.sync_api import Locator, Page, expect
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import make_pipeline

import core
from core.engine import explain
from core.export import to_figure
from core.export.report import report
from tests.browser.lending import PATIENCE
from tests.contract_cases import case

EVIL = '<img src=x onerror="window.hacked=1"></script><script>window.hacked=1</script>'
SENTENCE = ".ir-sentence, .ie-sentence"
"""The answer in words: the force plot brings its own."""
QUICK = ("shap", "ceteris_paribus", "break_down", "permutation_importance", "model_profile", "performance", "residuals")
TWO = ("xgboost with missing values", "random forest, regression")
ALONE = ("xgboost with missing values", "k nearest neighbours")
BARS = {"mixed": "pipeline with text levels", "classes": "lightgbm, three classes", ALONE[0]: ALONE[0]}
HELD = "JSON.parse(document.querySelector('script[type=\"application/json\"]').textContent).whatif"


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


def mixed() -> str:
    """Every panel of a pipeline with text levels, under a heading that wants to be markup."""
    shown = (*QUICK, "nudges")
    return report(*case("pipeline with text levels"), instances=4, panels=shown, title=EVIL, licence="CC0", made="")


def two() -> str:
    """Two reports, one of them twice, in a page of somebody else's."""
    parts = [report(*case(name), instances=3, panels=QUICK, made="", fragment=True) for name in TWO]
    head = "<!doctype html><meta charset=utf-8><script>window.vega = 'the page’s own';</script><h1>A page</h1>"
    return head + parts[0] + parts[1] + parts[0]


def several() -> str:
    """Two models of one table, one of which has a name that wants to be markup."""
    model, table = case("xgboost with missing values")

    truth = table.frame[table.target]
    names = ["amount", "age"]
    other = make_pipeline(SimpleImputer(), LogisticRegression(max_iter=1000)).fit(
        table.frame[names].astype(float), truth
    )
    both = [core.model(model.native, name=EVIL), core.model(other, name="Line")]
    return core.report(both, table, instances=3, panels=QUICK, made="")


MADE: dict[str, Callable[[], str]] = {
    "mixed": mixed,
    "classes": lambda: report(*case("lightgbm, three classes"), instances=3, panels=QUICK, made=""),
    "two": two,
    "hostile": hostile,
    "several": several,
    "figure": lambda: to_figure(explain("shap", *case("pipeline with text levels"), 3)),
    **{name: lambda name=name: report(*case(name), instances=2, panels=QUICK, made="") for name in ALONE},
}


def written(folder: Path, name: str) -> Path:
    """The file of a report, made on first use."""
    path = folder / f"{name}.html"
    if not path.exists():
        path.write_text(MADE[name](), encoding="utf-8")
    return path


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
    """Wait until every report on the page is drawn (located: a function to wait for would be evaluated, which it forbids)."""
    expect(page.locator(".ir-root").first).to_be_attached()
    expect(page.locator(".ir-root:not([data-settled])")).to_have_count(0)
    page.wait_for_timeout(150)


def until(page: Page, done: Callable[[], bool]) -> None:
    """Wait for something that no locator tells (a function of the browser's own would be evaluated, too)."""
    waited = 0
    while not done():
        assert waited < PATIENCE, "it did not happen"
        page.wait_for_timeout(50)
        waited += 50
