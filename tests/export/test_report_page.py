"""The file itself: small, closed, made of data that cannot become markup, drawn as the app draws."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
import sys
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import core
from core.engine import explain
from core.errors import InputError
from core.export.report import report, studio
from core.export.report.content import content
from core.export.report.pack import unpacked
from core.export.report.page import as_data, write
from core.export.report.scripts import manifest, script, style
from core.portable import evaluate, from_json
from core.views import view
from tests.contract_cases import CASES, HOSTILE, case, mixed_frame

QUICK = ("shap", "ceteris_paribus", "break_down", "permutation_importance", "model_profile", "performance", "residuals")


class Reader(HTMLParser):
    """Collects what a browser would see."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.comments: list[str] = []
        self.bodies: list[tuple[dict[str, str | None], str]] = []
        self.inside = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.inside = tag == "script"
        if self.inside:
            self.bodies.append((dict(attrs), ""))

    def handle_endtag(self, tag: str) -> None:
        self.inside = False

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    def handle_data(self, data: str) -> None:
        if self.inside:
            attrs, body = self.bodies[-1]
            self.bodies[-1] = (attrs, body + data)


def data_of(text: str) -> dict[str, Any]:
    body = next(body for attrs, body in Reader(text).bodies if attrs.get("type") == "application/json")
    found: dict[str, Any] = json.loads(body)
    return found


def written(name: str, **options: Any) -> str:
    model, table = case(name)
    return report(model, table, instances=3, panels=QUICK, made="", **options)


@pytest.fixture(scope="module")
def page() -> str:
    return written("pipeline with text levels", licence="CC BY 4.0 --> <script>alert(1)</script> --!>")


@pytest.mark.parametrize("name", CASES)
def test_every_shape_of_model_makes_a_small_file(name: str) -> None:
    text = written(name)
    assert len(text.encode()) < 3_000_000
    assert len(gzip.compress(text.encode())) < 1_000_000
    data = data_of(text)
    assert len(data["instances"]) == 3
    assert all(panel["entries"] or panel["reason"] for panel in data["panels"])


def test_the_same_question_gives_the_same_file() -> None:
    assert written("random forest, regression") == written("random forest, regression")


def test_the_policy_names_the_one_script_and_no_network(page: str) -> None:
    read = Reader(page)
    policy = next(attrs["content"] for tag, attrs in read.tags if attrs.get("http-equiv") == "Content-Security-Policy")
    code = next(body for attrs, body in read.bodies if attrs.get("type") == "module")
    digest = base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
    assert policy is not None
    rules = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == f"'sha256-{digest}'"
    assert "connect-src" not in rules
    assert not [rule for rule in rules.values() if "http" in rule or "unsafe-eval" in rule]


def test_nothing_in_the_page_points_elsewhere(page: str) -> None:
    for tag, attrs in Reader(page).tags:
        assert tag in {"html", "head", "meta", "title", "style", "body", "div", "script", "noscript"}
        assert not {"src", "href", "onload", "onerror", "style"} & attrs.keys()


def test_texts_from_outside_stand_in_the_data_only(page: str) -> None:
    read = Reader(page)
    assert HOSTILE in data_of(page)["features"]
    outside = page
    for _attrs, body in read.bodies:
        outside = outside.replace(body, "")
    assert "|x|" not in outside
    held = next(body for attrs, body in read.bodies if attrs.get("type") == "application/json")
    assert not set("<>&") & set(held)


def test_a_licence_is_a_comment_that_nothing_in_it_ends(page: str) -> None:
    read = Reader(page)
    assert [comment.strip() for comment in read.comments] == ["CC BY 4.0 - -> <script>alert(1)</script> - -!>"]
    assert len(read.bodies) == 2


@given(st.text(max_size=80))
def test_any_text_survives_as_data(text: str) -> None:
    held = as_data({"name": text})
    assert not set("<>&") & set(held)
    assert json.loads(held)["name"] == text.encode("utf-8", "replace").decode()


@given(st.text(alphabet="->!< ab\n", max_size=30))
def test_any_licence_stays_one_comment(text: str) -> None:
    from core.export.report.page import _comment

    read = Reader(_comment(text) + "<p>after</p>")
    assert [tag for tag, _ in read.tags] == ["p"]


def test_drawings_are_those_of_the_views() -> None:
    model, table = case("xgboost with missing values")
    about = studio(model, table, instances=2, panels=("break_down", "performance"))
    data = content(about, title="", made="")
    panel = next(panel for panel in data["panels"] if panel["id"] == "break_down")
    drawn = view(explain("break_down", model, table, about.rows[1], output=about.output), dark=True)
    entry = panel["entries"]["0/1/-"]
    assert data["specs"][entry["spec"]]["dark"] == json.loads(json.dumps(drawn.spec))
    rows = unpacked(entry["rows"], data["texts"])
    assert [row["label"] for row in rows] == [row["label"] for row in drawn.rows]
    assert [row["value"] for row in rows] == pytest.approx([row["value"] for row in drawn.rows], rel=1e-6)
    assert entry["sentence"] == drawn.sentence


@pytest.mark.parametrize("name", CASES)
def test_the_two_themes_are_those_of_the_views(name: str) -> None:
    model, table = case(name)
    about = studio(model, table, instances=1, panels=QUICK)
    data = content(about, title="", made="")
    for answers, panel in zip(about.panels, data["panels"], strict=True):
        for result in list(answers.found.values())[:1]:
            dark = json.loads(json.dumps(view(result, dark=True).spec))
            assert dark in [data["specs"][entry["spec"]]["dark"] for entry in panel["entries"].values()]


def test_every_panel_has_words_and_a_variant_for_each_picture() -> None:
    data = data_of(written("xgboost with missing values"))
    for panel in data["panels"]:
        assert panel["question"]
        for entry in panel["entries"].values():
            assert len(entry["sentence"]) > 20
    performance = next(panel for panel in data["panels"] if panel["id"] == "performance")
    assert len(performance["variants"]) >= 2
    assert performance["made"] == ["At most 10,000 rows; seed 0"] * len(performance["variants"])
    assert len(data["instances"]) == len(data["overview"])
    assert all(data["overview"])


def test_instances_are_called_by_name_and_true_value() -> None:
    frame = mixed_frame().assign(name=[f"person {row}" for row in range(160)])
    from sklearn.ensemble import RandomForestClassifier

    inputs = frame[["age", "owner"]].astype(float)
    fitted = RandomForestClassifier(5, max_depth=3, random_state=0).fit(inputs, frame["paid"])
    table = core.table(inputs.assign(paid=frame["paid"], name=frame["name"]), target="paid", label="name")
    data = data_of(core.report(fitted, table, rows=[4], panels=("shap",)))
    assert data["instances"][0]["name"] == f"id: person 4 / y: {frame['paid'][4]}"


def test_the_model_in_the_file_predicts_as_the_model_and_says_how_exactly() -> None:
    model, table = case("pipeline with text levels")
    data = data_of(written("pipeline with text levels"))
    held = data["whatif"]
    carried = evaluate(from_json({**held["data"]["model"]}), table.inputs)
    apart = float(np.abs(carried - model.predict(table.inputs)).max())
    assert apart <= 1e-6
    assert held["checked"]["rows"] == len(table)
    assert held["checked"]["difference"] == pytest.approx(apart, abs=1e-15)
    assert len(held["others"]) == 3


def test_a_model_that_does_not_convert_says_so() -> None:
    held = data_of(written("k nearest neighbours"))["whatif"]
    assert held["data"] is None
    assert "trees, weights or layers" in held["checked"]["reason"]


def test_too_much_for_one_file_keeps_the_largest_features(monkeypatch: pytest.MonkeyPatch) -> None:
    model, table = case("random forest, regression")
    about = studio(model, table, instances=3, panels=("shap", "ceteris_paribus"))
    whole = write(about)
    monkeypatch.setattr(sys.modules["core.export.report.page"], "LARGEST", len(whole.encode()) - 1000)
    smaller = data_of(write(about))
    assert 0 < len(smaller["features"]) < len(about.features)
    assert smaller["allFeatures"] == len(about.features)
    monkeypatch.setattr(sys.modules["core.export.report.page"], "LARGEST", 1000)
    with pytest.raises(InputError, match="too large"):
        write(about)


def test_a_fragment_is_no_page_and_can_stand_twice() -> None:
    text = written("random forest, regression", fragment=True)
    tags = [tag for tag, _ in Reader(text).tags]
    assert tags == ["div", "div", "script", "noscript", "script"]
    assert 'id="' not in text.replace(script(), "")


def test_the_libraries_are_the_ones_that_the_manifest_names(monkeypatch: pytest.MonkeyPatch) -> None:
    from core.export.report import scripts

    assert set(manifest()) == {"vega", "vega-lite", "vega-interpreter"}
    for name, entry in manifest().items():
        assert f"{name} {entry['version']}" in script()
    broken = {**manifest(), "vega": {**manifest()["vega"], "sha256": "0" * 64}}
    monkeypatch.setattr(scripts, "manifest", lambda: broken)
    with pytest.raises(ValueError, match="not the file"):
        scripts._library("vega")


def test_the_script_cannot_end_its_element_and_needs_no_eval() -> None:
    assert not re.search(r"</script|<!--", script(), re.IGNORECASE)
    assert not re.search(r"^(import|export) ", script(), re.MULTILINE)
    assert "expressionInterpreter" in script()
    assert "</style" not in style().lower()
    assert "url(" not in style()
    assert "@import" not in style()


def test_one_call_from_a_frame_and_an_estimator() -> None:
    from sklearn.linear_model import LinearRegression

    frame = pd.DataFrame({"size": [1.0, 2.0, 3.0, 5.0], "rooms": [1, 2, 2, 3], "price": [2.0, 4.0, 6.0, 10.0]})
    fitted = LinearRegression().fit(frame[["size", "rooms"]], frame["price"])
    told: list[str] = []
    table = core.table(frame, target="price")
    text = core.report(fitted, table, progress=lambda _fraction, step: told.append(step))
    assert text.startswith("<!doctype html>")
    assert len(data_of(text)["instances"]) == 4
    assert told[-1] == "done"


def test_from_the_command_line(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    from core.__main__ import BAD_INPUT, main

    licence = tmp_path / "licence.txt"
    licence.write_text("Share alike")
    out = tmp_path / "report.html"
    asked = ["report", "--model", "drying", "--data", "drying", "--rows", "3,9", "--title", "Two batches"]
    assert main([*asked, "--licence", str(licence), "--without-data", "--out", str(out)]) == 0
    text = out.read_text(encoding="utf-8")
    data = data_of(text)
    assert [one["row"] for one in data["instances"]] == [3, 9]
    assert data["title"] == "Two batches"
    assert "Share alike" in Reader(text).comments[0]
    assert "residuals" not in [panel["id"] for panel in data["panels"]]
    assert main(["report", "--model", "drying", "--data", "drying", "--rows", "three"]) == BAD_INPUT
    assert "There is no row 'three'" in capsys.readouterr().err
    assert main(["report", "--model", "drying", "--data", "drying", "--instances", "0"]) == BAD_INPUT
    assert "0 instances cannot be picked" in capsys.readouterr().err
    assert main([*asked, "--licence", str(tmp_path / "none.txt")]) == BAD_INPUT
    assert "No such file or directory\n" in capsys.readouterr().err


def test_what_stands_in_the_way_of_a_living_file_is_named() -> None:
    from sklearn.impute import KNNImputer
    from sklearn.linear_model import Ridge
    from sklearn.pipeline import make_pipeline

    frame = pd.DataFrame(np.random.default_rng(11).normal(size=(60, 3)), columns=["first", "second", "third"])
    fitted = make_pipeline(KNNImputer(), Ridge()).fit(frame[["first", "second"]], frame["third"])
    held = data_of(core.report(fitted, core.table(frame, target="third"), rows=[1], panels=("shap",)))["whatif"]
    assert held["data"] is None
    assert "(The step KNNImputer has no plain form)" in held["checked"]["reason"]
