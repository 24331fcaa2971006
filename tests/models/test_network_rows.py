"""scikit-learn's perceptrons in blocks: against their own predict."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix
from sklearn.neural_network import MLPClassifier, MLPRegressor

from core.errors import ModelError
from core.models import network_rows, wrap

RANDOM = np.random.default_rng(0)
FRAME = pd.DataFrame(RANDOM.normal(size=(300, 4)), columns=list("abcd"))
SETTINGS = {"hidden_layer_sizes": (8, 5), "solver": "lbfgs", "max_iter": 40, "random_state": 0, "tol": 1.0}


def fitted(kind: str) -> MLPClassifier | MLPRegressor:
    score = FRAME["a"] * FRAME["b"] + FRAME["c"]
    if kind == "number":
        return MLPRegressor(**SETTINGS, activation="tanh").fit(FRAME, score)
    truth = (score > 0) if kind == "two" else np.digitize(score, [-0.5, 0.5])
    return MLPClassifier(**SETTINGS).fit(FRAME, truth)


@pytest.mark.parametrize("block", [1, 7, 300, 1000])
@pytest.mark.parametrize("kind", ["number", "two", "three"])
def test_blocks_say_what_the_network_says(kind: str, block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network_rows, "rows_at_once", lambda _width, _kind: block)
    network = fitted(kind)
    own = network.predict(FRAME) if kind == "number" else network.predict_proba(FRAME)
    assert network_rows.predict(network, FRAME) == pytest.approx(own, abs=1e-12)
    assert wrap(network).predict(FRAME).ravel() == pytest.approx(own.ravel(), abs=1e-12)


def test_what_is_not_plain_goes_through_the_network_s_own_checks() -> None:
    network = fitted("two")
    own = network.predict_proba(FRAME)
    assert network_rows.predict(network, FRAME.astype("float32")) == pytest.approx(own, abs=1e-5)
    bare = MLPClassifier(**SETTINGS).fit(FRAME.to_numpy(), FRAME["a"] > 0)
    dense = bare.predict_proba(FRAME.to_numpy())
    assert network_rows.predict(bare, csr_matrix(FRAME.to_numpy())) == pytest.approx(dense, abs=1e-12)
    with pytest.raises(ModelError, match="missing values"):
        wrap(network).predict(FRAME.assign(a=np.nan))


def test_only_scikit_learn_s_own_are_asked_so() -> None:
    class Own(MLPRegressor):
        """Somebody's own predict must be asked."""

    assert network_rows.is_network(fitted("number"))
    assert not network_rows.is_network(Own())
