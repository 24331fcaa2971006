"""Shapley values of tree ensembles by looking them up: one table per tip, one row per pattern."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

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
ROWS = 128
"""Rows looked up at a time."""
CELLS = 8_000_000
"""Numbers in all tables of one ensemble and output at most (64 MB)."""
_PART = 2_000_000
PLACES = 1_000_000
"""Tips times their columns times features up to which terms find their features by a product with zeros and ones (8 MB
of them): a tenth of the time of counting them out one by one."""


@dataclass(frozen=True, slots=True, eq=False)
class Lookup:
    """Everything about an ensemble's Shapley values that does not depend on the row.

    Attributes
    ----------
    tested : Conditions
    index : ndarray of int, shape (n_bits, n_tips)
        Row of ``tested.test`` that holds each bit of each tip.
    start : ndarray of int, shape (n_tips, 1)
        First row of each tip's table.
    table : ndarray, shape (n_table_rows, most + 1)
        Attribution of each of the tip's players; last, the value of the leaf that the row itself reaches.
    player : ndarray of int, shape (n_tips, most + 1)
        Feature of each column of the tip's table; ``features`` where there is none, and for the last.
    place : ndarray, shape (n_tips * (most + 1), n_features + 1), or None
        1 where a column of a tip's table is of a feature; None where that would be too large.
    features : int
    """

    tested: Conditions
    index: Ints
    start: Ints
    table: Array
    player: Ints
    place: Array | None
    features: int

    def ask(self, encoded: Array) -> Array:
        """Look rows up: attributions, then the sum of the leaves reached, shape (n_rows, n_features + 1)."""
        found = [self._part(encoded[at : at + ROWS]) for at in range(0, len(encoded), ROWS)]
        return found[0] if len(found) == 1 else np.concatenate(found)

    def _part(self, encoded: Array) -> Array:
        """Attributions and sums of a few rows at once, shape (n_rows, n_features + 1)."""
        rows, width = len(encoded), self.features + 1
        cells = self.start + self._pattern(self.tested.test(encoded))
        if rows > 1 and self.place is not None:
            product: Array = self.table.take(cells.T, axis=0).reshape(rows, -1) @ self.place
            return product
        terms = self.table.take(cells, axis=0)
        player = self.player[:, None, :]
        if rows > 1:
            player = player + width * np.arange(rows)[None, :, None]
        sums: Array = np.bincount(player.ravel(), terms.ravel(), minlength=rows * width).astype(np.float64, copy=False)
        return sums.reshape(rows, width)

    def _pattern(self, bits: npt.NDArray[np.bool_]) -> npt.NDArray[Any]:
        """Each tip's bits as one number, shape (n_tips, n_rows)."""
        if len(self.index) <= BITS and bits.shape[1] == 1:
            packed: npt.NDArray[Any] = np.packbits(bits[:, 0][self.index], axis=0, bitorder="little")[0][:, None]
            return packed
        whole: npt.NDArray[Any] = bits.view(np.uint8)
        if len(self.index) > BITS:
            whole = whole.astype(np.uint16)
        pattern: npt.NDArray[Any] = whole[self.index[0]]
        for place in range(1, len(self.index)):
            pattern |= whole[self.index[place]] << whole.dtype.type(place)
        return pattern


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """A whole ensemble: narrow tips, and apart from them the few wide ones.

    Attributes
    ----------
    parts : tuple of Lookup
    base : float
        Value of the empty coalition.
    constant : float
        What every row gets: the ensemble's base and its trees without a question.
    features : int
    """

    parts: tuple[Lookup, ...]
    base: float
    constant: float
    features: int

    def values(self, encoded: Array) -> tuple[Array, Array]:
        """Explain rows.

        Parameters
        ----------
        encoded : ndarray, shape (n_rows, n_columns)

        Returns
        -------
        values : ndarray, shape (n_rows, n_features)
        output : ndarray, shape (n_rows,)
            The ensemble's own sum, from the leaves that the row reaches.
        """
        if not self.parts:
            return np.zeros((len(encoded), self.features)), np.full(len(encoded), self.constant)
        both = self.parts[0].ask(encoded)
        for part in self.parts[1:]:
            both = both + part.ask(encoded)
        return both[:, :-1], both[:, -1] + self.constant


def build(paths: Paths, tips: Tips, worth: Array, weigh: Weigh, features: int, base: float, own: float) -> Tables:
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
    size, used = tips.size[tips.leaf_tip], _used(paths, tips, worth)
    groups = [used & (size <= BITS), used & (size > BITS)]
    parts = [_fill(paths, tips, worth, weigh, features, group) for group in groups if group.any()]
    constant = own + float(worth[tips.leaf[paths.count[tips.leaf] == 0]].sum())
    return Tables(tuple(parts), base, constant, features)


def fit(paths: Paths, tips: Tips, worth: Array) -> bool:
    """Whether the tables stay within ``CELLS``."""
    size = tips.size[np.unique(tips.leaf_tip[_used(paths, tips, worth)])]
    return int(((1 << size) * (size + 1)).sum()) <= CELLS


def _used(paths: Paths, tips: Tips, worth: Array) -> npt.NDArray[np.bool_]:
    """Leaves that say something of this output."""
    return np.asarray((worth[tips.leaf] != 0) & (paths.count[tips.leaf] > 0))


def _fill(paths: Paths, tips: Tips, worth: Array, weigh: Weigh, features: int, used: npt.NDArray[np.bool_]) -> Lookup:
    """The tables of the tips of some leaves."""
    kept, tip = np.unique(tips.leaf_tip[used], return_inverse=True)
    leaf, where, size = tips.leaf[used], np.flatnonzero(used), tips.size[kept]
    count = paths.count[leaf]
    start = np.concatenate([[0], np.cumsum(1 << size)])
    slots, player, most = _tip_slots(paths, leaf, tip, len(kept), features)
    table = np.zeros(int(start[-1]) * most)
    for players, bits in sorted(set(zip(count.tolist(), size[tip].tolist(), strict=True))):
        mine = np.flatnonzero((count == players) & (size[tip] == bits))
        step = max(1, _PART // ((1 << bits) * players))
        for at in range(0, len(mine), step):
            some = mine[at : at + step]
            value = worth[leaf[some], None]
            passed = leaf_patterns(tips, where[some], bits)
            terms = np.take_along_axis(weigh(leaf[some], players) * value[:, :, None], passed[:, :, None], axis=1)
            cell = (start[tip[some], None] + np.arange(1 << bits)) * most
            np.add.at(table, (cell[:, :, None] + slots[some, None, :players]).ravel(), terms.ravel())
            reached = (passed == (1 << players) - 1) * value
            np.add.at(table, (cell + most - 1).ravel(), reached.ravel())
    tested, index = _index(paths, tips, kept)
    place = _places(player, features) if np.isfinite(table).all() else None
    return Lookup(tested, index, start[:-1, None], table.reshape(-1, most), player, place, features)


def _places(player: Ints, features: int) -> Array | None:
    """Zeros, and ones where a column of a tip's table is of a feature."""
    if player.size * (features + 1) > PLACES:
        return None
    found = np.zeros((player.size, features + 1))
    found[np.arange(player.size), player.ravel()] = 1.0
    return found


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
    index = np.full((int(tips.size[kept].max()), len(kept)), len(tested.node) + len(tested.edge))
    held = min(len(index), edges.shape[1])
    index[:held] = place_of(tested, edges[:, :held]).T
    index[bit, tip] = np.searchsorted(tested.node, node)
    return tested, index
