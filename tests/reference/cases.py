"""The fixed models and rows of the reference numbers: plain scikit-learn, XGBoost, LightGBM and CatBoost.

Read by ``make.py`` (where the original explainers are installed) and by the tests (where they are not).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LinearRegression
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

HAPPINESS = (
    "gdp_per_capita",
    "social_support",
    "healthy_life_expectancy",
    "freedom_to_make_life_choices",
    "generosity",
    "perceptions_of_corruption",
)


@dataclass(frozen=True)
class Case:
    """One model on one table.

    Attributes
    ----------
    file, target : str
    columns : tuple of str
    rows : int
        The first rows of the file are the whole table.
    build : callable
        () -> an unfitted estimator.
    row, output : int
        The instance, and the class explained (0 for a regression).
    profiles : mapping of feature to grid values
    task : str
    step : int
        Every how many rows of the file are taken.
    """

    file: str
    target: str
    columns: tuple[str, ...]
    rows: int
    build: Callable[[], Any]
    row: int
    output: int
    profiles: dict[str, list[Any]]
    task: str
    step: int = 1

    def table(self, folder: Path) -> pd.DataFrame:
        """The columns and the target."""
        frame = pd.read_csv(folder / self.file).iloc[:: self.step].head(self.rows).reset_index(drop=True)
        return frame[[*self.columns, self.target]]

    def fitted(self, frame: pd.DataFrame) -> Any:
        """The estimator, fitted on all of the table."""
        return self.build().fit(frame[list(self.columns)], frame[self.target])


def _levels(names: list[str], estimator: Any) -> Any:
    """One-hot text levels in front of an estimator."""
    return make_pipeline(ColumnTransformer([("levels", OneHotEncoder(), names)], remainder="passthrough"), estimator)


def _xgboost() -> Any:
    from xgboost import XGBClassifier

    return XGBClassifier(n_estimators=20, max_depth=3, n_jobs=1, random_state=0)


def _lightgbm() -> Any:
    from lightgbm import LGBMClassifier

    small = LGBMClassifier(n_estimators=20, num_leaves=7, n_jobs=1, verbose=-1, random_state=0, deterministic=True)
    return _levels(["gender", "class", "embarked"], small)


def _catboost() -> Any:
    from catboost import CatBoostRegressor

    return CatBoostRegressor(
        iterations=30, depth=3, verbose=0, allow_writing_files=False, thread_count=1, random_seed=0
    )


def _network() -> Any:
    return make_pipeline(
        StandardScaler(),
        MLPRegressor(
            hidden_layer_sizes=(12,), activation="tanh", max_iter=300, learning_rate_init=0.02, random_state=0
        ),
    )


_GDP = {"gdp_per_capita": [0.2, 0.5, 0.8, 1.1, 1.4], "generosity": [0.05, 0.2, 0.35]}
_IRIS = ("sepal_length_cm", "sepal_width_cm", "petal_length_cm", "petal_width_cm")
_PETAL = {"petal_length_cm": [1.5, 3.0, 4.5, 6.0]}
_FLATS = ("construction_year", "surface", "floor", "no_rooms", "district")
_FLAT = {
    "surface": [30, 60, 90, 120],
    "construction_year": [1940, 1965.5, 1990],
    "district": ["Mokotow", "Srodmiescie"],
}
_NUMBERS = ("age", "fare", "sibsp", "parch")
_MANIFEST = ("gender", "age", "class", "embarked", "fare", "sibsp", "parch")
CASES = {
    "apartments, forest": Case(
        "apartments.csv",
        "m2_price",
        _FLATS,
        200,
        lambda: _levels(["district"], RandomForestRegressor(20, max_depth=5, n_jobs=1, random_state=0)),
        7,
        0,
        _FLAT,
        "regression",
    ),
    "titanic, xgboost": Case(
        "titanic.csv", "survived", _NUMBERS, 250, _xgboost, 11, 1, {"age": [5.0, 20.0, 40.0, 60.0]}, "binary", 7
    ),
    "titanic, lightgbm": Case(
        "titanic.csv",
        "survived",
        _MANIFEST,
        250,
        _lightgbm,
        11,
        1,
        {"age": [5.0, 20.0, 40.0, 60.0], "class": ["1st", "2nd", "3rd"]},
        "binary",
        7,
    ),
    "happiness, linear": Case("happiness.csv", "score", HAPPINESS, 156, LinearRegression, 40, 0, _GDP, "regression"),
    "happiness, network": Case("happiness.csv", "score", HAPPINESS, 156, _network, 40, 0, _GDP, "regression"),
    "happiness, catboost": Case("happiness.csv", "score", HAPPINESS, 156, _catboost, 40, 0, _GDP, "regression"),
    "iris, forest": Case(
        "iris.csv",
        "species",
        _IRIS,
        150,
        lambda: RandomForestClassifier(20, max_depth=4, n_jobs=1, random_state=0),
        70,
        2,
        _PETAL,
        "multiclass",
    ),
}
