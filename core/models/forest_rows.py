"""A forest of scikit-learn asked tree by tree: the very same numbers; a row in a tenth, 5,000 in half of the time."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from core.processors import processors, share
from core.types import Array

MANY = 256
"""Rows from which sorting them pays."""
SHARED = 100_000
"""Walks (rows times trees) from which a second processor pays; each has rows of its own, so that sums stay the same."""
_FORESTS = {"RandomForestClassifier", "RandomForestRegressor", "ExtraTreesClassifier", "ExtraTreesRegressor"}


def is_forest(estimator: Any) -> bool:
    """True for the four forests of scikit-learn with one target."""
    kind = type(estimator)
    own = kind.__module__ == "sklearn.ensemble._forest" and kind.__name__ in _FORESTS
    return own and hasattr(estimator, "_validate_X_predict") and getattr(estimator, "n_outputs_", 0) == 1


def predict(estimator: Any, rows: Any) -> Array:
    """Mean of the trees' answers, bit by bit that of the forest on one thread.

    The forest starts a job and changes Python's warnings once a tree. Here the trees are only asked; and rows with
    similar values are asked one after the other, since then a processor guesses the turns of a walk.

    Parameters
    ----------
    estimator : fitted forest
    rows : DataFrame, ndarray or sparse matrix, shape (n, p)

    Returns
    -------
    ndarray, shape (n, n_classes) or (n,)
        Probabilities or target values.
    """
    given = estimator._validate_X_predict(rows)
    sort = isinstance(given, np.ndarray) and len(given) >= MANY
    order = _order(estimator, given) if sort else None
    if order is not None:
        given = given[order]
    total = _shared(estimator, given) if order is not None else _mean(estimator, given)
    if order is None:
        return total
    unsorted = np.empty_like(total)
    unsorted[order] = total
    return unsorted


def _mean(estimator: Any, given: Any) -> Array:
    """The trees' answers, added in their order."""
    total = np.zeros((given.shape[0], estimator.n_classes_ if hasattr(estimator, "classes_") else 1))
    for tree in estimator.estimators_:
        total += tree.tree_.predict(given)[:, : total.shape[1]]
    total /= len(estimator.estimators_)
    return total if hasattr(estimator, "classes_") else total[:, 0]


def _shared(estimator: Any, given: npt.NDArray[np.float32]) -> Array:
    """The same, rows shared between the processors where they are many."""
    many = len(given) * len(estimator.estimators_) >= SHARED
    if not many:
        return _mean(estimator, given)
    return np.concatenate(share(lambda rows: _mean(estimator, rows), np.array_split(given, processors())))


def _order(estimator: Any, given: npt.NDArray[np.float32]) -> npt.NDArray[np.intp]:
    """Rows by the leaf of the first tree in which they end: other trees ask much the same."""
    return np.argsort(estimator.estimators_[0].tree_.apply(given), kind="stable")
