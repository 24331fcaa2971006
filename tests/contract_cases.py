"""Models and tables of many shapes, made from seeds: what every method must cope with or refuse in words."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from core.loading.frames import from_frame
from core.models import wrap
from core.types import Model, Table

HOSTILE = "<b>|x|</b> $y$"


def mixed_frame(rows: int = 160, seed: int = 3) -> pd.DataFrame:
    """Numbers, whole numbers, a boolean, text levels, missing values, and a column with an odd name."""
    random = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "amount": random.gamma(3, 900, rows).round(2),
            "age": random.integers(18, 80, rows),
            "owner": random.random(rows) < 0.4,
            HOSTILE: random.choice(["car", "home", "<i>trip</i>"], rows),
        }
    )
    score = frame["amount"] / 3000 - frame["age"] / 60 + frame["owner"] + (frame[HOSTILE] == "home")
    frame["paid"] = np.where(score + random.normal(0, 0.4, rows) > 0.6, "yes", "no")
    frame.loc[random.random(rows) < 0.1, "amount"] = np.nan
    return frame


def numbers_frame(rows: int = 160, seed: int = 5) -> pd.DataFrame:
    """Five numeric columns and a target."""
    random = np.random.default_rng(seed)
    frame = pd.DataFrame(random.normal(size=(rows, 5)).round(3), columns=list("abcde"))
    frame["y"] = (frame["a"] * 2 + frame["b"] * frame["c"] + random.normal(0, 0.1, rows)).round(4)
    return frame


def _pipeline() -> tuple[Any, pd.DataFrame, str]:
    frame = mixed_frame()
    front = ColumnTransformer(
        [
            ("numbers", make_pipeline(SimpleImputer(), StandardScaler()), ["amount", "age", "owner"]),
            ("levels", OneHotEncoder(handle_unknown="ignore"), [HOSTILE]),
        ]
    )
    fitted = make_pipeline(front, LogisticRegression()).fit(frame.drop(columns="paid"), frame["paid"])
    return fitted, frame, "paid"


def _boosted() -> tuple[Any, pd.DataFrame, str]:
    from xgboost import XGBClassifier

    frame = mixed_frame().drop(columns=[HOSTILE])
    target = (frame["paid"] == "yes").astype(int)
    fitted = XGBClassifier(n_estimators=12, max_depth=3, n_jobs=1, random_state=0).fit(
        frame.drop(columns="paid"), target
    )
    return fitted, frame.assign(paid=target), "paid"


def _classes() -> tuple[Any, pd.DataFrame, str]:
    from lightgbm import LGBMClassifier

    frame = numbers_frame()
    kinds = pd.cut(frame["y"], [-np.inf, -1, 1, np.inf], labels=["low", "middle", "high"]).astype(str)
    model = LGBMClassifier(n_estimators=8, num_leaves=7, n_jobs=1, random_state=0, verbose=-1)
    return model.fit(frame.drop(columns="y"), kinds), frame.assign(y=kinds), "y"


def _forest() -> tuple[Any, pd.DataFrame, str]:
    frame = numbers_frame()
    fitted = RandomForestRegressor(n_estimators=10, max_depth=5, random_state=0).fit(
        frame.drop(columns="y"), frame["y"]
    )
    return fitted, frame, "y"


def _neighbours() -> tuple[Any, pd.DataFrame, str]:
    frame = numbers_frame()
    kinds = np.where(frame["y"] > 0, "up", "down")
    fitted = KNeighborsClassifier().fit(frame.drop(columns="y"), kinds)
    return fitted, frame.assign(y=kinds), "y"


def _histogram() -> tuple[Any, pd.DataFrame, str]:
    frame = mixed_frame().drop(columns=[HOSTILE])
    fitted = HistGradientBoostingClassifier(max_iter=10, random_state=0).fit(frame.drop(columns="paid"), frame["paid"])
    return fitted, frame, "paid"


def _levels() -> tuple[Any, pd.DataFrame, str]:
    from catboost import CatBoostClassifier

    frame = mixed_frame()
    quiet = {"verbose": 0, "allow_writing_files": False, "thread_count": 1, "random_seed": 0}
    together = {"one_hot_max_size": 1, "max_ctr_complexity": 3, "model_size_reg": 0}
    model = CatBoostClassifier(iterations=12, depth=3, cat_features=["owner", HOSTILE], **quiet, **together)
    return model.fit(frame.drop(columns="paid"), frame["paid"]), frame, "paid"


def _one_column() -> tuple[Any, pd.DataFrame, str]:
    frame = numbers_frame()[["a", "y"]]
    return RandomForestRegressor(n_estimators=5, max_depth=3, random_state=0).fit(frame[["a"]], frame["y"]), frame, "y"


CASES: dict[str, Callable[[], tuple[Any, pd.DataFrame, str]]] = {
    "pipeline with text levels": _pipeline,
    "xgboost with missing values": _boosted,
    "lightgbm, three classes": _classes,
    "random forest, regression": _forest,
    "k nearest neighbours": _neighbours,
    "histogram boosting": _histogram,
    "one column": _one_column,
}
if importlib.util.find_spec("catboost"):
    CASES["catboost, levels together"] = _levels


@cache
def case(name: str) -> tuple[Model, Table]:
    """A fitted model and its matched table."""
    from core.loading.match import match

    estimator, frame, target = CASES[name]()
    matched = match(wrap(estimator, name=name), from_frame(frame, name, target=target))
    return matched.model, matched.table
