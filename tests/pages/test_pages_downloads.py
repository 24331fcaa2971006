"""Every file that a panel offers can be made, for every kind of answer."""

from __future__ import annotations

import csv
import io
import json
from typing import Literal

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from core import cache, engine, instances, registry
from core.comparison import together
from core.errors import InputError
from core.export import to_picture
from core.loading.match import match
from core.loading.samples import load_sample_model, load_sample_table, samples
from core.results import Attributions, Result
from core.views import dependence, place
from core.views.pictures import every
from pages.parts import listing, subject, tables
from pages.parts.downloads import files
from pages.parts.question import Question
from tests.contract_cases import case
from tests.pages.app import box, errors, open_page
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


ROW = [one for one in registry.methods("row") if one.id != "nudges"]  # which is asked below


@pytest.mark.parametrize("method", ROW, ids=lambda method: method.id)
def test_every_explanation_filters_and_downloads(method: registry.Method) -> None:
    both = match(load_sample_model(SAMPLE.id), load_sample_table(SAMPLE.table))
    rules = {f"first.{name}.numbers": True for name in ("chances", "rules.0")} if method.id == "lime" else {}
    app = open_page("explain", {**opened("first"), **rules}, model=SAMPLE.id, method=method.id, row=3)
    assert errors(app) == []
    assert {f"{name[:-8]}.lines.{kind}" for name in rules for kind in ("csv", "json")} <= set(offered(app, "first"))
    complete(app, "first", engine.explain(method.id, *(both.model, both.table), 3))


def test_the_scatter_of_one_feature_has_files_of_its_own() -> None:
    many = engine.explain("shap_summary", *case("pipeline with text levels"))
    assert isinstance(many, Attributions)
    check(dependence.points(many, many.features[0]))
    state = {"open_shap_summary": True, "shap_summary.picture.0": "scatter", "shap_summary.one.menu": True}
    app = open_page("model", state, model=SAMPLE.id)
    assert errors(app) == []
    assert {"shap_summary.one.png", "shap_summary.one.csv"} <= set(offered(app, "shap_summary.one"))


def test_the_list_of_instances_has_files_of_all_that_the_filter_leaves() -> None:
    both = match(load_sample_model(SAMPLE.id), load_sample_table(SAMPLE.table))
    said = both.model.predict(both.table.inputs)
    wrong = instances.select(both.model, both.table, said, 1, instances.Query("wrong"))
    assert len(wrong) > 3
    app = open_page("explain", {"listing": True}, model=SAMPLE.id)
    box(app, "selectbox", "condition").set_value("wrong").run()
    assert errors(app) == []
    found = offered(app, "listing")
    assert found == {f"listing.lines.{kind}": f"{len(wrong):,} instances as {kind.upper()}" for kind in ("csv", "json")}


def test_the_lines_of_the_list_are_rows_of_the_table_in_its_order() -> None:
    both = cache.pair(SAMPLE.id, SAMPLE.table)
    about = subject.Subject(Question(model=SAMPLE.id), both, both.model.predict(both.table.inputs), 1)
    rows = np.array([12, 3, 30])
    lines = json.loads(tables.records(listing.lines(about, rows)))
    assert [line["row"] for line in lines] == [12, 3, 30]
    assert [line["predicted"] for line in lines] == pytest.approx(about.predictions[rows, 1].tolist())
    name = both.table.schema.names[0]
    assert [line[name] for line in lines] == both.table.frame[name].iloc[rows].tolist()


def _methods() -> None:
    """The list of methods as the page About shows it."""
    from pages.parts import facts

    facts.methods()


def test_the_list_of_methods_filters_and_downloads() -> None:
    app = AppTest.from_function(_methods, default_timeout=60)
    app.session_state["methods_table.numbers"] = True
    app.run()
    count = len(registry.methods())
    assert offered(app, "methods_table")["methods_table.lines.json"] == f"{count} lines as JSON"
    app.text_input(key="methods_table.filter").set_value("LIME").run()
    named = sum("lime" in f"{one.title} {one.question}".lower() for one in registry.methods())
    assert 0 < named < count
    assert offered(app, "methods_table")["methods_table.lines.json"].startswith(f"{named} ")


def test_the_strip_and_the_way_of_a_nudge_have_files() -> None:
    state = {**opened("first"), "place.menu": True, "first.way.menu": True, "first.closer.expert": True}
    app = finished(open_page("explain", state, model=SAMPLE.id, method="nudges", row=3, level="expert"))
    assert errors(app) == []
    both = match(load_sample_model(SAMPLE.id), load_sample_table(SAMPLE.table))
    complete(app, "first", engine.explain("nudges", *(both.model, both.table), 3))
    kinds = {"png", "svg", "live.html", "csv", "json", "html"}
    assert {f"place.{kind}" for kind in kinds} == set(offered(app, "place"))
    assert {f"first.way.{kind}" for kind in kinds} == set(offered(app, "first.way"))
    check(place.spread(place.crowd(both.model.predict(both.table.inputs)[:, 1], True), 0.4, "probability", "yes <b>"))


def test_columns_of_one_name_are_shown_filtered_and_saved_apart() -> None:
    twice = pd.DataFrame([["up", 1.0, None, "x"], ["down", 2.0, 3, "y"]], columns=["age", "age", "age (2)", "age"])
    shown = tables.readable(twice)
    assert list(shown.columns) == ["age", "age (2)", "age (2) (2)", "age (3)"]
    assert shown["age"].tolist() == ["up", "down"]
    assert shown["age (2)"].tolist() == [1.0, 2.0]
    assert list(twice.columns) == ["age", "age", "age (2)", "age"], "what was given stays as it is"
    assert json.loads(tables.records(tables.filtered(twice, "DOW"))) == [
        {"age": "down", "age (2)": 2.0, "age (2) (2)": 3.0, "age (3)": "y"}
    ]
