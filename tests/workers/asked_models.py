"""Two small models that a worker opens, as files, and where it lives."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression

from core.workers import RemoteModel

RNG = np.random.default_rng(0)
FRAME = pd.DataFrame(RNG.normal(size=(80, 3)), columns=["age", "income", "rate"])
TARGET = np.where(FRAME["age"] + FRAME["rate"] > 0, "yes", "no")
LINEAR = pickle.dumps(LogisticRegression().fit(FRAME, TARGET))
FOREST = pickle.dumps(RandomForestClassifier(5, random_state=0).fit(FRAME, TARGET))


def pid(model: RemoteModel) -> int:
    """The process that a model lives in."""
    place = model.lease.place
    assert place is not None
    assert place.client.channel is not None
    return place.client.channel.pid
