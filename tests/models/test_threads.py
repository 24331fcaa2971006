"""Estimators on the calling thread: the same numbers, and threads only where they pay."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    VotingRegressor,
)
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from core.models.threads import FEW, single_threaded

RNG = np.random.default_rng(0)
X = RNG.normal(size=(FEW + 200, 4))
BINARY = (X[:, 0] * X[:, 1] > 0).astype(int)
THREE = np.digitize(X[:, 0] + X[:, 1], [-0.5, 0.5])


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int | None]:
    """The threads that boosting's trees are asked with, as scikit-learn's own method is told."""
    told: list[int | None] = []
    method = HistGradientBoostingClassifier._raw_predict

    def listen(self: Any, rows: Any, n_threads: int | None = None) -> Any:
        told.append(n_threads)
        return method(self, rows, n_threads=n_threads)

    for kind in (HistGradientBoostingClassifier, HistGradientBoostingRegressor):
        monkeypatch.setattr(kind, "_raw_predict", listen)
    return told


@pytest.mark.parametrize("target", [BINARY, THREE], ids=["binary", "three classes"])
def test_boosting_answers_few_rows_on_one_thread_and_the_same_numbers(target: np.ndarray, asked: list[Any]) -> None:
    fitted = HistGradientBoostingClassifier(max_iter=20, early_stopping=False).fit(X, target)
    shell = single_threaded(fitted)
    for rows, threads in ((X[:1], 1), (X[:FEW], 1), (X, None)):
        asked.clear()
        for call in ("predict_proba", "decision_function", "predict"):
            ours = getattr(shell, call)(rows)
            assert asked == [threads]
            assert np.array_equal(ours, getattr(fitted, call)(rows))
            asked.clear()


def test_the_original_is_left_as_it_was() -> None:
    fitted = HistGradientBoostingRegressor(max_iter=5).fit(X, X[:, 0])
    before = dict(vars(fitted))
    shell = single_threaded(fitted)
    assert vars(fitted) == before
    assert shell.get_params() == fitted.get_params()


def test_boosting_inside_a_pipeline_is_found(asked: list[Any]) -> None:
    inner = make_pipeline(StandardScaler(), HistGradientBoostingRegressor(max_iter=5).fit(X, X[:, 0]))
    asked.clear()
    shell = single_threaded(inner.fit(X, X[:, 0]))
    asked.clear()
    shell.predict(X[:3])
    assert asked == [1]


def test_pools_of_jobs_are_taken_away_and_nothing_else() -> None:
    forest = RandomForestClassifier(5, n_jobs=3, random_state=0).fit(X, BINARY)
    shell = single_threaded(forest)
    assert (shell.n_jobs, forest.n_jobs) == (1, 3)
    assert shell.estimators_ is forest.estimators_
    assert np.array_equal(shell.predict_proba(X), forest.predict_proba(X))
    plain = VotingRegressor([("line", LinearRegression())]).fit(X, X[:, 0])
    assert single_threaded(plain) is plain
