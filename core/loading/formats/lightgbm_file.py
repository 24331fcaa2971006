"""LightGBM's text form: sections and trees are checked before LightGBM parses the text, which aborts on wrong sizes."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from core.loading.formats import numerals
from core.loading.formats.tree_checks import Ints, check_children, damaged, whole_numbers

_HEADER = ("num_class", "num_tree_per_iteration", "max_feature_idx", "feature_names", "feature_infos", "tree_sizes")
_LEAF = ("leaf_value", "leaf_weight", "leaf_count")
_COUNTED = ("split_gain", "internal_value", "internal_weight", "internal_count")
_INNER = ("split_feature", "threshold", "decision_type", "left_child", "right_child")


def load(data: bytes, name: str) -> Any:
    """Check the structure and parse; returns a ``lightgbm.Booster``.

    Raises
    ------
    ModelError
        If it is cut off or its parts do not fit together.
    """
    try:
        text = data.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise damaged(name, "It is not text in UTF-8") from error
    check(text, name)
    import lightgbm

    try:
        return lightgbm.Booster(model_str=_without_settings(text))
    except Exception as error:  # its own root, and what Python meets in the appended JSON
        raise damaged(name, f"LightGBM cannot read it: {str(error)[:120]}") from error


def check(text: str, name: str) -> None:
    """Check the header, then every tree."""
    head, *rest = text.split("\n\nTree=")
    facts = dict(line.split("=", 1) for line in head.splitlines() if "=" in line)
    lines = [line for part in (head, *rest) for line in part.split("end of trees")[0].splitlines()[1:]]
    broken = [line for line in lines if "=" not in line and line not in ("", "average_output")]
    if broken:
        raise damaged(name, f"A line is broken: '{broken[0][:40]}'")
    missing = [key for key in _HEADER if key not in facts]
    if missing or not rest:
        raise damaged(name, f"It lacks {missing[0]}" if missing else "It holds no trees")
    if "end of trees" not in rest[-1]:
        raise damaged(name, "It ends before its last tree")
    columns = _number(facts["max_feature_idx"], name) + 1
    classes = _number(facts["num_tree_per_iteration"], name)
    names, infos = facts["feature_names"].split(" "), facts["feature_infos"].split(" ")
    if not (0 < columns <= 100_000 and 0 < classes <= 10_000) or len(names) != columns or len(infos) != columns:
        raise damaged(name, f"It names {len(names)} columns and says it takes {columns}")
    sizes = facts["tree_sizes"].split()
    if len(sizes) != len(rest) or len(rest) % classes:
        raise damaged(name, f"It announces {len(sizes)} trees and holds {len(rest)}")
    if "num_class" in facts and _number(facts["num_class"], name) > 10_000:
        raise damaged(name, "It has too many classes")
    _check_sizes(text, [_number(size, name) for size in sizes], name)
    for section in rest:
        _check_tree(section.split("end of trees")[0], columns, name)


def _without_settings(text: str) -> str:
    """The text with none of the training settings but the categorical columns: LightGBM aborts on broken ones."""
    body, mark, settings = text.partition("\nparameters:\n")
    if not mark:
        return text
    kept = re.findall(r"^\[categorical_feature: [\d,]*\]$", settings, re.MULTILINE)[:1]
    _, ended, tail = settings.partition("end of parameters")
    lines = "".join(f"{line}\n" for line in kept)
    return f"{body}{mark}{lines}\nend of parameters{tail if ended else chr(10)}"


def _check_sizes(text: str, sizes: list[int], name: str) -> None:
    """LightGBM jumps from tree to tree by the announced sizes: each jump must land on a tree."""
    raw = text.encode()
    at = raw.find(b"\n\nTree=0\n") + 2
    for position, size in enumerate(sizes):
        if not raw.startswith(b"Tree=%d\n" % position, at) or size <= 0:
            raise damaged(name, "The announced sizes of its trees are wrong")
        at += size
    if not raw.startswith(b"end of trees", at):
        raise damaged(name, "The announced sizes of its trees are wrong")


def _check_tree(section: str, columns: int, name: str) -> None:
    """One tree: arrays of the announced lengths, children that form a tree, columns that exist."""
    facts = dict(line.split("=", 1) for line in section.splitlines() if "=" in line)
    leaves = _number(facts.get("num_leaves", ""), name)
    linear, categorical = facts.get("is_linear", "0"), _number(facts.get("num_cat", ""), name)
    if linear not in ("0", "1") or not 0 <= categorical < max(leaves, 1):
        raise damaged(name, "A tree's marks are broken")
    if "leaf_value" not in facts or leaves < 1:
        raise damaged(name, "A tree has another number of leaves than it says")
    for key in (*_LEAF, *_COUNTED, *_INNER):
        found, wanted = _count(facts.get(key, ""), key, name), leaves if key in _LEAF else leaves - 1
        if found != wanted and (key in facts or (leaves > 1 and key in _INNER)) and (found or wanted > 1):
            raise damaged(name, f"The part {key} of a tree has {found} numbers instead of {wanted}")
    if leaves == 1:
        return
    left, right, asked, kinds = (
        _numbers(facts[key], name) for key in ("left_child", "right_child", "split_feature", "decision_type")
    )
    if asked.min() < 0 or asked.max() >= columns:
        raise damaged(name, "A tree asks for a column that is not there")
    # leaves are written as -1 - index: behind the inner nodes they make one numbering for the check
    children = [np.where(side < 0, leaves - 2 - side, side) for side in (left, right)]
    nodes = 2 * leaves - 1
    padded = [np.concatenate([side, np.full(leaves, -1)]) for side in children]
    check_children(name, padded[0], padded[1], np.arange(nodes) < leaves - 1)
    if (kinds & 1).any():
        chosen = [part for part, kind in zip(facts["threshold"].split(), kinds, strict=True) if kind & 1]
        _check_categories(facts, _numbers(" ".join(chosen), name), name)
    if facts.get("is_linear") == "1":
        used = _numbers(facts.get("leaf_features", ""), name)
        if used.size and (used.min() < 0 or used.max() >= columns):
            raise damaged(name, "A leaf asks for a column that is not there")


def _count(text: str, key: str, name: str) -> int:
    """How many numbers a part of a tree has."""
    try:
        return numerals.count(text) if text else 0
    except ValueError as error:
        raise damaged(name, f"The part {key} of a tree holds something that is no number") from error


def _check_categories(facts: dict[str, str], chosen: Ints, name: str) -> None:
    """Category sets lie within their array."""
    bounds = _numbers(facts.get("cat_boundaries", ""), name)
    words = _numbers(facts.get("cat_threshold", ""), name)
    fits = bounds.size > 1 and bounds[0] == 0 and (np.diff(bounds) >= 0).all() and bounds[-1] == words.size
    if not fits or chosen.min() < 0 or chosen.max() >= bounds.size - 1:
        raise damaged(name, "Its categories are out of range")


def _numbers(text: str, name: str) -> Ints:
    """Whole numbers separated by spaces."""
    try:
        return whole_numbers(name, numerals.values(text.encode(), " "), "Its nodes")
    except ValueError as error:
        raise damaged(name, "Its nodes are no numbers") from error


def _number(text: str, name: str) -> int:
    """One whole number."""
    try:
        return int(text)
    except ValueError as error:
        raise damaged(name, f"'{text[:40]}' is no number") from error
