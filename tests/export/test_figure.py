"""A single answer as a page: closed, small, made of data that cannot become markup, drawn as the views draw."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from core import registry
from core.engine import explain
from core.export import to_figure
from core.export.report.pack import unpacked
from core.export.report.scripts import figure
from core.results import Attribution
from core.views import view
from core.views.pictures import every
from tests.contract_cases import HOSTILE, case
from tests.export.test_report_page import Reader, data_of

EVIL = "</script><script>alert(1)</script>"


@pytest.fixture(scope="module")
def shap() -> Attribution:
    found = explain("shap", *case("pipeline with text levels"), 3)
    assert isinstance(found, Attribution)
    return found


def test_the_drawing_is_the_views_own(shap: Attribution) -> None:
    data = data_of(to_figure(shap))
    picture = data["pictures"][0]
    assert [one["title"] for one in data["pictures"]] == list(every(shap).values())
    for theme, dark in (("light", False), ("dark", True)):
        assert data["specs"][picture["spec"]][theme] == json.loads(json.dumps(view(shap, dark=dark).spec))
    drawn = view(shap)
    rows = unpacked(picture["rows"], data["texts"])
    assert [row["value"] for row in rows] == pytest.approx([row["value"] for row in drawn.rows], rel=1e-6)
    assert picture["sentence"] == drawn.sentence
    assert [check["text"] for check in picture["checks"]] == [check.text for check in shap.checks]
    assert data["title"] == registry.get("shap").question


def test_every_picture_of_performance_is_there() -> None:
    data = data_of(to_figure(explain("performance", *case("xgboost with missing values"))))
    assert len(data["pictures"]) > 2
    assert all(picture["title"] for picture in data["pictures"])


def test_the_page_is_closed_and_names_stay_data(shap: Attribution) -> None:
    evil = replace(shap, label=EVIL, features=(EVIL, *shap.features[1:]))
    text = to_figure(evil, EVIL)
    read = Reader(text)
    assert {tag for tag, _ in read.tags} <= {
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "div",
        "script",
        "noscript",
    }
    assert len(read.bodies) == 2
    policy = next(attrs["content"] for _, attrs in read.tags if attrs.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert policy.startswith("default-src 'none'")
    held = next(body for attrs, body in read.bodies if attrs.get("type") == "application/json")
    assert not set("<>&") & set(held)
    assert len(text.encode()) < 1_200_000


def test_the_same_answer_is_the_same_page(shap: Attribution) -> None:
    assert to_figure(shap) == to_figure(shap)
    assert not re.search(r"</script|<!--|^(import|export) ", figure(), re.IGNORECASE | re.MULTILINE)
    assert HOSTILE in json.dumps(data_of(to_figure(shap))["texts"], ensure_ascii=False)


def test_an_answer_without_an_origin(shap: Attribution) -> None:
    data: dict[str, Any] = data_of(to_figure(replace(shap, provenance=None), "Mine"))
    assert data["title"] == "Mine"
    assert data["reading"] == []
