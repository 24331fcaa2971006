"""A tree ensemble as cells: every value of a feature that the trees can tell apart, and every leaf as a set of them.

Among all values that no split separates only the nearest to the instance matters, so a search over one candidate per
cell is exact. A leaf is a set of candidates of each unit, kept as bits; two changes at once become a matrix product.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.counterfactual.candidates import Unit
from core.counterfactual.quick import Quick
from core.counterfactual.thresholds import Questions
from core.portable import Trees
from core.portable.evaluate import link
from core.types import Array

Words = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """The leaves that can be reached with at most a number of changed units.

    Attributes
    ----------
    units : tuple of Unit, length u
        ``values[0]`` is the instance's own; each further value stands for a cell.
    places : ndarray of int, shape (u + 1,)
        Where each unit's bits begin in ``bits`` (words); bit 0 of its first word is its own value.
    bits : ndarray of uint64, shape (n_leaves, n_words)
        Candidates with which the leaf is reached.
    conflicts : ndarray of bool, shape (n_leaves, u)
        Units whose own value does not reach the leaf.
    value : ndarray, shape (n_leaves, n_sums)
    tree : ndarray of int, shape (n_leaves,)
        Ascending.
    depth : int
        Leaves with more conflicts than this are left out.
    """

    quick: Quick
    origin: Array
    units: tuple[Unit, ...]
    places: Ints
    bits: Words
    conflicts: Bools
    value: Array
    tree: Ints
    depth: int

    def member(self, unit: int, leaves: Ints) -> Array:
        """Which candidates of a unit reach which leaves, as 0 and 1, shape (n_leaves, n_values)."""
        words = np.ascontiguousarray(self.bits[leaves, self.places[unit] : self.places[unit + 1]])
        flat = np.unpackbits(words.view(np.uint8), axis=1, bitorder="little")
        return flat[:, : len(self.units[unit].values)].astype(np.float64)

    def outputs(self, sums: Array) -> Array:
        """Sums over leaves, shape (..., n_sums), as predictions, shape (n, n_outputs)."""
        base = self.trees.base
        return link(self.quick.portable, sums.reshape(-1, sums.shape[-1]) + base)

    @property
    def trees(self) -> Trees:
        """The ensemble."""
        body = self.quick.portable.body
        assert isinstance(body, Trees)  # cells_of makes cells of trees only
        return body

    def rows(self, units: tuple[int, ...], picks: Ints) -> Array:
        """Coded rows with chosen candidates of some units, shape (n, p); ``picks`` of shape (n, len(units))."""
        made = np.repeat(self.origin[None, :], len(picks), axis=0)
        for column, unit in enumerate(units):
            chosen = self.units[unit]
            made[:, list(chosen.features)] = chosen.values[picks[:, column]]
        return made

    def single(self, unit: int) -> Array:
        """Sums when one unit takes each of its candidates, shape (n_values, n_sums)."""
        leaves = np.flatnonzero(self._only((unit,)))
        return np.asarray(self.member(unit, leaves).T @ self.value[leaves])

    def pair(self, first: int, second: int) -> Array:
        """Sums for each combination of two units' candidates, shape (n_first, n_second, n_sums)."""
        leaves = np.flatnonzero(self._only((first, second)))
        one, two = self.member(first, leaves), self.member(second, leaves)
        grids = [(one * self.value[leaves, place, None]).T @ two for place in range(self.value.shape[1])]
        return np.stack(grids, axis=-1)

    def _only(self, units: tuple[int, ...]) -> Bools:
        """Leaves whose conflicts lie among some units."""
        inside = self.conflicts[:, list(units)].sum(axis=1)
        return np.asarray(inside == self.conflicts.sum(axis=1))


def cells_of(questions: Questions, origin: Array, depth: int) -> Cells:
    """Walk down every tree with all candidates at once.

    Parameters
    ----------
    questions : Questions
        The candidates and, as bits, what each node's question makes of them.
    depth : int
        Largest number of changed units of interest.
    """
    trees = questions.fast.portable.body
    assert isinstance(trees, Trees)  # questions are made of trees only
    found: list[tuple[Ints, Ints, Words]] = []
    for node, tree, bits in _levels(trees, questions, depth):
        leaf = trees.feature[node] < 0
        found.append((node[leaf], tree[leaf], bits[leaf]))
    node, tree = (np.concatenate([part[place] for part in found]) for place in (0, 1))
    bits = np.concatenate([part[2] for part in found])
    order = np.argsort(tree, kind="stable")
    node, tree, bits = node[order], tree[order], bits[order]
    conflicts = (bits[:, questions.places[:-1]] & np.uint64(1)) == 0
    return Cells(
        questions.fast, origin, questions.units, questions.places, bits, conflicts, trees.value[node], tree, depth
    )


def _levels(trees: Trees, questions: Questions, depth: int) -> Iterator[tuple[Ints, Ints, Words]]:
    """The reachable nodes of each depth: node, its tree, candidates that reach it."""
    node = trees.roots.copy()
    tree = np.arange(len(node))
    bits = np.repeat(questions.everything[None, :], len(node), axis=0)
    while len(node):
        yield node, tree, bits
        inner = np.flatnonzero(trees.feature[node] >= 0)
        node, tree, bits = node[inner], tree[inner], bits[inner]
        sides = [_side(trees, questions, node, bits, left, depth) for left in (True, False)]
        picked = [kept for kept, _, _ in sides]
        bits = np.concatenate([side[2] for side in sides])
        tree = np.concatenate([tree[kept] for kept in picked])
        node = np.concatenate([side[1] for side in sides])


def _side(
    trees: Trees, questions: Questions, node: Ints, bits: Words, left: bool, depth: int
) -> tuple[Ints, Ints, Words]:
    """Children on one side that some candidates reach with few enough changes."""
    bits = bits.copy()
    asks = questions.ask[node]
    unit = questions.unit[asks]
    alive = np.ones(len(node), dtype=np.bool_)
    for which in np.unique(unit):
        own = np.flatnonzero(unit == which)
        words = slice(questions.places[which], questions.places[which + 1])
        answers = questions.left[which][questions.slot[asks[own]]]
        bits[own, words] &= answers if left else ~answers
        alive[own] = bits[own, words].any(axis=1)
    changed = ((bits[:, questions.places[:-1]] & np.uint64(1)) == 0).sum(axis=1)
    kept = np.flatnonzero(alive & (changed <= depth))
    child = (trees.left if left else trees.right)[node[kept]]
    return kept, child, bits[kept]
