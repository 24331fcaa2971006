"""Several models in one report: the same panels, instances and class on one axis; each with its words and predictor."""

from __future__ import annotations

import gzip
from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LogisticRegression, Ridge

import core
from core.engine import explain
from core.errors import InputError
from core.export.report.pack import unpacked
from core.portable import evaluate, from_json
from tests.contract_cases import mixed_frame
from tests.export.test_report_page import data_of

PANELS = ("shap", "ceteris_paribus", "permutation_importance", "model_profile", "performance", "distribution")
NUMBERS = ["age", "amount", "owner"]


@pytest.fixture(scope="module")
def frame() -> Any:
    made = mixed_frame()
    made["amount"] = np.round(np.random.default_rng(3).normal(size=len(made)) * made["age"], 2)
    return made[[*NUMBERS, "paid"]].astype({"age": float, "owner": float})


@pytest.fixture(scope="module")
def models(frame: Any) -> list[Any]:
    """A forest of all columns and a line of two: other units, other features."""
    forest = RandomForestClassifier(12, max_depth=4, random_state=0).fit(frame[NUMBERS], frame["paid"])
    line = LogisticRegression(max_iter=1000).fit(frame[["age", "amount"]], frame["paid"])
    return [core.model(forest, name="Forest"), core.model(line, name="Line")]


@pytest.fixture(scope="module")
def text(models: list[Any], frame: Any) -> str:
    return core.report(models, core.table(frame, target="paid"), rows=[4, 60, 99], panels=PANELS, made="")


@pytest.fixture(scope="module")
def data(text: str) -> dict[str, Any]:
    return data_of(text)


def panel(data: dict[str, Any], name: str, model: int) -> dict[str, Any]:
    return next(one for one in data["panels"] if (one["id"], one["model"]) == (name, model))


def test_every_panel_stands_once_a_model_and_the_data_once(data: dict[str, Any], text: str) -> None:
    ids = [(one["id"], one["model"]) for one in data["panels"]]
    assert ids == [(name, place) for name in PANELS for place in ((0,) if name == "distribution" else (0, 1))]
    assert len(text.encode()) < 3_000_000
    assert len(gzip.compress(text.encode())) < 1_000_000


def test_each_says_what_its_own_model_says(data: dict[str, Any], models: list[Any], frame: Any) -> None:
    table = core.table(frame, target="paid")
    for place, model in enumerate(models):
        for at, row in enumerate((4, 60, 99)):
            own = explain("shap", model, *matched(model, table), row, output=1, scale="probability")
            entry = panel(data, "shap", place)["entries"][f"0/{at}/-"]
            drawn = [one for one in unpacked(entry["rows"], data["texts"]) if one["reach"] is None]
            shown = {one["feature"]: one["value"] for one in drawn if one["feature"]}
            assert shown == pytest.approx(dict(zip(own.features, own.values, strict=True)), rel=1e-5)
        assert data["models"][place]["name"] == ("Forest", "Line")[place]
        assert len(data["models"][place]["said"]) == len(data["models"][place]["moved"]) == 3


def matched(model: Any, table: Any) -> tuple[Any]:
    from core.loading.match import match

    return (match(model, table).table,)


def test_both_pictures_of_a_question_reach_equally_far(data: dict[str, Any]) -> None:
    """Bars and curves of both models: the axis holds the lowest and the highest of both."""
    for name, path in (("shap", "0/0/-"), ("permutation_importance", "0/-/-"), ("ceteris_paribus", "0/0/0")):
        ends, values = [], []
        for place in (0, 1):
            rows = unpacked(panel(data, name, place)["entries"][path]["rows"], data["texts"])
            ends.append(sorted(one["reach"] for one in rows if one["reach"] is not None))
            field = "y" if name == "ceteris_paribus" else "value"
            values += [one[field] for one in rows if one.get(field) is not None]
        assert ends[0] == ends[1]
        assert ends[0][0] <= min(values) <= max(values) <= ends[0][1]


def test_a_feature_that_only_one_model_takes_is_offered_to_both(data: dict[str, Any]) -> None:
    assert data["features"] == NUMBERS
    owner = data["features"].index("owner")
    assert f"0/0/{owner}" in panel(data, "ceteris_paribus", 0)["entries"]
    assert f"0/0/{owner}" not in panel(data, "ceteris_paribus", 1)["entries"]


def test_each_model_travels_and_predicts(data: dict[str, Any], models: list[Any], frame: Any) -> None:
    for model, held in zip(models, data["models"], strict=True):
        carried = evaluate(from_json(held["whatif"]["data"]["model"]), frame)
        np.testing.assert_allclose(carried, model.predict(frame[list(model.features)]), atol=1e-12)
        assert held["whatif"]["checked"]["rows"] == len(frame)


def test_facts_are_told_apart_where_they_differ(data: dict[str, Any]) -> None:
    facts = {fact["name"]: fact["text"] for fact in data["facts"]}
    assert {"Model, Forest", "Model, Line", "Performance, Forest", "Digest of the model, Line"} <= set(facts)
    assert facts["Explained here"] == "the chance of “paid = yes”"
    assert "by 2 models side by side" in data["subtitle"]
    assert data["title"] == "Forest and Line"


def test_models_of_one_name_are_numbered(models: list[Any], frame: Any) -> None:
    made = core.report([models[0]] * 3, core.table(frame, target="paid"), rows=[1], panels=("shap",), made="")
    names = [one["name"] for one in data_of(made)["models"]]
    assert len(set(names)) == 3


def test_what_cannot_stand_side_by_side_is_refused_in_words(models: list[Any], frame: Any) -> None:
    table = core.table(frame, target="paid")
    number = RandomForestRegressor(3, random_state=0).fit(frame[NUMBERS], frame["amount"])
    with pytest.raises(InputError, match="side by side"):
        core.report([models[0], number], table, panels=("shap",))
    with pytest.raises(InputError, match="4 models"):
        core.report([models[0]] * 4, table, panels=("shap",))


def test_models_of_one_unit_keep_it(frame: Any) -> None:
    held = core.table(frame.drop(columns="paid"), target="amount")
    two = [Ridge(alpha).fit(frame[["age", "owner"]], frame["amount"]) for alpha in (0.1, 900.0)]
    data = data_of(core.report(two, held, rows=[5], panels=("shap",), made=""))
    for place, model in enumerate(two):
        wrapped = core.model(model)
        own = explain("shap", wrapped, *matched(wrapped, held), 5)
        assert own.scale == "target"
        rows = unpacked(panel(data, "shap", place)["entries"]["0/0/-"]["rows"], data["texts"])
        shown = {one["feature"]: one["value"] for one in rows if one["reach"] is None and one["feature"]}
        assert shown == pytest.approx(dict(zip(own.features, own.values, strict=True)), rel=1e-5)


def test_from_the_command_line(tmp_path: Any) -> None:
    from core.__main__ import main

    out = tmp_path / "two.html"
    asked = [
        "report",
        "--model",
        "loans",
        "--model",
        "loans-linear",
        "--data",
        "loans",
        "--rows",
        "3",
        "--out",
        str(out),
    ]
    assert main(asked) == 0
    assert [one["name"] for one in data_of(out.read_text(encoding="utf-8"))["models"]] == [
        "Loans · boosted trees",
        "Loans · logistic regression",
    ]
