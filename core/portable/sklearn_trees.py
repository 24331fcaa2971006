"""scikit-learn's trees, forests and boosting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from core.portable.forest import Tree, stack
from core.portable.form import Column, Link, Trees
from core.portable.inputs import NAN, Head, Input, Inputs, by_level, number, numbers, plain_level, refuse
from core.types import Array, Scale, Task


def convert(estimator: Any, inputs: Inputs, task: Task) -> Head:
    """Convert an estimator of ``sklearn.tree`` or ``sklearn.ensemble``.

    Raises
    ------
    NotApplicable
        If the estimator has no portable form; ``why`` says what stands in the way.
    """
    converter = _CONVERTERS.get(type(estimator).__name__)
    if converter is None:
        raise refuse(f"{type(estimator).__name__} has no portable form.")
    return converter(estimator, inputs, task)


def _single(estimator: Any, inputs: Inputs, task: Task) -> Head:
    """One decision tree."""
    return _averaged([estimator], estimator, inputs, task)


def _forest(estimator: Any, inputs: Inputs, task: Task) -> Head:
    """A random forest or extra trees: the mean over the trees."""
    return _averaged(list(estimator.estimators_), estimator, inputs, task)


def _averaged(members: list[Any], estimator: Any, inputs: Inputs, task: Task) -> Head:
    """The mean of the trees: probabilities vote, numbers average."""
    if int(estimator.n_outputs_) != 1:
        raise refuse("It predicts several targets at once.")
    grown = [_tree(member, _share(member.tree_, task) / len(members)) for member in members]
    body = stack(grown, np.zeros(grown[0].value.shape[1]), strict=False, float32=True)
    link: tuple[Link, Scale] = ("identity", "target") if task == "regression" else ("vote", "probability")
    if getattr(estimator, "criterion", "") == "poisson":
        link = ("identity", "target")
    return Head(numbers(inputs, int(estimator.n_features_in_)), body, *link)


def _share(tree: Any, task: Task) -> Array:
    """Value of each node, shape (n_nodes, n_outputs); class counts become probabilities."""
    value = np.asarray(tree.value, dtype=np.float64)[:, 0, :]
    return value if task == "regression" else value / value.sum(axis=1, keepdims=True)


def _tree(estimator: Any, value: Array) -> Tree:
    """One fitted tree with these node values."""
    tree = estimator.tree_
    missing_left = getattr(tree, "missing_go_to_left", None)
    return Tree(
        feature=np.asarray(tree.feature, dtype=np.int64),
        threshold=np.asarray(tree.threshold, dtype=np.float64),
        left=np.asarray(tree.children_left, dtype=np.int64),
        right=np.asarray(tree.children_right, dtype=np.int64),
        missing_left=np.zeros(tree.node_count, np.bool_) if missing_left is None else missing_left.astype(np.bool_),
        value=value,
        cover=np.asarray(tree.weighted_n_node_samples, dtype=np.float64),
    )


def _boosted(estimator: Any, inputs: Inputs, task: Task) -> Head:
    """GradientBoosting: the first guess plus the trees times the learning rate."""
    init = estimator.init_
    if not (init == "zero" or type(init).__name__ in ("DummyClassifier", "DummyRegressor")):
        raise refuse(f"Its first guess is another model ({type(init).__name__}).")
    width = int(estimator.n_features_in_)
    base = np.asarray(estimator._raw_predict_init(np.zeros((1, width), dtype=np.float32)))[0]
    link, scale, factor = _loss(str(estimator.loss), len(base), task)
    grown = []
    for stage in estimator.estimators_:
        for output, member in enumerate(stage):
            value = np.zeros((member.tree_.node_count, len(base)))
            value[:, output] = member.tree_.value[:, 0, 0] * (float(estimator.learning_rate) * factor)
            grown.append(_tree(member, value))
    body = stack(grown, base * factor, strict=False, float32=True)
    return Head(numbers(inputs, width), body, link, scale)


def _loss(name: str, outputs: int, task: Task) -> tuple[Link, Scale, float]:
    """Link, unit and factor of a boosting loss; the exponential loss works in half log-odds."""
    if task == "regression":
        return ("exp", "log-target", 1.0) if name in ("poisson", "gamma") else ("identity", "target", 1.0)
    if outputs == 1:
        return "logistic", "log-odds", 2.0 if name == "exponential" else 1.0
    return "softmax", "score", 1.0


def _hist(estimator: Any, inputs: Inputs, task: Task) -> Head:
    """HistGradientBoosting: float64 thresholds, its own missing direction, categories as bit sets."""
    order, columns = _hist_columns(estimator, inputs)
    base = np.asarray(estimator._baseline_prediction, dtype=np.float64).reshape(-1)
    link, scale, _ = _loss(str(estimator.loss), len(base), task)
    grown = [
        _hist_tree(predictor, output, len(base), order)
        for stage in estimator._predictors
        for output, predictor in enumerate(stage)
    ]
    return Head(columns, stack(grown, base, strict=False, float32=False), link, scale)


def _hist_columns(estimator: Any, inputs: Inputs) -> tuple[np.ndarray, tuple[Column, ...]]:
    """Which input each of its columns is (categorical ones come first), and the columns in input order."""
    width = int(estimator.n_features_in_)
    if len(inputs.items) != width:
        raise refuse(f"It takes {width} columns, {len(inputs.items)} arrive.")
    preprocessor = getattr(estimator, "_preprocessor", None)
    categorical = np.asarray(estimator.is_categorical_) if preprocessor is not None else np.zeros(width, np.bool_)
    order = np.concatenate([np.flatnonzero(categorical), np.flatnonzero(~categorical)])
    levels = preprocessor.named_transformers_["encoder"].categories_ if preprocessor is not None else []
    named = dict(zip(np.flatnonzero(categorical).tolist(), levels, strict=True))
    columns = tuple(
        _hist_category(item, named[position]) if position in named else number(item)
        for position, item in enumerate(inputs.items)
    )
    return order, columns


def _hist_category(item: Input, levels: Any) -> Column:
    """A categorical input as the code of its level."""
    return by_level(item, {plain_level(level): float(code) for code, level in enumerate(levels)} | {None: NAN}, NAN)


def _hist_tree(predictor: Any, output: int, outputs: int, order: np.ndarray) -> Tree:
    """One tree of a HistGradientBoosting model."""
    nodes = predictor.nodes
    leaf = nodes["is_leaf"].astype(np.bool_)
    asks = nodes["is_categorical"].astype(np.bool_) & ~leaf
    value = np.zeros((len(nodes), outputs))
    value[:, output] = nodes["value"]
    bits = predictor.raw_left_cat_bitsets
    return Tree(
        feature=np.where(leaf, -1, order[np.where(leaf, 0, nodes["feature_idx"].astype(np.int64))]),
        threshold=np.where(asks, 0.0, nodes["num_threshold"].astype(np.float64)),
        left=np.where(leaf, -1, nodes["left"].astype(np.int64)),
        right=np.where(leaf, -1, nodes["right"].astype(np.int64)),
        missing_left=nodes["missing_go_to_left"].astype(np.bool_),
        value=value,
        cover=nodes["count"].astype(np.float64),
        categories={int(node): _codes(bits[int(nodes["bitset_idx"][node])]) for node in np.flatnonzero(asks)},
    )


def _codes(words: np.ndarray) -> frozenset[int]:
    """Positions of the bits that are set."""
    return frozenset(32 * i + bit for i, word in enumerate(words.tolist()) for bit in range(32) if word >> bit & 1)


def _adaboost(estimator: Any, inputs: Inputs, task: Task) -> Head:
    """AdaBoost over decision trees: each tree votes for one class with its weight (SAMME)."""
    if task == "regression" or any(not hasattr(member, "tree_") for member in estimator.estimators_):
        raise refuse("AdaBoost converts for classes over decision trees only.")
    classes = len(estimator.classes_)
    weights = np.asarray(estimator.estimator_weights_, dtype=np.float64)[: len(estimator.estimators_)]
    weights = weights / weights.sum()
    grown = []
    for member, weight in zip(estimator.estimators_, weights.tolist(), strict=True):
        votes = np.asarray(member.tree_.value)[:, 0, :].argmax(axis=1)
        if len(member.classes_) != classes:
            raise refuse("One of its trees has not seen every class.")
        value = np.full((len(votes), classes), -1.0 / (classes - 1))
        value[np.arange(len(votes)), votes] = 1.0
        value = value[:, 1:] if classes == 2 else value / (classes - 1)
        grown.append(_tree(member, value * (weight * (2.0 if classes == 2 else 1.0))))
    link: tuple[Link, Scale] = ("logistic", "log-odds") if classes == 2 else ("softmax", "score")
    body: Trees = stack(grown, np.zeros(grown[0].value.shape[1]), strict=False, float32=True)
    return Head(numbers(inputs, int(estimator.n_features_in_)), body, *link)


_CONVERTERS: dict[str, Callable[[Any, Inputs, Task], Head]] = {
    "DecisionTreeClassifier": _single,
    "DecisionTreeRegressor": _single,
    "ExtraTreeClassifier": _single,
    "ExtraTreeRegressor": _single,
    "RandomForestClassifier": _forest,
    "RandomForestRegressor": _forest,
    "ExtraTreesClassifier": _forest,
    "ExtraTreesRegressor": _forest,
    "GradientBoostingClassifier": _boosted,
    "GradientBoostingRegressor": _boosted,
    "HistGradientBoostingClassifier": _hist,
    "HistGradientBoostingRegressor": _hist,
    "AdaBoostClassifier": _adaboost,
}
