"""XGBoost models (gbtree, dart, gblinear) from their own JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np

from core.portable.forest import Tree, stack
from core.portable.form import Column, Linear, Link
from core.portable.inputs import NAN, Head, Inputs, by_level, number, refuse, then
from core.types import Array, Scale, Task

_LINKS: dict[str, tuple[Link, Scale]] = {
    "binary:logistic": ("logistic", "log-odds"),
    "reg:logistic": ("sigmoid", "log-odds"),
    "multi:softprob": ("softmax", "score"),
    "multi:softmax": ("softmax", "score"),
    "reg:squarederror": ("identity", "target"),
    "reg:linear": ("identity", "target"),
    "reg:squaredlogerror": ("identity", "target"),
    "reg:absoluteerror": ("identity", "target"),
    "reg:pseudohubererror": ("identity", "target"),
    "reg:quantileerror": ("identity", "target"),
    "reg:expectileerror": ("identity", "target"),
    "rank:pairwise": ("identity", "target"),
    "rank:ndcg": ("identity", "target"),
    "rank:map": ("identity", "target"),
    "count:poisson": ("exp", "log-target"),
    "reg:gamma": ("exp", "log-target"),
    "reg:tweedie": ("exp", "log-target"),
    "survival:cox": ("exp", "log-target"),
    "survival:aft": ("exp", "log-target"),
}


def convert(estimator: Any, inputs: Inputs, task: Task) -> Head:
    """Convert a Booster or an estimator of ``xgboost.sklearn``.

    An estimator counts its rounds as its ``predict`` does (up to the best iteration); a Booster uses all of them.

    Raises
    ------
    NotApplicable
        If the objective or the trees have no portable form; ``why`` says which.
    """
    own = hasattr(estimator, "get_booster")
    booster = estimator.get_booster() if own else estimator
    learner = json.loads(bytes(booster.save_raw("json")))["learner"]
    best = learner.get("attributes", {}).get("best_iteration") if own else None
    missing = getattr(estimator, "missing", None)
    if missing is not None and missing == missing and missing != 0:
        raise refuse(f"It takes the number {missing:g} for a missing value.")
    objective = learner["objective"]["name"]
    if objective not in _LINKS:
        raise refuse(f"Its objective '{objective}' has no portable form.")
    link, scale = _LINKS[objective]
    link = "sigmoid" if link == "logistic" and task == "regression" else link
    head = Head(_columns(learner, inputs, missing == 0), _linear(learner), link, scale) if _is_linear(learner) else None
    if head is not None:
        return replace(head, columns=tuple(then(column, ("fill", 0.0)) for column in head.columns))
    return Head(
        _columns(learner, inputs, missing == 0), _trees(learner, None if best is None else int(best)), link, scale
    )


def _is_linear(learner: Mapping[str, Any]) -> bool:
    """True for a gblinear booster."""
    return bool(learner["gradient_booster"]["name"] == "gblinear")


def _columns(learner: Mapping[str, Any], inputs: Inputs, zero_missing: bool) -> tuple[Column, ...]:
    """One column per input; categorical ones by the levels that the model keeps."""
    expected = int(learner["learner_model_param"]["num_feature"])
    if len(inputs.items) != expected:
        raise refuse(f"It takes {expected} columns, {len(inputs.items)} arrive.")
    levels = _levels(learner)
    columns = []
    for position, item in enumerate(inputs.items):
        table = {level: float(code) for code, level in enumerate(levels.get(position, ()))}
        keep = bool(table) and item.column is None
        column = by_level(item, table, NAN) if keep else number(item)
        # In a sparse matrix XGBoost takes the zeros that are left out for missing values.
        columns.append(then(column, ("drop_zero", 0.0)) if inputs.sparse or zero_missing else column)
    return tuple(columns)


def _levels(learner: Mapping[str, Any]) -> dict[int, list[Any]]:
    """Levels of each categorical feature in the order of their codes (XGBoost 3.1 and later keep them)."""
    model = learner["gradient_booster"]
    encodings = (model.get("gbtree") or model).get("model", {}).get("cats", {}).get("enc", [])
    found: dict[int, list[Any]] = {}
    for position, encoding in enumerate(encodings):
        values, offsets = encoding.get("values", []), encoding.get("offsets")
        if offsets is not None:
            text = bytes(byte % 256 for byte in values)
            if not text.isascii():
                raise refuse("XGBoost cuts the names of categories with letters beyond ASCII.")
            values = [text[a:b].decode("utf-8") for a, b in pairwise(offsets)]
        if values:
            found[position] = list(values)
    return found


def _base(learner: Mapping[str, Any], groups: int) -> Array:
    """The starting margin of each output: ``base_score`` before the link."""
    text = str(learner["learner_model_param"]["base_score"]).strip("[]")
    base = np.array([float(part) for part in text.split(",")])
    link = _LINKS[learner["objective"]["name"]][0]
    if link in ("logistic", "sigmoid"):
        base = np.array([math.log(score / (1.0 - score)) for score in base.tolist()])
    elif link == "exp":
        base = np.log(base)
    return np.full(groups, base[0]) if len(base) == 1 else base


def _groups(learner: Mapping[str, Any]) -> int:
    """How many sums the body makes."""
    param = learner["learner_model_param"]
    if int(param.get("num_target", 1)) > 1:
        raise refuse("It predicts several targets at once.")
    return max(1, int(param["num_class"]))


def _linear(learner: Mapping[str, Any]) -> Linear:
    """Weights of a gblinear booster: one row per feature, the last is the bias."""
    groups = _groups(learner)
    weights = np.array(learner["gradient_booster"]["model"]["weights"], dtype=np.float64).reshape(-1, groups)
    return Linear(weights=weights[:-1], base=weights[-1] + _base(learner, groups))


def _trees(learner: Mapping[str, Any], best: int | None) -> Any:
    """All trees up to the best iteration, dart's weights included."""
    booster = learner["gradient_booster"]
    model = (booster.get("gbtree") or booster)["model"]
    weights = booster.get("weight_drop") or [1.0] * len(model["trees"])
    end = len(model["trees"]) if best is None else _end(model, best, _groups(learner))
    groups, info = _groups(learner), model["tree_info"]
    trees = [_tree(model["trees"][i], info[i], groups, weights[i]) for i in range(end)]
    return stack(trees, _base(learner, groups), strict=True, float32=True)


def _end(model: Mapping[str, Any], best: int, groups: int) -> int:
    """Number of trees up to and including the best iteration."""
    pointers: Sequence[int] | None = model.get("iteration_indptr")
    if pointers:
        return int(pointers[min(best + 1, len(pointers) - 1)])
    parallel = int(model["gbtree_model_param"]["num_parallel_tree"])
    return min((best + 1) * groups * max(1, parallel), len(model["trees"]))


def _tree(raw: Mapping[str, Any], group: int, groups: int, weight: float) -> Tree:
    """One tree of the JSON."""
    if int(raw["tree_param"].get("size_leaf_vector", 1)) > 1:
        raise refuse("Its trees hold several outputs in each leaf.")
    left = np.array(raw["left_children"], dtype=np.int64)
    right = np.array(raw["right_children"], dtype=np.int64)
    conditions = np.array(raw["split_conditions"], dtype=np.float32).astype(np.float64)
    missing_left = np.array(raw["default_left"], dtype=np.bool_)
    categories = _categories(raw)
    asks = np.zeros(len(left), dtype=np.bool_)
    asks[list(categories)] = True
    value = np.zeros((len(left), groups))
    value[:, group] = np.where(left < 0, conditions * weight, 0.0)
    return Tree(
        feature=np.array(raw["split_indices"], dtype=np.int64),
        threshold=np.where(asks, 0.0, conditions),
        # XGBoost sends the listed categories right, this form sends them left: the children change places.
        left=np.where(asks, right, left),
        right=np.where(asks, left, right),
        missing_left=missing_left ^ asks,
        value=value,
        cover=np.array(raw["sum_hessian"], dtype=np.float64),
        categories=categories,
    )


def _categories(raw: Mapping[str, Any]) -> dict[int, frozenset[int]]:
    """Categories listed at each categorical split."""
    parts = zip(
        raw.get("categories_nodes", []),
        raw.get("categories_segments", []),
        raw.get("categories_sizes", []),
        strict=True,
    )
    return {node: frozenset(raw["categories"][first : first + size]) for node, first, size in parts}
