from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest

from core import engine
from core.errors import InputError, NotApplicable
from core.loading.frames import from_frame
from core.loading.match import match
from core.results import Points
from core.views import view
from tests.contract_cases import HOSTILE, case


def run(name: str, **params: object) -> Points:
    result = engine.explain("residuals", *case(name), **params)  # type: ignore[arg-type]
    assert isinstance(result, Points)
    return result


def test_residuals_of_numbers_are_truth_minus_prediction() -> None:
    model, table = case("random forest, regression")
    result = run("random forest, regression", feature="a")
    rows = list(result.rows)
    assert list(result.x) == table.frame["a"].iloc[rows].tolist()
    assert result.y == pytest.approx(table.frame["y"].to_numpy()[rows] - model.predict(table.rows(rows))[:, 0])
    sizes = run("random forest, regression", feature="a", size=True)
    assert sizes.y == pytest.approx(np.abs(result.y))


def test_errors_of_classes_are_one_minus_the_probability_of_the_truth() -> None:
    model, table = case("lightgbm, three classes")
    result = run("lightgbm, three classes")
    predicted = model.predict(table.rows(list(result.rows)))
    for y, row, chances in zip(result.y, result.rows, predicted, strict=True):
        assert y == pytest.approx(1 - chances[model.classes.index(table.frame["y"].iloc[row])])
    assert result.x_title == "prediction"


def test_levels_have_no_line_and_missing_values_no_dot() -> None:
    levels = run("pipeline with text levels", feature=HOSTILE)
    assert not levels.ordered
    assert len(levels.line_x) == 0
    _, table = case("pipeline with text levels")
    gaps = run("pipeline with text levels", feature="amount")
    assert len(gaps.rows) == int(table.frame["amount"].notna().sum())


def test_any_variable_stands_along_the_axis() -> None:
    model, table = case("random forest, regression")
    rows = list(run("random forest, regression", along="row").rows)
    assert list(run("random forest, regression", along="row").x) == rows
    assert list(run("random forest, regression", along="truth").x) == table.frame["y"].iloc[rows].tolist()
    said = model.predict(table.rows(rows))[:, 0]
    assert list(run("random forest, regression").x) == pytest.approx(said.tolist())
    classes = run("lightgbm, three classes", along="truth")
    assert list(classes.x) == case("lightgbm, three classes")[1].frame["y"].tolist()
    assert not classes.ordered


def test_a_column_that_the_model_does_not_take_stands_along_the_axis() -> None:
    model, table = case("random forest, regression")
    wider = from_frame(table.frame.assign(shift=np.arange(160) % 3 * 1.5), target="y")
    both = match(model, wider)
    result = engine.explain("residuals", both.model, both.table, column="shift")
    assert list(result.x) == both.table.frame["shift"].tolist()
    assert result.x_title == "shift"
    assert result.y == pytest.approx(run("random forest, regression").y)
    with pytest.raises(InputError, match="no column"):
        engine.explain("residuals", both.model, both.table, column="y")


def test_the_worst_rows_are_told_first() -> None:
    result = run("random forest, regression")
    drawn = view(result)
    worst = result.rows[int(np.argmax(np.abs(result.y)))]
    assert drawn.table["row"].iloc[0] == worst
    assert f"row {worst}" in drawn.sentence
    assert f"row {worst}" in result.checks[1].text


def test_names_from_outside_stay_in_the_data() -> None:
    drawn = view(run("pipeline with text levels", feature=HOSTILE))
    assert HOSTILE not in json.dumps(drawn.spec)
    assert any(row.get("label") == HOSTILE for row in drawn.rows)


def test_without_truth_it_says_so() -> None:
    model, table = case("random forest, regression")
    with pytest.raises(NotApplicable, match="not known"):
        engine.explain("residuals", model, dataclasses.replace(table, target=None))
