"""Exact interventional Shapley values of deep trees, where tables would not fit: one walk for the whole background.

An instance walks down every tree and takes both branches where background rows may disagree with it; with each place
goes the set of background rows (as bits) that pass every player that the instance fails. A branch whose set is empty
is left. At a leaf each row of the set gives its share by how many players only the instance (u) and only the row (v)
passes: the same game as in ``interventional``. Who gets it is a set of players, too, kept as bits: shares are summed by
ten bits of the set first, and by player only once. The loops are compiled (``machine``): a forest of 100 trees grown on
5,000 rows has some 160,000 places to look at and 260,000 pairs of leaf and background row for each instance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.processors import MOST, share
from core.shapley.interventional import share_by_counts
from core.shapley.packed import ITEM, PAIR, STATE, WIDTH, Packed, aligned, pack, rounded
from core.shapley.paths import Paths, Small
from core.types import Array

ROWS = 32
"""Rows walked at a time: what is summed for all of them stays in the processor's cache."""
BYTES = 256_000_000
"""What is kept of all leaves and background rows, at most."""
SHARED = 100_000
"""Nodes that are walked by one processor."""
SET = 128
"""Background rows of one set."""
Lists = tuple[npt.NDArray[np.void], npt.NDArray[np.void], npt.NDArray[np.void], npt.NDArray[np.uint64]]


@dataclass(frozen=True, slots=True, eq=False)
class Against:
    """Some background rows, 128 at most.

    Attributes
    ----------
    size : int
    nodes : ndarray of NODE, shape (n_inner,)
    failing : ndarray of uint8, shape (n_leaves, size, n_bytes)
        Players of each leaf that each row fails, as bits.
    everyone : tuple of (uint64, uint64)
        All rows, as bits.
    """

    size: int
    nodes: npt.NDArray[np.void]
    failing: npt.NDArray[np.uint8]
    everyone: tuple[np.uint64, np.uint64]


@dataclass(frozen=True, slots=True, eq=False)
class Walk:
    """An ensemble and a background, ready to be walked.

    Attributes
    ----------
    paths : Paths
    packed : Packed
    parts : tuple of ndarray of int
        Roots of trees that are walked by one processor.
    worth : ndarray, shape (n_leaves,)
    shares : ndarray, shape ((most + 1) * (most + 1) * 2,)
        What players gain and lose, by the counts of those that only the row and only the instance passes.
    far : ndarray of uint64, shape (65,)
        Bytes from what the first row of a word fails to what each of them does, and behind them all.
    sets : tuple of Against
    times : ndarray, shape (n_features + 1,)
        How often each sum was added to: background rows, and last their sets.
    step : uint64
        Shares for one count of players that only the row passes.
    features : int
    base, own : float
        Value of the empty coalition; the ensemble's own base.
    """

    paths: Paths
    packed: Packed
    parts: tuple[Small, ...]
    worth: Array
    shares: Array
    far: npt.NDArray[np.uint64]
    sets: tuple[Against, ...]
    times: Array
    step: np.uint64
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
        rows = np.array(encoded, dtype=np.float64, order="C")  # a copy: the machine rounds it where the trees do
        blocks = [rows] if len(rows) <= ROWS else np.array_split(rows, -(-len(rows) // ROWS))
        asked = [(roots, block) for block in blocks for roots in self.parts]
        sums, many = share(lambda both: self._down(*both), asked), len(self.parts)
        if many > 1:
            sums = [np.sum(sums[at : at + many], axis=0) for at in range(0, len(asked), many)]
        both = sums[0] if len(sums) == 1 else np.concatenate(sums)
        both /= self.times
        return both[:, :-1], both[:, -1] + self.own

    def _down(self, roots: Small, rows: Array) -> Array:
        """What some of the trees add: sums of attributions, and last of the leaves reached, of a few rows."""
        from core.shapley import machine

        most = machine.PART * SET + machine.AHEAD + machine.FEW + machine.MORE
        places = np.empty(3 * (self.packed.largest + 2), dtype=STATE)
        lists = (places, np.empty(machine.PART + 1, dtype=ITEM), np.empty(most, dtype=PAIR), self.far)
        total = self._part(roots, rows, self.sets[0], lists)
        for part in self.sets[1:]:
            total += self._part(roots, rows, part, lists)
        return total

    def _part(self, roots: Small, rows: Array, part: Against, lists: Lists) -> Array:
        """The same against a part of the background, shape (n_rows, n_features + 1)."""
        from core.shapley import machine

        packed, total = self.packed, np.zeros((len(rows), self.features + 1))
        parts = 0 if len(packed.named) else max(machine.LEAST, -(-self.features // machine.BITS))
        sums, leaves = np.zeros((len(rows), parts << machine.BITS)), (self.worth, part.failing, packed.named)
        how = (part.everyone, leaves, self.shares, self.step)
        machine.walk(roots, part.nodes, rows, self.paths.trees.float32, packed.codes, lists, *how, sums, total)
        return total


def walk(paths: Paths, worth: Array, background: Array, features: int, base: float, own: float) -> Walk | None:
    """Prepare an ensemble; None where its leaves and the background are too many (``BYTES``), or it is not sound.

    Parameters are those of ``interventional.tables``.
    """
    bits = features if features <= WIDTH else paths.edges.shape[1]
    held, leaves = -(-bits // 8), int((paths.trees.left < 0).sum())
    if bits > WIDTH or leaves * len(background) * held > BYTES:
        return None
    packed, sets = pack(paths, features, background.shape[1]), []
    if packed is None:
        return None
    rows = alike(paths, rounded(paths, background))
    try:
        from core.shapley import machine
    except ImportError:  # numba is not there for every Python and processor
        return None
    for at in range(0, len(rows), SET):
        some, nodes = rows[at : at + SET], aligned(packed.nodes)
        failing = _room(len(packed.leaf), len(some), held)
        machine.mark(nodes, packed.before, some, packed.codes)
        machine.fail(nodes, packed.edges, failing)
        first, second = (np.uint64((1 << max(0, min(64, len(some) - start))) - 1) for start in (0, 64))
        sets.append(Against(len(some), nodes, failing, (first, second)))
    parts, far = shared(packed.roots, len(packed.nodes)), np.arange(65, dtype=np.uint64) * np.uint64(held)
    shares = np.stack([table.T for table in share_by_counts(paths.edges.shape[1])], axis=2).ravel()
    times, step = np.full(features + 1, float(len(background))), np.uint64(2 * (paths.edges.shape[1] + 1))
    times[-1] = len(sets)
    values = worth[packed.leaf]
    return Walk(paths, packed, parts, values, shares, far, tuple(sets), times, step, features, base, own)


def alike(paths: Paths, rows: Array) -> Array:
    """Background rows by their value of the column that is asked most, the first questions above all.

    Those that reach the same leaves then lie side by side, and fewer lines of memory are looked at.
    """
    trees, asked = paths.trees, np.zeros(rows.shape[1])
    for depth, level in enumerate(paths.levels):
        asked += 0.5**depth * np.bincount(trees.feature[level[trees.left[level] >= 0]], minlength=len(asked))
    return rows[np.argsort(rows[:, np.argmax(asked)], kind="stable")]


def shared(roots: Small, nodes: int) -> tuple[Small, ...]:
    """Trees in parts for several processors: by their size only, so that the sums of a row stay the same."""
    return tuple(np.array_split(roots, min(MOST, 1 + nodes // SHARED)))


def _room(leaves: int, rows: int, held: int) -> npt.NDArray[np.uint8]:
    """Zeros, and eight bytes more behind them: the machine reads words where fewer bytes count."""
    size = leaves * rows * held
    room = np.empty(size + 8, dtype=np.uint8)
    room.fill(0)
    return room[:size].reshape(leaves, rows, held)
