"""What older versions of scikit-learn kept elsewhere or not at all: moved to where today's code looks for it.

Without this a file would load and then fail, or, worse, answer otherwise than it did. Each step is told by what the
object holds, and changes nothing in an object of today.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def imputer(own: dict[str, Any]) -> None:
    """``SimpleImputer`` before 1.8: one type for what it saw and what it fills in."""
    if "_fit_dtype" in own:
        own.setdefault("_fill_dtype", own["_fit_dtype"])


def chain(own: dict[str, Any]) -> None:
    """``ClassifierChain`` and ``RegressorChain`` before 1.7 called the inner model ``base_estimator``."""
    if "estimator" not in own and "base_estimator" in own:
        own["estimator"] = own.pop("base_estimator")


def columns(own: dict[str, Any]) -> None:
    """``ColumnTransformer`` before 1.4 kept the word for columns that pass through, not what passes them."""
    from sklearn.preprocessing import FunctionTransformer

    steps = own.get("transformers_")
    if type(steps) is not list or not any(type(s) is tuple and len(s) == 3 and s[1] == "passthrough" for s in steps):
        return
    passing = FunctionTransformer(accept_sparse=True, check_inverse=False, feature_names_out="one-to-one")
    inner = getattr(own.get("_sklearn_output_config"), "get", lambda _key: None)("transform")
    if inner in ("default", "pandas", "polars"):
        passing.set_output(transform=inner)
    own["transformers_"] = [(s[0], passing, s[2]) if s[1] == "passthrough" else s for s in steps]


def weights_of_words(own: dict[str, Any]) -> None:
    """``TfidfTransformer`` before 1.4 kept its weights as a diagonal matrix; today's would leave them out unasked."""
    diagonal = own.pop("_idf_diag", None)
    if diagonal is not None and "idf_" not in own:
        own["idf_"] = np.ravel(diagonal.sum(axis=0))


def latent(own: dict[str, Any]) -> None:
    """Partial least squares before 1.5 kept weights for scaled columns; today's takes them for columns as they are."""
    parts = [own.get(name) for name in ("x_rotations_", "y_loadings_", "_y_std", "_x_std", "coef_")]
    if not all(isinstance(part, np.ndarray) and part.dtype.kind == "f" for part in parts):
        return
    rotations, loadings, high, wide, kept = (np.asarray(part) for part in parts)
    scaled = ((rotations @ loadings.T) * high).T
    if kept.shape != scaled.shape or (kept.shape[0] == kept.shape[1] and np.allclose(kept.T, scaled)):
        kept = kept.T  # before 1.3
    if np.allclose(kept, scaled, rtol=1e-9, atol=0.0):
        own["coef_"] = scaled / wide
    own.setdefault("intercept_", own.get("_y_mean"))


def penalty(own: dict[str, Any]) -> None:
    """``LogisticRegression`` before 1.8 wrote None for "no share of L1"."""
    if own.get("l1_ratio", 0.0) is None:
        own["l1_ratio"] = 0.0


def spline(own: dict[str, Any]) -> None:
    """``BSpline`` of older scipy kept knots and weights under their own names."""
    from scipy.interpolate import BSpline

    for name in ("t", "c"):
        if name in own and f"_{name}" not in own:
            own[f"_{name}"] = own.pop(name)
    if "_asarray" not in own:
        own["_asarray"] = BSpline(np.arange(4.0), np.zeros(2), 1)._asarray


def other_class(model: Any) -> None:
    """Give a model whose answers depend on its version the class that answers as that version did."""
    from core.models import older

    own, name = vars(model), type(model).__name__
    if name == "AdaBoostClassifier" and own.get("algorithm") == "SAMME.R" and "estimators_" in own:
        model.__class__ = older.AdaBoostSammeR
    if name == "NearestCentroid" and "centroids_" in own and "within_class_std_dev_" not in own:
        model.__class__ = older.NearestCentroidNames


UPGRADES: dict[str, Callable[[dict[str, Any]], None]] = {
    "SimpleImputer": imputer,
    "ClassifierChain": chain,
    "RegressorChain": chain,
    "ColumnTransformer": columns,
    "TfidfTransformer": weights_of_words,
    **dict.fromkeys(("PLSRegression", "PLSCanonical", "CCA"), latent),
    **dict.fromkeys(("LogisticRegression", "LogisticRegressionCV"), penalty),
    "BSpline": spline,
}
"""Class -> what its older state needs."""
