"""Exact interventional Shapley values of deep trees, where tables would not fit: one walk for the whole background.

An instance walks down every tree and takes both branches where background rows may disagree with it; with each place
goes the set of background rows (as bits) that pass every player that the instance fails. A branch whose set is empty
is left. At a leaf each row of the set gives its share by how many players only the instance (u) and only the row (v)
passes: the same game as in ``interventional``. Who gets it is a set of players, too, kept as bits: shares are summed by
byte of the set first, and by player only once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.shapley.conditions import conditions, place_of
from core.shapley.interventional import share_by_counts
from core.shapley.leaf_sets import members
from core.shapley.paths import Ints, Paths
from core.shapley.questions import Questions, questions
from core.types import Array

Words = npt.NDArray[np.uint64]
Masks = npt.NDArray[Any]
"""Sets of players as bits, shape (n, words)."""
ROWS = 2
"""Rows walked at a time: a deep forest of 100 trees has some 150,000 pairs of leaf and background row a row."""
BYTES = 256_000_000
"""What is kept of all leaves and background rows, at most."""
_PART = 4_000_000
_BITS = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1, bitorder="little").astype(np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Walk:
    """An ensemble and a background, ready to be walked.

    Attributes
    ----------
    paths : Paths
    asked : Questions
        Of every inner node, by node number (leaves ask column 0, unused).
    worth : ndarray, shape (n_nodes,)
    passing : ndarray of uint64, shape (words, n_nodes)
        Background rows that pass the player of the edge into each node, as bits.
    asks : ndarray of bits, shape (words, n_nodes)
        The player of the edge into each node.
    leaf_number : ndarray of int, shape (n_nodes,)
    failing : ndarray of bits, shape (n_leaves, n_background, words)
        Players of each leaf that each background row fails.
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
    asks: Masks
    leaf_number: Ints
    failing: Masks
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
        worth = self.worth[node]
        entry, other = members(alive)
        theirs = self.failing[self.leaf_number[node[entry]], other]
        gain, loss = share_by_counts(self.paths.edges.shape[1])
        most, lost = _sizes(failed), np.zeros(len(node))
        cell = _sizes(theirs) * gain.shape[1] + most[entry]
        mine = worth[entry]
        lost = np.bincount(entry, loss.take(cell), len(node)) * worth
        sums = np.zeros((len(encoded), self.features + 1))
        sums[:, :-1] = self._by_player(theirs, row[entry], gain.take(cell) * mine, len(encoded))
        sums[:, :-1] -= self._by_player(failed, row, lost, len(encoded))
        sums[:, :-1] /= self.background
        own = most == 0
        sums[:, -1] = np.bincount(row[own], worth[own], len(encoded))
        return sums

    def _by_player(self, sets: Masks, row: Ints, weights: Array, rows: int) -> Array:
        """Sum weights over every player in each set, shape (n_rows, n_features)."""
        found = []
        whole = np.ascontiguousarray(sets).view(np.uint8).reshape(len(sets), -1)
        start = row * 256
        for byte in range(-(-self.features // 8)):
            by_byte = np.bincount(start + whole[:, byte], weights, rows * 256).reshape(rows, 256)
            found.append(by_byte @ _BITS)
        return np.concatenate(found, axis=1)[:, : self.features]

    def _leaves(self, encoded: Array) -> tuple[Ints, Ints, Words, Masks]:
        """Leaves that mixtures of a row and a background row reach: row, node, background rows, players failed."""
        trees = self.paths.trees
        goes_left = self.asked.left(encoded)
        row = np.repeat(np.arange(len(encoded)), len(trees.roots))
        node = np.tile(trees.roots, len(encoded))
        alive = np.repeat(self.everyone[:, None], len(node), axis=1)
        failed = np.zeros((len(self.asks), len(node)), dtype=self.asks.dtype)
        ends = []
        while True:
            low = trees.left[node]
            ended, on = np.flatnonzero(low < 0), np.flatnonzero(low >= 0)
            ends.append((row[ended], node[ended], alive.take(ended, axis=1), failed.take(ended, axis=1)))
            if not len(on):
                break
            low, row, node = low[on], row[on], node[on]
            alive, failed = alive.take(on, axis=1), failed.take(on, axis=1)
            high = trees.right[node]
            near = np.where(goes_left[node, row], low, high)
            far, player = low + high - near, self.asks.take(low, axis=1)
            again = np.flatnonzero(_any(failed & player))  # asked before, and failed: mixtures follow the rows
            away = alive & self.passing.take(far, axis=1)
            back = alive.take(again, axis=1) & self.passing.take(near[again], axis=1)
            alive[:, again] = back
            kept = np.ones(len(near), dtype=bool)
            kept[again] = _any(back)
            stay, leave = np.flatnonzero(kept), np.flatnonzero(_any(away))
            row, node = np.concatenate([row[stay], row[leave]]), np.concatenate([near[stay], far[leave]])
            alive = np.concatenate([alive.take(stay, axis=1), away.take(leave, axis=1)], axis=1)
            failed = np.concatenate([failed.take(stay, axis=1), (failed | player).take(leave, axis=1)], axis=1)
        rows, nodes, sets, masks = zip(*ends, strict=True)
        return (
            np.concatenate(rows),
            np.concatenate(nodes),
            np.ascontiguousarray(np.concatenate(sets, axis=1).T),
            np.ascontiguousarray(np.concatenate(masks, axis=1).T),
        )


def _any(sets: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Whether each set, a column, holds something."""
    whole = sets[0]
    for word in sets[1:]:
        whole = whole | word
    return np.asarray(whole != 0)


def _sizes(sets: Masks) -> Ints:
    """How many players each set holds, shape (n,)."""
    return np.asarray(np.bitwise_count(sets).sum(axis=1, dtype=np.int64))


def walk(paths: Paths, worth: Array, background: Array, features: int, base: float, own: float) -> Walk | None:
    """Prepare an ensemble; None where its leaves and the background are too many (``BYTES``).

    Parameters are those of ``interventional.tables``.
    """
    leaves = np.flatnonzero(paths.trees.left < 0)
    kind, words = (np.uint32, 1) if features <= 32 else (np.uint64, -(-features // 64))
    size = len(background)
    if len(leaves) * size * words * np.dtype(kind).itemsize > BYTES:
        return None
    edges = np.flatnonzero(paths.parent >= 0)
    tested = conditions(paths, edges, np.zeros(0, dtype=np.int64))
    place = place_of(tested, edges)
    asks = np.zeros((len(paths.parent), words), dtype=kind)
    width = np.dtype(kind).itemsize * 8
    asks[edges, paths.player[edges] // width] = np.left_shift(1, (paths.player[edges] % width).astype(kind), dtype=kind)
    passing = np.zeros((len(paths.parent), -(-size // 64) * 8), dtype=np.uint8)
    failing = np.zeros((len(leaves), size, words), dtype=kind)
    own_edges = paths.edges[leaves].astype(np.int64)
    ways = place_of(tested, own_edges)
    step = max(1, _PART // max(1, len(place)))
    for at in range(0, size, step * 8):
        bits = tested.test(background[at : at + step * 8])
        packed = np.packbits(bits[place], axis=1, bitorder="little")
        passing[edges, at // 8 : at // 8 + packed.shape[1]] = packed
        for slot in range(ways.shape[1]):
            held = np.flatnonzero(own_edges[:, slot] >= 0)
            player = asks[own_edges[held, slot]][:, None]
            failing[held, at : at + bits.shape[1]] |= np.where(bits[ways[held, slot]][:, :, None], kind(0), player)
    everyone = np.zeros(passing.shape[1], dtype=np.uint8)
    everyone[: -(-size // 8)] = np.packbits(np.ones(size, dtype=bool), bitorder="little")
    number = np.zeros(len(paths.parent), dtype=np.int64)
    number[leaves] = np.arange(len(leaves))
    asked = questions(paths.trees, np.arange(len(paths.parent)))
    sets, players = np.ascontiguousarray(passing.view(np.uint64).T), np.ascontiguousarray(asks.T)
    return Walk(
        paths, asked, worth, sets, players, number, failing, everyone.view(np.uint64), size, features, base, own
    )
