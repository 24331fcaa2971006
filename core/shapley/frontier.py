"""Exact interventional Shapley values of deep trees, where tables would not fit: one walk for the whole background.

An instance walks down every tree and takes both branches where background rows may disagree with it; with each place
goes the set of background rows (as bits) that pass every player that the instance fails. A branch whose set is empty
is left. At a leaf each row of the set gives its share by how many players only the instance (u) and only the row (v)
passes: the same game as in ``interventional``. Who gets it is a set of players, too, kept as bits: shares are summed by
ten bits of the set first, and by player only once. The loops are compiled (``machine``): a forest of 100 trees grown on
5,000 rows has some 160,000 places to look at and 260,000 pairs of leaf and background row for each instance.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from core.processors import MOST, share
from core.shapley.against import SET, Against, against, alike
from core.shapley.interventional import share_by_counts
from core.shapley.packed import ITEM, PAIR, STATE, WIDTH, Packed, pack, rounded
from core.shapley.pages import rooms
from core.shapley.paths import Paths, Small
from core.types import Array

ROWS = 32
"""Rows walked at a time: what is summed for all of them stays in the processor's cache."""
BYTES = 256_000_000
"""What is kept of all leaves and background rows, at most."""
SHARED = 100_000
"""Nodes that are walked by one processor."""
Lists = tuple[npt.NDArray[np.void], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Walk:
    """An ensemble and a background, ready to be walked.

    Attributes
    ----------
    paths : Paths
    packed : Packed
    parts : tuple of ndarray of int
        Roots of trees that are walked by one processor.
    shares : ndarray, shape ((most + 1) * (most + 1) * 2,)
        What players gain and lose, by the counts of those that only the row and only the instance passes.
    sets : tuple of Against
    times : ndarray, shape (n_features + 1,)
        How often each sum was added to: background rows, and last their sets.
    step : uint64
        Shares for one count of players that only the row passes.
    features, columns : int
    base, own : float
        Value of the empty coalition; the ensemble's own base.
    spare : list of tuple of ndarray
        What the machine writes its lists into, left by earlier calls: fresh memory costs a tenth of a row's time.
    """

    paths: Paths
    packed: Packed
    parts: tuple[Small, ...]
    shares: Array
    sets: tuple[Against, ...]
    times: Array
    step: np.uint64
    features: int
    columns: int
    base: float
    own: float
    spare: list[Lists] = field(default_factory=list)

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
        rows = np.ascontiguousarray(encoded, dtype=np.float64)
        if len(rows) <= ROWS and len(self.parts) == 1:  # one row: every call of NumPy's is time that is seen
            both = self._down(0, rows)
        else:
            blocks, many = np.array_split(rows, max(1, -(-len(rows) // ROWS))), len(self.parts)
            sums = share(lambda asked: self._down(*asked), [(part, block) for block in blocks for part in range(many)])
            both = np.concatenate([np.sum(sums[at : at + many], axis=0) for at in range(0, len(sums), many)])
        return both[:, :-1], both[:, -1]

    def _down(self, part: int, rows: Array) -> Array:
        """What some of the trees say: attributions, and last of the leaves reached, of a few rows."""
        from core.shapley import machine

        try:
            lists = self.spare.pop()
        except IndexError:  # all are in use, by others
            lists = self._lists()
        total, codes, last = np.zeros((len(rows), self.features + 1)), self.packed.codes, self.sets[-1]
        weights = (self.shares, self.step, self.times, 0.0 if part else self.own)
        for some in self.sets:
            how = (self.paths.trees.float32, codes, (*lists, some.far), some.everyone, some.leaves, weights)
            machine.walk(self.parts[part], some.nodes, rows, *how, some is last, total)
        self.spare.append(lists)
        return total

    def _lists(self) -> Lists:
        """Room for what the machine writes down."""
        from core.shapley import machine

        most, named = machine.PART * SET + machine.AHEAD + machine.FEW + machine.MORE, len(self.packed.named)
        parts = 0 if named else max(machine.LEAST, -(-self.features // machine.BITS))
        sums, rows = (ROWS, parts << machine.BITS), (ROWS, self.columns)
        room = ((STATE, (3 * (self.packed.largest + 2),)), (ITEM, (machine.PART + 1,)), (PAIR, (most,)))
        return tuple(rooms(*room, (np.float64, sums), (np.float64, rows)))


def walk(paths: Paths, worth: Array, background: Array, features: int, base: float, own: float) -> Walk | None:
    """Prepare an ensemble; None where its leaves and the background are too many (``BYTES``), or it is not sound.

    Parameters are those of ``interventional.tables``.
    """
    if features > WIDTH and paths.edges.shape[1] > WIDTH:
        return None
    packed, sets, room = pack(paths, features, background.shape[1]), list[Against](), BYTES
    if packed is None:
        return None
    rows = alike(paths, rounded(paths, background))
    try:
        from core.shapley import machine, marks  # noqa: F401  # compiled here, where files may be written
    except ImportError:  # numba is not there for every Python and processor
        return None
    for at in range(0, len(rows), SET):
        some = against(packed, worth[packed.leaf], rows[at : at + SET], features, room)
        if some is None:
            return None
        sets.append(some)
        room -= some.size
    parts = shared(packed.roots, len(packed.nodes))
    shares = np.stack([table.T for table in share_by_counts(paths.edges.shape[1])], axis=2).ravel()
    times, step = np.full(features + 1, float(len(background))), np.uint64(2 * (paths.edges.shape[1] + 1))
    times[-1] = len(sets)
    return Walk(paths, packed, parts, shares, tuple(sets), times, step, features, background.shape[1], base, own)


def shared(roots: Small, nodes: int) -> tuple[Small, ...]:
    """Trees in parts for several processors: by their size only, so that the sums of a row stay the same."""
    return tuple(np.array_split(roots, min(MOST, 1 + nodes // SHARED)))
