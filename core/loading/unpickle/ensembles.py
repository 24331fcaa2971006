"""Ensembles pass rows on to compiled code that looks no more: trees take the columns and outputs that will come."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble import IsolationForest
from sklearn.ensemble._bagging import BaseBagging
from sklearn.multiclass import OneVsRestClassifier
from sklearn.preprocessing import FunctionTransformer, OrdinalEncoder
from sklearn.utils.validation import check_array

from core.loading.unpickle.natives import broken as _broken
from core.models import against_rest, first_guess

MAX_MEMBERS = 200_000
"""Members of an ensemble: one that is asked a million times over would take minutes for a row."""


def _members(model: Any) -> None:
    """Trees of an ensemble take the columns that the ensemble passes on without looking."""
    own = vars(model)
    members = own["estimators_"]
    if isinstance(members, np.ndarray):
        _stages(model)
        members = members.ravel().tolist()
    if not isinstance(members, list | tuple) or len(members) > MAX_MEMBERS:
        raise _broken(model)
    chosen, columns = _choices(model), own.get("n_features_in_")  # without it, nobody looks at the rows' width
    for position, member in enumerate(members):
        tree = getattr(member, "__dict__", {}).get("tree_")
        if tree is None:
            continue
        if columns is None and not isinstance(getattr(type(model), "n_features_in_", None), property):
            raise _broken(model)
        if columns is None:  # voting and stacking pass rows on whole, and each member looks at them itself
            continue
        taken = chosen[position] if chosen is not None and position < len(chosen) else None
        wanted = columns if taken is None else _chosen(model, taken, columns)
        if getattr(tree, "n_features", wanted) != wanted:
            raise _broken(model)


def _choices(model: Any) -> Any:
    """The columns that each member gets; None where all get the rows whole, whatever the file says."""
    own = vars(model)
    whole = isinstance(model, IsolationForest) and own.get("_max_features") == own.get("n_features_in_")
    return None if whole or not isinstance(model, BaseBagging) else own.get("estimators_features_")


def _chosen(model: Any, taken: Any, columns: int) -> int:
    """How many columns a member of a bagging ensemble sees; all must exist."""
    found = np.asarray(taken)
    if (
        found.ndim != 1
        or found.dtype.kind not in "iu"
        or (found.size and not 0 <= found.min() <= found.max() < columns)
    ):
        raise _broken(model)
    return len(found)


def _stages(model: Any) -> None:
    """Gradient boosting: a grid of single-valued trees, as wide as the number of outputs."""
    from sklearn.tree._tree import Tree

    own, grid = vars(model), vars(model)["estimators_"]
    width = own.get("n_trees_per_iteration_", own.get("_n_classes", own.get("loss_K", grid.shape[-1])))
    if grid.ndim != 2 or grid.dtype != object or (width != grid.shape[1] and not (width == 2 and grid.shape[1] == 1)):
        raise _broken(model)
    for member in grid.ravel().tolist():
        tree: Any = getattr(member, "__dict__", {}).get("tree_")
        if type(tree) is not Tree or tree.value.shape[1:] != (1, 1):
            raise _broken(model)
    if not hasattr(model, "_raw_predict_init"):
        return
    if type(own.get("init_")) in (DummyClassifier, DummyRegressor, str):
        shares = getattr(own["init_"], "__dict__", {}).get("class_prior_", np.zeros(1))
        if _first_guess(model) not in (None, grid.shape[1]) or type(shares) is not np.ndarray or shares.ndim != 1:
            raise _broken(model)  # compiled code adds each tree to a column of that guess, without a look at how many
    else:  # any model may have made it: it is looked at each time
        model.__class__ = first_guess.GUARDED[type(model)]


def _against_rest(model: Any) -> None:
    """One model for each class: how many rows they answer for is looked at each time."""
    if type(model) is OneVsRestClassifier:
        model.__class__ = against_rest.OneVsRestClassifier


def guess(model: Any) -> None:
    """The first guess of another model, which was looked at before, has as many columns as trees are added to."""
    guarded = type(model) in first_guess.GUARDED.values()
    if guarded and _first_guess(model) not in (None, vars(model)["estimators_"].shape[1]):
        raise _broken(model)


def _first_guess(model: Any) -> int | None:
    """How many numbers a row has before gradient boosting adds its trees; None where it cannot be asked."""
    columns = vars(model).get("n_features_in_")
    if type(columns) is not int or not 0 < columns <= 1_000_000:
        return None
    owner: Any = super(type(model), model) if type(model) in first_guess.GUARDED.values() else model
    try:
        found = owner._raw_predict_init(np.zeros((1, columns), dtype=np.float32))
    except Exception:  # a constant fails as well when it is asked for a prediction, and others are looked at then
        return None
    return int(found.shape[1])


def _histograms(model: Any) -> None:
    """Histogram boosting: every round has one tree per output, every split a column that exists."""
    own = vars(model)
    rounds, width = own["_predictors"], own.get("n_trees_per_iteration_")
    columns = own.get("n_features_in_")
    if not _is_whole(own.get("_preprocessor"), columns):
        raise _broken(model)
    if type(rounds) is not list or type(columns) is not int:
        raise _broken(model)
    for trees in rounds:
        if type(trees) is not list or len(trees) != width:
            raise _broken(model)
        for tree in trees:
            nodes = getattr(tree, "__dict__", {}).get("nodes")
            if type(tree).__name__ != "TreePredictor" or nodes is None or int(nodes["feature_idx"].max()) >= columns:
                raise _broken(model)


def _is_whole(front: Any, columns: Any) -> bool:
    """True where what comes before histogram boosting gives as many columns as it takes: nobody looks at its answer."""
    if front is None:
        return True
    if type(front) is not ColumnTransformer or type(vars(front).get("transformers_")) is not list:
        return False
    taken = 0
    for step in vars(front)["transformers_"]:
        _name, made, mask = step if type(step) is tuple and len(step) == 3 else (None, None, None)
        if isinstance(made, str) and made == "drop":
            continue
        if not isinstance(mask, np.ndarray) or mask.dtype != bool or mask.shape != (columns,):
            return False
        function = vars(made).get("func") if type(made) is FunctionTransformer else None
        if type(made) is not OrdinalEncoder and not (isinstance(function, partial) and function.func is check_array):
            return False
        taken += int(mask.sum())
    return bool(taken == columns)


CHECKS: dict[str, Callable[[Any], None]] = {
    "estimators_": _members,
    "_predictors": _histograms,
    "label_binarizer_": _against_rest,
}
"""Attribute -> check of the object that has it."""
