"""Fitted models of every family that converts, each with rows it must be right about; built once per process."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import lightgbm
import numpy as np
import pandas as pd
import xgboost
from sklearn import compose, discriminant_analysis, ensemble, impute, linear_model, neural_network, preprocessing, tree
from sklearn.pipeline import make_pipeline

from core.portable import Portable, portable_of
from tests.portable.mixed_models import MIXED

N = 400


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """A fitted model, rows to ask, and what it is."""

    estimator: Any
    frame: pd.DataFrame
    task: str
    classes: tuple[str, ...]

    def portable(self) -> Portable | None:
        return portable_of(self.estimator, list(self.frame.columns), self.task, self.classes)

    def reference(self, frame: pd.DataFrame) -> np.ndarray:
        """What the library itself predicts, shape (n, n_outputs)."""
        ask = self.estimator.predict if self.task == "regression" else self.estimator.predict_proba
        return np.asarray(ask(frame), dtype=np.float64).reshape(len(frame), -1)


@cache
def frames() -> dict[str, Any]:
    """Made-up rows: numbers, numbers with gaps, categories with gaps, and targets of each kind."""
    rng = np.random.default_rng(7)
    plain = pd.DataFrame(
        {
            "a": rng.normal(size=N),
            "b": rng.integers(0, 9, N),
            "d": rng.random(N).astype("float32"),
            "e": rng.random(N) < 0.3,
        }
    )
    score = plain["a"] + plain["b"] * 0.3 - 2 * plain["d"] + rng.normal(size=N)
    gaps = plain.assign(b=plain["b"].astype(float))
    gaps.loc[::5, "a"] = np.nan
    gaps.loc[::7, "b"] = np.nan
    levels = gaps.assign(c=pd.Categorical(rng.choice(list("wxyzuv"), N)), k=pd.Categorical(rng.integers(0, 30, N)))
    levels.loc[::6, "c"] = np.nan
    chosen = levels["c"].isin(["w", "z"]) + (levels["k"].astype(int) % 3 == 0) * 1.0
    return {
        "plain": plain,
        "double": plain.astype({"d": float}),
        "gaps": gaps,
        "levels": levels,
        "texts": levels.assign(c=levels["c"].astype(object), k=levels["k"].astype(int)),
        "binary": (score > score.median()).astype(int),
        "three": pd.qcut(score, 3, labels=False),
        "number": score,
        "positive": np.exp(score / 2) + 0.1,
        "by_level": (chosen + rng.normal(size=N) * 0.3 > 0.9).astype(int),
        "named": levels.assign(c=levels["c"].astype(object).fillna("nan"), k=levels["k"].astype(int) % 5),
        "by_pair": (levels["c"].isin(["w", "z"]) ^ (levels["k"].astype(int) % 5 < 2)).astype(int),
    }


def _fit(estimator: Any, frame: str, target: str) -> Case:
    """Fit and describe."""
    rows, y = frames()[frame], frames()[target]
    estimator.fit(rows, y)
    if not hasattr(estimator, "predict_proba"):
        return Case(estimator, rows, "regression", ())
    classes = tuple(str(item) for item in np.unique(y))
    return Case(estimator, rows, "binary" if len(classes) == 2 else "multiclass", classes)


def _mixed(last: Any, *, sparse: float = 0.0, imputed: bool = True, **one_hot: Any) -> Any:
    """A ColumnTransformer of imputers, a scaler and one-hot columns before an estimator."""
    encoder = preprocessing.OneHotEncoder(**{"handle_unknown": "ignore", **one_hot})
    numbers = make_pipeline(impute.SimpleImputer(strategy="median", add_indicator=True), preprocessing.StandardScaler())
    levels = make_pipeline(impute.SimpleImputer(strategy="most_frequent"), encoder) if imputed else encoder
    front = compose.ColumnTransformer(
        [("numbers", numbers, ["a", "b", "d"]), ("levels", levels, ["c", "k"])],
        remainder="passthrough",
        sparse_threshold=sparse,
    )
    return make_pipeline(front, last)


def _ordinal(last: Any, remainder: Any, **options: Any) -> Any:
    """Ordinal codes beside another step."""
    return make_pipeline(
        compose.make_column_transformer((preprocessing.OrdinalEncoder(**options), ["c", "k"]), remainder=remainder),
        last,
    )


def _stopped() -> Case:
    """An XGBoost classifier whose best iteration lies before its last."""
    rows, y = frames()["plain"], frames()["binary"]
    model = xgboost.XGBClassifier(n_estimators=60, early_stopping_rounds=4, learning_rate=0.5)
    model.fit(rows[:200], y[:200], eval_set=[(rows[200:], y[200:])], verbose=False)
    assert model.best_iteration + 1 < model.get_booster().num_boosted_rounds()
    return Case(model, rows, "binary", ("0", "1"))


def _xgb(**options: Any) -> Any:
    return xgboost.XGBClassifier(n_estimators=15, n_jobs=1, **options)


def _xgr(**options: Any) -> Any:
    return xgboost.XGBRegressor(n_estimators=15, n_jobs=1, **options)


def _lgb(**options: Any) -> Any:
    return lightgbm.LGBMClassifier(n_estimators=15, n_jobs=1, verbose=-1, **options)


def _lgr(**options: Any) -> Any:
    return lightgbm.LGBMRegressor(n_estimators=15, n_jobs=1, verbose=-1, **options)


def _cat(kind: str, **options: Any) -> Any:
    import catboost

    quiet = {"verbose": 0, "allow_writing_files": False, "thread_count": 1, "random_seed": 0, "iterations": 12}
    return getattr(catboost, f"CatBoost{kind}")(**quiet | options)


def _scaled(last: Any) -> Any:
    return make_pipeline(preprocessing.StandardScaler(), last)


_HALF = {"bagging_fraction": 0.5, "bagging_freq": 1}
_CATS = {"min_data_per_group": 2, "cat_smooth": 0}
_ALONE = {"one_hot_max_size": 8, "max_ctr_complexity": 1, "simple_ctr": ["Borders", "Counter", "Buckets"]}
_TOGETHER = {"cat_features": ["c", "k"], "model_size_reg": 0, "max_ctr_complexity": 3}
_FOREST = {"n_estimators": 8, "random_state": 0}
_BOOST = {"n_estimators": 10, "random_state": 0}
_HIST = {"max_iter": 12}
_MLP = {"hidden_layer_sizes": (7, 5), "max_iter": 2000, "tol": 1e-2, "random_state": 0}
_LOGISTIC = linear_model.LogisticRegression

CASES: dict[str, Callable[[], Case]] = {
    "xgboost binary": lambda: _fit(_xgb(), "gaps", "binary"),
    "xgboost three": lambda: _fit(_xgb(), "gaps", "three"),
    "xgboost three parallel": lambda: _fit(_xgb(num_parallel_tree=2, subsample=0.7), "gaps", "three"),
    "xgboost dart": lambda: _fit(_xgb(booster="dart", rate_drop=0.4), "gaps", "binary"),
    "xgboost base score": lambda: _fit(_xgb(base_score=0.2), "plain", "binary"),
    "xgboost deep": lambda: _fit(_xgb(max_depth=30, min_child_weight=0), "plain", "binary"),
    "xgboost stopped early": _stopped,
    "xgboost squared": lambda: _fit(_xgr(), "gaps", "number"),
    "xgboost poisson": lambda: _fit(_xgr(objective="count:poisson"), "gaps", "positive"),
    "xgboost gamma": lambda: _fit(_xgr(objective="reg:gamma"), "plain", "positive"),
    "xgboost tweedie": lambda: _fit(_xgr(objective="reg:tweedie"), "plain", "positive"),
    "xgboost logistic share": lambda: _fit(_xgr(objective="reg:logistic"), "plain", "binary"),
    "xgboost linear": lambda: _fit(_xgr(booster="gblinear"), "gaps", "number"),
    "xgboost one-hot levels": lambda: _fit(_xgb(enable_categorical=True, max_cat_to_onehot=99), "levels", "by_level"),
    "xgboost level sets": lambda: _fit(_xgb(enable_categorical=True, max_cat_to_onehot=1), "levels", "by_level"),
    "lightgbm binary": lambda: _fit(_lgb(), "gaps", "binary"),
    "lightgbm sigmoid": lambda: _fit(_lgb(sigmoid=2.5), "gaps", "binary"),
    "lightgbm zero missing": lambda: _fit(_lgb(zero_as_missing=True), "gaps", "binary"),
    "lightgbm no missing": lambda: _fit(_lgb(use_missing=False), "gaps", "binary"),
    "lightgbm three": lambda: _fit(_lgb(), "gaps", "three"),
    "lightgbm one against all": lambda: _fit(_lgb(objective="multiclassova"), "plain", "three"),
    "lightgbm forest": lambda: _fit(_lgb(boosting_type="rf", **_HALF), "plain", "three"),
    "lightgbm dart": lambda: _fit(_lgb(boosting_type="dart"), "plain", "binary"),
    "lightgbm number": lambda: _fit(_lgr(), "gaps", "number"),
    "lightgbm poisson": lambda: _fit(_lgr(objective="poisson"), "gaps", "positive"),
    "lightgbm levels": lambda: _fit(_lgb(**_CATS), "levels", "by_level"),
    "decision tree": lambda: _fit(tree.DecisionTreeClassifier(random_state=0), "gaps", "three"),
    "decision tree number": lambda: _fit(tree.DecisionTreeRegressor(random_state=0), "gaps", "number"),
    "random forest": lambda: _fit(ensemble.RandomForestClassifier(**_FOREST), "gaps", "binary"),
    "random forest number": lambda: _fit(ensemble.RandomForestRegressor(**_FOREST), "gaps", "number"),
    "extra trees": lambda: _fit(ensemble.ExtraTreesClassifier(**_FOREST), "plain", "three"),
    "boosting": lambda: _fit(ensemble.GradientBoostingClassifier(**_BOOST), "plain", "binary"),
    "boosting exponential": lambda: _fit(
        ensemble.GradientBoostingClassifier(loss="exponential", **_BOOST), "plain", "binary"
    ),
    "boosting from zero": lambda: _fit(ensemble.GradientBoostingClassifier(init="zero", **_BOOST), "plain", "three"),
    "boosting huber": lambda: _fit(ensemble.GradientBoostingRegressor(loss="huber", **_BOOST), "plain", "number"),
    "hist": lambda: _fit(ensemble.HistGradientBoostingClassifier(**_HIST), "gaps", "binary"),
    "hist three": lambda: _fit(ensemble.HistGradientBoostingClassifier(**_HIST), "gaps", "three"),
    "hist gamma": lambda: _fit(ensemble.HistGradientBoostingRegressor(loss="gamma", **_HIST), "gaps", "positive"),
    "hist levels": lambda: _fit(ensemble.HistGradientBoostingClassifier(**_HIST), "levels", "by_level"),
    "adaboost": lambda: _fit(ensemble.AdaBoostClassifier(n_estimators=8), "plain", "binary"),
    "adaboost three": lambda: _fit(
        ensemble.AdaBoostClassifier(tree.DecisionTreeClassifier(max_depth=3), n_estimators=8), "plain", "three"
    ),
    "linear": lambda: _fit(_scaled(linear_model.LinearRegression()), "plain", "number"),
    "ridge, min-max": lambda: _fit(
        make_pipeline(preprocessing.MinMaxScaler((-1, 2), clip=True), linear_model.Ridge()), "plain", "number"
    ),
    "elastic net, robust": lambda: _fit(
        make_pipeline(preprocessing.RobustScaler(), linear_model.ElasticNet(0.01)), "plain", "number"
    ),
    "poisson": lambda: _fit(_scaled(linear_model.PoissonRegressor()), "plain", "positive"),
    "gamma": lambda: _fit(_scaled(linear_model.GammaRegressor()), "plain", "positive"),
    "tweedie": lambda: _fit(_scaled(linear_model.TweedieRegressor(power=1.5)), "plain", "positive"),
    "normal glm": lambda: _fit(_scaled(linear_model.TweedieRegressor()), "plain", "number"),
    "logistic": lambda: _fit(_scaled(_LOGISTIC()), "plain", "binary"),
    "logistic three": lambda: _fit(_scaled(_LOGISTIC()), "plain", "three"),
    "sgd three": lambda: _fit(_scaled(linear_model.SGDClassifier(loss="log_loss")), "plain", "three"),
    "discriminant": lambda: _fit(discriminant_analysis.LinearDiscriminantAnalysis(), "plain", "three"),
    "network": lambda: _fit(_scaled(neural_network.MLPClassifier(**_MLP)), "plain", "binary"),
    "network three, tanh": lambda: _fit(
        _scaled(neural_network.MLPClassifier(activation="tanh", **_MLP)), "plain", "three"
    ),
    "network number, logistic": lambda: _fit(
        _scaled(neural_network.MLPRegressor(activation="logistic", **_MLP)), "plain", "number"
    ),
    "pipeline, xgboost dense": lambda: _fit(_mixed(_xgb()), "texts", "by_level"),
    "pipeline, xgboost sparse": lambda: _fit(_mixed(_xgb(), sparse=1.0), "texts", "by_level"),
    "pipeline, lightgbm sparse": lambda: _fit(_mixed(_lgb(), sparse=1.0, imputed=False), "texts", "by_level"),
    "pipeline, forest": lambda: _fit(_mixed(ensemble.RandomForestClassifier(**_FOREST)), "texts", "by_level"),
    "pipeline, drop first": lambda: _fit(
        _mixed(_LOGISTIC(max_iter=500), drop="first", imputed=False), "texts", "by_level"
    ),
    "pipeline, infrequent": lambda: _fit(
        _mixed(_LOGISTIC(max_iter=500), min_frequency=14, handle_unknown="infrequent_if_exist"), "texts", "by_level"
    ),
    "pipeline, infrequent dropped": lambda: _fit(
        _mixed(_LOGISTIC(max_iter=500), max_categories=4, drop="first"), "texts", "by_level"
    ),
    "ordinal codes, xgboost": lambda: _fit(
        _ordinal(_xgb(), preprocessing.MinMaxScaler(), encoded_missing_value=-5), "texts", "by_level"
    ),
    "ordinal codes, hist": lambda: _fit(
        _ordinal(
            ensemble.HistGradientBoostingClassifier(categorical_features=[0, 1], **_HIST),
            preprocessing.StandardScaler(),
            handle_unknown="use_encoded_value",
            unknown_value=np.nan,
        ),
        "texts",
        "by_level",
    ),
    "target codes": lambda: _fit(
        make_pipeline(
            compose.make_column_transformer(
                (preprocessing.TargetEncoder(), ["c", "k"]), remainder=preprocessing.MaxAbsScaler()
            ),
            _lgb(),
        ),
        "texts",
        "by_level",
    ),
}
if importlib.util.find_spec("catboost"):
    CASES |= {
        "catboost number": lambda: _fit(_cat("Regressor"), "gaps", "number"),
        "catboost binary": lambda: _fit(_cat("Classifier", depth=9), "gaps", "binary"),
        "catboost three": lambda: _fit(_cat("Classifier", grow_policy="Lossguide", nan_mode="Max"), "gaps", "three"),
        "catboost one against all": lambda: _fit(
            _cat("Classifier", loss_function="MultiClassOneVsAll", grow_policy="Depthwise"), "gaps", "three"
        ),
        "catboost poisson": lambda: _fit(_cat("Regressor", loss_function="Poisson"), "plain", "positive"),
        "catboost levels": lambda: _fit(_cat("Classifier", cat_features=["c", "k"], **_ALONE), "named", "by_level"),
        "catboost levels together": lambda: _fit(_cat("Classifier", **_TOGETHER), "named", "by_pair"),
        "pipeline, catboost": lambda: _fit(_mixed(_cat("Classifier")), "texts", "by_level"),
    }
CASES |= {name: lambda made=made: _fit(made[0](), *made[1:]) for name, made in MIXED.items()}


@cache
def case(name: str) -> Case:
    """One model, fitted on first use."""
    return CASES[name]()
