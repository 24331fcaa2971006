"""The truth along a feature: the table's own cells, one dot a known row."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from core import engine
from core.loading.frames import from_frame
from core.loading.match import match
from core.models import wrap
from core.results import Distribution, Points
from core.views import view, words
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
    assert "age against paid" in drawn.sentence
    assert any(layer["mark"].get("type") == "boxplot" for layer in drawn.spec["layer"])
    middle = frame.groupby("paid")["age"].median()
    assert all(f"{value:g} for {name}" in result.checks[0].text for name, value in middle.items())


def test_gaps_are_not_drawn() -> None:
    _model, table = case("xgboost with missing values")
    result = ask("xgboost with missing values", feature="amount")
    assert len(result.rows) == table.frame["amount"].notna().sum()


def test_levels_against_classes_are_shares_of_each_level() -> None:
    _model, table = case("pipeline with text levels")
    result = engine.explain("target_against_feature", *case("pipeline with text levels"), feature=HOSTILE, instance=7)
    assert isinstance(result, Distribution)
    drawn = view(result)
    crossed = pd.crosstab(table.frame[HOSTILE], table.frame["paid"])
    for place, level in enumerate(result.bins):
        pieces = [row for row in drawn.rows if row["role"] == "bar" and row["order"] == place]
        assert [row["count"] for row in pieces] == list(crossed.loc[level])
        shares = [row["high"] - row["low"] for row in pieces]
        assert shares == pytest.approx(list(crossed.loc[level] / crossed.loc[level].sum()))
        assert next(row["text"] for row in drawn.rows if row["role"] == "rows" and row["order"] == place) == str(
            crossed.loc[level].sum()
        )
    own = [row["label"] for row in drawn.rows if row["role"] == "own"]
    assert own == [str(table.frame[HOSTILE].iloc[7])]
    assert words.short(HOSTILE) in drawn.sentence
    assert not any(name in json.dumps(drawn.spec) for name in (HOSTILE, *map(str, result.bins)))
    assert result.checks[0].passed


def test_dates_against_classes_are_shares_of_spans_and_unknown_classes_are_left_out() -> None:
    days = pd.date_range("2024-01-01", periods=40, freq="D")
    frame = pd.DataFrame({"day": days, "city": list("abcd") * 10, "y": ["no", "yes"] * 20})
    frame.loc[3, "y"] = None
    frame.loc[5, "day"] = pd.NaT

    def predict(rows: pd.DataFrame) -> np.ndarray:
        return np.tile([0.5, 0.5], (len(rows), 1))

    wrapped = wrap(predict, features=("day", "city"), classes=("no", "yes"))
    both = match(wrapped, from_frame(frame, target="y"))
    for feature, expected in (("day", 38), ("city", 39)):
        result = engine.explain("target_against_feature", both.model, both.table, feature=feature, instance=9)
        assert isinstance(result, Distribution)
        assert result.groups == ("no", "yes")
        assert result.counts.sum() == expected
        assert result.checks[0].passed
        known = frame.dropna() if feature == "day" else frame.dropna(subset="y")
        assert result.counts.sum(axis=1) == pytest.approx(known["y"].value_counts().sort_index())
        own = [row["label"] for row in view(result).rows if row["role"] == "own"]
        assert len(own) == 1
        assert (
            own[0] == "b" if feature == "city" else own[0].split(" to ")[0] <= "2024-01-10" <= own[0].split(" to ")[1]
        )


@pytest.mark.parametrize("column", ["row", "name"])
def test_columns_called_like_ours_keep_their_places(column: str) -> None:
    frame = pd.DataFrame({column: np.arange(20.0), "other": np.arange(20.0) % 3, "y": np.arange(20.0)})

    def predict(rows: pd.DataFrame) -> np.ndarray:
        return rows[column].to_numpy(dtype=float)

    both = match(wrap(predict, features=(column, "other")), from_frame(frame, target="y"))
    result = engine.explain("target_against_feature", both.model, both.table, feature=column)
    table = view(result).table
    assert sorted(table["row"]) == list(range(20))
    assert list(table.iloc[:, 3]) == sorted(frame["y"], reverse=True)


@pytest.mark.parametrize("name", CASES)
def test_without_a_choice_there_is_one(name: str) -> None:
    result = ask(name)
    assert len(result.rows) > 10
    assert view(result).rows


def test_the_words_name_the_feature_for_classes_and_for_numbers() -> None:
    assert "rows, age against paid." in view(ask("pipeline with text levels", feature="age")).sentence
    assert "rows, the true value against b." in view(ask("random forest, regression", feature="b")).sentence
