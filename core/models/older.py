"""Estimators that answer as older versions of scikit-learn did, where today's classes would answer otherwise."""

from __future__ import annotations

import sys
from functools import cache
from typing import Any

import numpy as np
from sklearn.ensemble import AdaBoostClassifier
from sklearn.metrics import pairwise_distances_argmin
from sklearn.neighbors import NearestCentroid
from sklearn.utils.validation import check_is_fitted, validate_data

from core.types import Array


class AdaBoostSammeR(AdaBoostClassifier):  # type: ignore[misc]  # scikit-learn has no types
    """AdaBoost by probabilities (SAMME.R), the default before scikit-learn 1.6, which took it out.

    Zhu, Zou, Rosset, Hastie: Multi-class AdaBoost, 2009, algorithm 4. https://doi.org/10.4310/SII.2009.v2.n3.a8
    """

    def decision_function(self, X: Any) -> Array:
        """Sum of the members' centred log probabilities, shape (n,) for two classes, otherwise (n, n_classes)."""
        check_is_fitted(self)
        rows, count = self._check_X(X), self.n_classes_
        total: Any = sum(_centred(member.predict_proba(rows), count) for member in self.estimators_)
        total /= self.estimator_weights_.sum()
        if count == 2:
            total[:, 0] *= -1
            total = total.sum(axis=1)
        return np.asarray(total)


def _centred(shares: Array, count: int) -> Array:
    """(K - 1) (log p - mean log p), probabilities kept above zero."""
    logs = np.log(np.clip(shares, np.finfo(shares.dtype).eps, None))
    centred: Array = (count - 1) * (logs - (1.0 / count) * logs.sum(axis=1)[:, np.newaxis])
    return centred


class NearestCentroidNames(NearestCentroid):  # type: ignore[misc]  # scikit-learn has no types
    """Nearest centroid before scikit-learn 1.6: it names a class, and keeps nothing to compute probabilities from."""

    predict_proba = property()
    predict_log_proba = property()
    decision_function = property()

    def predict(self, X: Any) -> Any:
        """Name the class of the nearest centroid, shape (n,)."""
        check_is_fitted(self)
        rows = validate_data(self, X, accept_sparse="csr", reset=False)
        return self.classes_[pairwise_distances_argmin(rows, self.centroids_, metric=self.metric)]


@cache
def by_probability(cls: Any) -> Any:
    """A class of boosting on samples, answering by the probabilities of its members as before."""
    return _derived(f"{cls.__name__}SammeR", (AdaBoostSammeR, cls), {})


@cache
def with_intercept(cls: Any) -> Any:
    """An encoder by contrasts as category_encoders wrote it before 2.7: a column of ones comes first."""

    def coded(rows: Any, mapping: Any) -> Any:
        found = cls.transform_contrast_coding(rows, mapping)
        found.insert(0, "intercept", 1)
        return found

    return _derived(f"{cls.__name__}WithIntercept", (cls,), {"transform_contrast_coding": staticmethod(coded)})


def _derived(name: str, bases: tuple[Any, ...], content: dict[str, Any]) -> Any:
    """A class of this module, found by its name where an object is copied."""
    made = type(name, bases, {"__module__": __name__, **content})
    setattr(sys.modules[__name__], name, made)
    return made


class RemainderColumns:
    """Stands in files of scikit-learn 1.5 to 1.8 for its list of columns left over, until that is taken out."""


class SplineParts:
    """Stands in files of scipy from 1.18 on for what holds the parts of a spline, until they are taken out."""
