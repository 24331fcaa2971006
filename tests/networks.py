"""Small networks of scikit-learn behind encoders, and their tables."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from core.loading.frames import from_frame
from core.loading.match import match
from core.models import wrap
from core.types import Model, Table

ROWS = 90


def frame() -> pd.DataFrame:
    """Numbers of very different size, levels, whole numbers; ``idle`` says nothing."""
    random = np.random.default_rng(3)
    return pd.DataFrame(
        {
            "small": random.normal(size=ROWS) / 100,
            "large": random.normal(5e4, 1e4, ROWS),
            "level": random.choice(["up", "down", "odd"], ROWS),
            "count": random.integers(0, 4, ROWS),
            "idle": random.normal(size=ROWS),
        }
    )


def encoders() -> Any:
    """Scaled numbers, one column for each level."""
    return make_column_transformer(
        (make_pipeline(SimpleImputer(), StandardScaler()), ["small", "large", "count"]),
        (OneHotEncoder(handle_unknown="ignore", sparse_output=False), ["level"]),
    )


@cache
def fitted(activation: str, outputs: int, layers: tuple[int, ...] = (9, 6)) -> tuple[Model, Table]:
    rows = frame()
    bent = np.sign(rows["small"]) * rows["large"] / 1e4 + (rows["level"] == "up") * rows["count"]
    kind: Any = MLPRegressor if outputs == 1 else MLPClassifier
    truth = bent if outputs == 1 else pd.qcut(bent, outputs, labels=[f"part {at}" for at in range(outputs)]).astype(str)
    network = kind(hidden_layer_sizes=layers, activation=activation, solver="lbfgs", max_iter=60, random_state=0)
    model = wrap(make_pipeline(encoders(), network).fit(rows, truth))
    found = match(model, from_frame(rows.assign(y=truth), "rows", target="y"))
    return found.model, found.table


CASES = {
    "relu": ("relu", 1, (9, 6)),
    "tanh, two classes": ("tanh", 2, (9, 6)),
    "logistic, three classes": ("logistic", 3, (7,)),
    "no bend": ("identity", 1, (5,)),
    "three layers": ("relu", 3, (8, 8, 8)),
}
