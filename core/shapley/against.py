"""Background rows ready to be met by ``machine``: which of them pass each edge, and what each fails at each leaf.

What a row fails at a leaf is read from spans where they tell it: rows are ranked by every player's values once, and
those that pass all edges of a player on the way to a leaf are then the ranks from one to another. A leaf takes 64 bytes
(32 players) instead of three for each row, and one line of memory instead of four. Rows that pass in several pieces (a
text that became several columns, levels that are members of a set, gaps that go now left, now right) are written down
leaf by leaf.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.shapley.packed import NODE, WIDTH, WORTH, Packed
from core.shapley.pages import rooms
from core.shapley.paths import Paths, Small
from core.types import Array

SET = 128
"""Background rows of one set."""
LANES = 32
"""Players of one comparison."""
Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Against:
    """Some background rows, ``SET`` at most.

    Attributes
    ----------
    nodes : ndarray of NODE, shape (n_lines,)
        Inner nodes, and in lines between them the records of leaves.
    leaves : tuple
        What the machine takes of the leaves: the same memory as bytes; the place of what a leaf is worth in its record
        (before it, for each player, how many rows pass after the first, and in the other half where they begin; or the
        leaf's number); players of each leaf that each row fails, as bits, shape (n_leaves, n_rows, n_bytes), of no leaf
        where spans tell it; names of bits; rank of each row by each player's values, shape (n_rows, 32 or 64), of no
        row where there are no spans.
    far : ndarray of uint64, shape (65,)
        How far what is read for each row of a word lies behind what is read for its first, and behind them all.
    everyone : tuple of (uint64, uint64)
        All rows, as bits.
    """

    nodes: npt.NDArray[np.void]
    leaves: tuple[Bytes, np.uint64, Bytes, Small, Bytes]
    far: npt.NDArray[np.uint64]
    everyone: tuple[np.uint64, np.uint64]

    @property
    def size(self) -> int:
        """Bytes that are kept."""
        return self.nodes.nbytes + self.leaves[2].nbytes


def against(packed: Packed, worth: Array, rows: Array, features: int, room: int) -> Against | None:
    """Meet some rows; None where what is kept of them would take more than ``room`` bytes.

    Parameters
    ----------
    packed : Packed
    worth : ndarray, shape (n_leaves,)
    rows : ndarray, shape (n_rows, n_columns)
        ``SET`` at most, rounded as the trees compare them.
    features : int
    room : int
    """
    from core.shapley import marks

    marked, everyone = packed.nodes.copy(), (1 << len(rows)) - 1
    marks.mark(marked, packed.before, rows, packed.codes)
    ranks = _ranks(marked, rows, features)
    spans = np.empty((2 * len(marked) if len(ranks) else 0, 2), dtype=np.uint8)
    marks.span(marked, ranks, spans)
    if (spans == marks.NOWHERE).all(axis=1).any():
        ranks = ranks[:0]
    bits = features if features <= WIDTH else packed.edges.shape[1]
    leaves, held = len(packed.leaf), (0, 0) if len(ranks) else (len(rows), -(-bits // 8))
    last = int(max(packed.nodes_at.max(initial=0), packed.leaves_at.max()))
    if (last + 1) * NODE.itemsize + leaves * held[0] * held[1] > room:
        return None
    nodes, failing = rooms((NODE, (last + 1,)), (np.uint8, (leaves, *held)))
    records = np.zeros((leaves, packed.leaves_at.shape[1] * NODE.itemsize), dtype=np.uint8)
    records[:, -WORTH:] = worth.reshape(-1, 1).view(np.uint8)
    if len(ranks):
        _box(packed, spans, *np.split(records[:, :-WORTH], 2, axis=1))
    else:
        records[:, :8] = np.arange(leaves, dtype=np.uint64).reshape(-1, 1).view(np.uint8)
        marks.fail(marked, packed.edges, failing)
    nodes[packed.nodes_at], nodes[packed.leaves_at.ravel()] = marked, records.view(NODE).ravel()
    far, word = np.arange(65, dtype=np.uint64) * np.uint64(ranks.shape[1] if len(ranks) else held[1]), (1 << 64) - 1
    kept = (nodes.view(np.uint8), np.uint64(records.shape[1] - WORTH), failing, packed.named, ranks)
    return Against(nodes, kept, far, (np.uint64(everyone & word), np.uint64(everyone >> 64)))


def alike(paths: Paths, rows: Array) -> Array:
    """Background rows by their value of the column that is asked most, the first questions above all.

    Those that reach the same leaves then lie side by side, and fewer words are looked at.
    """
    trees, asked = paths.trees, np.zeros(rows.shape[1])
    for depth, level in enumerate(paths.levels):
        asked += 0.5**depth * np.bincount(trees.feature[level[trees.left[level] >= 0]], minlength=len(asked))
    return rows[np.argsort(rows[:, np.argmax(asked)], kind="stable")]


def _ranks(nodes: npt.NDArray[np.void], rows: Array, features: int) -> Bytes:
    """Rank of each row by each player's values, gaps last; empty where bits stand for other players at every leaf."""
    if features > WIDTH:
        return np.zeros((0, 0), dtype=np.uint8)
    column = np.zeros(features, dtype=np.int64)
    column[nodes["bit"]] = nodes["column"]  # one of them, where a player has several: spans will show whether it does
    ranks = np.zeros((len(rows), LANES if features <= LANES else WIDTH), dtype=np.uint8)
    ranks[:, :features] = rows[:, column].argsort(axis=0, kind="stable").argsort(axis=0, kind="stable")
    return ranks


def _box(packed: Packed, spans: Bytes, lengths: Bytes, begins: Bytes) -> None:
    """Write down the spans of every leaf's players; whoever is not asked, no row fails."""
    lengths[:] = 255
    for edge in packed.edges.T:
        leaf = np.flatnonzero(edge >= 0)
        player = packed.nodes["bit"][edge[leaf] >> 1]
        begins[leaf, player], lengths[leaf, player] = spans[edge[leaf]].T
