"""Every file that a panel offers can be made, for every kind of answer."""

from __future__ import annotations

import csv
import io
import json
from typing import Literal

import pytest
from streamlit.testing.v1 import AppTest

from core import engine, registry
from core.comparison import together
from core.errors import InputError
from core.export import to_picture
from core.loading.match import match
from core.loading.samples import load_sample_model, load_sample_table, samples
from core.results import Attributions, Result
from core.views import dependence
from core.views.pictures import every
from pages.parts.downloads import files
from tests.contract_cases import case
from tests.pages.app import errors, open_page
from tests.pages.searching import finished


@pytest.mark.parametrize("method", registry.methods(), ids=lambda method: method.id)
def test_every_file_is_made(method: registry.Method) -> None:
    model, table = case("pipeline with text levels")
    if method.unsupported(model, table):
        pytest.skip("says why it does not apply")
    check(engine.explain(method.id, model, table, 7))


def test_every_file_of_several_models_is_made() -> None:
    result = engine.explain("permutation_importance", *case("pipeline with text levels"))
    check(together([result, result], ["A", "B"]))


def test_every_picture_of_several_models_performance_is_made() -> None:
    result = engine.explain("performance", *case("pipeline with text levels"))
    check(together([result, result], ["A", "B <b>"]))


def check(result: object) -> None:
    offered = files(result)  # type: ignore[arg-type]  # a result of any kind
    assert len({ending for _, ending, _, _ in offered}) == len(offered)
    made = {ending: make() for _, ending, _, make in offered}
    drawn = every(result) or {"": ""}  # type: ignore[arg-type]  # a result of any kind
    for kind, mark in (("png", b"\x89PNG"), ("svg", b"<svg")):
        pictures = [content for ending, content in made.items() if ending.split(".")[-1] == kind]
        assert len(pictures) == len(drawn)
        assert len(set(pictures)) == len(drawn), "each picture is another one"
        assert all(mark in content[:900] for content in pictures)  # type: ignore[operator]  # bytes
    page = made["html"]
    assert isinstance(page, str)
    assert "<h1>" in page
    assert "<img " in page
    assert "<script" not in page
    text = made["csv"]
    assert isinstance(text, bytes)
    rows = list(csv.reader(io.StringIO(text.decode("utf-8-sig"))))
    assert len(rows) > 1
    assert len({len(row) for row in rows}) == 1
    assert made["live.html"].startswith("<!doctype html>")  # type: ignore[arg-type]
    assert json.loads(made["json"])["kind"] == result.kind  # type: ignore[attr-defined]


def test_a_picture_that_is_not_there_is_refused() -> None:
    result = engine.explain("shap", *case("pipeline with text levels"), 7)
    with pytest.raises(InputError, match="picture"):
        to_picture(result, "png", picture="swarm")


def offered(app: AppTest, key: str) -> dict[str, str]:
    """Keys of the files that a panel offers, and their labels."""
    found = {str(item.proto.id).split("-")[-1]: item.proto.label for item in app.get("download_button")}
    return {name: label for name, label in found.items() if name.startswith(f"{key}.")}


SAMPLE = next(sample for sample in samples() if load_sample_model(sample.id).task == "binary")


def opened(key: str) -> dict[str, object]:
    return {f"{key}.numbers": True, f"{key}.menu": True}


def complete(app: AppTest, key: str, result: Result) -> None:
    """The table has a box that filters it and its two files; the answer has a file of each kind for each picture."""
    assert app.text_input(key=f"{key}.filter") is not None
    found = offered(app, key)
    assert {f"{key}.lines.csv", f"{key}.lines.json"} <= set(found)
    assert {f"{key}.{ending}" for _, ending, _, _ in files(result)} <= set(found)


@pytest.mark.parametrize("page", ["model", "data"])
def test_every_section_of_a_page_filters_and_downloads(page: Literal["model", "data"]) -> None:
    both = match(load_sample_model(SAMPLE.id), load_sample_table(SAMPLE.table))
    chosen = [
        one
        for one in registry.methods(page)
        if one.cost != "minutes" and not one.unsupported(*(both.model, both.table))
    ]
    state = {name: True for one in chosen for name in (f"open_{one.id}", *opened(one.id))}
    app = open_page(page, state, model=SAMPLE.id, level="expert")
    assert errors(app) == []
    assert len(chosen) > 3
    for one in chosen:
        complete(app, one.id, engine.explain(one.id, *(both.model, both.table)))


@pytest.mark.parametrize("method", registry.methods("row"), ids=lambda method: method.id)
def test_every_explanation_filters_and_downloads(method: registry.Method) -> None:
    both = match(load_sample_model(SAMPLE.id), load_sample_table(SAMPLE.table))
    app = finished(open_page("explain", opened("first"), model=SAMPLE.id, method=method.id, row=3))
    assert errors(app) == []
    complete(app, "first", engine.explain(method.id, *(both.model, both.table), 3))


def test_the_scatter_of_one_feature_has_files_of_its_own() -> None:
    many = engine.explain("shap_summary", *case("pipeline with text levels"))
    assert isinstance(many, Attributions)
    check(dependence.points(many, many.features[0]))
    state = {"open_shap_summary": True, "shap_summary.picture.0": "scatter", "shap_summary.one.menu": True}
    app = open_page("model", state, model=SAMPLE.id)
    assert errors(app) == []
    assert {"shap_summary.one.png", "shap_summary.one.csv"} <= set(offered(app, "shap_summary.one"))
