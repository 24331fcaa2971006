"""Fitted models of every family on small made-up data, numbers only and mixed."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.ensemble import (
    AdaBoostClassifier,
    AdaBoostRegressor,
    BaggingClassifier,
    BaggingRegressor,
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor
from xgboost import XGBClassifier, XGBRegressor

from core.loading.frames import from_frame
from core.loading.match import match
from core.models import wrap
from core.types import Model, Table

ROWS = 240


@cache
def numbers() -> pd.DataFrame:
    """Six numeric columns, the targets of three tasks."""
    random = np.random.default_rng(11)
    frame = pd.DataFrame(random.normal(size=(ROWS, 6)).round(3), columns=list("abcdef"))
    score = frame["a"] * 2 + frame["b"] * frame["c"] - (frame["d"] > 0.3) + random.normal(0, 0.3, ROWS)
    frame["number"] = score.round(3)
    frame["sign"] = (score > 0).astype(int)
    frame["third"] = np.digitize(score, [-1, 1])
    return frame


@cache
def mixed() -> pd.DataFrame:
    """Numbers with gaps, a boolean, text levels, a category; a binary target and a number."""
    random = np.random.default_rng(12)
    frame = pd.DataFrame(
        {
            "amount": random.gamma(3, 900, ROWS).round(1),
            "age": random.integers(18, 80, ROWS),
            "owner": random.random(ROWS) < 0.4,
            "purpose": random.choice(["car", "home", "trip", "other"], ROWS),
            "grade": pd.Categorical(random.choice(["A", "B", "C"], ROWS)),
        }
    )
    score = frame["amount"] / 3000 - frame["age"] / 60 + frame["owner"] + (frame["purpose"] == "home")
    score = score - (frame["grade"] == "C") * frame["owner"]
    frame["paid"] = (score + random.normal(0, 0.2, ROWS) > 0.5).astype(int)
    frame["number"] = score.astype(float).round(3)
    frame.loc[random.random(ROWS) < 0.15, "amount"] = np.nan
    return frame


NUMBERS, MIXED = list("abcdef"), ["amount", "age", "owner", "purpose", "grade"]


def categories(frame: pd.DataFrame) -> pd.DataFrame:
    """Text as a categorical column, as boosters want it."""
    return frame.assign(purpose=frame["purpose"].astype("category"))


def case(estimator: Any, frame: pd.DataFrame, features: list[str], target: str) -> tuple[Model, Table]:
    """Wrap a fitted estimator and match it with its table."""
    table = from_frame(frame[[*features, target]], target=target)
    matched = match(wrap(estimator, features=features), table)
    return matched.model, matched.table


def _fit(estimator: Any, target: str, values: bool = False) -> tuple[Model, Table]:
    frame = numbers()
    inputs = frame[NUMBERS].to_numpy() if values else frame[NUMBERS]
    return case(estimator.fit(inputs, frame[target]), frame, NUMBERS, target)


def _xgb(target: str, **settings: Any) -> tuple[Model, Table]:
    common = {"n_estimators": 12, "max_depth": 3, "n_jobs": 1, "random_state": 0}
    kind = XGBRegressor if target == "number" else XGBClassifier
    return _fit(kind(**{**common, **settings}), target)


def _xgb_categories() -> tuple[Model, Table]:
    frame = categories(mixed())
    model = XGBClassifier(n_estimators=12, max_depth=4, n_jobs=1, enable_categorical=True, max_cat_to_onehot=1)
    return case(model.fit(frame[MIXED], frame["paid"]), frame, MIXED, "paid")


def _lgb(target: str, **settings: Any) -> tuple[Model, Table]:
    from lightgbm import LGBMClassifier, LGBMRegressor

    common = {"n_estimators": 12, "num_leaves": 7, "n_jobs": 1, "random_state": 0, "verbose": -1}
    kind = LGBMRegressor if target == "number" else LGBMClassifier
    return _fit(kind(**{**common, **settings}), target)


def _lgb_categories() -> tuple[Model, Table]:
    from lightgbm import LGBMClassifier

    frame = categories(mixed())
    model = LGBMClassifier(n_estimators=12, num_leaves=7, n_jobs=1, verbose=-1, min_data_per_group=5, cat_smooth=1)
    return case(model.fit(frame[MIXED], frame["paid"]), frame, MIXED, "paid")


def _pipeline(last: Any, target: str = "paid") -> tuple[Model, Table]:
    frame = mixed()
    front = ColumnTransformer(
        [
            ("numbers", make_pipeline(SimpleImputer(add_indicator=True), StandardScaler()), ["amount", "age", "owner"]),
            ("levels", OneHotEncoder(handle_unknown="ignore", sparse_output=False), ["purpose", "grade"]),
        ]
    )
    return case(make_pipeline(front, last).fit(frame[MIXED], frame[target]), frame, MIXED, target)


def _hist_categories() -> tuple[Model, Table]:
    frame = categories(mixed())
    model = HistGradientBoostingClassifier(max_iter=12, max_depth=4, categorical_features="from_dtype", random_state=0)
    return case(model.fit(frame[MIXED], frame["paid"]), frame, MIXED, "paid")


def _xgb_pipeline() -> tuple[Model, Table]:
    return _pipeline(XGBClassifier(n_estimators=12, max_depth=4, n_jobs=1))


def _text_pipeline() -> tuple[Model, Table]:
    frame = mixed()
    text = make_column_selector(dtype_include=["str", "category"])
    front = ColumnTransformer([("levels", OneHotEncoder(handle_unknown="ignore"), text)], remainder="passthrough")
    model = make_pipeline(front, SimpleImputer(), RandomForestClassifier(15, max_depth=5, random_state=0, n_jobs=1))
    return case(model.fit(frame[MIXED], frame["paid"]), frame, MIXED, "paid")


TREES: dict[str, Callable[[], tuple[Model, Table]]] = {
    "xgboost binary": lambda: _xgb("sign"),
    "xgboost classes": lambda: _xgb("third"),
    "xgboost number": lambda: _xgb("number", base_score=3.5),
    "xgboost dart": lambda: _xgb("sign", booster="dart", rate_drop=0.5, skip_drop=0.0),
    "xgboost boosted forest": lambda: _xgb("sign", num_parallel_tree=4, subsample=0.6, colsample_bynode=0.6),
    "xgboost poisson": lambda: _fit_poisson(),
    "xgboost categories": _xgb_categories,
    "xgboost pipeline": _xgb_pipeline,
    "lightgbm binary": lambda: _lgb("sign"),
    "lightgbm classes": lambda: _lgb("third"),
    "lightgbm number": lambda: _lgb("number"),
    "lightgbm forest": lambda: _lgb("number", boosting_type="rf", bagging_freq=1, bagging_fraction=0.6),
    "lightgbm forest classes": lambda: _lgb("sign", boosting_type="rf", bagging_freq=1, bagging_fraction=0.6),
    "lightgbm categories": _lgb_categories,
    "tree": lambda: _fit(DecisionTreeClassifier(max_depth=4, random_state=0), "third"),
    "forest classes": lambda: _fit(RandomForestClassifier(12, max_depth=4, random_state=0), "third"),
    "forest number": lambda: _fit(RandomForestRegressor(12, max_depth=4, random_state=0), "number", values=True),
    "extra trees": lambda: _fit(ExtraTreesRegressor(12, max_depth=4, random_state=0), "number"),
    "boosting binary": lambda: _fit(GradientBoostingClassifier(n_estimators=12, random_state=0), "sign"),
    "boosting classes": lambda: _fit(GradientBoostingClassifier(n_estimators=12, random_state=0), "third"),
    "boosting number": lambda: _fit(GradientBoostingRegressor(n_estimators=12, random_state=0), "number"),
    "hist binary": lambda: _fit(HistGradientBoostingClassifier(max_iter=12, max_depth=4), "sign"),
    "hist classes": lambda: _fit(HistGradientBoostingClassifier(max_iter=12, max_depth=4), "third"),
    "hist number": lambda: _fit(HistGradientBoostingRegressor(max_iter=12, max_depth=4), "number"),
    "hist categories": _hist_categories,
    "text pipeline": _text_pipeline,
}

OTHERS: dict[str, Callable[[], tuple[Model, Table]]] = {
    "xgboost linear": lambda: _fit(XGBClassifier(booster="gblinear", n_estimators=12, n_jobs=1), "sign"),
    "bagged trees": lambda: _fit(BaggingRegressor(DecisionTreeRegressor(max_depth=4), 12, random_state=0), "number"),
    "xgboost vector leaves": lambda: _xgb("third", multi_strategy="multi_output_tree", tree_method="hist"),
    "lightgbm linear trees": lambda: _lgb("number", linear_tree=True),
    "adaboost classes": lambda: _fit(AdaBoostClassifier(n_estimators=8, random_state=0), "third"),
    "adaboost number": lambda: _fit(AdaBoostRegressor(n_estimators=8, random_state=0), "number"),
    "bagging": lambda: _fit(BaggingClassifier(KNeighborsClassifier(), n_estimators=3, random_state=0), "sign"),
    "network": lambda: _fit(MLPClassifier((8,), solver="lbfgs", alpha=1.0, max_iter=2000, random_state=0), "sign"),
    "neighbours": lambda: _fit(KNeighborsRegressor(), "number"),
    "linear": lambda: _fit(LinearRegression(), "number"),
    "logistic pipeline": lambda: _pipeline(LogisticRegression()),
}


def _fit_poisson() -> tuple[Model, Table]:
    frame = numbers().assign(count=lambda data: np.exp(data["a"]).round())
    model = XGBRegressor(n_estimators=12, max_depth=3, n_jobs=1, objective="count:poisson")
    return case(model.fit(frame[NUMBERS], frame["count"]), frame, NUMBERS, "count")


@cache
def get(name: str) -> tuple[Model, Table]:
    """One fitted case by name."""
    return {**TREES, **OTHERS}[name]()
