"""State checks of estimators whose compiled code trusts it, and the settings that are switched off."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.sparse import csr_array, csr_matrix
from sklearn.base import BaseEstimator
from sklearn.ensemble import BaseEnsemble

from core.loading.unpickle import endless, ensembles, losses, natives
from core.loading.unpickle.defaults import defaults, fill
from core.loading.unpickle.inert import Refused
from core.loading.unpickle.natives import broken as _broken
from core.loading.unpickle.older import UPGRADES, encoder, other_class, settings
from core.models import given_kernel

_OFF: dict[str, Any] = {"n_jobs": 1, "_n_threads": 1, "memory": None, "verbose": False, "warm_start": False}
_OFF["callbacks"] = None
_READS_FILES = ("filename", "file")


def quiet(model: Any) -> None:
    """One process, no cache folder, no messages; a vectorizer that reads file names from the table is refused."""
    own = vars(model)
    for name, value in _OFF.items():
        if name in own:
            own[name] = value
    for name in natives.SETTINGS:
        held = own.get(name)
        if type(held) is dict and "n_jobs" in held:
            own[name] = {**held, "n_jobs": 1}
    if own.get("input") in _READS_FILES:
        raise Refused(f"its {type(model).__name__} reads files that a table names (input='{own['input']}')", "input")


def complete(model: Any) -> None:
    """Give an estimator of an older scikit-learn the settings that were added since, at their defaults."""
    change = UPGRADES.get(type(model).__name__)
    if change is not None and type(model).__module__.startswith(("sklearn.", "scipy.", "lightgbm.")):
        change(vars(model))
    if type(model).__module__.startswith(("category_encoders.", "core.models.glmm_encoder")):
        encoder(model)
    if type(model).__module__ == "xgboost.sklearn":
        settings(model)
    if not isinstance(model, BaseEstimator) or not type(model).__module__.startswith(("sklearn.", "imblearn.")):
        return
    own = vars(model)
    cls: Any = type(model)
    if isinstance(model, BaseEnsemble) or "estimator" in defaults(cls):
        for name in ("estimator", "estimator_"):  # called base_estimator before 1.2
            if f"base_{name}" in own and name not in own:
                own[name] = own.pop(f"base_{name}")
    fill(own, cls)
    if "_predictors" in own:
        own.setdefault("_preprocessor", None)
    if "_link_instance" in own and "coef_" in own:  # generalised linear models of 1.0
        own["_base_loss"] = model._get_loss()
    losses.renew(model)
    other_class(model)


def _tree(model: Any) -> None:
    """A decision tree takes as many columns as its estimator says."""
    from sklearn.tree._tree import Tree

    tree = vars(model)["tree_"]
    if tree is None:
        return
    if type(model).__name__ == "KernelDensity" and type(tree).__module__.startswith("sklearn.neighbors."):
        return
    columns = vars(model).get("n_features_in_")  # written since 0.24; without it, nobody looks at the rows' width
    if type(tree) is not Tree or type(columns) is not int or tree.n_features != columns:
        raise _broken(model)


def _neighbour_tree(model: Any) -> None:
    """A neighbour tree is one, and holds as many rows as there are answers."""
    own = vars(model)
    tree, rows = own["_tree"], own.get("_fit_X")
    if tree is not None and not type(tree).__module__.startswith("sklearn.neighbors."):
        raise _broken(model)
    answers = own.get("_y")
    if answers is not None and rows is not None:
        count = rows.shape[0] if hasattr(rows, "shape") else -1
        if not isinstance(answers, np.ndarray) or len(answers) != count:
            raise _broken(model)
    if tree is not None and rows is not None and np.shape(rows) != np.asarray(tree.data).shape:
        raise _broken(model)


def _support_vectors(model: Any) -> None:
    """A support vector machine's arrays have the sizes that libsvm reads."""
    own = vars(model)
    if "_n_support" not in own:  # linear ones have none
        return
    if own.get("_impl", type(model)._impl) != type(model)._impl:
        raise _broken(model)
    vectors, weights, counts = own["support_vectors_"], own.get("_dual_coef_"), own["_n_support"]
    bias, support = own.get("_intercept_"), own.get("support_")
    arrays = all(isinstance(part, np.ndarray) for part in (counts, bias, support))
    if not arrays or not hasattr(vectors, "shape") or not hasattr(weights, "shape") or len(vectors.shape) != 2:
        raise _broken(model)
    kernel = own.get("kernel")
    given = kernel == "precomputed" or not isinstance(kernel, str)  # a matrix with a column for each row of training
    total = len(support) if given else vectors.shape[0]
    classes = len(counts)
    if own.get("_sparse"):
        total = total if weights.shape[1] else 0
        if not all(isinstance(part, csr_matrix | csr_array) for part in (vectors, weights)):  # read line by line
            raise _broken(model)
        if weights.nnz != weights.shape[0] * weights.shape[1]:
            raise _broken(model)
    pairs = classes * (classes - 1) // 2
    single = "SVR" in type(model).__name__ or "OneClass" in type(model).__name__
    pairs, height = (1, 1) if single else (pairs, classes - 1)
    if classes < 2 or (single and classes > 2):  # as many places are made for the weights as classes, less one
        raise _broken(model)
    fits = len(support) == total and weights.shape == (height, total) and bias.size == pairs and counts.min() >= 0
    if not fits or (not single and int(counts.sum()) != total):
        raise _broken(model)
    for name in ("_probA", "_probB", "probA_", "probB_"):
        if name in own and np.size(own[name]) not in (0, pairs):
            raise _broken(model)
    if given and (own.get("_sparse") or not _is_in_matrix(own, support)):
        raise _broken(model)
    if not isinstance(kernel, str):  # nobody looks at what a function makes before compiled code reads it
        model.__class__ = given_kernel.GUARDED.get(type(model), type(model))
    if not given and own.get("n_features_in_", vectors.shape[1]) != vectors.shape[1]:
        raise _broken(model)


def _is_in_matrix(own: dict[str, Any], support: np.ndarray) -> bool:
    """True where each support vector has a column in the matrix of a kernel that is given, or made by a function."""
    fitted: Any = own.get("shape_fit_")
    held: Any = own.get("_BaseLibSVM__Xfit")
    rows = fitted[0] if type(fitted) is tuple and fitted and type(fitted[0]) is int else 0
    known = rows if own.get("kernel") == "precomputed" else np.shape(held)[0] if np.ndim(held) else 0
    return bool(known == rows) and natives.is_within(support, rows)


def _spline(model: Any) -> None:
    """A spline's knots and coefficients belong together."""
    own = vars(model)
    knots, weights, degree = own.get("_t", own.get("t")), own.get("_c", own.get("c")), own.get("k")
    if type(model).__name__ != "BSpline":
        return
    numbers = all(isinstance(part, np.ndarray) and part.dtype.kind == "f" for part in (knots, weights))
    if not numbers or type(degree) is not int or not 0 <= degree <= 20 or knots.ndim != 1 or not weights.ndim:
        raise _broken(model)
    axis = own.get("axis", 0)
    if type(axis) is not int or len(knots) < 2 * degree + 2 or weights.shape[0] < len(knots) - degree - 1:
        raise _broken(model)
    if not np.isfinite(knots).all() or (np.diff(knots) < 0).any():
        raise _broken(model)


CHECKS: tuple[tuple[str, Callable[[Any], None]], ...] = (
    ("tree_", _tree),
    ("_tree", _neighbour_tree),
    *ensembles.CHECKS.items(),
    ("support_vectors_", _support_vectors),
    ("t", _spline),
    ("_t", _spline),
    *natives.CHECKS.items(),
    *endless.CHECKS.items(),
)
"""Attribute and the check of the object that has it."""
