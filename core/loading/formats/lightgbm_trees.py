"""The trees of LightGBM's text form, all checked at once: a file of many megabytes holds millions of numbers."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence

import numpy as np

from core.loading.formats import numerals
from core.loading.formats.tree_checks import Ints, check_children, damaged, groups, whole_numbers

Tree = dict[bytes, memoryview]
"""The parts of one tree as they are written, by name."""
_LEAF = (b"leaf_value", b"leaf_weight", b"leaf_count")
_COUNTED = (b"split_gain", b"internal_value", b"internal_weight", b"internal_count")
_NOTHING = memoryview(b"")
_BLANK = ord(" ")
_EVEN = b"02468"
"""Kinds of splits, none by category."""
_WHOLE = (b"left_child", b"right_child", b"split_feature")
"""What is read as whole numbers after the lengths are looked at."""
_RATE = re.compile(rb"[-+]?[0-9]+\.?[0-9]*(?:[eE][-+]?[0-9]+)?|-?inf|-?nan")
_REAL = re.compile(numerals.NUMBER.encode())
_LINES = (b"num_features", b"leaf_features", b"leaf_const", b"leaf_coeff")
_INNER = (b"split_feature", b"threshold", b"decision_type", b"left_child", b"right_child")


def read_tree(raw: bytes, start: int, end: int, name: str) -> Tree:
    """The parts of a tree: a name and a value a line, up to the first empty line, each name once.

    Raises
    ------
    ModelError
        If it is of another form: LightGBM would read other lines than we check.
    """
    facts: Tree = {}
    view = memoryview(raw)  # large parts are copied when they are looked at, one at a time
    at = raw.find(b"\n", start) + 1
    while at < end and (behind := raw.find(b"\n", at)) > at:
        sign = raw.find(b"=", at, behind)
        key = raw[at:sign]
        if sign < 0 or key in facts:
            said = raw[at : at + 20].decode("utf-8", "replace")
            raise damaged(name, f"In a tree, a line is broken: '{said}'")
        facts[key] = view[sign + 1 : behind]
        at = behind + 1
    if raw[at:end].strip(b"\n"):
        raise damaged(name, "A tree does not end with an empty line")
    return facts


def check_trees(trees: Sequence[Tree], columns: int, name: str) -> None:
    """Arrays of the announced lengths, children that form a tree, columns that exist.

    Raises
    ------
    ModelError
        If a part of a tree does not fit the others.
    """
    leaves = [_number(tree.get(b"num_leaves", _NOTHING), name) for tree in trees]
    for tree, count in zip(trees, leaves, strict=True):
        linear, categorical = tree.get(b"is_linear", b"0"), _number(tree.get(b"num_cat", _NOTHING), name)
        if linear not in (b"0", b"1") or not 0 <= categorical < max(count, 1):
            raise damaged(name, "A tree's marks are broken")
        if not _RATE.fullmatch(tree.get(b"shrinkage", b"1")):
            raise damaged(name, "The shrinkage of a tree is no number")
        if b"leaf_value" not in tree or count < 1:
            raise damaged(name, "A tree has another number of leaves than it says")
    for key in (*_LEAF, *_COUNTED, *_INNER):
        _check_lengths(trees, leaves, key, name)
    grown = [tree for tree, count in zip(trees, leaves, strict=True) if count > 1]
    sizes = [count for count in leaves if count > 1]
    for some in groups(sizes):
        _check_nodes(grown[some], np.array(sizes[some]), columns, name)
    for tree, count in zip(trees, leaves, strict=True):
        if bytes(tree.get(b"is_linear", b"")) == b"1":
            _check_lines(tree, count, columns, name)


def _check_lines(tree: Tree, leaves: int, columns: int, name: str) -> None:
    """The lines in the leaves of a tree: LightGBM takes as many columns and weights as each leaf announces."""
    if leaves == 1 and b"num_features" not in tree:
        return
    parts = {key: bytes(tree.get(key, b"")).split() for key in _LINES}
    announced = _numbers([b" ".join(parts[b"num_features"])], name)
    used = _numbers([b" ".join(parts[b"leaf_features"])], name)
    if used.size and (used.min() < 0 or used.max() >= columns):
        raise damaged(name, "A leaf asks for a column that is not there")
    total = int(announced.sum())
    fits = announced.size == len(parts[b"leaf_const"]) == leaves and used.size == len(parts[b"leaf_coeff"]) == total
    if not fits or announced.min() < 0:
        raise damaged(name, "The lines in the leaves of a tree do not fit its leaves")
    numbers = parts[b"leaf_const"] + parts[b"leaf_coeff"]
    if not all(_REAL.fullmatch(number) and _in_range(number) for number in numbers):
        raise damaged(name, "The lines in the leaves of a tree hold something that is no number, or out of range")


def _in_range(number: bytes) -> bool:
    """True where C++ finds the number in range: LightGBM aborts on one that is too large, or that is all but 0."""
    digits = re.search(rb"[1-9]", re.split(rb"[eE]", number)[0])  # none in a plain 0, nor where infinite is written out
    return not digits or sys.float_info.min <= abs(float(number)) < float("inf")


def _check_lengths(trees: Sequence[Tree], leaves: Sequence[int], key: bytes, name: str) -> None:
    """One part of all trees: as many numbers as each tree has leaves or inner nodes."""
    for tree, count in zip(trees, leaves, strict=True):
        text, wanted = bytes(tree.get(key, b"")), count if key in _LEAF else count - 1
        try:
            if count > 1 and key in _WHOLE:
                found = numerals.times(text, _BLANK) + bool(text)
            else:
                found = numerals.count(text) if text else 0
        except ValueError as error:
            raise damaged(name, f"The part {key.decode()} of a tree holds something that is no number") from error
        if count > 1 and key in _INNER and key not in tree:
            raise damaged(name, f"A tree has no part {key.decode()}")
        if found != wanted and key in tree and (found or count > 1):
            raise damaged(name, f"The part {key.decode()} of a tree has {found} numbers instead of {wanted}")


def _check_nodes(trees: Sequence[Tree], leaves: Ints, columns: int, name: str) -> None:
    """The nodes of some trees with more than one leaf, numbered one tree after another."""
    left, right, asked = (
        _numbers([tree[key] for tree in trees], name) for key in (b"left_child", b"right_child", b"split_feature")
    )
    inner = leaves - 1
    if {len(left), len(right), len(asked)} != {int(inner.sum())}:
        raise damaged(name, "The parts of its trees differ in length")
    if asked.min() < 0 or asked.max() >= columns:
        raise damaged(name, "A tree asks for a column that is not there")
    # leaves are written as -1 - index: behind the inner nodes they make one numbering for the check
    many = np.repeat(leaves, inner)
    children = [np.where(side < 0, many - 2 - side, side) for side in (left, right)]
    if any(side.min() < 1 or (side > 2 * many - 2).any() for side in children):
        raise damaged(name, "A tree points to a node that is not there")
    first = np.concatenate([[0], np.cumsum(2 * leaves - 1)[:-1]])
    roots, nodes = np.repeat(first, inner), int((2 * leaves - 1).sum())
    own = np.arange(len(roots)) - np.repeat(np.cumsum(inner) - inner, inner)
    check_children(name, own + roots, children[0] + roots, children[1] + roots, nodes, int(inner.max()))
    for tree in trees:
        if bytes(tree[b"num_cat"]) != b"0" or not _none_by_category(bytes(tree[b"decision_type"])):
            _check_categories(tree, _numbers([tree[b"decision_type"]], name), name)


def _none_by_category(kinds: bytes) -> bool:
    """Whether kinds of splits are single even digits with a blank between them; others are read as numbers."""
    return len(kinds) % 2 == 1 and not kinds[::2].translate(None, _EVEN) and not kinds[1::2].strip(b" ")


def _check_categories(tree: Tree, kinds: Ints, name: str) -> None:
    """Category sets are as many as the tree says, and lie within their array; without any, no split asks for one."""
    sets, asks = _number(tree[b"num_cat"], name), (kinds & 1).any()
    if not sets and not asks:
        return
    written = [part for part, kind in zip(bytes(tree[b"threshold"]).split(), kinds, strict=True) if kind & 1]
    chosen = _numbers([b" ".join(written)], name)
    bounds = _numbers([tree.get(b"cat_boundaries", _NOTHING)], name)
    words = _numbers([tree.get(b"cat_threshold", _NOTHING)], name)
    fits = 0 < sets == bounds.size - 1 and bounds[0] == 0 and (np.diff(bounds) >= 0).all() and bounds[-1] == words.size
    if not fits or (asks and (chosen.min() < 0 or chosen.max() >= sets)):
        raise damaged(name, "Its categories are out of range")


def _numbers(texts: Sequence[bytes | memoryview], name: str) -> Ints:
    """Whole numbers separated by spaces."""
    try:
        return whole_numbers(name, numerals.integers(texts), "Its nodes")
    except ValueError as error:
        raise damaged(name, "Its nodes are no numbers") from error


def _number(text: memoryview, name: str) -> int:
    """One whole number, of digits only."""
    if not re.fullmatch(rb"-?[0-9]{1,18}", text):
        raise damaged(name, f"'{str(text[:40], 'utf-8', 'replace')}' is no number")
    return int(bytes(text))
