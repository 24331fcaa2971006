"""Small models of each library, and the files that they are saved as."""

from __future__ import annotations

import pickle
from typing import Any

import lightgbm
import numpy as np
import pandas as pd
import xgboost
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

RNG = np.random.default_rng(0)
FRAME = pd.DataFrame({"size": RNG.normal(size=120), "age": RNG.integers(18, 80, 120).astype(float)})
LEVELS = FRAME.assign(city=pd.Categorical(RNG.choice(["Rome", "Oslo", "Bern"], 120)))
BINARY = (FRAME["size"] + FRAME["age"] / 40 > 1.2).astype(int)
THREE = pd.qcut(FRAME["size"], 3, labels=False)
XGB = xgboost.XGBClassifier(n_estimators=5, n_jobs=1, enable_categorical=True).fit(LEVELS, BINARY)
LGB = lightgbm.LGBMClassifier(n_estimators=5, n_jobs=1, verbose=-1, min_child_samples=5).fit(LEVELS, BINARY)
TEXT = LEVELS.astype({"city": object})
PIPE = make_pipeline(
    ColumnTransformer([("n", StandardScaler(), ["size", "age"]), ("t", OneHotEncoder(), ["city"])]),
    LogisticRegression(),
).fit(TEXT, np.array(["no", "yes"])[BINARY])
XGB_JSON = bytes(XGB.get_booster().save_raw("json"))
XGB_UBJ = bytes(XGB.get_booster().save_raw("ubj"))
LGB_TEXT = LGB.booster_.model_to_string().encode()
PICKLE = pickle.dumps(RandomForestClassifier(3, random_state=0).fit(FRAME, BINARY))


def skops_bytes(native: Any) -> bytes:
    import skops.io

    return bytes(skops.io.dumps(native))
