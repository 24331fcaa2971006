"""Exact interventional Shapley values of deep trees, where tables would not fit: one walk for the whole background.

An instance walks down every tree and takes both branches where background rows may disagree with it; with each place
goes the set of background rows (as bits) that pass every player that the instance fails. A branch whose set is empty
is left. At a leaf each row of the set gives its share by how many players only the instance (u) and only the row (v)
passes: the same game as in ``interventional``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.shapley.conditions import conditions, place_of
from core.shapley.interventional import share_by_counts
from core.shapley.leaf_sets import members
from core.shapley.paths import Ints, Paths
from core.shapley.questions import Questions, questions
from core.types import Array

Words = npt.NDArray[np.uint64]
Masks = npt.NDArray[np.uint32]
MOST = 32
"""Players on the way to a leaf at most: their pattern is kept in 32 bits."""
ROWS = 2
"""Rows walked at a time: a deep forest of 100 trees has some 150,000 pairs of leaf and background row a row."""
_PART = 4_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Walk:
    """An ensemble and a background, ready to be walked.

    Attributes
    ----------
    paths : Paths
    asked : Questions
        Of every inner node, by node number (leaves ask column 0, unused).
    worth : ndarray, shape (n_nodes,)
    passing : ndarray of uint64, shape (n_nodes, words)
        Background rows that pass the player of the edge into each node, as bits.
    leaf_number : ndarray of int, shape (n_nodes,)
    pattern : ndarray of uint32, shape (n_leaves, n_background)
        Players of each leaf that each background row passes.
    everyone : ndarray of uint64, shape (words,)
        All background rows.
    background, features : int
    base, own : float
        Value of the empty coalition; the ensemble's own base.
    """

    paths: Paths
    asked: Questions
    worth: Array
    passing: Words
    leaf_number: Ints
    pattern: Masks
    everyone: Words
    background: int
    features: int
    base: float
    own: float

    def values(self, encoded: Array) -> tuple[Array, Array]:
        """Explain rows.

        Parameters
        ----------
        encoded : ndarray, shape (n_rows, n_columns)

        Returns
        -------
        values : ndarray, shape (n_rows, n_features)
        output : ndarray, shape (n_rows,)
        """
        parts = [self._part(encoded[at : at + ROWS]) for at in range(0, len(encoded), ROWS)]
        both = np.concatenate(parts)
        return both[:, :-1], both[:, -1] + self.own

    def _part(self, encoded: Array) -> Array:
        """Attributions of a few rows, and last the sums of the leaves reached, shape (n_rows, n_features + 1)."""
        row, node, alive, failed = self._leaves(encoded)
        width = self.features + 1
        edges = self.paths.edges[node]
        held = np.flatnonzero(edges >= 0)
        terms = (self._shares(node, alive, failed) * self.worth[node, None]).ravel()[held]
        player = self.paths.player[edges.ravel()[held]] + width * row[held // edges.shape[1]]
        size = len(encoded) * width
        sums = np.bincount(player, terms, minlength=size)
        own = failed == 0
        sums += np.bincount(row[own] * width + self.features, self.worth[node[own]], minlength=size)
        return np.asarray(sums.reshape(-1, width), dtype=np.float64)

    def _leaves(self, encoded: Array) -> tuple[Ints, Ints, Words, Masks]:
        """Leaves that mixtures of a row and a background row reach: row, node, background rows, players failed."""
        trees = self.paths.trees
        values = encoded.astype(np.float32).astype(np.float64) if trees.float32 else encoded
        row = np.repeat(np.arange(len(encoded)), len(trees.roots))
        node = np.tile(trees.roots, len(encoded))
        alive = np.repeat(self.everyone[None], len(node), axis=0)
        failed = np.zeros(len(node), dtype=np.uint32)
        ends = []
        while len(node):
            leaf = trees.left[node] < 0
            ends.append((row[leaf], node[leaf], alive[leaf], failed[leaf]))
            row, node, alive, failed = row[~leaf], node[~leaf], alive[~leaf], failed[~leaf]
            left = self.asked.at(node, values[row, trees.feature[node]])
            near, far = (
                np.where(left, trees.left[node], trees.right[node]),
                np.where(left, trees.right[node], trees.left[node]),
            )
            child = np.concatenate([near, far])
            slot = np.uint32(1) << self.paths.slot[child].astype(np.uint32)
            failed, alive = np.concatenate([failed, failed]), np.concatenate([alive, alive])
            fails = (failed & slot) != 0
            fails[len(near) :] = True
            alive = np.where(fails[:, None], alive & self.passing[child], alive)
            failed = np.where(fails, failed | slot, failed)
            kept = np.flatnonzero(alive.any(axis=1))
            row, node, alive, failed = np.concatenate([row, row])[kept], child[kept], alive[kept], failed[kept]
        rows, nodes, sets, masks = zip(*ends, strict=True)
        return np.concatenate(rows), np.concatenate(nodes), np.concatenate(sets), np.concatenate(masks)

    def _shares(self, node: Ints, alive: Words, failed: Masks) -> Array:
        """Shapley values of each leaf worth 1, by slot, shape (n, most)."""
        entry, row = members(np.ascontiguousarray(alive))
        theirs = self.pattern[self.leaf_number[node[entry]], row]
        most = self.paths.edges.shape[1]
        full = (np.uint32(1) << self.paths.count[node].astype(np.uint32)) - np.uint32(1)
        mine = ~theirs & ~failed[entry] & full[entry]
        gain, loss = share_by_counts(most)
        u, v = np.bitwise_count(mine), np.bitwise_count(failed)[entry]
        begins = np.searchsorted(entry, np.arange(len(node)))
        gains = gain[u, v]
        losses = np.add.reduceat(loss[u, v], begins)
        shares = np.empty((len(node), most))
        for slot in range(most):
            place = np.uint32(slot)
            got = np.add.reduceat(gains * (mine >> place & np.uint32(1)), begins)
            shares[:, slot] = got - losses * (failed >> place & np.uint32(1))
        return shares / self.background


def walk(paths: Paths, worth: Array, background: Array, features: int, base: float, own: float) -> Walk | None:
    """Prepare an ensemble; None where a leaf has more than ``MOST`` players.

    Parameters are those of ``interventional.tables``.
    """
    leaves = np.flatnonzero(paths.trees.left < 0)
    if paths.edges.shape[1] > MOST:
        return None
    edges = np.flatnonzero(paths.parent >= 0)
    tested = conditions(paths, edges, np.zeros(0, dtype=np.int64))
    place = place_of(tested, edges)
    size = len(background)
    passing = np.zeros((len(paths.parent), -(-size // 64) * 8), dtype=np.uint8)
    pattern = np.zeros((len(leaves), size), dtype=np.uint32)
    ways = place_of(tested, paths.edges[leaves].astype(np.int64))
    step = max(1, _PART // max(1, len(place)))
    for at in range(0, size, step * 8):
        bits = tested.test(background[at : at + step * 8])
        packed = np.packbits(bits[place], axis=1, bitorder="little")
        passing[edges, at // 8 : at // 8 + packed.shape[1]] = packed
        for slot in range(ways.shape[1]):
            pattern[:, at : at + bits.shape[1]] |= bits[ways[:, slot]].astype(np.uint32) << np.uint32(slot)
    everyone = np.zeros(passing.shape[1], dtype=np.uint8)
    everyone[: -(-size // 8)] = np.packbits(np.ones(size, dtype=bool), bitorder="little")
    number = np.zeros(len(paths.parent), dtype=np.int64)
    number[leaves] = np.arange(len(leaves))
    asked = questions(paths.trees, np.arange(len(paths.parent)))
    words = passing.view(np.uint64)
    return Walk(paths, asked, worth, words, number, pattern, everyone.view(np.uint64), size, features, base, own)
