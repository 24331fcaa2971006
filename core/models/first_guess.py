"""Gradient boosting whose first guess is another model's: looked at each time, before compiled code adds to it."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn import ensemble

from core.types import Array


def _fitting(guess: Any, rows: Any, columns: int) -> Array:
    """The guess, if it has a number for each row and each tree of a round.

    Raises
    ------
    ValueError
    """
    if np.shape(guess) != (np.shape(rows)[0], columns):
        raise ValueError(f"its first guess has the form {np.shape(guess)}, for {np.shape(rows)[0]} rows")
    return np.ascontiguousarray(guess, dtype=np.float64)


class GradientBoostingClassifier(ensemble.GradientBoostingClassifier):  # type: ignore[misc]  # no types there
    """scikit-learn's, with a look at the first guess."""

    def _raw_predict_init(self, X: Any) -> Array:
        return _fitting(super()._raw_predict_init(X), X, self.estimators_.shape[1])


class GradientBoostingRegressor(ensemble.GradientBoostingRegressor):  # type: ignore[misc]
    """scikit-learn's, with a look at the first guess."""

    def _raw_predict_init(self, X: Any) -> Array:
        return _fitting(super()._raw_predict_init(X), X, self.estimators_.shape[1])


GUARDED = {
    ensemble.GradientBoostingClassifier: GradientBoostingClassifier,
    ensemble.GradientBoostingRegressor: GradientBoostingRegressor,
}
"""scikit-learn's class -> its form with a look; they share their names."""
