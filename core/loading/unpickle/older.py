"""What older versions of scikit-learn kept elsewhere or not at all: moved to where today's code looks for it.

Without this a file would load and then fail, or, worse, answer otherwise than it did. Each step is told by what the
object holds, and changes nothing in an object of today.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from core.loading.unpickle.defaults import fill
from core.loading.unpickle.inert import Refused
from core.loading.unpickle.older_columns import columns
from core.loading.unpickle.older_splines import spline


def imputer(own: dict[str, Any]) -> None:
    """``SimpleImputer`` before 1.8: one type for what it saw and what it fills in; before 1.1, none of its own."""
    filled = own.get("statistics_")
    if isinstance(filled, np.ndarray):
        own.setdefault("_fit_dtype", filled.dtype)
    if "_fit_dtype" in own:
        own.setdefault("_fill_dtype", own["_fit_dtype"])


def chain(own: dict[str, Any]) -> None:
    """``ClassifierChain`` and ``RegressorChain`` before 1.7 called the inner model ``base_estimator``."""
    if "estimator" not in own and "base_estimator" in own:
        own["estimator"] = own.pop("base_estimator")


def one_hot(own: dict[str, Any]) -> None:
    """``OneHotEncoder`` before 1.2 kept what it drops under another name, and "sparse" was called otherwise."""
    if "sparse_output" not in own and "sparse" in own:
        own["sparse_output"] = own.pop("sparse")
    known = own.get("categories_")
    if type(known) is not list:
        return
    own.setdefault("_infrequent_enabled", False)
    if "_drop_idx_after_grouping" not in own:
        own["_drop_idx_after_grouping"] = own.pop("drop_idx_", None)
    if "_n_features_outs" not in own:
        dropped = own["_drop_idx_after_grouping"]
        left = [None] * len(known) if dropped is None else list(dropped)
        own["_n_features_outs"] = [len(c) - (place is not None) for c, place in zip(known, left, strict=True)]


def ordinal(own: dict[str, Any]) -> None:
    """``OrdinalEncoder`` before 1.3 had no rare categories; before 1.1 it looked for gaps when it was asked."""
    known = own.get("categories_")
    if type(known) is not list:
        return
    own.setdefault("_infrequent_enabled", False)
    if "_missing_indices" not in own:
        last = {
            column: levels[-1] for column, levels in enumerate(known) if isinstance(levels, np.ndarray) and levels.size
        }
        gaps = [column for column, level in last.items() if isinstance(level, float) and level != level]  # sorted last
        own["_missing_indices"] = {column: len(known[column]) - 1 for column in gaps}


def calibrated(own: dict[str, Any]) -> None:
    """The parts of ``CalibratedClassifierCV`` before 1.2 called the inner model ``base_estimator``."""
    if "estimator" not in own and "base_estimator" in own:
        own["estimator"] = own.pop("base_estimator")


def isolation(own: dict[str, Any]) -> None:
    """``IsolationForest`` before 1.3 found the depths of its trees' leaves when it was asked."""
    members = own.get("estimators_")
    if "_decision_path_lengths" in own or type(members) is not list:
        return
    from sklearn.ensemble._iforest import _average_path_length
    from sklearn.tree._tree import Tree

    trees = [getattr(member, "tree_", None) for member in members]
    if not all(type(tree) is Tree for tree in trees):
        raise Refused("the members of its IsolationForest are no trees")
    found: list[Any] = [tree for tree in trees if tree is not None]
    own["_average_path_length_per_tree"] = tuple(_average_path_length(tree.n_node_samples) for tree in found)
    own["_decision_path_lengths"] = tuple(tree.compute_node_depths() for tree in found)


def kernel(own: dict[str, Any]) -> None:
    """``KernelPCA`` before 1.2 worked its gamma out when it was asked."""
    columns = own.get("n_features_in_")
    if "gamma_" not in own and type(columns) is int and columns > 0:
        own["gamma_"] = 1 / columns if own.get("gamma") is None else own["gamma"]


def empty_columns(own: dict[str, Any]) -> None:
    """``IterativeImputer`` before 1.2 told columns without any value by what it filled them with at first."""
    filled = getattr(own.get("initial_imputer_"), "statistics_", None)
    if "_is_empty_feature" not in own and isinstance(filled, np.ndarray) and filled.dtype.kind == "f":
        own["_is_empty_feature"] = np.isnan(filled)


def neighbours_of_gaps(own: dict[str, Any]) -> None:
    """``KNNImputer`` before 1.1 found out when asked which columns held anything."""
    mask = own.get("_mask_fit_X")
    if "_valid_mask" not in own and isinstance(mask, np.ndarray) and mask.ndim == 2 and mask.dtype == bool:
        own["_valid_mask"] = ~mask.all(axis=0)


def stacked(own: dict[str, Any]) -> None:
    """``StackingClassifier`` before 1.2 called the encoder of its labels ``_le``."""
    if "_label_encoder" not in own and "_le" in own:
        own["_label_encoder"] = own.pop("_le")


def applied(own: dict[str, Any]) -> None:
    """``FunctionTransformer`` around a check of arrays, as boosting of 1.4 and 1.5 kept it: a word changed in 1.6."""
    from functools import partial

    from sklearn.utils.validation import check_array

    held = own.get("func")
    if type(held) is partial and held.func is check_array and "force_all_finite" in held.keywords:
        words = {**held.keywords, "ensure_all_finite": held.keywords["force_all_finite"]}
        del words["force_all_finite"]
        own["func"] = partial(check_array, *held.args, **words)


def projected(own: dict[str, Any]) -> None:
    """Random projections before 1.3 found their width when they were asked for names."""
    if "n_components_" in own:
        own.setdefault("_n_features_out", own["n_components_"])


def machine(own: dict[str, Any]) -> None:
    """Support vector machines before 1.8 told by a setting whether they were fitted for probabilities."""
    own.setdefault("_effective_probability", own.get("probability") is True)


def density(own: dict[str, Any]) -> None:
    """``KernelDensity`` before 1.2 had no width but the one that it was told."""
    own.setdefault("bandwidth_", own.get("bandwidth"))


def settings(model: Any) -> None:
    """Models of XGBoost before 2.0 lack settings that were added since."""
    from xgboost import XGBModel

    fill(vars(model), XGBModel)


def regressor(own: dict[str, Any]) -> None:
    """``LGBMRegressor`` and ``LGBMRanker`` before 4.0 had no count of classes."""
    if own.get("_n_classes", 0) is None:
        own["_n_classes"] = -1


_CONTRASTS = ("BackwardDifferenceEncoder", "HelmertEncoder", "PolynomialEncoder", "SumEncoder")
"""Encoders that put a column of ones before the others until category_encoders 2.7."""


def encoder(model: Any) -> None:
    """Encoders of category_encoders before 2.7: what has a default now, and how many columns they were fitted with."""
    own = vars(model)
    if type(own.get("feature_names")) is list:
        own.setdefault("feature_names_out_", own["feature_names"])
    if type(own.get("_dim")) is not int:
        return
    for base in type(model).__mro__:
        if base.__module__.startswith(("category_encoders.", "core.models.glmm_encoder")):
            fill(own, base)
    own.setdefault("n_features_in_", own["_dim"])
    own.setdefault("composite_members_", {})
    own.setdefault("min_group_lumping_", {})
    own.setdefault("use_all_cols", False)
    from core.models import older

    names = own.get("feature_names_out_")
    if type(model).__name__ in _CONTRASTS and type(names) is list and names[:1] == ["intercept"]:
        cls: Any = type(model)
        model.__class__ = older.with_intercept(cls)
    if type(own.get("feature_names_out_")) is list:
        own["feature_names_out_"] = np.array(own["feature_names_out_"], dtype=object)


def weights_of_words(own: dict[str, Any]) -> None:
    """``TfidfTransformer`` before 1.4 kept its weights as a diagonal matrix; today's would leave them out unasked."""
    diagonal = own.pop("_idf_diag", None)
    if diagonal is not None and "idf_" not in own:
        own["idf_"] = np.ravel(diagonal.sum(axis=0))


def latent(own: dict[str, Any]) -> None:
    """Partial least squares before 1.5 kept weights for scaled columns; today's takes them for columns as they are."""
    if "coef_" not in own and "_coef_" in own:
        own["coef_"] = own.pop("_coef_")  # 1.1 and 1.2
    own.setdefault("_predict_1d", False)  # before 1.3 always a column
    parts = [own.get(name) for name in ("x_rotations_", "y_loadings_", "_y_std", "_x_std", "coef_")]
    if not all(isinstance(part, np.ndarray) and part.dtype.kind == "f" for part in parts):
        return
    rotations, loadings, high, wide, kept = (np.asarray(part) for part in parts)
    sizes = (len(rotations), len(loadings))
    if kept.shape not in (sizes, sizes[::-1]) or (*wide.shape, *high.shape) != sizes:  # else a product of any size
        raise Refused("the weights of its partial least squares do not fit each other")
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


def other_class(model: Any) -> None:
    """Give a model whose answers depend on its version the class that answers as that version did."""
    from core.models import older

    own, name = vars(model), type(model).__name__
    if name == "AdaBoostClassifier" and own.get("algorithm") == "SAMME.R" and "estimators_" in own:
        model.__class__ = older.AdaBoostSammeR
    if name == "RUSBoostClassifier" and own.get("algorithm") == "SAMME.R" and "estimators_" in own:
        cls: Any = type(model)
        model.__class__ = older.by_probability(cls)
    if name == "NearestCentroid" and "centroids_" in own and "within_class_std_dev_" not in own:
        model.__class__ = older.NearestCentroidNames


UPGRADES: dict[str, Callable[[dict[str, Any]], None]] = {
    "SimpleImputer": imputer,
    "ClassifierChain": chain,
    "RegressorChain": chain,
    "ColumnTransformer": columns,
    "OneHotEncoder": one_hot,
    "OrdinalEncoder": ordinal,
    "_CalibratedClassifier": calibrated,
    "IsolationForest": isolation,
    "KernelPCA": kernel,
    "KNNImputer": neighbours_of_gaps,
    "StackingClassifier": stacked,
    "FunctionTransformer": applied,
    **dict.fromkeys(("LGBMRegressor", "LGBMRanker"), regressor),
    **dict.fromkeys(("GaussianRandomProjection", "SparseRandomProjection"), projected),
    **dict.fromkeys(("SVC", "NuSVC", "SVR", "NuSVR", "OneClassSVM"), machine),
    "IterativeImputer": empty_columns,
    "TfidfTransformer": weights_of_words,
    **dict.fromkeys(("PLSRegression", "PLSCanonical", "CCA"), latent),
    **dict.fromkeys(("LogisticRegression", "LogisticRegressionCV"), penalty),
    "BSpline": spline,
    "KernelDensity": density,
}
"""Class -> what its older state needs."""
