"""The cells of the nudge benchmark: data sets, models, rows, goals. Imports nothing of the product.

Both sides import it: the product's own interpreter, and the one that holds the peers (older pandas).
"""

from __future__ import annotations

import os
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

FOLDER = Path(os.environ.get("IE_SHARED_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
TARGETS = {
    "adult_10k": "income",
    "german_credit": "risk",
    "titanic": "survived",
    "breast_cancer": "benign",
    "wine": "cultivar",
    "diabetes": "progression",
}
MODELS = ("xgboost", "forest", "logistic", "mlp")
CHANGE = 10.0


@dataclass(frozen=True)
class Case:
    """One data set under one fitted model.

    Attributes
    ----------
    inputs : DataFrame
        Without missing cells: empty text is the level "unknown".
    rows : ndarray
        Positions to explain.
    edges : ndarray or None
        Regression: what each row's prediction has to reach (signed by ``ways``).
    """

    data: str
    kind: str
    frame: pd.DataFrame
    inputs: pd.DataFrame
    target: str
    numbers: list[str]
    texts: list[str]
    pipeline: Any
    rows: np.ndarray
    ways: np.ndarray | None
    edges: np.ndarray | None

    @property
    def regression(self) -> bool:
        return self.ways is not None

    def outputs(self, frame: pd.DataFrame) -> np.ndarray:
        """Probabilities, or the target in one column."""
        if self.regression:
            return np.asarray(self.pipeline.predict(frame), dtype=np.float64).reshape(-1, 1)
        return np.asarray(self.pipeline.predict_proba(frame), dtype=np.float64)

    def reached(self, slot: int, outputs: np.ndarray, own: np.ndarray) -> np.ndarray:
        """Which outputs reach the goal of the row at a place of ``rows``."""
        if self.regression:
            way, edge = self.ways[slot], self.edges[slot]
            return outputs[:, 0] >= edge if way > 0 else outputs[:, 0] <= edge
        return outputs.argmax(axis=1) != own.argmax()


def read(data: str) -> pd.DataFrame:
    """A data set with missing text as a level of its own."""
    frame = pd.read_csv(FOLDER / f"{data}.csv")
    for name in frame.select_dtypes(exclude="number"):
        frame[name] = frame[name].fillna("unknown").astype(object)
    return frame


def case(data: str, kind: str, count: int) -> Case:
    """Fit a model and choose the rows."""
    frame = read(data)
    target = TARGETS[data]
    inputs, truth = frame.drop(columns=target), frame[target]
    regression = data == "diabetes"
    if not regression:
        truth = truth.astype("category").cat.codes
    numbers = list(inputs.select_dtypes("number"))
    texts = [name for name in inputs if name not in numbers]
    pipeline = fitted(inputs, truth, numbers, texts, kind, regression)
    rows = np.sort(np.random.default_rng(0).choice(len(inputs), size=min(count, len(inputs)), replace=False))
    ways = edges = None
    if regression:
        predictions = pipeline.predict(inputs)
        own = predictions[rows]
        ways = np.where(own <= np.median(predictions), 1.0, -1.0)
        edges = own + np.abs(own) * ways * CHANGE / 100
    return Case(data, kind, frame, inputs, target, numbers, texts, pipeline, rows, ways, edges)


def fitted(inputs: pd.DataFrame, truth: Any, numbers: list[str], texts: list[str], kind: str, regression: bool) -> Any:
    """Scaled numbers and one-hot levels before one of four models."""
    from sklearn.compose import make_column_transformer
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler
    from xgboost import XGBClassifier, XGBRegressor

    parts: list[Any] = [(StandardScaler(), numbers)]
    if texts:
        parts.append((OneHotEncoder(handle_unknown="ignore", sparse_output=False), texts))
    boosted = XGBRegressor if regression else XGBClassifier
    model = {
        "xgboost": lambda: boosted(n_estimators=100, max_depth=4, learning_rate=0.1, n_jobs=1, random_state=0),
        "forest": lambda: (RandomForestRegressor if regression else RandomForestClassifier)(
            n_estimators=100, random_state=0
        ),
        "logistic": lambda: Ridge() if regression else LogisticRegression(max_iter=1000),
        "mlp": lambda: (MLPRegressor if regression else MLPClassifier)(
            hidden_layer_sizes=(32, 16), max_iter=300, random_state=0
        ),
    }[kind]()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return make_pipeline(make_column_transformer(*parts), model).fit(inputs, truth)
