"""XGBoost, LightGBM and CatBoost: every objective and input kind answers like the library, attributions included."""

from __future__ import annotations

from typing import Any

import lightgbm
import numpy as np
import pandas as pd
import pytest
import xgboost

from core.errors import ModelError, NotApplicable
from core.models import wrap
from core.types import Model

catboost = pytest.importorskip("catboost")

RNG = np.random.default_rng(0)
ROWS = 300
FRAME = pd.DataFrame(
    {"size": RNG.normal(size=ROWS), "age": RNG.integers(18, 80, ROWS), "rich": RNG.random(ROWS) > 0.5, "income": RNG.gamma(2, size=ROWS)}
)  # fmt: skip
FRAME.loc[::17, "income"] = np.nan
SIGNAL = FRAME["size"] + FRAME["age"] / 40 + FRAME["rich"] + RNG.normal(size=ROWS) * 0.2
BINARY = (SIGNAL.median() < SIGNAL).astype(int)
THREE = pd.qcut(SIGNAL, 3, labels=False)
POSITIVE = np.exp(SIGNAL / 3)
SHARE = 1 / (1 + np.exp(-SIGNAL))
LEVELS = FRAME.assign(
    city=pd.Categorical(RNG.choice(["Rome", "Oslo", "Bonn"], ROWS)), floor=pd.Categorical(RNG.choice([1, 2, 5], ROWS))
)


def target_of(objective: str) -> Any:
    """A target that an objective takes."""
    if "binary" in objective:
        return BINARY
    if "multi" in objective:
        return THREE
    if objective in ("reg:logistic", "cross_entropy"):
        return SHARE
    return POSITIVE


def check_additive(model: Any, frame: pd.DataFrame, tolerance: float = 2e-5) -> None:
    """Base plus values is the margin, in the same scale."""
    found = model.contributions(frame)
    assert found is not None
    margin = model.margin(frame)
    assert found.scale == model.margin_scale
    assert found.values.shape == (len(frame), len(model.features), margin.shape[1])
    np.testing.assert_allclose(found.values.sum(axis=1) + found.base, margin, atol=tolerance, rtol=1e-5)


def through_link(model: Any, frame: pd.DataFrame) -> np.ndarray:
    """The prediction, computed from the margin."""
    margin = model.margin(frame)
    if model.margin_scale == "log-odds":
        share = 1 / (1 + np.exp(-margin))
        return np.hstack([1 - share, share]) if model.classes else share
    if model.margin_scale == "score":
        powers = np.exp(margin - margin.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)
    return np.exp(margin) if model.margin_scale == "log-target" else margin


XGB = {
    "binary:logistic": "log-odds", "binary:logitraw": "log-odds", "binary:hinge": "score", "multi:softprob": "score",
    "multi:softmax": "score", "reg:squarederror": "target", "reg:squaredlogerror": "target", "reg:logistic": "log-odds",
    "reg:pseudohubererror": "target", "reg:absoluteerror": "target", "count:poisson": "log-target",
    "reg:gamma": "log-target", "reg:tweedie": "log-target",
}  # fmt: skip


@pytest.mark.parametrize(("objective", "scale"), XGB.items(), ids=XGB)
def test_xgboost_booster(objective: str, scale: str) -> None:
    params = {"objective": objective, "num_class": 3} if "multi" in objective else {"objective": objective}
    matrix = xgboost.DMatrix(FRAME.astype(float), target_of(objective))
    booster = xgboost.train({**params, "nthread": 1}, matrix, 8)
    model = wrap(booster)
    assert isinstance(model, Model)
    assert model.margin_scale == scale
    assert model.features == tuple(FRAME.columns)
    own, found = booster.predict(matrix), model.predict(FRAME)
    if objective == "multi:softprob":
        np.testing.assert_array_equal(found, own)
    elif objective == "multi:softmax":
        np.testing.assert_array_equal(found.argmax(axis=1), own)
    elif objective == "binary:logitraw":
        np.testing.assert_allclose(found[:, 1], 1 / (1 + np.exp(-own.astype(float))))
    else:
        np.testing.assert_array_equal(found[:, -1], own)
    if objective != "binary:hinge":
        np.testing.assert_allclose(through_link(model, FRAME), found, atol=1e-6, rtol=1e-5)
    check_additive(model, FRAME)
    native = booster.predict(matrix, pred_contribs=True)
    mine = model.contributions(FRAME).values  # type: ignore[union-attr]
    mine = mine[:, :, 0] if native.ndim == 2 else np.moveaxis(mine, 2, 1)
    np.testing.assert_array_equal(mine, native[..., :-1])


@pytest.mark.parametrize("booster", ["gbtree", "dart", "gblinear"])
def test_xgboost_kinds_of_boosters(booster: str) -> None:
    frame = FRAME.fillna(0.0)
    estimator = xgboost.XGBClassifier(n_estimators=6, booster=booster, n_jobs=1).fit(frame, BINARY)
    model = wrap(estimator)
    np.testing.assert_allclose(model.predict(frame), estimator.predict_proba(frame), atol=1e-7)
    check_additive(model, frame)


def test_xgboost_uses_the_best_round_as_the_library_does() -> None:
    estimator = xgboost.XGBClassifier(n_estimators=60, early_stopping_rounds=2, learning_rate=0.8, n_jobs=1)
    estimator.fit(FRAME[:200], BINARY[:200], eval_set=[(FRAME[200:], BINARY[200:])], verbose=False)
    assert estimator.best_iteration < estimator.get_booster().num_boosted_rounds() - 1
    model = wrap(estimator)
    np.testing.assert_allclose(model.predict(FRAME), estimator.predict_proba(FRAME), atol=1e-7)
    check_additive(model, FRAME)
    booster = wrap(estimator.get_booster())
    np.testing.assert_array_equal(booster.predict(FRAME)[:, 1], estimator.get_booster().predict(xgboost.DMatrix(FRAME)))
    assert "all" in booster.notes[0]


def test_xgboost_regards_its_missing_value() -> None:
    frame = FRAME.fillna(-999.0)
    estimator = xgboost.XGBRegressor(n_estimators=6, missing=-999.0, n_jobs=1).fit(frame, SIGNAL)
    model = wrap(estimator)
    np.testing.assert_array_equal(model.predict(frame)[:, 0], estimator.predict(frame))
    np.testing.assert_array_equal(model.predict(frame), model.predict(FRAME))
    check_additive(model, frame)


@pytest.mark.parametrize("library", ["xgboost", "lightgbm"])
def test_training_categories_are_restored(library: str) -> None:
    """Text, other orders and unused levels at prediction time mean what they meant in training; unseen is missing."""
    if library == "xgboost":
        estimator: Any = xgboost.XGBClassifier(n_estimators=10, enable_categorical=True, n_jobs=1)
    else:
        estimator = lightgbm.LGBMClassifier(n_estimators=10, n_jobs=1, verbose=-1)
    estimator.fit(LEVELS, BINARY)
    model = wrap(estimator)
    assert model.levels == {"city": ("Bonn", "Oslo", "Rome"), "floor": (1, 2, 5)}
    expected = estimator.predict_proba(LEVELS)
    for frame in (
        LEVELS,
        LEVELS.astype({"city": object, "floor": int}),
        LEVELS.astype({"city": str, "floor": float}),
        LEVELS.assign(city=LEVELS["city"].cat.reorder_categories(["Rome", "Bonn", "Oslo"])),
    ):
        np.testing.assert_allclose(model.predict(frame), expected, atol=1e-7)
        np.testing.assert_allclose(model.predict(frame.iloc[[5]]), expected[[5]], atol=1e-7)
        check_additive(model, frame)
    unseen, missing = LEVELS.astype({"city": object}), LEVELS.astype({"city": object})
    unseen["city"], missing["city"] = "Atlantis", None
    np.testing.assert_array_equal(model.predict(unseen), model.predict(missing))


def test_levels_that_xgboost_cuts_in_its_files_are_completed_or_refused() -> None:
    """XGBoost 3.2 writes "Köln, Oslo, Rome" with one byte too few; a level that fits none is never taken for missing."""
    frame = LEVELS[["age", "city"]].assign(city=LEVELS["city"].cat.rename_categories({"Bonn": "Köln"}))
    estimator = xgboost.XGBClassifier(n_estimators=10, enable_categorical=True, n_jobs=1).fit(frame, BINARY)
    model = wrap(estimator)
    shuffled = frame.astype({"city": object}).iloc[::-1].reset_index(drop=True)
    np.testing.assert_allclose(model.predict(shuffled), estimator.predict_proba(frame)[::-1], atol=1e-7)
    with pytest.raises(ModelError, match="letters beyond ASCII"):
        model.predict(shuffled.assign(city="Paris"))


@pytest.mark.parametrize("library", ["xgboost", "lightgbm", "catboost"])
def test_unnamed_models_take_positions(library: str) -> None:
    matrix = FRAME.to_numpy(dtype=float)
    estimator: Any = {
        "xgboost": xgboost.XGBRegressor(n_estimators=4, n_jobs=1),
        "lightgbm": lightgbm.LGBMRegressor(n_estimators=4, n_jobs=1, verbose=-1),
        "catboost": catboost.CatBoostRegressor(iterations=4, verbose=0, allow_writing_files=False, thread_count=1),
    }[library].fit(matrix, SIGNAL)
    model = wrap(estimator)
    assert not model.named
    assert model.features == ("x0", "x1", "x2", "x3")
    found = model.predict(pd.DataFrame(matrix, columns=list(model.features)))
    np.testing.assert_allclose(found[:, 0], estimator.predict(matrix), rtol=1e-7)


LGB = {
    "binary": "log-odds", "multiclass": "score", "multiclassova": "score", "regression": "target",
    "regression_l1": "target", "huber": "target", "fair": "target", "quantile": "target", "mape": "target",
    "poisson": "log-target", "gamma": "log-target", "tweedie": "log-target", "cross_entropy": "log-odds",
}  # fmt: skip


@pytest.mark.parametrize(("objective", "scale"), LGB.items(), ids=LGB)
def test_lightgbm_booster(objective: str, scale: str) -> None:
    params = {"objective": objective, "verbose": -1, "num_threads": 1}
    if "multi" in objective:
        params["num_class"] = 3
    booster = lightgbm.train(params, lightgbm.Dataset(FRAME.astype(float), target_of(objective)), 8)
    for native in (booster, lightgbm.Booster(model_str=booster.model_to_string())):
        model = wrap(native)
        assert model.margin_scale == scale
        assert len(model.classes) == {"binary": 2, "multiclass": 3, "multiclassova": 3}.get(objective, 0)
        own, found = booster.predict(FRAME.astype(float)), model.predict(FRAME)
        np.testing.assert_array_equal(found if found.shape == own.shape else found[:, -1], own)
        if objective != "multiclassova":
            np.testing.assert_allclose(through_link(model, FRAME), found, atol=1e-9)
        check_additive(model, FRAME, 1e-9)


def test_lightgbm_slope_of_the_sigmoid() -> None:
    estimator = lightgbm.LGBMClassifier(n_estimators=5, sigmoid=2.5, n_jobs=1, verbose=-1).fit(FRAME, BINARY)
    model = wrap(estimator)
    np.testing.assert_allclose(through_link(model, FRAME), estimator.predict_proba(FRAME), atol=1e-12)
    check_additive(model, FRAME, 1e-9)


def test_lightgbm_without_an_additive_scale() -> None:
    model = wrap(lightgbm.LGBMRegressor(n_estimators=4, reg_sqrt=True, n_jobs=1, verbose=-1).fit(FRAME, POSITIVE))
    assert model.contributions(FRAME) is None
    with pytest.raises(NotApplicable):
        model.margin(FRAME)
    np.testing.assert_array_equal(model.predict(FRAME)[:, 0], model.native.predict(FRAME))
    linear = lightgbm.LGBMRegressor(n_estimators=4, linear_tree=True, n_jobs=1, verbose=-1).fit(FRAME, POSITIVE)
    assert wrap(linear).contributions(FRAME) is None
    np.testing.assert_array_equal(wrap(linear).predict(FRAME)[:, 0], linear.predict(FRAME))


def test_class_labels_of_lightgbm_and_catboost_are_kept() -> None:
    labels = np.array(["no", "yes"])[BINARY]
    for estimator in (
        lightgbm.LGBMClassifier(n_estimators=4, n_jobs=1, verbose=-1),
        catboost.CatBoostClassifier(iterations=4, verbose=0, allow_writing_files=False, thread_count=1),
    ):
        model = wrap(estimator.fit(FRAME, labels))
        assert model.classes == ("no", "yes")
        np.testing.assert_allclose(model.predict(FRAME), estimator.predict_proba(FRAME), atol=1e-12)
        check_additive(model, FRAME, 1e-9)


CAT = {
    "Logloss": "log-odds", "CrossEntropy": "log-odds", "MultiClass": "score", "MultiClassOneVsAll": "score",
    "RMSE": "target", "MAE": "target", "Quantile:alpha=0.3": "target", "Poisson": "log-target",
    "Tweedie:variance_power=1.5": "log-target",
}  # fmt: skip


@pytest.mark.parametrize(("loss", "scale"), CAT.items(), ids=CAT)
def test_catboost_losses(loss: str, scale: str) -> None:
    target = {"Logloss": BINARY, "CrossEntropy": SHARE}.get(loss, THREE if "Multi" in loss else POSITIVE)
    native = catboost.CatBoost({"loss_function": loss, "iterations": 6, "verbose": 0, "allow_writing_files": False})
    native.fit(FRAME, target)
    model = wrap(native)
    assert model.margin_scale == scale
    kind = "Probability" if model.classes else "Exponent" if scale == "log-target" else "RawFormulaVal"
    own = native.predict(FRAME, prediction_type=kind)
    found = model.predict(FRAME)
    np.testing.assert_allclose(found if found.shape == own.shape else found[:, -1], own, atol=1e-12)
    if loss != "MultiClassOneVsAll":
        np.testing.assert_allclose(through_link(model, FRAME), found, atol=1e-9)
    check_additive(model, FRAME, 1e-6)


def test_catboost_categories_in_every_spelling() -> None:
    frame = LEVELS.astype({"city": object, "floor": int})
    native = catboost.CatBoostClassifier(
        iterations=10, verbose=0, cat_features=["city", "floor"], allow_writing_files=False
    )
    native.fit(frame, BINARY)
    model = wrap(native)
    expected = native.predict_proba(frame)
    for given in (frame, LEVELS, frame.astype({"floor": float}), frame.astype({"city": "category"})):
        np.testing.assert_allclose(model.predict(given), expected, atol=1e-12)
    check_additive(model, frame, 1e-6)
    gaps = frame.astype({"floor": float})
    gaps.loc[0, "floor"], gaps.loc[0, "city"] = np.nan, None
    spelled = gaps.astype({"city": object})
    spelled.loc[0, "city"] = "nan"
    np.testing.assert_array_equal(model.predict(gaps), model.predict(spelled))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: xgboost.XGBRanker(n_estimators=2).fit(FRAME.astype(float), THREE, qid=np.repeat([0, 1, 2], 100)), "ranks rows"),
        (lambda: lightgbm.LGBMRanker(n_estimators=2, verbose=-1).fit(FRAME, THREE, group=[100, 100, 100]), "ranks rows"),
        (lambda: xgboost.XGBRegressor(n_estimators=2).fit(FRAME.astype(float), np.column_stack([SIGNAL, SIGNAL])), "2 targets"),
        (lambda: catboost.CatBoost({"loss_function": "MultiRMSE", "iterations": 2, "verbose": 0, "allow_writing_files": False})
         .fit(FRAME, np.column_stack([SIGNAL, SIGNAL])), "several numbers"),
        (lambda: catboost.CatBoost({"loss_function": "RMSEWithUncertainty", "iterations": 2, "verbose": 0,
                                    "allow_writing_files": False}).fit(FRAME, SIGNAL), "several numbers"),
        (lambda: catboost.CatBoostRanker(iterations=2, verbose=0, allow_writing_files=False)
         .fit(FRAME, THREE, group_id=np.repeat([0, 1, 2], 100)), "ranks rows"),
        (xgboost.XGBClassifier, "not fitted"),
        (lightgbm.LGBMClassifier, "not fitted"),
        (catboost.CatBoostClassifier, "not fitted"),
    ],
)  # fmt: skip
def test_what_has_no_explanation_is_refused_in_words(make: Any, words: str) -> None:
    with pytest.raises(ModelError, match=words):
        wrap(make())


@pytest.mark.parametrize("library", ["xgboost", "lightgbm", "catboost"])
def test_text_in_a_numeric_column_is_named(library: str) -> None:
    estimator: Any = {
        "xgboost": xgboost.XGBClassifier(n_estimators=2, n_jobs=1),
        "lightgbm": lightgbm.LGBMClassifier(n_estimators=2, n_jobs=1, verbose=-1),
        "catboost": catboost.CatBoostClassifier(iterations=2, verbose=0, allow_writing_files=False),
    }[library].fit(FRAME, BINARY)
    with pytest.raises(ModelError, match=r"'income'.*'a lot'"):
        wrap(estimator).predict(FRAME.assign(income="a lot"))


def test_the_booster_of_the_person_keeps_its_threads() -> None:
    estimator = xgboost.XGBClassifier(n_estimators=2, n_jobs=2).fit(FRAME.astype(float), BINARY)
    before = estimator.get_booster().save_config()
    wrap(estimator).predict(FRAME)
    assert estimator.get_booster().save_config() == before


def test_an_objective_of_ones_own_goes_through_the_estimator() -> None:
    def logistic(labels: np.ndarray, margin: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        share = 1 / (1 + np.exp(-margin))
        return share - labels, share * (1 - share)

    estimator = xgboost.XGBClassifier(n_estimators=3, objective=logistic, n_jobs=1).fit(FRAME.astype(float), BINARY)
    model = wrap(estimator)
    assert model.classes == ("0", "1")
    own = estimator.predict_proba(FRAME.astype(float))
    np.testing.assert_allclose(model.predict(FRAME.astype(float)), own, atol=1e-7)
