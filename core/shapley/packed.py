"""Trees as flat records for ``machine``: a cache line for each inner node and leaf, tree by tree and level by level.

Two children of a node lie side by side: a processor fetches lines in pairs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.shapley.paths import Ints, Paths, Small
from core.shapley.questions import questions
from core.types import Array

NODE = np.dtype(
    [(f"{side}_{word}", "u8") for side in ("left", "right") for word in (0, 1)]
    + [("limit", "f8"), ("low", "i4"), ("high", "i4"), ("column", "u4"), ("member", "i4")]
    + [("bit", "u4"), ("missing_left", "u4")],
    align=True,
)
"""An inner node: background rows that pass the player of its left and right edge, as bits; the question; the children,
by line (one that is a leaf's record as ``-1 - line``); row of the table of codes where the question is one of
membership, or -1; the player's bit."""
STATE = np.dtype([("first", "u8"), ("second", "u8"), ("failed", "u8"), ("node", "i4")], align=True)
"""A place in a tree: background rows that are still there, as bits, and players that the instance failed on the way."""
ITEM = np.dtype(
    [("worth", "f8"), ("shares", "u8"), ("failed", "u8"), ("begin", "u8"), ("leaf", "u8"), ("box", "u8")],
    align=True,
)
"""A leaf that background rows reach: its worth, where the shares begin for as many players as the instance failed on
the way, those players, its first pair, its number, where its record begins."""
PAIR = np.dtype([("start", "u8"), ("lost", "f8")], align=True)
"""A leaf and a background row that reaches it: where what the row fails there, or its ranks, are kept (lower half) and
the number of the item (upper half); what players lose in all pairs before it."""
WIDTH = 64
"""Players that a set may hold."""
WORTH = 8
"""Bytes of what a leaf is worth, the last ones of its record."""


@dataclass(frozen=True, slots=True, eq=False)
class Packed:
    """Trees in the machine's order.

    Attributes
    ----------
    nodes : ndarray of NODE, shape (n_inner,)
        Without what depends on the background.
    roots : ndarray of int, shape (n_trees,)
    before : ndarray of int, shape (n_inner,)
        Edge of the same player before each node's: twice its node, one more for a right edge; -1 where there is none.
    leaf : ndarray of int, shape (n_leaves,)
        Numbers of the leaves in ``Paths``.
    edges : ndarray of int, shape (n_leaves, most)
        Deepest edge of each player on the way.
    named : ndarray of int, shape (n_leaves, most) or (0, most)
        Players of each leaf's bits; empty where bits are players themselves.
    codes : ndarray of bool
        As in ``Questions``.
    largest : int
        Nodes of the largest tree.
    nodes_at : ndarray of int, shape (n_inner,)
        Line of each node.
    leaves_at : ndarray of int, shape (n_leaves, n_lines)
        Lines of each leaf's record.
    """

    nodes: npt.NDArray[np.void]
    roots: Small
    before: Small
    leaf: Ints
    edges: Small
    named: Small
    codes: npt.NDArray[np.bool_]
    largest: int
    nodes_at: Small
    leaves_at: Small


def pack(paths: Paths, features: int, columns: int) -> Packed | None:
    """Number the nodes anew and flatten them; None where they are no trees, or ask for columns that are not there.

    The machine checks nothing: a node with two parents would lead it out of its lists.
    """
    trees, nodes = paths.trees, np.concatenate(paths.levels)
    if nodes.min() < 0 or len(np.unique(nodes)) < len(nodes):
        return None
    asked = trees.feature[nodes][trees.left[nodes] >= 0]
    if len(asked) and not 0 <= asked.min() <= asked.max() < columns:
        return None
    tree = np.zeros(len(paths.parent), dtype=np.int64)
    tree[paths.levels[0]] = np.arange(len(paths.levels[0]))
    for level in paths.levels[1:]:
        tree[level] = tree[paths.parent[level]]
    nodes = nodes[np.argsort(tree[nodes], kind="stable")]
    inner, leaf, wide = nodes[trees.left[nodes] >= 0], nodes[trees.left[nodes] < 0], features > WIDTH
    number, line = np.zeros(len(tree), dtype=np.int32), np.zeros(len(tree), dtype=np.int32)
    number[inner] = np.arange(len(inner))
    many = 1 if wide else -(-(2 * features + WORTH) // NODE.itemsize)
    size = np.where(trees.left[nodes] < 0, many, 1)
    line[nodes] = np.cumsum(size) - size + tree[nodes] + 1  # roots at odd lines: two children of one lie at 2k, 2k + 1
    edge = np.full(len(tree) + 1, -1, dtype=np.int32)  # the last stands for "none"
    below = paths.parent >= 0
    edge[:-1][below] = 2 * number[paths.parent[below]] + ~paths.is_left[below]
    edges, left, child = paths.edges[leaf], trees.left[inner], np.where(trees.left < 0, -1 - line, line)
    named = paths.player[edges if wide else edges[:0]].astype(np.int32)
    flat, codes = _nodes(paths, inner, child, (paths.slot if wide else paths.player)[left])
    largest, at = int(np.bincount(tree[nodes]).max(initial=0)), (line[leaf][:, None] + np.arange(many)).astype(np.int32)
    above, roots = edge[paths.previous[left]], child[trees.roots]
    return Packed(flat, roots, above, leaf, edge[edges], named, codes, largest, line[inner], at)


def _nodes(paths: Paths, inner: Ints, number: Small, bit: Ints) -> tuple[npt.NDArray[np.void], npt.NDArray[np.bool_]]:
    """The records of inner nodes, and the codes of their questions of membership."""
    trees, asked = paths.trees, questions(paths.trees, inner)
    nodes = np.zeros(len(inner), dtype=NODE)
    nodes["limit"], nodes["column"], nodes["missing_left"] = asked.limit[:, 0], asked.column, asked.missing_left[:, 0]
    nodes["low"], nodes["high"], nodes["bit"] = number[trees.left[inner]], number[trees.right[inner]], bit
    nodes["member"] = -1
    nodes["member"][asked.member] = np.arange(len(asked.member))
    return nodes, asked.codes


def rounded(paths: Paths, encoded: Array) -> Array:
    """Rows as the trees compare them."""
    if paths.trees.float32:
        with np.errstate(over="ignore"):
            encoded = encoded.astype(np.float32)
    return np.array(encoded, dtype=np.float64, order="C")
