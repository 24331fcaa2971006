"""Trees cut into tips: small bottoms whose answer depends on few bits, so that a table can hold every case.

A tip is a node with all below it. Its bits are, first, whether the row passes each player on the way to the tip,
then the answers of the inner nodes inside. A pattern is those bits as one number. Where all nodes of a level ask the
same, as in CatBoost's symmetric trees, they share one bit, and a whole tree is a tip.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.shapley.paths import Paths

Ints = npt.NDArray[np.int64]
BITS = 8
"""Bits of a tip with several leaves at most: a pattern is one byte."""
WIDEST = 11
"""Players on the way to a leaf at most."""


@dataclass(frozen=True, slots=True, eq=False)
class Tips:
    """A partition of the leaves.

    Attributes
    ----------
    root : ndarray of int, shape (n_tips,)
        Node at which each tip hangs.
    size : ndarray of int, shape (n_tips,)
        Its number of bits.
    inner : ndarray of int, shape (n_inner,)
        Inner nodes inside tips; of those that share a bit, one for each tip.
    inner_tip, inner_bit : ndarray of int, shape (n_inner,)
        The tip and the bit of each.
    leaf : ndarray of int, shape (n_leaves,)
    leaf_tip : ndarray of int, shape (n_leaves,)
    ones, zeros : ndarray of int, shape (n_leaves, most)
        Bits that must be 1, or 0, for a row to pass the leaf's player in each slot.
    """

    root: Ints
    size: Ints
    inner: Ints
    inner_tip: Ints
    inner_bit: Ints
    leaf: Ints
    leaf_tip: Ints
    ones: Ints
    zeros: Ints


def cut(paths: Paths) -> Tips | None:
    """Cut trees into tips as large as ``BITS`` allows; None where a single leaf has more players than ``WIDEST``."""
    trees = paths.trees
    is_leaf = trees.left < 0
    if int(paths.count[is_leaf].max(initial=0)) > WIDEST:
        return None
    below = np.zeros(len(is_leaf), dtype=np.int64)
    for level in reversed(paths.levels):
        inner = level[~is_leaf[level]]
        below[inner] = 1 + below[trees.left[inner]] + below[trees.right[inner]]
    rank, asked = _ranks(paths)
    below[paths.levels[0]] = np.where(asked > 0, asked, below[paths.levels[0]])
    tip = np.full(len(is_leaf), -1)
    bit = np.full(len(is_leaf), -1)
    roots: list[Ints] = []
    ones: Ints = np.zeros(paths.edges.shape, dtype=np.int64)
    zeros = ones.copy()
    total = 0
    for level in paths.levels:
        above = paths.parent[level]
        inherited = np.where(above >= 0, tip[above], -1)
        opened = level[(inherited < 0) & (is_leaf[level] | (paths.count[level] + below[level] <= BITS))]
        tip[level] = inherited
        tip[opened] = np.arange(total, total + len(opened))
        total += len(opened)
        roots.append(opened)
        slots = np.arange(ones.shape[1])
        ones[opened] = np.where(slots < paths.count[opened][:, None], 1 << slots, 0)
        bit[opened] = np.where(rank[opened] >= 0, rank[opened], paths.count[opened])
        inside = level[inherited >= 0]
        _pass_down(paths, inside, below, rank, bit, ones, zeros)
    root = np.concatenate(roots)
    inner, leaf = np.flatnonzero((tip >= 0) & ~is_leaf), np.flatnonzero(is_leaf)
    inner = inner[np.sort(np.unique(tip[inner] * (int(bit.max(initial=0)) + 1) + bit[inner], return_index=True)[1])]
    size = paths.count[root] + below[root]
    return Tips(root, size, inner, tip[inner], bit[inner], leaf, tip[leaf], ones[leaf], zeros[leaf])


def _ranks(paths: Paths) -> tuple[Ints, Ints]:
    """Number the questions of each tree that asks ``BITS`` different ones at most.

    Returns
    -------
    rank : ndarray of int, shape (n_nodes,)
        The number of each inner node's question; -1 in other trees, and at leaves.
    asked : ndarray of int, shape (n_trees,)
        How many there are; 0 for other trees.
    """
    trees, roots = paths.trees, paths.levels[0]
    tree = np.zeros(len(paths.parent), dtype=np.int64)
    tree[roots] = np.arange(len(roots))
    for level in paths.levels[1:]:
        tree[level] = tree[paths.parent[level]]
    inner = np.flatnonzero(trees.left >= 0)
    few = np.bincount(tree[inner], minlength=len(roots)) < 1 << BITS
    few[tree[list(trees.categories)]] = False
    inner = inner[few[tree[inner]]]
    parts = (trees.missing_left[inner], trees.threshold[inner], trees.feature[inner], tree[inner])
    order = np.lexsort(parts)
    owner, new = tree[inner][order], np.ones(len(order), dtype=bool)
    new[1:] = np.any([part[order][1:] != part[order][:-1] for part in parts], axis=0)
    asked = np.bincount(owner, new, len(roots)).astype(np.int64)
    before = np.concatenate([[0], np.cumsum(asked)])
    asked[asked > BITS] = 0
    rank = np.full(len(tree), -1)
    rank[inner[order]] = np.where(asked[owner] > 0, np.cumsum(new) - 1 - before[owner], -1)
    return rank, asked


def _pass_down(paths: Paths, nodes: Ints, below: Ints, rank: Ints, bit: Ints, ones: Ints, zeros: Ints) -> None:
    """Give nodes inside tips their bits (their rank, or in preorder) and the conditions of the leaves under them."""
    above, left = paths.parent[nodes], paths.is_left[nodes]
    sibling = paths.trees.left[above]
    preorder = bit[above] + 1 + np.where(left, 0, below[sibling])
    bit[nodes] = np.where(rank[nodes] >= 0, rank[nodes], preorder)
    ones[nodes], zeros[nodes] = ones[above], zeros[above]
    mask = np.int64(1) << bit[above]
    ones[nodes, paths.slot[nodes]] |= np.where(left, mask, 0)
    zeros[nodes, paths.slot[nodes]] |= np.where(left, 0, mask)


def leaf_patterns(tips: Tips, chosen: Ints, bits: int) -> Ints:
    """Which players of each leaf a row passes, for every pattern of its tip.

    Parameters
    ----------
    tips : Tips
    chosen : ndarray of int
        Positions in ``tips.leaf``.
    bits : int
        Bits of their tips (patterns of fewer bits repeat).

    Returns
    -------
    ndarray of int, shape (len(chosen), 2 ** bits)
        Bit ``s`` is 1 when the player in slot ``s`` is passed.
    """
    pattern = np.arange(1 << bits)[None, :]
    passed = np.zeros((len(chosen), 1 << bits), dtype=np.int64)
    for slot in range(tips.ones.shape[1]):
        one, zero = tips.ones[chosen, slot, None], tips.zeros[chosen, slot, None]
        asked = (one | zero) != 0
        holds = asked & ((pattern & one) == one) & ((pattern & zero) == 0)
        passed |= holds.astype(np.int64) << slot
    return passed
