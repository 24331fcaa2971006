"""Portable forms predict what the libraries predict."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import lightgbm
import numpy as np
import pandas as pd
import pytest
import xgboost
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import ensemble, linear_model, neighbors, preprocessing, svm, tree
from sklearn.compose import TransformedTargetRegressor, make_column_transformer
from sklearn.decomposition import PCA
from sklearn.impute import KNNImputer, SimpleImputer
from sklearn.pipeline import make_pipeline

from core.portable import Linear, Network, Trees, check, encode, evaluate, margins, portable_of, why_not
from tests.portable.models import CASES, Case, case, frames

# XGBoost sums in float32, everything else in float64.
TOLERANCE = {"xgboost": 2e-6}
TREES = sorted(name for name in CASES if name.split()[0] in ("xgboost", "lightgbm", "hist", "random", "decision"))


def tolerance(chosen: Case) -> float:
    inside = [getattr(chosen.estimator, name, "") for name in ("steps", "regressor")]
    text = f"{type(chosen.estimator)} {inside}"
    return TOLERANCE["xgboost"] if "xgboost" in text.lower() or "XGB" in text else 1e-12


def assert_same(chosen: Case, frame: pd.DataFrame) -> None:
    expected = chosen.reference(frame)
    size = max(1.0, float(np.abs(expected).max()))
    np.testing.assert_allclose(evaluate(chosen.portable(), frame), expected, rtol=0, atol=tolerance(chosen) * size)


@pytest.mark.parametrize("name", CASES)
def test_predicts_what_the_library_predicts(name: str) -> None:
    chosen = case(name)
    assert_same(chosen, chosen.frame)
    assert why_not(chosen.estimator, list(chosen.frame), chosen.task, chosen.classes) == ""


@pytest.mark.parametrize("name", CASES)
def test_encoded_shape_and_sources(name: str) -> None:
    portable, frame = case(name).portable(), case(name).frame
    encoded = encode(portable, frame)
    assert encoded.shape == (len(frame), len(portable.columns)) == (len(frame), len(portable.sources))
    assert set(portable.sources.tolist()) <= set(range(len(portable.features)))
    assert evaluate(portable, frame.head(0)).shape == (0, max(1, len(portable.classes)))


@pytest.mark.parametrize("name", [name for name in TREES if "level" not in name])
def test_values_exactly_at_the_splits(name: str) -> None:
    """Every threshold of a feature, its neighbours in float32 and float64, zeros, huge numbers and gaps."""
    chosen = case(name)
    trees = chosen.portable().body
    if not isinstance(trees, Trees):
        pytest.skip("a linear booster has no splits")
    at = np.unique(trees.threshold[trees.feature == 0])[:60]
    single = at.astype(np.float32)
    near = [
        at,
        np.nextafter(at, -np.inf),
        np.nextafter(at, np.inf),
        np.nextafter(single, np.float32(-np.inf)).astype(np.float64),
        np.nextafter(single, np.float32(np.inf)).astype(np.float64),
        np.array([0.0, -0.0, 1e-36, -1e-36, 1e30, -1e30]),
    ]
    values = np.concatenate(near)
    values = values[np.abs(values) < 1e38]  # a split between missing and known values lies at infinity
    if chosen.frame["a"].isna().any():
        values = np.append(values, np.nan)
    rows = chosen.frame.iloc[np.arange(len(values)) % len(chosen.frame)].reset_index(drop=True)
    assert_same(chosen, rows.assign(a=values))


cells = st.one_of(st.floats(-5, 5, width=32), st.just(float("nan")), st.sampled_from([0.0, -0.0, 1e20, -1e20]))


@settings(max_examples=15)
@given(st.lists(st.tuples(cells, cells, st.floats(-1, 2, width=32), st.booleans()), min_size=1, max_size=20))
@pytest.mark.parametrize(
    "name",
    ["xgboost three", "xgboost dart", "lightgbm binary", "lightgbm zero missing", "lightgbm no missing", "hist three"],
)
def test_any_row_with_any_gaps(name: str, rows: list[tuple[float, float, float, bool]]) -> None:
    frame = pd.DataFrame(rows, columns=["a", "b", "d", "e"]).astype({"a": float, "b": float, "d": "float32", "e": bool})
    assert_same(case(name), frame)


@settings(max_examples=15)
@given(st.lists(st.tuples(st.sampled_from([*"wxyzuv", None]), st.integers(0, 29)), min_size=1, max_size=30))
@pytest.mark.parametrize("name", ["xgboost one-hot levels", "xgboost level sets", "lightgbm levels", "hist levels"])
def test_any_level(name: str, rows: list[tuple[str | None, int]]) -> None:
    chosen = case(name)
    frame = chosen.frame.iloc[np.arange(len(rows))].reset_index(drop=True)
    frame["c"] = pd.Categorical([c for c, _ in rows], categories=chosen.frame["c"].cat.categories)
    frame["k"] = pd.Categorical([k for _, k in rows], categories=chosen.frame["k"].cat.categories)
    assert_same(chosen, frame)


@pytest.mark.parametrize("name", ["pipeline, infrequent", "ordinal codes, hist", "target codes", "pipeline, forest"])
def test_unseen_levels(name: str) -> None:
    """A level that training never saw goes where the encoder sends it."""
    chosen = case(name)
    frame = chosen.frame.head(30).assign(c=["unheard of", None, "w"] * 10, k=[999, 0, 1] * 10)
    assert_same(chosen, frame)


def test_margins_are_the_libraries_own() -> None:
    gaps = frames()["gaps"]
    pairs = [
        ("xgboost binary", lambda m: m.predict(gaps, output_margin=True)),
        ("xgboost poisson", lambda m: m.predict(gaps, output_margin=True)),
        ("lightgbm three", lambda m: m.predict(gaps, raw_score=True)),
        ("hist", lambda m: m.decision_function(gaps)),
    ]
    for name, ask in pairs:
        own = np.asarray(ask(case(name).estimator), dtype=np.float64).reshape(len(gaps), -1)
        np.testing.assert_allclose(margins(case(name).portable(), gaps), own, atol=3e-6, err_msg=name)


def test_margin_scale_names_the_sums() -> None:
    scales = {name: case(name).portable().margin_scale for name in CASES}
    assert scales["xgboost binary"] == "log-odds"
    assert scales["xgboost three"] == "score"
    assert scales["xgboost poisson"] == "log-target"
    assert scales["random forest"] == "probability"
    assert scales["linear"] == "target"
    lgb = case("lightgbm sigmoid")
    odds = margins(lgb.portable(), lgb.frame)[:, 0]
    chance = lgb.reference(lgb.frame)[:, 1]
    np.testing.assert_allclose(odds, np.log(chance / (1 - chance)), atol=1e-9)


def test_covers_count_the_training_rows() -> None:
    for name in ("lightgbm binary", "hist", "decision tree number"):
        trees = case(name).portable().body
        inner = trees.feature >= 0
        assert trees.cover[trees.roots] == pytest.approx(len(case(name).frame))
        np.testing.assert_allclose(
            trees.cover[inner], trees.cover[trees.left[inner]] + trees.cover[trees.right[inner]], rtol=1e-6
        )


def test_bodies_are_of_their_kind() -> None:
    assert isinstance(case("logistic").portable().body, Linear)
    assert isinstance(case("network").portable().body, Network)
    assert isinstance(case("pipeline, xgboost sparse").portable().body, Trees)


def test_zeros_of_a_sparse_matrix_are_missing_for_xgboost_only() -> None:
    kinds = {
        name: {kind for column in case(name).portable().columns for kind, _ in column.steps}
        for name in ("pipeline, xgboost sparse", "pipeline, xgboost dense", "pipeline, lightgbm sparse")
    }
    assert "drop_zero" in kinds["pipeline, xgboost sparse"]
    assert "drop_zero" not in kinds["pipeline, xgboost dense"] | kinds["pipeline, lightgbm sparse"]


def test_boosters_alone_use_all_their_rounds() -> None:
    stopped = case("xgboost stopped early")
    booster = stopped.estimator.get_booster()
    portable = portable_of(booster, list(stopped.frame), "binary", ("0", "1"))
    own = booster.predict(xgboost.DMatrix(stopped.frame))
    np.testing.assert_allclose(evaluate(portable, stopped.frame)[:, 1], own, atol=2e-6)
    assert len(portable.body.roots) > len(stopped.portable().body.roots)


def test_an_adapter_tells_the_rest_itself() -> None:
    chosen = case("lightgbm binary")
    model = SimpleNamespace(
        native=chosen.estimator,
        features=tuple(chosen.frame),
        task="binary",
        classes=("0", "1"),
        predict=chosen.reference,
    )
    portable = portable_of(model)
    assert portable is not None
    assert check(portable, model, chosen.frame) < 1e-12
    assert check(portable, SimpleNamespace(predict=lambda frame: chosen.reference(frame) + 0.25), chosen.frame) > 0.2
    assert check(portable, SimpleNamespace(predict=lambda frame: chosen.reference(frame)[:, :1]), chosen.frame) > 1e9
    assert check(portable, SimpleNamespace(predict=lambda frame: chosen.reference(frame) * np.nan), chosen.frame) > 1e9


REFUSED: dict[str, tuple[Any, str]] = {
    "own function": (make_pipeline(preprocessing.FunctionTransformer(lambda x: x + 1), linear_model.Ridge()), "lambda"),
    "function with settings": (
        make_pipeline(preprocessing.FunctionTransformer(np.abs, kw_args={"where": True}), linear_model.Ridge()),
        "settings",
    ),
    "function of two": (
        make_pipeline(preprocessing.FunctionTransformer(np.isfinite), linear_model.Ridge()),
        "isfinite",
    ),
    "splines": (make_pipeline(preprocessing.SplineTransformer(), linear_model.Ridge()), "SplineTransformer"),
    "neighbours": (make_pipeline(KNNImputer(), linear_model.Ridge()), "KNNImputer"),
    "bent after mixed": (
        make_pipeline(PCA(2), preprocessing.PowerTransformer(), linear_model.Ridge()),
        "after a step that mixes",
    ),
    "clipped after mixed": (
        make_pipeline(PCA(2), preprocessing.MinMaxScaler(clip=True), linear_model.Ridge()),
        "clipped",
    ),
    "many terms": (
        make_pipeline(preprocessing.PolynomialFeatures(17), tree.DecisionTreeRegressor(max_depth=1)),
        "5,985 terms",
    ),
    "sparse mixed": (
        make_pipeline(
            make_column_transformer((preprocessing.OneHotEncoder(), ["b"]), sparse_threshold=1),
            preprocessing.PolynomialFeatures(interaction_only=True),
            xgboost.XGBRegressor(n_estimators=3, max_depth=2),
        ),
        "zeros",
    ),
    "curved vectors": (svm.SVR(), "'rbf'"),
    "stack of a neighbour": (
        ensemble.StackingRegressor([("near", neighbors.KNeighborsRegressor())], cv=2),
        "KNeighborsRegressor",
    ),
    "target by a function": (
        TransformedTargetRegressor(linear_model.Ridge(), func=lambda y: y / 2, inverse_func=lambda y: 2 * y),
        "lambda",
    ),
    "other blank": (make_pipeline(SimpleImputer(missing_values=0), linear_model.Ridge()), "missing cells"),
    "linear leaves": (lightgbm.LGBMRegressor(linear_tree=True, n_estimators=3, verbose=-1), "linear models"),
    "square root": (lightgbm.LGBMRegressor(reg_sqrt=True, n_estimators=3, verbose=-1), "sqrt"),
    "vote of medians": (ensemble.AdaBoostRegressor(n_estimators=3), "AdaBoostRegressor"),
    "number for missing": (xgboost.XGBRegressor(missing=-1.0, n_estimators=3), "-1"),
    "other start": (ensemble.GradientBoostingRegressor(init=linear_model.Ridge(), n_estimators=3), "Ridge"),
    "quantiles": (
        xgboost.XGBRegressor(objective="reg:quantileerror", quantile_alpha=[0.2, 0.8], n_estimators=3),
        "several",
    ),
    "hinge": (linear_model.SGDClassifier(), "hinge"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_says_why_it_does_not_convert(name: str) -> None:
    model, word = REFUSED[name]
    rows = frames()["plain"]
    model.fit(rows, frames()["binary" if name == "hinge" else "number"])
    task, classes = ("binary", ("0", "1")) if name == "hinge" else ("regression", ())
    assert portable_of(model, list(rows), task, classes) is None
    assert word in why_not(model, list(rows), task, classes)


def test_an_unknown_object_is_a_reason() -> None:
    assert "builtins" in why_not(object(), ["a"], "regression")


def test_a_graph_is_a_reason_that_says_what_to_load() -> None:
    session = type("InferenceSession", (), {"__module__": "onnxruntime.capi"})()
    assert "load the estimator that it was exported from" in why_not(session, ["a"], "regression")


def test_wrong_number_of_columns_or_classes_is_a_reason() -> None:
    model = case("xgboost binary").estimator
    assert "columns" in why_not(model, ["a"], "binary", ("0", "1"))
    assert "outputs" in why_not(model, list(frames()["gaps"]), "multiclass", ("0", "1", "2"))


@pytest.mark.parametrize(
    ("file", "target"),
    [("adult_10k.csv", "income"), ("german_credit.csv", "risk"), ("hr.csv", "status"), ("titanic.csv", "survived")],
)
def test_real_tables_through_a_pipeline(shared_data: Path, file: str, target: str) -> None:
    """Text levels, gaps and numbers as they come, one-hot before each kind of booster, and as categories."""
    table = pd.read_csv(shared_data / file).head(1200)
    y = pd.Series(pd.factorize(table.pop(target))[0])
    texts = [name for name in table if not pd.api.types.is_numeric_dtype(table[name])]
    table[texts] = table[texts].astype(object).where(table[texts].notna(), None)
    encoder = make_pipeline(
        SimpleImputer(strategy="constant", fill_value="none", missing_values=None),
        preprocessing.OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=25),
    )
    several = y.nunique() > 2
    classes = tuple(str(item) for item in range(y.nunique()))
    for last in (
        xgboost.XGBClassifier(n_jobs=1, n_estimators=20),
        lightgbm.LGBMClassifier(n_jobs=1, n_estimators=20, verbose=-1),
        linear_model.LogisticRegression(max_iter=300, tol=0.05),
    ):
        numbers = make_pipeline(SimpleImputer(add_indicator=True), preprocessing.StandardScaler())
        rest = [name for name in table if name not in texts]
        model = make_pipeline(make_column_transformer((numbers, rest), (encoder, texts)), last).fit(table, y)
        assert_same(Case(model, table, "multiclass" if several else "binary", classes), table)
    typed = table.assign(**{name: table[name].astype("category") for name in texts})
    model = xgboost.XGBClassifier(n_jobs=1, n_estimators=20, enable_categorical=True).fit(typed, y)
    assert_same(Case(model, typed, "multiclass" if several else "binary", classes), typed)
