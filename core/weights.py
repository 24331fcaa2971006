"""What a model says of itself: linear weights in a person's own units, importances of trees with their deviation."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.errors import NotApplicable
from core.portable import linear as lines
from core.portable.form import Column, Linear, Portable
from core.portable.inputs import start
from core.portable.mixing import on_mixed
from core.portable.walked import walked
from core.types import Array
from core.views import words

AFFINE = {"subtract", "divide", "multiply", "add", "fill"}
"""Steps after which a straight line is still one (``fill`` concerns missing values only)."""


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """Weights of a linear model on the columns that a person knows.

    Attributes
    ----------
    terms : tuple of str
        Features, ``feature = level`` and ``feature is missing``.
    sources : tuple of int
        Feature position of each term.
    numbers : tuple of bool
        True where the weight is per one unit of the feature.
    values : ndarray, shape (n_terms,)
    base : float
        The answer where every number is 0 and no level applies.
    spread : ndarray, shape (n_terms,), or None
        Standard deviations where the model knows the covariance of its coefficients.
    """

    terms: tuple[str, ...]
    sources: tuple[int, ...]
    numbers: tuple[bool, ...]
    values: Array
    base: float
    spread: Array | None


def line(column: Column) -> tuple[float, float] | None:
    """The steps after a column's question as slope and offset; None where they bend."""
    slope, offset = 1.0, 0.0
    for kind, number in column.steps:
        if kind not in AFFINE:
            return None
        if kind in ("multiply", "divide"):
            factor = number if kind == "multiply" else 1.0 / number
            slope, offset = slope * factor, offset * factor
        elif kind != "fill":
            offset += number if kind == "add" else -number
    return slope, offset


def straight(model: Any) -> Portable | None:
    """A model's answer as a straight line of its columns; of a classifier without probabilities, its decision score.

    Parameters
    ----------
    model : AdaptedModel
    """
    known = model.portable()
    if known is not None:
        return known if isinstance(known.body, Linear) else None
    try:
        last, given = walked(getattr(model, "native", None), start(model.features))
        if type(last).__name__ not in lines.DECIDERS or not type(last).__module__.startswith("sklearn."):
            return None
        head = on_mixed(lambda own: lines.decision(last, own), given)
    except NotApplicable:
        return None
    if not isinstance(head.body, Linear):
        return None
    link = "logistic" if head.sums == 1 else head.link  # of two classes one score, which the first has turned round
    return Portable(model.features, head.columns, head.body, link, model.task, model.classes, "score")


def bends(portable: Portable) -> bool:
    """True where a column is not a straight line of the person's own, so that no weight per unit exists."""
    return any(line(column) is None for column in portable.columns)


def linear(portable: Portable, output: int, covariance: Array | None = None) -> Weights:
    """Weights in original units: scaling is undone, levels get their names, columns of one feature are added.

    Parameters
    ----------
    portable : Portable
        With a ``Linear`` body, see ``bends``.
    output : int
        The class; of two classes the weights of the first are those of the second with the sign turned.
    covariance : ndarray, shape (n_columns, n_columns), optional
        Of the encoded coefficients.
    """
    body = portable.body
    assert isinstance(body, Linear)  # asked for by the caller
    side = -1.0 if portable.link == "logistic" and output == 0 else 1.0
    place = 0 if body.weights.shape[1] == 1 else output
    coefficients = side * body.weights[:, place]
    rows: dict[tuple[str, int, bool], Array] = {}
    base = side * float(body.base[place])
    for at, column in enumerate(portable.columns):
        found = line(column) or (1.0, 0.0)
        terms, offset = _terms(column, portable.features[column.source], *found)
        base += float(coefficients[at]) * offset
        for name, number, factor in terms:
            row = rows.setdefault((name, column.source, number), np.zeros(len(coefficients)))
            row[at] += factor
    mixing = np.array(list(rows.values())) if rows else np.empty((0, len(coefficients)))
    spread = None if covariance is None else np.sqrt(np.maximum(0, np.diag(mixing @ covariance @ mixing.T)))
    names, sources, numbers = zip(*rows, strict=True) if rows else ((), (), ())
    return Weights(names, sources, numbers, np.asarray(mixing @ coefficients), base, spread)


def _terms(column: Column, feature: str, slope: float, offset: float) -> tuple[list[tuple[str, bool, float]], float]:
    """Terms of one encoded column: name, whether per unit, factor; and what it adds where no term applies."""
    if column.op == "number":
        return [(feature, True, slope)], offset
    if column.op == "missing":
        return [(f"{feature} is missing", False, slope)], offset
    if column.op == "equals":
        return [(f"{feature} = {words.cell(column.level)}", False, slope)], offset
    return [(f"{feature} = {words.cell(level)}", False, slope * code + offset) for level, code in column.table], 0.0


def covariance(estimator: Any, count: int) -> Array | None:
    """Covariance of the coefficients where a fitted estimator keeps it (Bayesian regressions), else None."""
    sigma = getattr(estimator, "sigma_", None)
    if sigma is None or np.ndim(sigma) != 2:
        return None
    kept = np.arange(count)
    if hasattr(estimator, "threshold_lambda"):
        kept = np.flatnonzero(np.asarray(estimator.lambda_) < estimator.threshold_lambda)
    if len(sigma) != len(kept):
        return None
    whole = np.zeros((count, count))
    whole[np.ix_(kept, kept)] = sigma
    return whole


@dataclass(frozen=True, slots=True, eq=False)
class Own:
    """Importances that a model keeps: per encoded column, and per tree where it has trees of its own."""

    values: Array
    trees: Array | None
    unit: str


def importances(estimator: Any) -> Own | None:
    """The importances that a fitted estimator keeps; None where it keeps none."""
    for name, read in _READERS.items():
        if type(estimator).__module__.startswith(name):
            return read(estimator)
    return None


def _sklearn(estimator: Any) -> Own | None:
    """Mean decrease of impurity, tree by tree where the estimator is made of trees."""
    values = getattr(estimator, "feature_importances_", None)
    if values is None:
        return None
    parts = np.ravel(np.asarray(getattr(estimator, "estimators_", []), dtype=object))
    own = [part.feature_importances_ for part in parts if hasattr(part, "feature_importances_")]
    trees = np.array(own) if len(own) > 1 and all(len(part) == len(values) for part in own) else None
    return Own(np.asarray(values, dtype=np.float64), trees, "share of the impurity that its splits remove")


def _xgboost(model: Any) -> Own | None:
    """Total gain of a feature's splits, as a share; tree by tree where the booster is made of trees."""
    booster = used(model)
    names = booster.feature_names or [f"f{at}" for at in range(booster.num_features())]
    score = booster.get_score(importance_type="total_gain")
    values = np.array([float(np.sum(score.get(name, 0.0))) for name in names])
    config = json.loads(booster.save_config())["learner"]["gradient_booster"]["name"]
    return _share(values, "share of the gain of its splits", None if config == "gblinear" else _gains(booster, names))


def used(model: Any) -> Any:
    """The booster of an XGBoost model with the rounds that its answers use: none after the best where it stopped."""
    from core.models.xgboost_model import used_rounds

    booster, (first, last) = getattr(model, "get_booster", lambda: model)(), used_rounds(model)
    return booster[first:last] if last else booster


def _gains(booster: Any, names: Sequence[str]) -> Array:
    """Gain of each feature's splits in each tree of an XGBoost booster, shape (n_trees, n_features)."""
    place, found = {name: at for at, name in enumerate(names)}, []
    for text in booster.get_dump(dump_format="json", with_stats=True):
        gains, open_nodes = np.zeros(len(names)), [json.loads(text)]
        while open_nodes:
            node = open_nodes.pop()
            if "split" in node:
                gains[place[node["split"]]] += float(node["gain"])
                open_nodes += node["children"]
        found.append(gains)
    return np.array(found)


def _lightgbm(model: Any) -> Own | None:
    """Total gain of a feature's splits, as a share; tree by tree."""
    booster = getattr(model, "booster_", model)
    values, found = np.asarray(booster.feature_importance("gain"), dtype=np.float64), []
    for tree in booster.dump_model()["tree_info"]:
        gains, open_nodes = np.zeros(len(values)), [tree["tree_structure"]]
        while open_nodes:
            node = open_nodes.pop()
            if "split_feature" in node:
                gains[node["split_feature"]] += max(0.0, float(node["split_gain"]))
                open_nodes += [node["left_child"], node["right_child"]]
        found.append(gains)
    return _share(values, "share of the gain of its splits", np.array(found))


def _catboost(model: Any) -> Own | None:
    """CatBoost's own: how far the answer moves on average when the feature changes, as a share."""
    values = np.asarray(model.get_feature_importance(), dtype=np.float64)
    return _share(values, "share of the changes that it makes to the answer")


def _share(values: Array, unit: str, trees: Array | None = None) -> Own:
    """Values that add up to one; those of each tree, too, as scikit-learn's do."""
    total = float(values.sum())
    if trees is not None:
        own = trees.sum(axis=1, keepdims=True)
        trees = np.divide(trees, own, out=np.zeros_like(trees), where=own > 0) if len(trees) > 1 else None
    return Own(values / total if total > 0 else values, trees, unit)


_READERS: dict[str, Callable[[Any], Own | None]] = {
    "sklearn": _sklearn,
    "xgboost": _xgboost,
    "lightgbm": _lightgbm,
    "catboost": _catboost,
}


def by_feature(values: Array, sources: Sequence[int], count: int) -> Array:
    """Sum encoded columns back to features: (..., n_encoded) to (..., n_features)."""
    found = np.zeros((*values.shape[:-1], count))
    for at, source in enumerate(sources):
        found[..., source] += values[..., at]
    return found


def last_step(native: Any) -> Any:
    """The estimator at the end of pipelines and searches."""
    while True:
        if hasattr(native, "best_estimator_"):
            native = native.best_estimator_
        elif hasattr(native, "named_steps") and hasattr(native, "steps"):
            native = native.steps[-1][1]
        else:
            return native
