"""Which conditions of a tree's paths a row fulfils: single questions, and whole chains of one player's questions."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from core.shapley.paths import Paths
from core.shapley.questions import Questions, questions
from core.types import Array

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Conditions:
    """Edges of an ensemble, each with all earlier edges of its player, ready to be tested.

    Attributes
    ----------
    asked : Questions
        The inner nodes in question.
    node : ndarray of int, shape (n_asked,)
    edge : ndarray of int, shape (n_edges,)
        Sorted by how many earlier edges of the same player there are.
    above : ndarray of int, shape (n_edges,)
        Position in ``node`` of the question that the edge answers.
    is_left : ndarray of bool, shape (n_edges, 1)
    chains : tuple of (slice, ndarray of int)
        Edges with an earlier one, by number of earlier ones, and the position of that earlier one.
    """

    asked: Questions
    node: Ints
    edge: Ints
    above: Ints
    is_left: Bools
    chains: tuple[tuple[slice, Ints], ...]

    def test(self, encoded: Array) -> Bools:
        """Test rows.

        Parameters
        ----------
        encoded : ndarray, shape (n_rows, n_columns)

        Returns
        -------
        ndarray of bool, shape (n_asked + n_edges + 1, n_rows)
            Who goes left at each ``node``, who passes each ``edge``, and a last row of False.
        """
        asked = len(self.node)
        bits = np.zeros((asked + len(self.edge) + 1, len(encoded)), dtype=bool)
        bits[:asked] = self.asked.left(encoded)
        passed = bits[asked:-1]
        np.equal(bits[self.above], self.is_left, out=passed)
        for chain, earlier in self.chains:
            passed[chain] &= passed[earlier]
        return bits


def conditions(paths: Paths, edges: Ints, nodes: Ints) -> Conditions:
    """Prepare edges, and inner nodes beside theirs, for testing.

    Parameters
    ----------
    paths : Paths
    edges : ndarray of int
        Nodes that the edges lead to; earlier edges of the same player are added.
    nodes : ndarray of int
    """
    rank = np.full(len(paths.parent), -1)
    frontier = np.unique(edges)
    members = [frontier]
    while len(frontier):
        frontier = np.unique(paths.previous[frontier])
        frontier = frontier[frontier >= 0]
        members.append(frontier)
    needed = np.unique(np.concatenate(members))
    pending, step = needed, 0
    while len(pending):
        earlier = paths.previous[pending]
        ready = (earlier < 0) | (rank[earlier] >= 0)
        rank[pending[ready]] = step
        pending, step = pending[~ready], step + 1
    edge = needed[np.argsort(rank[needed], kind="stable")]
    asked = np.unique(np.concatenate([nodes, paths.parent[edge]]))
    place = np.full(len(paths.parent), -1)
    place[edge] = np.arange(len(edge))
    bounds = np.searchsorted(rank[edge], np.arange(step + 1))
    chains = []
    for low, high in pairwise(bounds[1:]):
        chains.append((slice(int(low), int(high)), place[paths.previous[edge[low:high]]]))
    above = np.searchsorted(asked, paths.parent[edge])
    return Conditions(questions(paths.trees, asked), asked, edge, above, paths.is_left[edge][:, None], tuple(chains))


def place_of(tested: Conditions, edges: Ints) -> Ints:
    """Row of ``test`` that holds each edge; the last row where the edge is -1."""
    last = len(tested.node) + len(tested.edge)
    place = np.full(int(edges.max(initial=-1)) + 2, last)
    held = tested.edge < len(place) - 1
    place[tested.edge[held]] = len(tested.node) + np.flatnonzero(held)
    return place[edges]
