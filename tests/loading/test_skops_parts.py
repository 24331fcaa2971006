"""skops files are built by the gates of pickles: honest ones hold what was written, and nothing is called."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import skops.io

from core.loading.formats import skops_file
from tests.security import zoo
from tests.security.alike import alike

NAMES = (
    *("sk-BernoulliNB", "sk-KNeighborsClassifier", "sk-BisectingKMeans", "sk-RandomForestClassifier"),
    *("sk-HistGradientBoostingRegressor", "sk-RandomizedSearchCV", "sk-GridSearchCV", "sk-SVC", "sk-MLPClassifier"),
    *("sk-GaussianProcessRegressor", "sk-SplineTransformer", "sk-CalibratedClassifierCV", "sk-IsotonicRegression"),
    *("sk-SGDClassifier", "sk-TfidfVectorizer", "table-VotingClassifier", "table-GammaRegressor", "xgb-table"),
)
CASES = dict(zoo.cases())


@pytest.mark.parametrize("name", NAMES)
def test_an_honest_file_holds_what_was_written(name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model, rows = CASES[name]()
        found = skops_file.load(skops.io.dumps(model), "m.skops")
        expected = zoo.answer(model, rows)
        np.testing.assert_equal(zoo.answer(found, rows), expected)
    assert type(found).__name__ == type(model).__name__


def test_plain_things_beside_a_model_are_as_they_were() -> None:
    held = {
        "numbers": {1: 2.5, 2: None, 3: True},
        "arrays": [np.arange(6).reshape(2, 3), np.array(["a", None], dtype=object), np.array([[1, "b"]], dtype=object)],
        "scalars": (np.float32(1.5), np.str_("x"), np.bool_(True), float("inf")),
        "bytes": [b"ab", bytearray(b"cd"), slice(1, None, 2), {"a"}],
        "random": [np.random.RandomState(3), np.random.default_rng(4), np.dtype("f4"), np.float64],
    }
    assert alike(skops_file.load(skops.io.dumps(held), "m.skops"), held)
