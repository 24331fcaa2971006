"""A model's own weights against its coefficients, its predictions, and its trees."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import ExtraTreesClassifier, GradientBoostingRegressor, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import BayesianRidge, LinearRegression, LogisticRegression, Perceptron, RidgeClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, PolynomialFeatures, StandardScaler
from sklearn.svm import LinearSVC

from core import engine
from core.errors import NotApplicable
from core.loading.frames import from_frame
from core.loading.match import match
from core.models import wrap
from core.results import Importance
from tests.contract_cases import HOSTILE, case, mixed_frame, numbers_frame

MIXED = mixed_frame().assign(amount=lambda frame: frame["amount"].fillna(1000.0))


def run(estimator: object, frame: pd.DataFrame, target: str, **params: object) -> Importance:
    both = match(wrap(estimator), from_frame(frame, "t", target=target))
    result = engine.explain("own_weights", both.model, both.table, **params)
    assert isinstance(result, Importance)
    return result


def front() -> ColumnTransformer:
    numbers = make_pipeline(SimpleImputer(), StandardScaler())
    return ColumnTransformer([("n", numbers, ["amount", "age"]), ("l", OneHotEncoder(), [HOSTILE, "owner"])])


def test_scaling_is_undone_and_levels_have_their_names() -> None:
    inputs = MIXED.drop(columns="paid")
    fitted = make_pipeline(front(), LogisticRegression()).fit(inputs, MIXED["paid"])
    result = run(fitted, MIXED, "paid")
    weights = dict(zip(result.features, result.values.tolist(), strict=True))
    coefficients = fitted[-1].coef_[0]
    scale = fitted[0].named_transformers_["n"][-1].scale_
    assert weights["amount"] == pytest.approx(coefficients[0] / scale[0])
    assert weights["age"] == pytest.approx(coefficients[1] / scale[1])
    for at, level in enumerate(fitted[0].named_transformers_["l"].categories_[0]):
        assert weights[f"{HOSTILE} = {level}"] == pytest.approx(coefficients[2 + at])
    assert result.signed
    older = inputs.assign(age=inputs["age"] + 1)
    moved = fitted.decision_function(older) - fitted.decision_function(inputs)
    assert moved == pytest.approx(weights["age"]), "one year more moves the log-odds by just the weight"
    again = next(check for check in result.checks if check.name == "predicted again")
    assert again.passed


def test_the_first_of_two_classes_has_the_weights_with_the_sign_turned() -> None:
    fitted = make_pipeline(front(), LogisticRegression()).fit(MIXED.drop(columns="paid"), MIXED["paid"])
    both = match(wrap(fitted), from_frame(MIXED, "t", target="paid"))
    yes, no = (engine.explain("own_weights", both.model, both.table, output=name) for name in ("yes", "no"))
    assert isinstance(yes, Importance)
    assert isinstance(no, Importance)
    assert yes.values == pytest.approx(-no.values)
    assert all(check.passed is not False for check in (*yes.checks, *no.checks))


def test_codes_of_an_encoder_become_one_weight_a_level() -> None:
    frame = MIXED[[HOSTILE, "age"]].assign(y=MIXED["age"] * 2.0)
    part = ColumnTransformer([("o", OrdinalEncoder(), [HOSTILE]), ("n", "passthrough", ["age"])])
    fitted = make_pipeline(part, LinearRegression()).fit(frame[[HOSTILE, "age"]], frame["y"])
    result = run(fitted, frame, "y")
    weights = dict(zip(result.features, result.values.tolist(), strict=True))
    slope = fitted[-1].coef_[0]
    for code, level in enumerate(fitted[0].named_transformers_["o"].categories_[0]):
        assert weights[f"{HOSTILE} = {level}"] == pytest.approx(slope * code, abs=1e-12)
    assert all(check.passed is not False for check in result.checks)


def test_per_deviation_multiplies_by_the_columns_own() -> None:
    frame = numbers_frame()
    fitted = LinearRegression().fit(frame.drop(columns="y"), frame["y"])
    unit, deviation = run(fitted, frame, "y"), run(fitted, frame, "y", per="deviation")
    assert unit.values == pytest.approx(fitted.coef_)
    assert deviation.values == pytest.approx(fitted.coef_ * frame.drop(columns="y").std(ddof=0).to_numpy())
    assert unit.spread is None


def test_a_bayesian_regression_has_deviations_behind_the_scaler_too() -> None:
    frame = numbers_frame()
    fitted = make_pipeline(StandardScaler(), BayesianRidge()).fit(frame.drop(columns="y"), frame["y"])
    result = run(fitted, frame, "y")
    wanted = np.sqrt(np.diag(fitted[-1].sigma_)) / fitted[0].scale_
    assert result.spread == pytest.approx(wanted)


@pytest.mark.parametrize("kind", [RandomForestClassifier, ExtraTreesClassifier])
def test_importances_of_forests_are_added_up_by_feature_with_the_deviation_over_trees(kind: type) -> None:
    inputs = MIXED.drop(columns="paid")
    fitted = make_pipeline(front(), kind(n_estimators=7, random_state=0)).fit(inputs, MIXED["paid"])
    result = run(fitted, MIXED, "paid")
    own = np.array([tree.feature_importances_ for tree in fitted[-1].estimators_])
    levels = len(fitted[0].named_transformers_["l"].categories_[0])
    place = result.features.index(HOSTILE)
    summed = own[:, 2 : 2 + levels].sum(axis=1)
    assert result.values[place] == pytest.approx(fitted[-1].feature_importances_[2 : 2 + levels].sum())
    assert result.spread is not None
    assert result.spread[place] == pytest.approx(summed.std())
    assert result.values.sum() == pytest.approx(1)


def test_boosted_trees_have_a_deviation_and_boosters_a_share_of_the_gain() -> None:
    frame = numbers_frame()
    boosted = GradientBoostingRegressor(n_estimators=9, random_state=0).fit(frame.drop(columns="y"), frame["y"])
    result = run(boosted, frame, "y")
    trees = np.array([tree[0].feature_importances_ for tree in boosted.estimators_])
    assert result.spread == pytest.approx(trees.std(axis=0))
    model, table = case("xgboost with missing values")
    shares = engine.explain("own_weights", model, table)
    assert isinstance(shares, Importance)
    gain = model.native.get_booster().get_score(importance_type="total_gain")  # type: ignore[attr-defined]
    assert shares.values == pytest.approx([gain.get(name, 0) / sum(gain.values()) for name in model.features])


def test_boosters_of_other_libraries_have_a_deviation_over_their_trees() -> None:
    """Against the tables of trees that the libraries print."""
    from lightgbm import LGBMRegressor
    from xgboost import XGBRegressor

    frame = numbers_frame()
    inputs = frame.drop(columns="y")
    xgboost = XGBRegressor(n_estimators=9, max_depth=3).fit(inputs, frame["y"])
    lightgbm = LGBMRegressor(n_estimators=9, num_leaves=5, verbose=-1).fit(inputs, frame["y"])
    printed = xgboost.get_booster().trees_to_dataframe()
    printed = printed[printed["Feature"] != "Leaf"].rename(columns={"Tree": "tree", "Feature": "at", "Gain": "gain"})
    told = lightgbm.booster_.trees_to_dataframe().dropna(subset=["split_feature"])
    told = told.rename(columns={"tree_index": "tree", "split_feature": "at", "split_gain": "gain"})
    for model, table in ((xgboost, printed), (lightgbm, told)):
        result = run(model, frame, "y")
        gains = table.pivot_table(index="tree", columns="at", values="gain", aggfunc="sum", fill_value=0.0)
        gains = gains.reindex(index=range(9), columns=list(result.features), fill_value=0.0)
        shares = gains.div(gains.sum(axis=1).replace(0.0, 1.0), axis=0)
        assert result.spread == pytest.approx(shares.to_numpy().std(axis=0), abs=1e-4)
        assert result.values == pytest.approx((gains.sum() / gains.to_numpy().sum()).to_numpy(), abs=1e-4)
        assert any("over 9 trees" in check.text for check in result.checks)
    linear = XGBRegressor(booster="gblinear", n_estimators=3).fit(inputs, frame["y"])
    assert run(linear, frame, "y").signed


@pytest.mark.parametrize("kind", [LinearSVC, RidgeClassifier, Perceptron])
def test_a_classifier_without_probabilities_has_the_weights_of_its_score(kind: type) -> None:
    """Against the score itself: one unit more, and another level, move it by just the weight."""
    inputs = MIXED.drop(columns="paid")
    fitted = make_pipeline(front(), kind()).fit(inputs, MIXED["paid"])
    result = run(fitted, MIXED, "paid", output="yes")
    weights = dict(zip(result.features, result.values.tolist(), strict=True))
    score = fitted.decision_function(inputs)
    assert fitted.decision_function(inputs.assign(age=inputs["age"] + 1)) - score == pytest.approx(weights["age"])
    one, two = sorted(inputs["owner"].unique())[:2]
    moved = fitted.decision_function(inputs.assign(owner=two)) - fitted.decision_function(inputs.assign(owner=one))
    assert moved == pytest.approx(weights[f"owner = {two}"] - weights[f"owner = {one}"])
    assert "class score" in result.unit
    assert next(check for check in result.checks if check.name == "predicted again").passed
    assert run(fitted, MIXED, "paid", output="no").values == pytest.approx(-result.values)


def test_rounds_after_the_best_one_count_for_nothing() -> None:
    from xgboost import XGBRegressor

    frame = numbers_frame()
    inputs = frame.drop(columns="y")
    fitted = XGBRegressor(n_estimators=80, learning_rate=0.5, early_stopping_rounds=4, n_jobs=1)
    fitted.fit(inputs[::2], frame["y"][::2], eval_set=[(inputs[1::2], frame["y"][1::2])], verbose=False)
    assert fitted.best_iteration + 1 < fitted.get_booster().num_boosted_rounds()
    printed = fitted.get_booster().trees_to_dataframe()
    printed = printed[(printed["Feature"] != "Leaf") & (printed["Tree"] <= fitted.best_iteration)]
    gain = printed.groupby("Feature")["Gain"].sum()
    result = run(fitted, frame, "y")
    assert result.values == pytest.approx([gain.get(name, 0) / gain.sum() for name in result.features], abs=1e-5)
    assert any(f"over {fitted.best_iteration + 1} trees" in check.text for check in result.checks)


def test_weights_of_products_belong_to_no_feature() -> None:
    frame = numbers_frame()
    fitted = make_pipeline(PolynomialFeatures(2), LinearRegression()).fit(frame.drop(columns="y"), frame["y"])
    with pytest.raises(NotApplicable, match="of several of yours"):
        run(fitted, frame, "y")


def test_a_model_that_keeps_nothing_says_so() -> None:
    with pytest.raises(NotApplicable, match="no weights or importances"):
        engine.explain("own_weights", *case("k nearest neighbours"))
