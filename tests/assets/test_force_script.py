"""The force plot's data and script: numbers that add up, texts ready to show, one module that runs anywhere."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.errors import InputError
from core.results import Attribution, Provenance
from core.types import Schema, Table
from core.views.force import force_data, script, style

HERE = Path(__file__).resolve().parent
EVIL = "</script><img src=x onerror=window.hacked=1>"


def attribution(row: int, p: int = 8, **given: Any) -> Attribution:
    values = np.random.default_rng(row).normal(size=p)
    body: dict[str, Any] = {
        "features": (EVIL, *(f"feature {place}" for place in range(1, p))),
        "values": values,
        "data": (EVIL, None, *(1.5 for _ in range(p - 2))),
        "base": 0.5,
        "output": 0.5 + float(values.sum()),
        "scale": "log-odds",
        "label": EVIL,
        "provenance": Provenance("shap", "1", {}, None, "m", "t", row, 1, 0.1),
    }
    return Attribution(**(body | given))


def table() -> Table:
    frame = pd.DataFrame({"who": [EVIL, "b", "c"], "true": ["yes", None, "no"]})
    return Table(frame, Schema(()), "true", "who", "t", "f")


def page(**given: Any) -> dict[str, Any]:
    return force_data([attribution(row) for row in range(3)], table=table(), right=[True, None, False], **given)


def test_the_pure_functions_hold() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    done = subprocess.run(
        [node, str(HERE / "force_layout_test.mjs")], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout.strip() == "ok", done.stderr


def test_rows_hold_numbers_that_add_up_and_texts_ready_to_show() -> None:
    data = page(before=10, total=40, at=1, picked="feature 1")
    assert json.loads(json.dumps(data, allow_nan=False)) == data
    assert (data["before"], data["total"], data["at"], data["picked"]) == (10, 40, 1, "feature 1")
    for place, row in enumerate(data["rows"]):
        result = attribution(place)
        assert row["base"] + sum(row["values"]) == pytest.approx(result.output, abs=1e-9)
        assert len(row["labels"]) == len(row["texts"]) == len(data["features"])
        assert row["row"] == place
    assert [row["title"] for row in data["rows"]][1:] == ["b", "c"]
    assert [(row["truth"], row["right"]) for row in data["rows"]] == [("yes", True), (None, None), ("no", False)]
    assert data["rows"][0]["labels"][1] == "feature 1 = missing"
    assert "log-odds" in data["rows"][0]["notes"][0]
    assert "62 %" in data["rows"][0]["baseText"]


def test_the_page_s_digest_changes_with_its_content_only() -> None:
    assert page()["page"] == page(at=2, picked="x")["page"]
    assert page()["page"] != page(before=3)["page"]


def test_pages_that_do_not_hold_together_are_refused() -> None:
    with pytest.raises(InputError, match="nothing to draw"):
        force_data([])
    with pytest.raises(InputError, match="one page"):
        force_data([attribution(0), replace(attribution(1), scale="probability")])


def test_a_local_model_says_that_it_is_one() -> None:
    data = force_data([attribution(0, fitted=0.1, scale="probability", base=0.1)])
    assert "the local model says 10 %" in data["rows"][0]["notes"][0]
    assert data["rows"][0]["title"] == "row 0"


def test_the_script_is_one_module_that_can_stand_in_a_page() -> None:
    source = script()
    assert "</script" not in source.lower()
    assert "</style" not in style().lower()
    assert "\nimport " not in source
    assert source.count("export default") == 1
    assert "innerHTML" not in source
    assert "insertAdjacentHTML" not in source
    assert "http" not in source.replace("http://www.w3.org/2000/svg", "")


def test_a_class_that_is_a_number_is_called_by_its_column_in_the_headline_and_in_the_sentence() -> None:
    one = replace(attribution(0), scale="probability", label="1", output=0.82)
    row = force_data([one], table=table())["rows"][0]
    assert row["said"] == "82 % for “true = 1”"
    assert row["sentence"].startswith("The model says 82 % for “true = 1”; before")
    assert "“class 1”" not in row["sentence"]


def test_a_class_score_is_said_as_the_probability_that_it_makes() -> None:
    scored = replace(attribution(0), scale="score", label="spam")
    bare, told = (force_data([scored], table=table(), chances=given)["rows"][0] for given in (None, [0.82]))
    assert bare["said"].startswith("a score of ")
    assert told["said"] == "82 % for “spam”"
    assert told["notes"][0].startswith("class score ")
    assert told["sentence"].startswith("The model says 82 % for “spam”, by a score of ")
    assert bare["sentence"].startswith("The model says a score of ")
