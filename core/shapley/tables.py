"""Shapley values of tree ensembles by looking them up: one table per tip, one row per pattern."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.shapley.conditions import Conditions, conditions, place_of
from core.shapley.paths import Paths
from core.shapley.tips import BITS, Tips, leaf_patterns
from core.types import Array

Ints = npt.NDArray[np.int64]
Weigh = Callable[[Ints, int], Array]
"""(leaves with the same number of players d, d) -> Shapley values of a leaf worth 1, shape (n, 2^d, d), for every
pattern of players that the row passes."""
ROWS = 64
"""Rows looked up at a time."""
_PART = 2_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Lookup:
    """Everything about an ensemble's Shapley values that does not depend on the row.

    Attributes
    ----------
    tested : Conditions
    index : ndarray of int, shape (BITS, n_tips)
        Row of ``tested.test`` that holds each bit of each tip.
    start : ndarray of int, shape (n_tips, 1)
        First row of each tip's table.
    table : ndarray, shape (n_table_rows, most + 1)
        Attribution of each of the tip's players; last, the value of the leaf that the row itself reaches.
    player : ndarray of int, shape (n_tips, most + 1)
        Feature of each column of the tip's table; ``features`` where there is none, and for the last.
    features : int
    base : float
        Value of the empty coalition.
    constant : float
        What every row gets: the ensemble's base and its trees without a question.
    """

    tested: Conditions
    index: Ints
    start: Ints
    table: Array
    player: Ints
    features: int
    base: float
    constant: float

    def values(self, encoded: Array) -> tuple[Array, Array]:
        """Look rows up.

        Parameters
        ----------
        encoded : ndarray, shape (n_rows, n_columns)

        Returns
        -------
        values : ndarray, shape (n_rows, n_features)
        output : ndarray, shape (n_rows,)
            The ensemble's own sum, from the leaves that the row reaches.
        """
        found = [self._part(encoded[at : at + ROWS]) for at in range(0, len(encoded), ROWS)]
        both = found[0] if len(found) == 1 else np.concatenate(found)
        return both[:, :-1], both[:, -1] + self.constant

    def _part(self, encoded: Array) -> Array:
        """Attributions and sums of a few rows at once, shape (n_rows, n_features + 1)."""
        rows, width = len(encoded), self.features + 1
        bits = self.tested.test(encoded).view(np.uint8)
        pattern = bits[self.index[0]]
        for place in range(1, len(self.index)):
            pattern |= bits[self.index[place]] << np.uint8(place)
        terms = self.table.take(self.start + pattern, axis=0)
        player = self.player[:, None, :]
        if rows > 1:
            player = player + width * np.arange(rows)[None, :, None]
        sums: Array = np.bincount(player.ravel(), terms.ravel(), minlength=rows * width).astype(np.float64, copy=False)
        return sums.reshape(rows, width)


def build(paths: Paths, tips: Tips, worth: Array, weigh: Weigh, features: int, base: float, own: float) -> Lookup:
    """Fill the tables.

    Parameters
    ----------
    paths : Paths
    tips : Tips
    worth : ndarray, shape (n_nodes,)
        Leaf values of the output explained.
    weigh : callable
    features : int
    base : float
        Value of the empty coalition.
    own : float
        The ensemble's own base.
    """
    count = paths.count[tips.leaf]
    used = (worth[tips.leaf] != 0) & (count > 0)
    kept, number = np.unique(tips.leaf_tip[used], return_inverse=True)
    leaf, tip, count = tips.leaf[used], number, count[used]
    size = tips.size[kept]
    start = np.concatenate([[0], np.cumsum(1 << size)])
    slots, player, most = _tip_slots(paths, leaf, tip, len(kept), features)
    table = np.zeros(int(start[-1]) * most)
    where = np.flatnonzero(used)
    for players in np.unique(count):
        for bits in np.unique(size):
            mine = np.flatnonzero((count == players) & (size[tip] == bits))
            step = max(1, _PART // ((1 << int(bits)) * int(players)))
            for at in range(0, len(mine), step):
                some = mine[at : at + step]
                unit = weigh(leaf[some], int(players)) * worth[leaf[some], None, None]
                passed = leaf_patterns(tips, where[some], int(bits))
                terms = np.take_along_axis(unit, passed[:, :, None], axis=1)
                rows = start[tip[some], None] + np.arange(1 << int(bits))
                cells = rows[:, :, None] * most + slots[some, None, : int(players)]
                np.add.at(table, cells.ravel(), terms.ravel())
                reached = (passed == (1 << int(players)) - 1) * worth[leaf[some], None]
                np.add.at(table, (rows * most + most - 1).ravel(), reached.ravel())
    tested, index = _index(paths, tips, kept)
    constant = own + float(worth[tips.leaf[paths.count[tips.leaf] == 0]].sum())
    return Lookup(tested, index, start[:-1, None], table.reshape(-1, most), player, features, base, constant)


def _tip_slots(paths: Paths, leaf: Ints, tip: Ints, tips: int, features: int) -> tuple[Ints, Ints, int]:
    """Give each player of a tip a column: per leaf and slot the column, per tip the players, how many columns."""
    edges = paths.edges[leaf].astype(np.int64)
    held = edges >= 0
    owner = np.broadcast_to(tip[:, None], edges.shape)[held]
    pair = owner * features + paths.player[edges[held]]
    pairs, back = np.unique(pair, return_inverse=True)
    first = np.searchsorted(pairs // features, np.arange(tips))
    column = np.arange(len(pairs)) - first[pairs // features]
    most = int(column.max(initial=0)) + 2
    slots = np.zeros(edges.shape, dtype=np.int64)
    slots[held] = column[back]
    player = np.full((tips, most), features)
    player[pairs // features, column] = pairs % features
    return slots, player, most


def _index(paths: Paths, tips: Tips, kept: Ints) -> tuple[Conditions, Ints]:
    """The conditions that the kept tips need, and where each of their bits is found."""
    number = np.full(len(tips.root), -1)
    number[kept] = np.arange(len(kept))
    inside = number[tips.inner_tip] >= 0
    node, tip, bit = tips.inner[inside], number[tips.inner_tip[inside]], tips.inner_bit[inside]
    edges = paths.edges[tips.root[kept]].astype(np.int64)
    tested = conditions(paths, edges[edges >= 0], node)
    index = np.full((BITS, len(kept)), len(tested.node) + len(tested.edge))
    held = min(BITS, edges.shape[1])
    index[:held] = place_of(tested, edges[:, :held]).T
    index[bit, tip] = np.searchsorted(tested.node, node)
    return tested, index
