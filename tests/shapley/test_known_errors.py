"""What the original libraries get wrong, silently or loudly: one test a line, each against enumeration.

The families' own lines (dart, several classes, boosted forests, categorical splits, gblinear, vector leaves, linear
trees, HistGradientBoosting with categories, AdaBoost, Bagging, pipelines, text) run in ``tests/methods/test_shap.py``
over the zoo; here is what needs a table or a setting of its own.
"""

from __future__ import annotations

import lightgbm as lgb
import numpy as np
import pandas as pd
import pytest
import xgboost as xgb
from lightgbm import LGBMRegressor
from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestRegressor
from sklearn.linear_model import LinearRegression
from xgboost import XGBClassifier, XGBRegressor

from core import engine, registry
from core.errors import ModelError
from core.loading.frames import from_frame
from core.loading.match import match
from core.models import wrap
from core.registry import Job
from core.shapley.answer import explained, own_scale
from core.shapley.trusted import trusted
from tests.shapley import oracle, zoo


def truth(model, table, row, size, output=0, scale="probability"):
    number = explained(Job(model, table, row, output, {}), scale)
    return oracle.marginal(number.of, table.instance(row), table.background(size, 0))


def test_a_background_of_a_thousand_rows_is_used_whole():
    random = np.random.default_rng(4)
    frame = pd.DataFrame(random.normal(size=(1500, 4)), columns=list("abcd"))
    frame["y"] = frame["a"] * frame["b"] + frame["c"]
    fitted = XGBRegressor(n_estimators=10, max_depth=3, n_jobs=1).fit(frame[list("abcd")], frame["y"])
    model, table = zoo.case(fitted, frame, list("abcd"), "y")
    result = engine.explain("shap", model, table, 3, kind="interventional", background=1000)
    values, base, _ = truth(model, table, 3, 1000)
    assert result.values == pytest.approx(values, abs=1e-6)
    assert result.base == pytest.approx(base, abs=1e-6)
    assert any("1,000 background rows" in check.text for check in result.checks)


@pytest.mark.parametrize("kind", ["interventional", "exact"])
def test_nullable_types_with_gaps(kind):
    frame = zoo.numbers()[["a", "b", "c", "number"]].copy()
    frame["whole"] = (frame["a"] * 3).round().astype("Int64").mask(frame["b"] > 1)
    frame["share"] = frame["c"].astype("Float64").mask(frame["a"] > 1)
    frame["flag"] = (frame["b"] > 0).astype("boolean").mask(frame["c"] > 1)
    names = ["a", "whole", "share", "flag"]
    plain = frame[names].astype(float)
    fitted = XGBRegressor(n_estimators=10, max_depth=3, n_jobs=1).fit(plain, frame["number"])
    model, table = zoo.case(fitted, frame, names, "number")
    row = int(np.flatnonzero(frame["whole"].isna().to_numpy())[0])
    result = engine.explain("shap", model, table, row, kind=kind, background=12)
    values, base, whole = truth(model, table, row, 12)
    assert result.values == pytest.approx(values, abs=2e-6)
    assert (result.base, result.output) == pytest.approx((base, whole), abs=2e-6)
    assert result.data[1] is None


def test_probability_of_a_booster_is_exact_and_says_so():
    model, table = zoo.get("xgboost classes")
    result = engine.explain(
        "shap", model, table, 6, output=2, kind="interventional", scale="probability", background=14
    )
    values, base, whole = truth(model, table, 6, 14, output=2)
    assert result.scale == "probability"
    assert result.values == pytest.approx(values, abs=1e-6)
    assert (result.base, result.output) == pytest.approx((base, whole), abs=1e-6)
    assert any("all 64 coalitions" in check.text for check in result.checks)


@pytest.mark.parametrize("target", ["sign", "third", "number"])
def test_catboost(target):
    catboost = pytest.importorskip("catboost")
    frame = zoo.numbers()
    kind = catboost.CatBoostRegressor if target == "number" else catboost.CatBoostClassifier
    fitted = kind(iterations=12, depth=3, verbose=0, allow_writing_files=False, random_seed=0, thread_count=1)
    model, table = zoo.case(fitted.fit(frame[zoo.NUMBERS], frame[target]), frame, zoo.NUMBERS, target)
    for output in range(max(1, len(model.classes))):
        along = engine.explain("shap", model, table, 5, output=output)
        assert along.checks[0].passed
        against = engine.explain("shap", model, table, 5, output=output, kind="interventional", background=14)
        scale = "probability" if against.scale == own_scale(model) else "log-odds"
        values, base, whole = truth(model, table, 5, 14, output, scale)
        assert against.values == pytest.approx(values, abs=1e-6)
        assert (against.base, against.output) == pytest.approx((base, whole), abs=1e-6)


def test_catboost_with_text_levels_and_gaps():
    """One process of the original dies, another refuses text."""
    catboost = pytest.importorskip("catboost")
    frame = zoo.mixed().assign(grade=lambda rows: rows["grade"].astype("str"), third=lambda rows: rows["age"] // 25)
    levels = {"cat_features": ["purpose", "grade"], "allow_writing_files": False, "thread_count": 1}
    fitted = catboost.CatBoostClassifier(iterations=8, depth=3, verbose=0, random_seed=0, **levels)
    model, table = zoo.case(fitted.fit(frame[zoo.MIXED], frame["third"]), frame, zoo.MIXED, "third")
    assert len(model.classes) > 2
    row = int(np.flatnonzero(frame["amount"].isna())[0])
    for scale in ("log-odds", "probability"):
        asked = {"kind": "interventional", "scale": scale, "background": 12}
        result = engine.explain("shap", model, table, row, output=1, **asked)
        values, base, whole = truth(model, table, row, 12, 1, scale)
        assert result.values == pytest.approx(values, abs=1e-6)
        assert (result.base, result.output) == pytest.approx((base, whole), abs=1e-6)


@pytest.mark.parametrize(
    ("data", "target", "row", "estimator"),
    [
        ("happiness", "score", 55, RandomForestRegressor(20, random_state=0)),
        ("california_housing_5k", "MedHouseVal", 31, HistGradientBoostingRegressor(max_iter=20, random_state=0)),
    ],
)
def test_trees_add_up_on_values_that_lie_on_their_borders(data, target, row, estimator, shared_data):
    """The original rounds the row and not the border: bars miss the prediction by 0.001 and by 0.08 here."""
    frame = pd.read_csv(shared_data / f"{data}.csv")[:400]
    names = [name for name in frame.select_dtypes("number").columns if name != target][:5]
    model, table = zoo.case(estimator.fit(frame[names], frame[target]), frame, names, target)
    found = engine.explain_rows("shap", model, table, range(60), kind="interventional", background=50)
    for result, own in zip(found, estimator.predict(frame[names][:60]), strict=True):
        assert result.base + result.values.sum() == pytest.approx(own, abs=1e-9)
    values, base, _ = truth(model, table, row, 50)
    assert found[row].values == pytest.approx(values, abs=1e-9)
    assert found[row].base == pytest.approx(base, abs=1e-9)


def test_kernel_takes_a_bound_predict():
    """The original wants to take the column names from the regressor, which does not let it."""
    frame = zoo.numbers()
    fitted = XGBRegressor(n_estimators=8, max_depth=3, n_jobs=1).fit(frame[zoo.NUMBERS], frame["number"])
    bound = wrap(fitted.predict, features=zoo.NUMBERS)
    found = match(bound, from_frame(frame[[*zoo.NUMBERS, "number"]], target="number"))
    result = engine.explain("shap", found.model, found.table, 4, kind="kernel", background=12)
    values, base, _ = truth(found.model, found.table, 4, 12)
    assert result.values == pytest.approx(values, abs=1e-5)
    assert result.base == pytest.approx(base, abs=1e-5)


def test_leaves_with_more_players_than_a_byte_have_tables_of_their_own():
    random = np.random.default_rng(8)
    frame = pd.DataFrame(random.normal(size=(600, 10)), columns=list("abcdefghij"))
    frame["y"] = frame.iloc[:, :10].clip(lower=0).prod(axis=1) * 50 + (frame > 0).sum(axis=1) ** 2
    fitted = LGBMRegressor(n_estimators=6, num_leaves=40, min_child_samples=5, n_jobs=1, verbose=-1)
    fitted.fit(frame[list("abcdefghij")], frame["y"])
    model, table = zoo.case(fitted, frame, list("abcdefghij"), "y")
    result = engine.explain("shap", model, table, 9, kind="interventional", background=10)
    values, base, whole = truth(model, table, 9, 10)
    assert result.values == pytest.approx(values, abs=1e-8)
    assert (result.base, result.output) == pytest.approx((base, whole))
    assert any("from the trees themselves" in check.text for check in result.checks)


def test_two_columns_of_one_feature_act_together():
    """One-hot levels are one player: summing per-column values of another game would differ."""
    model, table = zoo.get("xgboost pipeline")
    result = engine.explain("shap", model, table, 31, kind="interventional", background=14)
    assert result.features == tuple(zoo.MIXED)
    values, _, _ = truth(model, table, 31, 14, output=1, scale="log-odds")
    assert result.values == pytest.approx(values, abs=2e-6)


def test_linear_models_in_closed_form_on_correlated_columns():
    frame = zoo.numbers().assign(g=lambda data: data["a"] * 2 + 0.01 * data["b"])
    names = [*zoo.NUMBERS, "g"]
    fitted = LinearRegression().fit(frame[names], frame["number"])
    model, table = zoo.case(fitted, frame, names, "number")
    result = engine.explain("shap", model, table, 3, background=50)
    mean = table.background(50, 0).mean().to_numpy()
    assert result.values == pytest.approx(fitted.coef_ * (table.instance(3).to_numpy()[0] - mean))
    assert any("closed form" in check.text for check in result.checks)


def test_a_row_beyond_the_data_and_unseen_levels_is_still_explained():
    frame = zoo.mixed()
    model, _ = zoo.get("text pipeline")
    odd = frame[zoo.MIXED].astype({"grade": "str"}).head(30).copy()
    odd.loc[0, "purpose"], odd.loc[0, "amount"] = "never seen", 1e9
    found = match(model, from_frame(odd, target="", label=""))
    result = engine.explain("shap", found.model, found.table, 0, output=1, kind="interventional", background=20)
    values, base, whole = truth(found.model, found.table, 0, 20, output=1)
    assert result.values == pytest.approx(values, abs=1e-6)
    assert (result.base, result.output) == pytest.approx((base, whole), abs=1e-6)


def test_one_feature():
    frame = zoo.numbers()[["a", "number"]]
    fitted = XGBRegressor(n_estimators=5, max_depth=2, n_jobs=1).fit(frame[["a"]], frame["number"])
    table = from_frame(frame, target="number")
    found = match(wrap(fitted), table)
    for kind in ("auto", "interventional", "exact", "permutation", "kernel"):
        result = engine.explain("shap", found.model, found.table, 1, kind=kind, background=10)
        assert result.base + result.values[0] == pytest.approx(result.output, abs=1e-5)


@pytest.mark.parametrize("name", ["lightgbm forest", "lightgbm forest classes"])
def test_log_odds_of_a_lightgbm_forest_are_averaged(name):
    """Its own raw scores and contributions are sums over the rounds, twelve times the prediction's."""
    model, table = zoo.get(name)
    rows = table.rows(range(20))
    margin, native = model.margin(rows)[:, 0], model.contributions(rows)
    prediction = model.predict(rows)[:, -1]
    own = np.log(prediction / (1 - prediction)) if model.classes else prediction
    assert margin == pytest.approx(own, abs=1e-9)
    assert native.base[:, 0] + native.values[:, :, 0].sum(axis=1) == pytest.approx(own, abs=1e-9)


@pytest.mark.parametrize("library", ["xgboost", "lightgbm"])
def test_native_boosters_are_explained_by_every_kind(library):
    """dalex refuses both, and pipelines."""
    frame = zoo.numbers()
    if library == "xgboost":
        fitted = xgb.train({"max_depth": 3, "nthread": 1}, xgb.DMatrix(frame[zoo.NUMBERS], frame["number"]), 12)
    else:
        settings = {"num_leaves": 7, "verbose": -1, "num_threads": 1}
        fitted = lgb.train(settings, lgb.Dataset(frame[zoo.NUMBERS], frame["number"]), 12)
    model, table = zoo.case(fitted, frame, zoo.NUMBERS, "number")
    values, base, whole = truth(model, table, 9, 14)
    for kind in ("interventional", "exact", "kernel", "permutation"):
        result = engine.explain("shap", model, table, 9, kind=kind, background=14)
        allowed = 2e-6 if result.spread is None else 5 * result.spread.max()
        assert result.values == pytest.approx(values, abs=allowed), kind
        assert (result.base, result.output) == pytest.approx((base, whole), abs=2e-6)
    walked = engine.explain("shap", model, table, 9, kind="path-dependent")
    form = trusted(
        Job(model, table, 9, 0, {"kind": "auto", "scale": "auto", "background": 14, "samples": 9, "seed": 0})
    )
    own, _, _ = oracle.along_covers(form.portable, form.encode(table.instance(9))[0], 0)
    assert walked.values == pytest.approx(own, abs=1e-8)


@pytest.mark.parametrize("several", ["targets", "quantiles"])
def test_one_of_several_outputs_of_xgboost(several):
    """The original gives all of them the baseline of the first, as far off as their means lie apart."""
    frame = zoo.numbers()
    settings = {"n_estimators": 12, "max_depth": 3, "n_jobs": 1}
    if several == "quantiles":
        settings |= {"objective": "reg:quantileerror", "quantile_alpha": [0.1, 0.5, 0.9]}
    wanted = frame["number"] if several == "quantiles" else frame[["number", "a"]]
    fitted = XGBRegressor(**settings).fit(frame[zoo.NUMBERS], wanted)
    with pytest.raises(ModelError, match="choose one"):
        wrap(fitted)
    for output in range(3 if several == "quantiles" else 2):
        one = wrap(fitted, predict_function=lambda model, rows, output=output: model.predict(rows)[:, output])
        found = match(one, from_frame(frame[[*zoo.NUMBERS, "number"]], target="number"))
        result = engine.explain("shap", found.model, found.table, 9, kind="interventional", background=14)
        values, base, whole = truth(found.model, found.table, 9, 14)
        assert result.values == pytest.approx(values, abs=2e-6)
        assert (result.base, result.output) == pytest.approx((base, whole), abs=2e-6)
        assert result.output == pytest.approx(fitted.predict(frame[zoo.NUMBERS].iloc[[9]])[0, output], abs=1e-6)


@pytest.mark.parametrize(("target", "output"), [("number", 0), ("third", 0), ("third", 2)])
def test_dart_and_several_classes_of_xgboost(target, output):
    """The original is off by 7.4 for dart; dropped trees weigh less than they did."""
    frame = zoo.numbers()
    kind = XGBRegressor if target == "number" else XGBClassifier
    fitted = kind(booster="dart", rate_drop=0.4, skip_drop=0.0, n_estimators=15, max_depth=3, n_jobs=1, random_state=1)
    model, table = zoo.case(fitted.fit(frame[zoo.NUMBERS], frame[target]), frame, zoo.NUMBERS, target)
    result = engine.explain("shap", model, table, 4, output=output, kind="interventional", background=14)
    scale = "probability" if result.scale == own_scale(model) else "log-odds"
    values, base, whole = truth(model, table, 4, 14, output, scale)
    assert result.values == pytest.approx(values, abs=2e-6)
    assert (result.base, result.output) == pytest.approx((base, whole), abs=2e-6)


def test_the_help_says_where_ours_differs():
    said = {method.id: " ".join(method.about.lower().split()) for method in registry.methods()}
    for method in ("shap", "shap_interactions", "lime", "break_down", "model_profile", "refit_importance"):
        assert "differs" in said[method], method
    assert "differs" in said["fairness_regression"]
    assert "0 is out of bounds" in said["fairness"]
    assert "dalex leaves all" in said["fair_weights"]
    assert "here features are covered" in said["lime_representatives"]
    assert "class has its own baseline" in said["shap"]
    assert "absolute" in said["break_down"]
    assert "whatever else was asked" in said["model_profile"]
    assert "zero for every pair" in said["shap_interactions"]
    assert "whole background counts" in said["shap"]
