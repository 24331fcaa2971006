"""What a pickled XGBoost booster keeps beside its model changes no answer."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
import xgboost

from core.loading.pickles import load

X = np.random.default_rng(0).normal(size=(60, 4))
Y = (X[:, 0] > 0).astype(int) + (X[:, 1] > 0)


@pytest.mark.parametrize(
    ("honest", "changed"),
    [
        (b"num_classSL\0\0\0\0\0\0\0\x013", b"num_classSL\0\0\0\0\0\0\0\x017"),
        (b"num_featureSL\0\0\0\0\0\0\0\x014", b"num_featureSL\0\0\0\0\0\0\0\x019"),
    ],
)
def test_sizes_in_the_settings_of_a_pickled_booster_change_no_answer(honest: bytes, changed: bytes) -> None:
    model = xgboost.XGBClassifier(n_estimators=3, max_depth=2).fit(X, Y)
    expected = model.predict_proba(X)
    written = pickle.dumps(model)
    settings = written[: written.index(b"Model")]
    assert honest in settings
    assert len(settings.replace(honest, changed)) == len(settings)
    forged = settings.replace(honest, changed) + written[len(settings) :]
    assert np.array_equal(load(forged, "model.pkl").predict_proba(X), expected)
