"""XGBoost models as JSON or UBJ: every tree is checked before XGBoost parses the bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import numpy as np

from core.errors import ModelError
from core.loading.formats import xgboost_json
from core.loading.formats.numerals import Numerals, integers, parse_json
from core.loading.formats.tree_checks import Ints, check_children, damaged, groups, whole_numbers
from core.loading.formats.ubjson import decode

_NOBODY = 2**31 - 1
"""The parent that XGBoost writes for a root."""
_NODES = ("left_children", "right_children", "split_indices", "parents")
_SETS = ("categories", "categories_nodes", "categories_segments", "categories_sizes")
_ELSE = {
    "tree_info": ("LightGBM's JSON dump", "Save the model as text: booster.save_model('model.txt')."),
    "oblivious_trees": ("CatBoost's JSON form", "Save the model as cbm: model.save_model('model.cbm')."),
    "class_name": ("a Keras architecture without weights", "Export the model as ONNX."),
    "cells": ("a notebook", "Upload the model that it saves."),
    "openapi": ("an API description", "Upload the model."),
}


def load(data: bytes, name: str, form: str) -> Any:
    """Check the structure and parse; returns an ``xgboost.Booster``.

    Parameters
    ----------
    form : {"json", "ubj"}

    Raises
    ------
    ModelError
        If it is not an XGBoost model, damaged, or of a version that cannot be read.
    """
    raw = _checked(data, name, form)
    import xgboost

    booster = xgboost.Booster()
    try:
        booster.load_model(raw)
        booster.num_features()
    except Exception as error:  # xgboost raises its own root, and ValueError
        message = " ".join(str(error).split("Stack trace:")[0].split())[-160:]
        raise damaged(name, f"XGBoost cannot read it: {message}") from error
    return booster


def _checked(data: bytes, name: str, form: str) -> bytearray:
    """What XGBoost is to read: the file, or the same numbers in the form that it reads in no time."""
    document = _document(data, name, form)
    numbers = xgboost_json.with_numbers(document, data) if form == "json" else None
    check(document if numbers is None else numbers, name)
    binary = None if numbers is None else xgboost_json.as_ubj(numbers)
    return bytearray(data.removeprefix(b"\xef\xbb\xbf")) if binary is None else binary


def _document(data: bytes, name: str, form: str) -> Mapping[str, Any]:
    """The decoded file, if it is an XGBoost model's."""
    try:
        found = decode(data) if form == "ubj" else parse_json(data)
    except (ValueError, RecursionError) as error:
        raise damaged(name, f"It is not complete {form.upper()}: {str(error)[:120]}") from error
    if not isinstance(found, dict) or "learner" not in found:
        for key, (seems, hint) in _ELSE.items():
            if isinstance(found, dict) and key in found:
                raise ModelError(f"'{name}' is {seems}.", "It is not read here.", hint)
        raise ModelError(
            f"'{name}' is {form.upper()}, but no XGBoost model.",
            "It has no part named learner.",
            "Save the model with booster.save_model('model.json').",
        )
    return found


def check(document: Mapping[str, Any], name: str) -> None:
    """Check sizes, indices and trees.

    Raises
    ------
    ModelError
        If a part is missing, of another kind than XGBoost writes, or does not fit the others.
    """
    try:
        _check_parts(document["learner"], name)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise damaged(name, f"A part is missing or of another kind ({type(error).__name__}: {error})") from error


def _check_parts(learner: Mapping[str, Any], name: str) -> None:
    """The model's sizes, then its trees or weights."""
    booster, params = learner["gradient_booster"], learner["learner_model_param"]
    kind, columns, classes = str(booster["name"]), int(params["num_feature"]), max(1, int(params.get("num_class", 1)))
    names = learner.get("feature_names", [])
    model = (booster["gbtree"] if kind == "dart" else booster)["model"]
    if int(params.get("num_target", 1)) > 1:
        raise _several(name)
    if kind not in ("gbtree", "dart", "gblinear"):
        raise damaged(name, f"Its booster is called {kind[:40]}")
    if not 0 < columns <= 100_000 or classes > 10_000 or len(names) not in (0, columns):
        raise damaged(name, f"It names {len(names)} columns and says it takes {columns}")
    if kind == "gblinear":
        if len(model["weights"]) != (columns + 1) * classes:
            raise damaged(name, "The number of its weights does not fit its columns")
        return
    trees = model["trees"]
    if not isinstance(trees, list) or not trees:
        raise damaged(name, "It holds no trees")
    if [tree["id"] for tree in trees] != list(range(len(trees))):  # each is put in that place; an empty one ends it
        raise damaged(name, "Its trees are not numbered in their order")
    groups = whole_numbers(name, model.get("tree_info", []), "Its tree groups")
    if len(groups) != len(trees) or groups.min() < 0 or groups.max() >= max(classes, 1):
        raise damaged(name, "Its trees are not assigned to its outputs")
    rounds = whole_numbers(name, model.get("iteration_indptr", [0, len(trees)]), "Its rounds")
    if not rounds.size or rounds[0] != 0 or rounds[-1] != len(trees) or (np.diff(rounds) < 0).any():
        raise damaged(name, "Its rounds do not fit its trees")
    if kind == "dart" and len(booster.get("weight_drop", [])) != len(trees):
        raise damaged(name, "The weights of its trees do not fit its trees")
    _check_trees(trees, columns, name)
    _check_levels(model.get("cats", {}), columns, name)


def _check_levels(levels: Any, columns: int, name: str) -> None:
    """The levels of categories that XGBoost keeps since 3.1: each column's own, within their lists."""
    try:
        known = list(levels.get("enc", []))
        ends, order = (
            whole_numbers(name, levels.get(key, []), "Its levels") for key in ("feature_segments", "sorted_idx")
        )
        sizes = np.diff(ends)
        fits = (
            ends.size in (0, columns + 1)
            and len(known) == len(sizes)
            and bool((sizes >= 0).all() and (ends[:1] == 0).all())
            and order.size == sizes.sum()
            and bool((order >= 0).all() and (order < np.repeat(sizes, sizes)).all())
            and all(_is_level(one, int(size), name) for one, size in zip(known, sizes, strict=True))
        )
    except (TypeError, ValueError, AttributeError, KeyError) as error:
        raise damaged(name, "Its levels are not lists") from error
    if not fits:
        raise damaged(name, "Its levels do not fit its columns")


def _is_level(level: Any, size: int, name: str) -> bool:
    """True where one column's levels are as many as they say: numbers, or letters with the places where each begins."""
    if "offsets" not in level:
        return len(level["values"]) == size
    starts = whole_numbers(name, level["offsets"], "Its levels")
    within = not starts.size or (starts[0] == 0 and starts[-1] <= len(level["values"]) and (np.diff(starts) >= 0).all())
    return bool(within and starts.size == (size + 1 if size else starts.size))


def _check_trees(trees: Sequence[Any], columns: int, name: str) -> None:
    """Arrays of one length, children that form a tree, columns that exist, categories in range."""
    sizes = [_size(tree, name) for tree in trees]
    for some in groups(sizes):
        _check_nodes(trees[some], np.array(sizes[some]), columns, name)
    for tree, size in zip(trees, sizes, strict=True):
        _check_categories(tree, size, name)


def _size(tree: Any, name: str) -> int:
    """How many nodes a tree has: as many as it says, in each of its parts."""
    try:
        declared = int(tree["tree_param"]["num_nodes"])
        vector = int(tree["tree_param"].get("size_leaf_vector", "1"))
        lengths = {len(tree[key]) for key in (*_NODES, "default_left", "split_conditions", "base_weights")}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise damaged(name, f"A tree lacks a part ({type(error).__name__}: {error})") from error
    if vector > 1:
        raise _several(name)
    if vector < 0:  # XGBoost reads it without a sign, and writes past its leaves
        raise damaged(name, "A tree's leaves have a size below 0")
    if lengths != {declared} or declared < 1:
        raise damaged(name, "The parts of a tree differ in length")
    return declared


def _several(name: str) -> ModelError:
    """The refusal of a model whose rows have no single answer."""
    return ModelError(
        f"'{name}' predicts several targets at once.",
        "One explanation needs one target (several quantiles count as several targets).",
        "Train one model per target.",
    )


def _check_nodes(trees: Sequence[Any], sizes: Ints, columns: int, name: str) -> None:
    """The nodes of some trees, one tree after another: children that form trees, columns that exist."""
    left, right, asked, parents = (_joined([tree[key] for tree in trees], name) for key in _NODES)
    if {len(left), len(right), len(asked), len(parents)} != {int(sizes.sum())}:
        raise damaged(name, "The parts of a tree differ in length")
    inner = left != -1
    if ((right != -1) != inner).any():
        raise damaged(name, "A node has one child only")
    nodes, first = np.flatnonzero(inner), np.cumsum(sizes) - sizes
    root, many = np.repeat(first, sizes)[nodes], np.repeat(sizes, sizes)[nodes]
    sides = [side[nodes] for side in (left, right)]
    if any((side < 1).any() or (side >= many).any() for side in sides):
        raise damaged(name, "A tree points to a node that is not there")
    children = [side + root for side in sides]
    check_children(name, nodes, children[0], children[1], len(left), int(sizes.max()) // 2)
    orphans = np.isin(parents[first], (-1, _NOBODY))
    if not orphans.all() or any((parents[side] != nodes - root).any() for side in children):
        raise damaged(name, "A node names another parent than the one that it has")
    if nodes.size and (asked[nodes].min() < 0 or asked[nodes].max() >= columns):
        raise damaged(name, "A tree asks for a column that is not there")


def _joined(parts: Sequence[Any], name: str) -> Ints:
    """Several lists of whole numbers as one, read at once where they are numbers and commas, or binary."""
    if all(type(part) is Numerals for part in parts):
        with suppress(ValueError):  # blanks or points: one after another
            return whole_numbers(name, integers([part.text for part in parts], ","), "Its nodes")
    if all(type(part) is np.ndarray and part.dtype.kind == "i" for part in parts):
        return whole_numbers(name, np.concatenate(parts), "Its nodes")
    return np.concatenate([whole_numbers(name, part, "Its nodes") for part in parts])


def _none_by_category(splits: Any, nodes: int) -> bool:
    """Whether as many kinds of splits as there are nodes say that none is by category, as most trees do."""
    if type(splits) is Numerals:
        return splits.text == b"0," * (nodes - 1) + b"0"
    return type(splits) is np.ndarray and len(splits) == nodes and not splits.any()


def _is_empty(part: Any) -> bool:
    """Whether a part is a list or an array without anything."""
    return type(part) in (list, np.ndarray) and not len(part)


def _check_categories(tree: Mapping[str, Any], nodes: int, name: str) -> None:
    """Category sets of a tree lie within their array and belong to its nodes."""
    splits, sets = tree.get("split_type", []), [tree.get(key, []) for key in _SETS]
    if _none_by_category(splits, nodes) and all(map(_is_empty, sets)):
        return
    try:
        codes, owners, starts, sizes = (whole_numbers(name, part, "Its categories") for part in sets)
    except TypeError as error:
        raise damaged(name, "Its categories are not lists") from error
    fits = len(owners) == len(starts) == len(sizes)
    if not fits or (owners.size and (owners.min() < 0 or owners.max() >= nodes or starts.min() < 0 or sizes.min() < 1)):
        raise damaged(name, "Its categories do not belong to its nodes")
    if (starts + sizes > len(codes)).any() or (codes.size and (codes.min() < 0 or codes.max() > 2**24)):
        raise damaged(name, "Its categories are out of range")
    kinds = whole_numbers(name, splits, "Its kinds of splits")
    if kinds.size not in (0, nodes):
        raise damaged(name, "The parts of a tree differ in length")
    # XGBoost goes through the splits by category and the owners of sets at once
    if ((kinds != 0) & (kinds != 1)).any() or not np.array_equal(np.flatnonzero(kinds), owners):
        raise damaged(name, "Its categories do not belong to its splits by category")
