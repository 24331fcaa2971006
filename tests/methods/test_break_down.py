from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import engine
from core.errors import InputError
from core.results import Attribution
from core.types import Table
from tests.conftest import LogisticModel, closed_table

NAMES = ("income", "age", "member")


@dataclass(frozen=True)
class Formula:
    """Any function of the three columns as a regression model."""

    of: Callable[[np.ndarray], np.ndarray]
    features: tuple[str, ...] = NAMES
    classes: tuple[str, ...] = ()
    task: str = "regression"
    name: str = "formula"
    family: str = "test"
    kind: str = "Formula"
    fingerprint: str = "formula"
    margin_scale: None = None

    def predict(self, frame: pd.DataFrame) -> np.ndarray:
        return self.of(frame.to_numpy(dtype=float))[:, None]

    def portable(self) -> None:
        return None


def run(model: Any, table: Table, row: int = 3, **params: Any) -> Attribution:
    result = engine.explain("break_down", model, table, row, **params)
    assert isinstance(result, Attribution)
    return result


def mean_fixed(model: Formula, table: Table, row: int, fixed: set[int]) -> float:
    """The oracle: one feature set at a time, straight from the definition."""
    data = table.inputs.to_numpy(dtype=float).copy()
    for column in fixed:
        data[:, column] = data[row, column]
    return float(model.of(data).mean())


def test_a_linear_margin_has_a_closed_form(logistic_model: LogisticModel, logistic_table: Table) -> None:
    result = run(logistic_model, logistic_table, scale="log-odds")
    data = logistic_table.inputs.to_numpy(dtype=float)
    expected = dict(zip(NAMES, np.array(logistic_model.weights) * (data[3] - data.mean(axis=0)), strict=True))
    assert result.scale == "log-odds"
    assert dict(zip(result.features, result.values, strict=True)) == pytest.approx(expected)
    assert [abs(value) for value in result.values] == sorted((abs(value) for value in result.values), reverse=True)
    assert result.checks[1].passed, "the order does not matter for a linear model"


@pytest.mark.parametrize("order", [("age", "member", "income"), ("member", "income", "age")])
def test_a_given_order_is_walked_as_defined(logistic_table: Table, order: tuple[str, ...]) -> None:
    model = Formula(lambda x: x[:, 0] * x[:, 1] - 3 * x[:, 2] * x[:, 0])
    result = run(model, logistic_table, order=order)
    fixed: set[int] = set()
    for name, value in zip(order, result.values, strict=True):
        before = mean_fixed(model, logistic_table, 3, fixed)
        fixed.add(NAMES.index(name))
        assert value == pytest.approx(mean_fixed(model, logistic_table, 3, fixed) - before)
    assert result.features == order
    assert result.base == pytest.approx(mean_fixed(model, logistic_table, 3, set()))
    assert result.output == pytest.approx(float(model.predict(logistic_table.instance(3))[0, 0]))


def test_a_partial_order_comes_first_and_the_rest_by_size(logistic_table: Table) -> None:
    model = Formula(lambda x: 0.001 * x[:, 0] + x[:, 1] + 2000 * x[:, 2])
    assert run(model, logistic_table, order=("income",)).features[0] == "income"


@settings(max_examples=15)
@given(st.integers(0, 39), st.integers(0, 10_000))
def test_the_steps_always_add_up(row: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    table, weights = closed_table(seed=seed % 7), random.normal(size=4)
    model = Formula(lambda x: np.sin(x[:, 0]) * weights[0] + x[:, 1] * x[:, 2] * weights[1] + weights[2] * x[:, 1])
    for interactions in (False, True):
        result = run(model, table, row, interactions=interactions)
        assert result.checks[0].passed
        named = [name for feature in result.features for name in feature.split(" × ")]
        assert sorted(named) == sorted(NAMES), "each feature is in exactly one step"


def test_an_interaction_becomes_one_step_with_the_value_of_the_definition() -> None:
    table = closed_table(rows=60)
    model = Formula(lambda x: (x[:, 0] - 50) * (x[:, 1] - 48) + x[:, 2])
    effects = {}
    base = mean_fixed(model, table, 5, set())
    for at in range(3):
        effects[(at,)] = mean_fixed(model, table, 5, {at}) - base
    for pair in combinations(range(3), 2):
        effects[pair] = mean_fixed(model, table, 5, set(pair)) - base - effects[(pair[0],)] - effects[(pair[1],)]
    best = max(effects, key=lambda step: abs(effects[step]))
    assert best == (0, 1), "the data make the pair the largest step"
    result = run(model, table, 5, interactions=True)
    assert result.features[0] == "income × age"
    assert result.values[0] == pytest.approx(mean_fixed(model, table, 5, {0, 1}) - base)
    assert run(model, table, 5, interactions=True, preference=0).features == run(model, table, 5).features


def test_the_rows_behind_each_step_are_kept_for_box_plots(logistic_table: Table) -> None:
    model = Formula(lambda x: x[:, 0] * x[:, 1])
    result = run(model, logistic_table)
    assert result.draws is not None
    assert result.draws.shape == (40, 3)
    assert result.draws.mean(axis=0) == pytest.approx(result.base + np.cumsum(result.values))
    assert np.ptp(result.draws[:, -1]) == pytest.approx(0), "with all features fixed every row is the instance"
    assert result.steps


def test_a_strong_interaction_is_told_as_order_dependence(logistic_table: Table) -> None:
    result = run(Formula(lambda x: x[:, 0] * x[:, 1]), logistic_table, 0)
    assert "order matters" in result.checks[1].text


def test_a_feature_named_twice_is_refused(logistic_model: LogisticModel, logistic_table: Table) -> None:
    with pytest.raises(InputError, match="twice"):
        run(logistic_model, logistic_table, order=("age", "age"))


def test_it_asks_the_model_once_for_the_path_and_once_for_the_order(logistic_table: Table) -> None:
    calls: list[int] = []

    def counted(x: np.ndarray) -> np.ndarray:
        calls.append(len(x))
        return x[:, 0] * x[:, 1]

    run(Formula(counted), logistic_table, interactions=True)
    assert len(calls) <= 4


def test_pairs_that_are_too_many_are_said_to_be_left_out(
    monkeypatch: pytest.MonkeyPatch, logistic_table: Table
) -> None:
    model = Formula(lambda x: (x[:, 0] - 50) * (x[:, 1] - 48) + x[:, 2])
    monkeypatch.setattr("core.methods.break_down.MOST_PAIRS", 2)
    result = run(model, logistic_table, interactions=True)
    assert result.features == run(model, logistic_table).features
    said = next(check for check in result.checks if check.name == "pairs")
    assert said.passed is False
    assert "with 3 every step is one feature" in said.text
    monkeypatch.setattr("core.methods.break_down.MOST_PAIRS", 3)
    assert all(check.name != "pairs" for check in run(model, logistic_table, interactions=True).checks)
