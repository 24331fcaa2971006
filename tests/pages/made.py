"""A table and a pickled pipeline that no sample resembles: odd names, text, dates as text, missing cells."""

from __future__ import annotations

import io
import pickle
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import GradientBoostingRegressor, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

NUMBERS = ["Höhe über NN (m)", "wind *speed*"]
LEVELS = ["soil|type", "sown?"]


def harvest(rows: int = 240, seed: int = 5) -> pd.DataFrame:
    """Fields and what they yielded: made up."""
    random = np.random.default_rng(seed)
    height = random.uniform(5, 900, rows).round(1)
    wind = random.gamma(2, 3, rows).round(2)
    soil = random.choice(["loess", "clay [wet]", "sand"], rows, p=[0.5, 0.3, 0.2])
    sown = random.choice(["autumn", "spring"], rows)
    good = 1.5 - height / 400 + (soil == "loess") * 1.2 - (soil == "sand") - wind / 12 + (sown == "autumn") * 0.5
    frame = pd.DataFrame({"field": [f"F{place:03}" for place in range(rows)], NUMBERS[0]: height, NUMBERS[1]: wind})
    frame[LEVELS[0]], frame[LEVELS[1]] = soil, sown
    frame.loc[random.random(rows) < 0.06, NUMBERS[1]] = np.nan
    frame["yield"] = np.where(good + random.normal(0, 0.4, rows) > 0.8, "rich", "poor")
    frame["tonnes"] = (4 + 2 * good + random.normal(0, 0.3, rows)).round(2)
    return frame


def pipeline(frame: pd.DataFrame, target: str) -> Any:
    """A pipeline fitted on the frame: imputation, scaling, one-hot, then trees."""
    numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    prepare = ColumnTransformer([("n", numbers, NUMBERS), ("l", OneHotEncoder(handle_unknown="ignore"), LEVELS)])
    kind = RandomForestClassifier if target == "yield" else GradientBoostingRegressor
    last = kind(n_estimators=25, max_depth=4, random_state=0)
    return make_pipeline(prepare, last).fit(frame[NUMBERS + LEVELS], frame[target])


def as_csv(frame: pd.DataFrame) -> bytes:
    """The file of somebody with another keyboard: semicolons, decimal commas, cp1252."""
    text = frame.to_csv(index=False, sep=";", decimal=",")
    return text.encode("cp1252")


def as_pickle(model: Any) -> bytes:
    """A pickled model."""
    stream = io.BytesIO()
    pickle.dump(model, stream)
    return stream.getvalue()
