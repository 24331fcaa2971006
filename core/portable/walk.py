"""Rows through trees: which leaf each reaches, and what the leaves add up to."""

from __future__ import annotations

import numpy as np

from core.portable.form import Bools, Ints, Trees
from core.portable.functions import rounded
from core.types import Array

_CODES = 1 << 31
"""Category codes are smaller than this."""
_BLOCK = 4_000_000
"""Row-tree pairs walked at once: bounds memory to some 100 MB."""


def tree_sums(trees: Trees, encoded: Array) -> Array:
    """Sum the leaves that each row reaches, shape (n_rows, n_outputs)."""
    total = np.tile(trees.base, (len(encoded), 1))
    step = max(1, _BLOCK // max(1, len(trees.roots)))
    for start in range(0, len(encoded), step):
        leaves = reached(trees, encoded[start : start + step])
        for output in range(total.shape[1]):
            total[start : start + step, output] += trees.value[:, output][leaves].sum(axis=1)
    return total


def reached(trees: Trees, encoded: Array) -> Ints:
    """Leaf that each row reaches in each tree, shape (n_rows, n_trees)."""
    values = rounded(encoded) if trees.float32 else encoded
    at = np.broadcast_to(trees.roots, (len(values), len(trees.roots))).copy()
    members = _members(trees)
    rows, columns = np.nonzero(trees.feature[at] >= 0)
    while len(rows):
        nodes = at[rows, columns]
        left = goes_left(trees, nodes, values[rows, trees.feature[nodes]], members)
        nodes = np.where(left, trees.left[nodes], trees.right[nodes])
        at[rows, columns] = nodes
        inner = trees.feature[nodes] >= 0
        rows, columns = rows[inner], columns[inner]
    return at


def goes_left(trees: Trees, nodes: Ints, values: Array, members: tuple[Bools, Ints] | None = None) -> Bools:
    """Answer the question of each node for its value, shape (n,)."""
    threshold = trees.threshold[nodes]
    left = values < threshold if trees.strict else values <= threshold
    if trees.categories:
        asks, keys = members if members is not None else _members(trees)
        places = np.flatnonzero(asks[nodes])
        inside = np.abs(values[places]) < _CODES
        codes = np.where(inside, values[places], _CODES - 1).astype(np.int64)
        left[places] = np.isin(nodes[places] * _CODES + codes, keys) & (codes >= 0)
    return np.asarray(np.where(np.isnan(values), trees.missing_left[nodes], left))


def _members(trees: Trees) -> tuple[Bools, Ints]:
    """Which nodes ask for membership, and one number per (node, code) that goes left."""
    asks = np.zeros(len(trees.feature), dtype=np.bool_)
    asks[list(trees.categories)] = True
    keys = [node * _CODES + code for node, codes in trees.categories.items() for code in codes]
    return asks, np.array(sorted(keys), dtype=np.int64)
