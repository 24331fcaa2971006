"""Which rows reach which leaf of an ensemble while some features are free: sets of rows as bits, 64 rows a word.

A row reaches a leaf when it passes every feature asked on the way. Leave one feature out of the conjunction and the set
holds the rows that would get there for some value of it; leave two out, for some pair. So one pass over the trees
answers what a model would otherwise be asked row by row, value by value (``core/tree_curves.py``,
``core/shapley/effects.py``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.portable import Portable, Trees
from core.shapley.paths import Paths, follow
from core.shapley.questions import questions
from core.store import Store
from core.types import Array, Model

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Words = npt.NDArray[np.uint64]
MOST_NODES = 400_000
"""Nodes of an ensemble at most."""
ANSWERS = 1 << 25
"""Answers of rows to questions that are held as bytes at once, about."""
FULL = 0.5
"""Bits a byte that are added to bitsets at most so that their members are found by the faster loop."""
_STORE = Store({"leaves": 8})


@dataclass(frozen=True, slots=True, eq=False)
class Leaves:
    """The leaves of an ensemble and what is asked on the way to each.

    Attributes
    ----------
    portable : Portable
    paths : Paths
    node : ndarray of int, shape (n_leaves,)
    worth : ndarray, shape (n_leaves, n_outputs)
    edges, player : ndarray of int, shape (n_leaves, most)
        Deepest edge of each feature on the way, and the feature; -1 where there is none.
    of : tuple of (ndarray of int, ndarray of int)
        By feature, the leaves that have it on the way, and its place there.
    """

    portable: Portable
    paths: Paths
    node: Ints
    worth: Array
    edges: Ints
    player: Ints
    of: tuple[tuple[Ints, Ints], ...]

    @property
    def trees(self) -> Trees:
        """The ensemble."""
        return self.paths.trees

    @property
    def slow(self) -> bool:
        """Whether the model is scikit-learn's own walk, which takes four times as long a tree as a booster's."""
        return self.trees.float32 and not self.trees.strict


def leaves_of(model: Model) -> Leaves | None:
    """A model's leaves, found once; None where it has no trees or too many, or asks for category codes."""
    found: list[Leaves | None] = _STORE.get("leaves", model.fingerprint, lambda: [_leaves(model.portable())])
    return found[0]


def _leaves(portable: Portable | None) -> Leaves | None:
    """Follow an ensemble."""
    if portable is None:
        return None
    trees = portable.body
    if not isinstance(trees, Trees) or trees.categories or len(trees.feature) > MOST_NODES:
        return None
    paths = follow(portable)
    node = np.flatnonzero(trees.left < 0)
    edges = paths.edges[node].astype(np.int64)
    player = np.where(edges >= 0, paths.player[edges], -1)
    of = tuple(_with(player, feature) for feature in range(len(portable.features)))
    return Leaves(portable, paths, node, np.ascontiguousarray(trees.value[node]), edges, player, of)


def _with(player: Ints, feature: int) -> tuple[Ints, Ints]:
    """Leaves and slots of one feature."""
    leaf, slot = np.nonzero(player == feature)
    return leaf.astype(np.int64, copy=False), slot.astype(np.int64, copy=False)


@dataclass(frozen=True, slots=True, eq=False)
class LeafSets:
    """Some rows on their way through the trees.

    Attributes
    ----------
    leaves : Leaves
    encoded : ndarray, shape (n_rows, n_columns)
        Rounded where the trees round.
    passed : ndarray of uint64, shape (n_nodes + 1, words)
        Rows that take every edge of its feature down to a node; all rows in the last one, which an edge of -1 names.
    """

    leaves: Leaves
    encoded: Array
    passed: Words

    def with_free(self, leaf: Ints, *slots: Ints) -> Words:
        """Rows that reach leaves when the features in some of their slots are free, shape (n, words).

        Parameters
        ----------
        leaf : ndarray of int, shape (n,)
        *slots : ndarray of int, shape (n,)
        """
        edges = self.leaves.edges[leaf]
        for slot in slots:
            edges[np.arange(len(leaf)), slot] = -1
        sets = self.passed[edges[:, 0]] if edges.shape[1] else np.repeat(self.passed[-1:], len(leaf), axis=0)
        for place in range(1, edges.shape[1]):
            sets &= self.passed[edges[:, place]]
        return sets

    def reached(self) -> Ints:
        """Every row's leaves, by number, shape (n_rows, n_trees)."""
        leaf, row = members(self.with_free(np.arange(len(self.leaves.node))))
        small = row.astype(np.min_scalar_type(len(self.encoded)), copy=False)  # few bits are sorted by counting
        in_order = np.argsort(small, kind="stable")
        return leaf[in_order].reshape(len(self.encoded), -1)


def members(sets: Words) -> tuple[Ints, Ints]:
    """Which sets hold which rows: (set, row) of every bit, set by set."""
    count = sizes(sets)
    packed, total = np.ravel(sets).view(np.uint8), int(count.sum())
    short = len(packed) * 8 // 10 - total
    if 0 <= short < len(packed) * FULL:  # numpy has a loop without branches for arrays of which a tenth is true
        packed = np.concatenate([packed, np.full(short // 7 + 1, 255, dtype=np.uint8)])
    bits = np.unpackbits(packed, bitorder="little")
    at = np.flatnonzero(bits.view(np.bool_))[:total]  # four times as fast as of bytes
    owner = np.repeat(np.arange(len(sets)), count)
    return owner, at - owner * (sets.shape[1] * 64)


def sizes(sets: Words) -> Ints:
    """How many rows each set holds."""
    return np.asarray(np.bitwise_count(sets).sum(axis=1, dtype=np.int64))


def leaf_sets(known: Leaves, encoded: Array) -> LeafSets:
    """Send rows through the trees.

    Parameters
    ----------
    known : Leaves
    encoded : ndarray, shape (n_rows, n_columns)
    """
    paths, trees = known.paths, known.trees
    if trees.float32:
        with np.errstate(over="ignore"):
            encoded = encoded.astype(np.float32).astype(np.float64)
    size = len(encoded)
    packed = np.zeros((len(trees.feature) + 1, -(-size // 64) * 8), dtype=np.uint8)
    packed[-1, : -(-size // 8)] = np.packbits(np.ones(size, dtype=bool), bitorder="little")
    left = _left(trees, encoded, packed.shape[1])
    passed = packed.view(np.uint64)
    for level in paths.levels[1:]:
        turned = left[paths.parent[level]]
        np.bitwise_not(turned, out=turned, where=~paths.is_left[level][:, None])
        passed[level] = turned & passed[paths.previous[level]]
    return LeafSets(known, encoded, passed)


def _left(trees: Trees, encoded: Array, width: int) -> Words:
    """Rows that go left at each node, shape (n_nodes, words); column by column, so that nothing is copied."""
    packed = np.zeros((len(trees.feature), width), dtype=np.uint8)
    inner = np.flatnonzero(trees.left >= 0)
    asked = questions(trees, inner)
    step = max(1, ANSWERS // max(1, len(encoded)))
    for column in np.unique(asked.column):
        mine, values = np.flatnonzero(asked.column == column), encoded[:, column]
        gaps = np.flatnonzero(np.isnan(values))
        for some in (mine[at : at + step] for at in range(0, len(mine), step)):
            bits = values[None, :] <= asked.limit[some]
            if len(gaps):
                bits[:, gaps] = asked.missing_left[some]
            packed[inner[some], : -(-len(values) // 8)] = np.packbits(bits, axis=1, bitorder="little")
    return packed.view(np.uint64)
