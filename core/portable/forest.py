"""Trees of any library, each with its own node numbers, stacked into one ensemble."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from core.portable.form import Bools, Ints, Trees
from core.types import Array


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """One tree; the fields mean what they mean in ``Trees``, node numbers start at 0, the root is node 0."""

    feature: Ints
    threshold: Array
    left: Ints
    right: Ints
    missing_left: Bools
    value: Array
    cover: Array
    categories: dict[int, frozenset[int]] = field(default_factory=dict)


def stack(trees: Sequence[Tree], base: Array, *, strict: bool, float32: bool) -> Trees:
    """Put trees one after the other.

    Parameters
    ----------
    trees : sequence of Tree
        Values of shape (n_nodes, n_outputs); those of inner nodes are set to 0.
    base : ndarray, shape (n_outputs,)
    strict, float32 : bool
        As in ``Trees``.
    """
    sizes = [len(tree.feature) for tree in trees]
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64) if trees else np.zeros(0, np.int64)
    moved = [_moved(tree, int(start)) for tree, start in zip(trees, starts, strict=True)]
    return Trees(
        roots=starts,
        feature=_joined([tree.feature for tree in moved], np.int64),
        threshold=_joined([tree.threshold for tree in moved], np.float64),
        left=_joined([tree.left for tree in moved], np.int64),
        right=_joined([tree.right for tree in moved], np.int64),
        missing_left=_joined([tree.missing_left for tree in moved], np.bool_),
        value=np.concatenate([tree.value for tree in moved]) if moved else np.zeros((0, len(base))),
        cover=_joined([tree.cover for tree in moved], np.float64),
        base=np.asarray(base, dtype=np.float64),
        strict=strict,
        float32=float32,
        categories={node: codes for tree in moved for node, codes in tree.categories.items()},
    )


def _moved(tree: Tree, start: int) -> Tree:
    """Number a tree's nodes from ``start`` and clear what leaves and inner nodes do not use."""
    leaf = tree.left < 0
    return replace(
        tree,
        feature=np.where(leaf, -1, tree.feature),
        threshold=np.where(leaf, 0.0, tree.threshold),
        left=np.where(leaf, -1, tree.left + start),
        right=np.where(leaf, -1, tree.right + start),
        missing_left=tree.missing_left & ~leaf,
        value=np.where(leaf[:, None], tree.value, 0.0),
        categories={node + start: codes for node, codes in tree.categories.items()},
    )


def _joined(parts: Sequence[np.ndarray], dtype: type[np.generic]) -> np.ndarray:
    """Join arrays of one kind, also none."""
    return np.concatenate(parts).astype(dtype, copy=False) if parts else np.zeros(0, dtype)
