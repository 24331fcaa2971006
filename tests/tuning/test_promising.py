"""Bayesian search for the next candidate: against everything there is to find, and against drawing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine
from sklearn.model_selection import KFold
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeRegressor

from core.tuning import candidates, space

EXHAUSTIVE: dict[str, tuple[Any, Any, str, int]] = {
    "svm": (
        make_pipeline(StandardScaler(), SVC()),
        load_breast_cancer,
        "svc__C=0.001..1000.0 log; svc__gamma=1e-6..1.0 log",
        11,
    ),
    "tree": (
        DecisionTreeRegressor(random_state=0),
        load_diabetes,
        "max_depth=1..12; min_samples_leaf=1..60 log; ccp_alpha=0.01..300.0 log; max_features=0.2..1.0",
        4,
    ),
    "neighbours": (
        make_pipeline(StandardScaler(), KNeighborsClassifier()),
        load_wine,
        "kneighborsclassifier__n_neighbors=1..35 log; kneighborsclassifier__weights=uniform|distance",
        30,
    ),
}


@pytest.mark.parametrize("name", EXHAUSTIVE)
def test_bayesian_search_reaches_the_best_tenth_of_everything_in_25_trials(name: str) -> None:
    """HT3: against all points of a grid over the same ranges, for several seeds."""
    estimator, load, text, points = EXHAUSTIVE[name]
    X, y = load(return_X_y=True)
    X, y = X[::3], y[::3]
    folds = list(KFold(3, shuffle=True, random_state=0).split(X))
    spans = space.parse(text, estimator.get_params())
    known: dict[str, float] = {}

    def loss(params: dict[str, Any]) -> float:
        key = repr(sorted(params.items()))
        if key not in known:
            fitted = [clone(estimator).set_params(**params).fit(X[kept], y[kept]) for kept, _ in folds]
            known[key] = -float(
                np.mean([one.score(X[apart], y[apart]) for one, (_, apart) in zip(fitted, folds, strict=True)])
            )
        return known[key]

    every = [loss(params) for params in candidates.grid(spans, points)]
    goal = np.quantile(every, 0.1)
    for seed in range(3):
        tried: candidates.Tried = []
        for params in candidates.promising(spans, 25, seed, tried):
            tried.append((params, loss(params)))
        assert len({repr(params) for params, _ in tried}) == len(tried), "nothing twice"
        assert len(tried) <= 25
        assert min(found for _, found in tried) <= goal + 1e-12, f"seed {seed}"


def test_bayesian_search_learns_where_drawing_does_not() -> None:
    """A narrow valley in four dimensions: 30 trials come far nearer than 30 draws, for each of three seeds."""
    spans = space.parse("; ".join(f"{name}=0.0..1.0" for name in "abcd"), dict.fromkeys("abcd", 0.5))

    def loss(params: dict[str, Any]) -> float:
        return sum((params[name] - at) ** 2 for name, at in zip("abcd", (0.2, 0.7, 0.4, 0.9), strict=True))

    nearest = []
    for seed in range(3):
        tried: candidates.Tried = []
        for params in candidates.promising(spans, 30, seed, tried):
            tried.append((params, loss(params)))
        drawn = [loss(params) for params in candidates.drawn(spans, 30, seed)]
        nearest.append((min(found for _, found in tried), min(drawn)))
        assert nearest[-1][0] < nearest[-1][1] / 5
    assert np.median([found for found, _ in nearest]) < 0.005
