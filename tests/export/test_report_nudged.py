"""Nudges in the report: three pictures of each instance's, held against the answer and the model itself."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.counterfactual.words import apply
from core.engine import explain
from core.export.report import nudged, studio
from core.export.report.content import content
from core.export.report.panels import Panel
from core.results import Nudges
from tests.contract_cases import case

TITLES = [nudged.CHANGES, nudged.STEPS, nudged.CROSSING]


@pytest.fixture(scope="module")
def about() -> Any:
    model, table = case("random forest, regression")
    return studio(model, table, panels=("nudges",), instances=4)


def found(about: Any) -> dict[int, Nudges]:
    """The answers by instance."""
    return {key[1]: result for key, result in about.panels[0].found.items()}


def test_three_pictures_of_each_instance(about: Any) -> None:
    panel = content(about, title="", made="")["panels"][0]
    assert panel["variants"] == TITLES
    assert len(panel["entries"]) == 3 * len(about.rows)
    for row in range(len(about.rows)):
        texts = [panel["entries"][f"{variant}/{row}/-"]["sentence"] for variant in range(3)]
        assert texts[0].startswith("To reach")
        assert texts[1].startswith("From ")
        assert "the answer crosses" in texts[2] or "reaches the goal" in texts[2]


def test_the_steps_are_the_predictions_of_the_rows_between(about: Any) -> None:
    for row, result in found(about).items():
        drawn = nudged.drawings(about, ("", row, None), result, {})[nudged.STEPS]
        steps = [record for record in drawn.rows if record["role"] == "step"]
        nudge = result.nudges[0]
        for count, step in enumerate(steps):
            said = about.model.predict(apply(about.table.instance(row), nudge.changes[:count]))[0, 0]
            assert step["end"] == pytest.approx(said)
        assert [record["end"] for record in drawn.rows if record["role"] == "goal"] == [result.line]


def test_the_crossing_is_what_the_model_says_along_the_last_change(about: Any) -> None:
    for row, result in found(about).items():
        drawn = nudged.drawings(about, ("", row, None), result, {})[nudged.CROSSING]
        *others, last = result.nudges[0].changes
        rest = apply(about.table.instance(row), others)
        line = [record for record in drawn.rows if record["role"] == "line"]
        assert len(line) >= 2
        for record in line[:: max(1, len(line) // 5)]:
            frame = rest.copy()
            frame[last.name] = pd.Series([record["x"]], index=frame.index).astype(frame[last.name].dtype)
            assert about.model.predict(frame)[0, 0] == pytest.approx(record["y"])


def test_other_looks_do_not_ask_the_model_again(about: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    first = json.dumps(content(about, title="", made="")["panels"])
    monkeypatch.setattr(nudged, "crossing", lambda *asked, **options: pytest.fail("asked again"))
    assert json.dumps(content(about, title="", made="")["panels"]) == first


def test_without_an_answer_every_picture_is_the_reason(about: Any) -> None:
    row = about.rows[0]
    none = explain("nudges", about.model, about.table, row, locked=about.table.schema.names)
    assert isinstance(none, Nudges)
    drawn = nudged.drawings(about, ("", row, None), none, {})
    assert list(drawn) == TITLES
    for view in drawn.values():
        assert view.rows == []
        assert "No change was found" in view.sentence


def test_settings_with_a_title_keep_it() -> None:
    model, table = case("random forest, regression")
    twice = Panel("nudges", "nudges", {"One": {"k": 1}, "Two": {"k": 2}})
    made = content(studio(model, table, panels=(twice,), instances=1), title="", made="")["panels"][0]
    assert made["variants"] == [f"{name}: {title}" for name in ("One", "Two") for title in TITLES]
    assert np.isfinite([len(entry["sentence"]) for entry in made["entries"].values()]).all()
