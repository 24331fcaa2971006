"""Exact path-dependent Shapley values of deep trees, where tables would not fit: one sweep down, one up.

With ``g_i(t) = t a_i + (1 - t) z_i`` for each player on the way to a leaf (a: passed or not, z: its share of training
weight), the leaf's game gives player j the integral of ``(a_j - z_j) prod_i g_i / g_j`` over t in (0, 1), which
Gauss-Legendre points take exactly. Products are carried down the tree and sums back up, for many rows at a time
(P. Yu et al., "Linear TreeSHAP", NeurIPS 2022, arXiv:2209.08192; ours differs by the quadrature points on (0, 1),
which keep every factor positive).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from core.shapley.conditions import Conditions, conditions, place_of
from core.shapley.covers import expectation, quadrature, shares
from core.shapley.paths import Ints, Paths
from core.types import Array

NODES = 6_000
"""Nodes swept at a time, about (whole trees)."""
ROWS = 8
"""Rows swept at a time: fewer pay for numpy's calls, more leave the processor's cache."""


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Some trees of an ensemble; nodes are numbered by level, the roots first.

    Attributes
    ----------
    tested : Conditions
    place : ndarray of int, shape (n_nodes - n_roots,)
        Row of ``tested.test`` for the edge into each node.
    earlier : ndarray of int, shape (n_nodes - n_roots,)
        The same for the edge of the same player before it; the row before the last (always True) if there is none.
    offset : ndarray of int, shape (n_nodes - n_roots, 1)
        Where each edge's states begin in ``ratio`` and ``share``.
    bounds : tuple of int
        Where each level begins.
    parent : ndarray of int, shape (n_nodes,)
    worth : ndarray, shape (n_nodes,)
        0 at inner nodes.
    ratio, share : ndarray, shape (3 * (n_nodes - n_roots), n_points)
        By edge and state (failed before, failed here, passed): factor of the products, and what one unit below the
        edge adds to its player.
    order : ndarray of int
        Edges sorted by player.
    starts, players : ndarray of int
        Where each player begins in ``order``, and which one it is.
    """

    tested: Conditions
    place: Ints
    earlier: Ints
    offset: Ints
    bounds: tuple[int, ...]
    parent: Ints
    worth: Array
    ratio: Array
    share: Array
    order: Ints
    starts: Ints
    players: Ints

    def add(self, encoded: Array, total: Array) -> None:
        """Add the attributions of a few rows to ``total``, shape (n_features + 1, n_rows); last row: leaves reached."""
        bits = self.tested.test(encoded).view(np.uint8)
        bits[-1] = 1
        passed = bits.take(self.place, axis=0)
        index = np.add(passed + bits.take(self.earlier, axis=0), self.offset, dtype=np.int64)
        levels = list(pairwise(self.bounds[1:]))
        flow = self._down(index, levels)
        flow *= self.worth[:, None, None]
        for low, high in reversed(levels):
            flow[self.parent[low:high:2]] = flow[low:high:2] + flow[low + 1 : high : 2]
        gains = self.share.take(index, axis=0, mode="clip")
        gains *= flow[self.bounds[1] :]
        points, rows = self.share.shape[1], len(encoded)
        by_edge = (gains.reshape(-1, points) @ np.ones(points)).reshape(-1, rows)
        total[self.players] += np.add.reduceat(by_edge.take(self.order, axis=0), self.starts, axis=0)
        total[-1] += self.worth @ self._reached(passed.view(bool), levels)

    def _down(self, index: Ints, levels: list[tuple[int, int]]) -> Array:
        """Products of the factors on the way to every node, shape (n_nodes, n_rows, n_points)."""
        roots, rows, points = self.bounds[1], index.shape[1], self.ratio.shape[1]
        flow = np.empty((len(self.parent), rows, points))
        flow[:roots] = 1.0
        np.take(self.ratio, index, axis=0, out=flow[roots:], mode="clip")
        for low, high in levels:
            pairs = flow[low:high].reshape(-1, 2, rows, points)
            pairs *= flow.take(self.parent[low:high:2], axis=0)[:, None]
        return flow

    def _reached(self, passed: npt.NDArray[np.bool_], levels: list[tuple[int, int]]) -> npt.NDArray[np.bool_]:
        """Nodes that the rows themselves come to, shape (n_nodes, n_rows)."""
        roots = self.bounds[1]
        reached = np.ones((len(self.parent), passed.shape[1]), dtype=bool)
        for low, high in levels:
            reached[low:high] = reached[self.parent[low:high]] & passed[low - roots : high - roots]
        return reached


@dataclass(frozen=True, slots=True, eq=False)
class Sweep:
    """A whole ensemble, block by block; the same answers as ``tables.Tables`` of ``covers``."""

    blocks: tuple[Block, ...]
    base: float
    own: float
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
        """
        total = np.zeros((self.features + 1, len(encoded)))
        for block in self.blocks:
            for at in range(0, len(encoded), ROWS):
                block.add(encoded[at : at + ROWS], total[:, at : at + ROWS])
        return total[:-1].T, total[-1] + self.own


def sweep(paths: Paths, worth: Array, features: int, own: float) -> Sweep:
    """Prepare an ensemble.

    Parameters
    ----------
    paths : Paths
    worth : ndarray, shape (n_nodes,)
        Leaf values of the output explained.
    features : int
    own : float
        The ensemble's own base for this output.
    """
    share = shares(paths)
    tree = np.zeros(len(paths.parent), dtype=np.int64)
    tree[paths.levels[0]] = np.arange(len(paths.levels[0]))
    for level in paths.levels[1:]:
        tree[level] = tree[paths.parent[level]]
    sizes = np.bincount(tree)
    useful = np.bincount(tree, worth != 0) > 0
    block_of = np.where(useful, np.cumsum(np.where(useful, sizes, 0)) // NODES, -1)
    blocks = tuple(_block(paths, worth, share, block_of[tree] == number) for number in np.unique(block_of[useful]))
    return Sweep(blocks, own + expectation(paths, worth, share), own, features)


def _block(paths: Paths, worth: Array, share: Array, chosen: npt.NDArray[np.bool_]) -> Block:
    """Number the nodes of some trees by level and prepare their factors."""
    levels = [level[chosen[level]] for level in paths.levels]
    nodes = np.concatenate(levels)
    bounds = tuple(int(at) for at in np.cumsum([0, *(len(level) for level in levels if len(level))]))
    number = np.full(len(paths.parent), -1)
    number[nodes] = np.arange(len(nodes))
    edges = nodes[bounds[1] :]
    earlier = paths.previous[edges]
    tested = conditions(paths, edges, np.zeros(0, dtype=np.int64))
    leaves = nodes[paths.trees.left[nodes] < 0]
    points, weights = quadrature(int(paths.count[leaves].max(initial=1)))
    ratio, gain = _factors(share[edges], np.where(earlier >= 0, share[earlier], 1.0), earlier >= 0, points)
    order = np.argsort(paths.player[edges], kind="stable")
    players, starts = np.unique(paths.player[edges][order], return_index=True)
    return Block(
        tested,
        place_of(tested, edges),
        place_of(tested, earlier),
        3 * np.arange(len(edges))[:, None],
        bounds,
        number[np.maximum(paths.parent[nodes], 0)],
        worth[nodes],
        ratio.reshape(-1, len(points)),
        (gain * weights).reshape(-1, len(points)),
        order,
        starts,
        players,
    )


def _factors(own: Array, before: Array, chained: npt.NDArray[np.bool_], points: Array) -> tuple[Array, Array]:
    """Factor and gain of every edge in its three states, each of shape (n_edges, 3, n_points)."""
    now, then = own[:, None], before[:, None]
    passed_before = np.where(chained[:, None], points + (1 - points) * then, 1.0)
    gain_before = np.where(chained[:, None], (1 - then) / passed_before, 0.0)
    ratio = np.empty((len(own), 3, len(points)))
    ratio[:, 0] = np.divide(now, then, out=np.zeros_like(now), where=then > 0)
    ratio[:, 1] = (1 - points) * now / passed_before
    ratio[:, 2] = (points + (1 - points) * now) / passed_before
    gain = np.zeros_like(ratio)
    gain[:, 1] = -1 / (1 - points) - gain_before
    gain[:, 2] = (1 - now) / (points + (1 - points) * now) - gain_before
    return ratio, gain
