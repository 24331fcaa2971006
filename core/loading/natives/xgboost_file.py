"""XGBoost models (JSON, UBJ, and the form inside pickles): structure and indices checked before the library reads them."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from core.loading.natives.shape import check_tree, real, whole
from core.loading.natives.ubj import decode

MAX_FEATURES = 1_000_000
MAX_CLASSES = 100_000


def read(data: bytes) -> dict[str, Any]:
    """Parse the bytes of a model.

    Raises
    ------
    ValueError
        If they are neither JSON nor UBJ, or broken.
    """
    head = data[:64].lstrip()
    if head[:1] == b"{" and head[1:].lstrip()[:1] in (b'"', b"}"):
        try:
            found = json.loads(data)
        except RecursionError:
            raise ValueError("it nests too deeply") from None
    elif head[:2] in (b"{L", b"{l", b"{i", b"{U", b"{I"):
        found = decode(data)
    else:
        raise ValueError("it is written in the binary form of XGBoost before 1.6: save it again as JSON or UBJ")
    if not isinstance(found, dict):
        raise ValueError("it is not a model")
    return found


def check(data: bytes) -> None:
    """Check a model before ``xgboost`` parses it.

    Raises
    ------
    ValueError
        If an index is out of range, a list has the wrong length, or a tree is none.
    """
    found = read(data)
    model = found.get("Model", found)
    try:
        _learner(model["learner"])
    except (KeyError, TypeError, IndexError, AttributeError) as error:
        raise ValueError(f"a part of the model is missing or of the wrong kind ({error})") from error


def _learner(learner: dict[str, Any]) -> None:
    """The learner: how many features and classes, then the booster."""
    param = learner["learner_model_param"]
    features, classes = int(param["num_feature"]), int(param.get("num_class", 0))
    targets = int(param.get("num_target", 1) or 1)
    if not 0 <= features <= MAX_FEATURES or not 0 <= classes <= MAX_CLASSES or not 1 <= targets <= MAX_CLASSES:
        raise ValueError("its number of features or classes is out of range")
    for name in ("feature_names", "feature_types"):
        names = learner.get(name, [])
        if len(names) not in (0, features) or any(type(item) is not str for item in names):
            raise ValueError(f"its {name} do not fit the number of features")
    booster = learner["gradient_booster"]
    kind = booster.get("name")
    if kind == "gblinear":
        _linear(booster["model"], features, max(1, classes, targets))
    elif kind == "dart":
        inner = booster["gbtree"]["model"]
        _forest(inner, features, max(1, classes, targets))
        real(booster.get("weight_drop", []), len(inner["trees"]))
    elif kind == "gbtree":
        _forest(booster["model"], features, max(1, classes, targets))
    else:
        raise ValueError(f"its booster is of an unknown kind ({str(kind)[:40]})")


def _linear(model: dict[str, Any], features: int, groups: int) -> None:
    """Weights per feature and group, with the bias."""
    real(model["weights"], (features + 1) * groups)


def _forest(model: dict[str, Any], features: int, groups: int) -> None:
    """Trees, the class of each, and where each round begins."""
    trees = model["trees"]
    if type(trees) is not list or int(model["gbtree_model_param"]["num_trees"]) != len(trees):
        raise ValueError("its number of trees is not what it says")
    info = whole(model["tree_info"], len(trees))
    if info.size and (info.min() < 0 or info.max() >= groups):
        raise ValueError("a tree of it belongs to a class that does not exist")
    rounds = model.get("iteration_indptr")
    if rounds is not None:
        steps = whole(rounds)
        if not steps.size or steps[0] != 0 or steps[-1] != len(trees) or (np.diff(steps) < 0).any():
            raise ValueError("its rounds do not fit its trees")
    for number, tree in enumerate(trees):
        if int(tree.get("id", number)) != number:
            raise ValueError("its trees are out of order")
        _tree(tree, features)


def _tree(tree: dict[str, Any], features: int) -> None:
    """One tree: list lengths, children, features, categories."""
    count = int(tree["tree_param"]["num_nodes"])
    width = max(1, int(tree["tree_param"].get("size_leaf_vector", 1) or 1))
    left, right = whole(tree["left_children"], count), whole(tree["right_children"], count)
    if not 1 <= count:
        raise ValueError("a tree of it is empty")
    leaf = left == -1
    split = whole(tree["split_indices"], count)
    whole(tree["default_left"], count)
    for name in ("base_weights", "split_conditions", "loss_changes", "sum_hessian"):
        if width == 1:
            real(tree[name], count)
    parents = whole(tree["parents"], count)
    inside = parents[(parents != 2147483647) & (parents != -1)]
    if inside.size and (inside.min() < 0 or inside.max() >= count):
        raise ValueError("a node has a parent that does not exist")
    check_tree(left, right, leaf)
    used = split[~leaf]
    if used.size and (used.min() < 0 or used.max() >= max(1, features)):
        raise ValueError("a tree of it splits on a column that does not exist")
    _categories(tree, count)


def _categories(tree: dict[str, Any], count: int) -> None:
    """Category lists of a tree: every segment inside, every node there."""
    if "split_type" in tree:
        whole(tree["split_type"], count)
    values = whole(tree.get("categories", []))
    nodes, starts, sizes = (whole(tree.get(f"categories_{part}", [])) for part in ("nodes", "segments", "sizes"))
    if not len(nodes) == len(starts) == len(sizes):
        raise ValueError("its categories do not fit")
    if nodes.size and (nodes.min() < 0 or nodes.max() >= count or starts.min() < 0 or sizes.min() < 0):
        raise ValueError("its categories do not fit")
    if nodes.size and ((starts + sizes).max() > len(values) or (np.diff(nodes) <= 0).any()):
        raise ValueError("its categories do not fit")
    if values.size and (values.min() < 0 or values.max() > 16_777_216):
        raise ValueError("a category is out of range")
    marked = np.flatnonzero(whole(tree.get("split_type", []))) if "split_type" in tree else np.zeros(0, dtype=np.int64)
    if not np.isin(marked, nodes).all():
        raise ValueError("a node splits on categories that it does not have")
