"""Support vector machines whose kernel is a function: its matrix is looked at before compiled code reads it."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn import svm
from sklearn.svm._base import BaseLibSVM

from core.types import Array


def _fitting(model: Any, rows: Any, made: Any) -> Array:
    """The matrix, if it has a line for each row and a column for each row of training.

    Raises
    ------
    ValueError
    """
    wanted = (np.shape(rows)[0], np.shape(vars(model)["_BaseLibSVM__Xfit"])[0])
    if np.shape(made) != wanted:
        raise ValueError(f"its kernel makes a matrix of the form {np.shape(made)}, where {wanted} is needed")
    return np.asarray(made)


def _looked(self: Any, X: Any) -> Array:
    """The matrix as scikit-learn's machines compute it, looked at."""
    return _fitting(self, X, BaseLibSVM._compute_kernel(self, X))


class SVC(svm.SVC):  # type: ignore[misc]  # no types there
    """scikit-learn's, with a look at the matrix."""

    _compute_kernel = _looked


class NuSVC(svm.NuSVC):  # type: ignore[misc]  # no types there
    """scikit-learn's, with a look at the matrix."""

    _compute_kernel = _looked


class SVR(svm.SVR):  # type: ignore[misc]  # no types there
    """scikit-learn's, with a look at the matrix."""

    _compute_kernel = _looked


class NuSVR(svm.NuSVR):  # type: ignore[misc]  # no types there
    """scikit-learn's, with a look at the matrix."""

    _compute_kernel = _looked


class OneClassSVM(svm.OneClassSVM):  # type: ignore[misc]  # no types there
    """scikit-learn's, with a look at the matrix."""

    _compute_kernel = _looked


GUARDED = {
    svm.SVC: SVC,
    svm.NuSVC: NuSVC,
    svm.SVR: SVR,
    svm.NuSVR: NuSVR,
    svm.OneClassSVM: OneClassSVM,
}
"""scikit-learn's class -> its form with a look; they share their names."""
