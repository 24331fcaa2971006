"""The truth along a feature: the table's own cells, one dot a known row."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from core import engine
from core.errors import NotApplicable
from core.loading.frames import from_frame
from core.models import wrap
from core.results import Points
from core.views import view
from tests.contract_cases import CASES, HOSTILE, case


def ask(name: str, **params) -> Points:
    result = engine.explain("target_against_feature", *case(name), **params)
    assert isinstance(result, Points)
    return result


def test_numbers_stand_against_the_true_value() -> None:
    _model, table = case("random forest, regression")
    result = ask("random forest, regression", feature="b")
    frame = table.frame.iloc[list(result.rows)]
    assert list(result.x) == frame["b"].tolist()
    assert result.y == pytest.approx(frame["y"].to_numpy())
    assert result.ordered
    assert len(result.line_x) > 10


def test_the_line_follows_the_data() -> None:
    result = ask("random forest, regression", feature="a")  # the target is 2 a + b c
    slope = np.polyfit(result.line_x, result.line_y, 1)[0]
    assert slope == pytest.approx(2, abs=0.3)


def test_classes_are_strips_of_the_features_values() -> None:
    _model, table = case("pipeline with text levels")
    result = ask("pipeline with text levels", feature="age")
    frame = table.frame.iloc[list(result.rows)]
    assert list(result.x) == frame["paid"].tolist()
    assert result.y == pytest.approx(frame["age"].astype(float).to_numpy())
    drawn = view(result)
    assert any(layer["mark"].get("type") == "boxplot" for layer in drawn.spec["layer"])
    middle = frame.groupby("paid")["age"].median()
    assert all(f"{name} {value:g}" in result.checks[0].text for name, value in middle.items())


def test_gaps_are_not_drawn() -> None:
    _model, table = case("xgboost with missing values")
    result = ask("xgboost with missing values", feature="amount")
    assert len(result.rows) == table.frame["amount"].notna().sum()


def test_levels_against_classes_are_refused_with_a_way_on() -> None:
    with pytest.raises(NotApplicable) as refusal:
        ask("pipeline with text levels", feature=HOSTILE)
    assert "distribution" in refusal.value.hint


@pytest.mark.parametrize("name", CASES)
def test_without_a_choice_there_is_one(name: str) -> None:
    result = ask(name)
    assert len(result.rows) > 10
    assert view(result).rows


def test_the_words_name_the_feature_for_classes_and_for_numbers() -> None:
    assert "rows, age against paid." in view(ask("pipeline with text levels", feature="age")).sentence
    assert "rows, the true value against b." in view(ask("random forest, regression", feature="b")).sentence


def test_dates_against_classes_are_not_called_levels() -> None:
    frame = pd.DataFrame({"when": pd.date_range("2021-01-01", periods=12), "size": np.arange(12.0)})
    table = from_frame(frame.assign(kind=["a", "b"] * 6), "t", target="kind", label="")
    names = list(frame)
    model = wrap(lambda given: np.tile([0.3, 0.7], (len(given), 1)), task="binary", classes=["a", "b"], features=names)
    with pytest.raises(NotApplicable, match="when holds dates"):
        engine.explain("target_against_feature", model, table, feature="when")
