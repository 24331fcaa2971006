"""LIME against the ``lime`` package itself, and what the package cannot do."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from core.engine import explain
from core.loading.frames import from_frame
from core.models import wrap
from core.results import Attribution
from core.types import Table

SEEDS = 8
CASES = {"cancer": load_breast_cancer, "diabetes": load_diabetes, "wine": load_wine}
ESTIMATORS = {
    "cancer": lambda: make_pipeline(StandardScaler(), LogisticRegression(C=0.1)),
    "diabetes": lambda: RandomForestRegressor(20, max_depth=6, random_state=0),
    "wine": lambda: make_pipeline(StandardScaler(), LogisticRegression()),
}


def ask(model: Any, table: Table, row: int = 0, **given: Any) -> Attribution:
    answer = explain("lime", model, table, row, **given)
    assert isinstance(answer, Attribution)
    return answer


@pytest.fixture(scope="module", params=list(CASES))
def case(request: pytest.FixtureRequest) -> tuple[Any, Any, Table]:
    data = CASES[request.param](as_frame=True)
    estimator = ESTIMATORS[request.param]().fit(data.data, data.target)
    return estimator, wrap(estimator), from_frame(data.data, target="", label="")


def peer(estimator: Any, frame: pd.DataFrame, row: int, seed: int, build: dict[str, Any], **asked: Any) -> Any:
    """The package's own answer: weights by feature, rules by feature, intercept, local answer, R²."""
    from lime.lime_tabular import LimeTabularExplainer

    classes = hasattr(estimator, "predict_proba")
    mode = "classification" if classes else "regression"
    names = list(frame.columns)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        explainer = LimeTabularExplainer(
            frame.to_numpy(float), mode=mode, feature_names=names, random_state=seed, **build
        )
        predict = estimator.predict_proba if classes else estimator.predict
        told = explainer.explain_instance(
            frame.to_numpy(float)[row],
            lambda rows: predict(pd.DataFrame(rows, columns=names)),
            labels=(1,),
            num_samples=5000,
            **asked,
        )
    weights = {names[place]: weight for place, weight in told.as_map()[1]}
    rules = [rule for rule, _ in told.as_list(1)]
    local = np.ravel(told.local_pred)[0]
    return weights, rules, told.intercept[1], float(local), told.score if np.isscalar(told.score) else told.score[1]


DEFAULT: tuple[dict[str, Any], ...] = ({}, {"num_features": 8}, {"num_features": 8})
DECILE = ({"discretizer": "decile"}, {"num_features": 8}, {"discretise": "decile", "num_features": 8})
NARROW = ({"kernel_width": 1.5}, {"num_features": 8}, {"kernel_width": 1.5, "num_features": 8})
COSINE = ({}, {"num_features": 8, "distance_metric": "cosine"}, {"distance": "cosine", "num_features": 8})
ASKED = {
    "cancer-default": ("cancer", *DEFAULT),
    "diabetes-default": ("diabetes", *DEFAULT),
    "wine-default": ("wine", *DEFAULT),
    "diabetes-decile": ("diabetes", *DECILE),
    "wine-decile": ("wine", *DECILE),
    "diabetes-narrow": ("diabetes", *NARROW),
    "cancer-cosine": ("cancer", *COSINE),
}


@pytest.mark.parametrize(("case", "build", "asked", "ours"), ASKED.values(), ids=ASKED, indirect=["case"])
def test_weights_lie_within_the_package_s_own_spread(
    case: tuple[Any, Any, Table], build: dict[str, Any], asked: dict[str, Any], ours: dict[str, Any]
) -> None:
    estimator, model, table = case
    told = [peer(estimator, table.frame, 3, seed, build, **asked) for seed in range(SEEDS)]
    output = 1 if model.task != "regression" else 0
    result = ask(model, table, 3, output=output, **ours)
    compared = 0
    for name, value in zip(result.features, result.values, strict=True):
        theirs = [weights[name] for weights, *_ in told if name in weights]
        if len(theirs) < SEEDS:
            continue
        compared += 1
        assert abs(value - np.mean(theirs)) <= 4 * max(np.std(theirs, ddof=1), 1e-4 * abs(np.mean(theirs)))
    assert compared >= 3
    for mine, place in ((result.base, 2), (result.fitted, 3), (result.checks[1].value, 4)):
        theirs = [item[place] for item in told]
        assert abs(mine - np.mean(theirs)) <= 5 * np.std(theirs, ddof=1) + 1e-3 * abs(np.mean(theirs))


def test_without_bins_weights_are_the_package_s_times_the_standardised_value(case: tuple[Any, Any, Table]) -> None:
    estimator, model, table = case
    frame = table.frame
    told = [
        peer(estimator, frame, 3, seed, {"discretize_continuous": False}, num_features=40)[0] for seed in range(SEEDS)
    ]
    output = 1 if model.task != "regression" else 0
    result = ask(model, table, 3, output=output, discretise="none", num_features=40)
    assert set(result.features) == set(frame.columns)
    for name, value in zip(result.features, result.values, strict=True):
        scaled = (frame[name].iloc[3] - frame[name].mean()) / frame[name].std(ddof=0)
        theirs = [weights[name] * scaled for weights in told]
        assert abs(value - np.mean(theirs)) <= 6 * np.std(theirs, ddof=1) + 1e-9


def test_rules_are_the_package_s_rules(case: tuple[Any, Any, Table]) -> None:
    estimator, model, table = case
    _, rules, *_ = peer(estimator, table.frame, 3, 0, {}, num_features=100)
    result = ask(model, table, 3, output=1 if model.task != "regression" else 0, num_features=100)

    def bare(rule: str) -> str:
        return "".join(char for char in rule if not char.isdigit() and char not in ".,−- ")

    assert sorted(map(bare, result.rules)) == sorted(map(bare, rules))


def titanic(shared_data: Any) -> tuple[Any, Table]:
    frame = pd.read_csv(shared_data / "titanic.csv")
    inputs, levels = frame.drop(columns="survived"), ["gender", "class", "embarked"]
    front = ColumnTransformer([("l", OneHotEncoder(handle_unknown="ignore"), levels)], remainder="passthrough")
    numbers = inputs.drop(columns=[name for name in inputs if name not in [*levels, "age", "fare", "sibsp", "parch"]])
    estimator = make_pipeline(front, LogisticRegression(max_iter=2000)).fit(numbers, frame["survived"])
    return estimator, from_frame(numbers.assign(survived=frame["survived"]), target="survived", label="")


def test_titanic_with_strings_agrees_with_the_package_on_codes(shared_data: Any) -> None:
    estimator, table = titanic(shared_data)
    frame = table.inputs
    levels = [name for name in frame if frame[name].dtype.kind not in "iuf"]
    names = {name: sorted(frame[name].unique()) for name in levels}
    coded = frame.assign(**{name: frame[name].map(names[name].index) for name in levels}).astype(float)

    class Coded:
        def predict_proba(self, rows: pd.DataFrame) -> Any:
            plain = rows.assign(**{name: [names[name][int(code)] for code in rows[name]] for name in levels})
            return estimator.predict_proba(plain)

    places = [list(frame).index(name) for name in levels]
    told = [peer(Coded(), coded, 8, seed, {"categorical_features": places}, num_features=7)[0] for seed in range(6)]
    result = ask(wrap(estimator), table, 8, output=1, num_features=7)
    assert f"gender = {frame['gender'].iloc[8]}" in result.rules
    for name, value in zip(result.features, result.values, strict=True):
        theirs = [weights[name] for weights in told]
        assert abs(value - np.mean(theirs)) <= 5 * np.std(theirs, ddof=1) + 0.003


def test_six_rules_come_from_forward_selection_as_in_the_package(case: tuple[Any, Any, Table]) -> None:
    estimator, model, table = case
    told = [set(peer(estimator, table.frame, 3, seed, {}, num_features=3)[0]) for seed in range(4)]
    result = ask(model, table, 3, output=1 if model.task != "regression" else 0, num_features=3)
    assert max(len(set(result.features) & names) for names in told) >= 2
    assert len(result.features) == 3


def test_the_spread_is_what_other_seeds_show(case: tuple[Any, Any, Table]) -> None:
    _, model, table = case
    output = 1 if model.task != "regression" else 0
    told = [
        ask(model, table, 3, output=output, seed=seed, num_samples=1500, feature_selection="none") for seed in range(24)
    ]
    by_name = [dict(zip(item.features, zip(item.values, item.spread, strict=True), strict=True)) for item in told]
    ratios = []
    for name in table.schema.names:
        shown = np.std([item[name][0] for item in by_name], ddof=1)
        ratios.append(np.mean([item[name][1] for item in by_name]) / shown)
    assert 0.75 < np.median(ratios) < 1.35


def test_a_line_fits_itself_and_the_words_say_so() -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(300, 3)), columns=list("abc"))
    table = from_frame(frame, target="", label="")
    line = wrap(
        lambda data: 2 * data["a"].to_numpy() - data["b"].to_numpy() + 1,
        name="line",
        features=tuple("abc"),
        task="regression",
    )
    result = ask(line, table, 0, discretise="none", num_features=3)
    expected = {"a": 2 * frame["a"][0], "b": -frame["b"][0], "c": 0.0}
    scale = {"a": 2 * frame["a"].mean(), "b": -frame["b"].mean(), "c": 0.0}
    for name, value in zip(result.features, result.values, strict=True):
        assert value == pytest.approx(expected[name] - scale[name], abs=0.01)
    fit = result.checks[1]
    assert (fit.name, fit.passed) == ("local fit", True)
    assert fit.value == pytest.approx(1, abs=1e-4)
    wild = wrap(lambda data: np.sin(60 * data["a"].to_numpy()), name="wild", features=tuple("abc"), task="regression")
    poor = ask(wild, table, 0).checks[1]
    assert not poor.passed
    assert "read the bars with care" in poor.text
