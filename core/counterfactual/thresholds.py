"""The questions that trees ask, and one candidate for each set of values that they cannot tell apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.counterfactual.candidates import TUPLES, Unit
from core.counterfactual.coding import Coder
from core.counterfactual.constraints import Constraints
from core.counterfactual.distance import gower
from core.counterfactual.quick import Quick
from core.portable import Column, Trees
from core.portable.walk import goes_left
from core.types import Array

Words = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
MOST = 4_000
"""Candidates of one unit; beyond that they are thinned and nothing is proved."""
_SINGLE = float(np.finfo(np.float32).eps)


@dataclass(frozen=True, slots=True, eq=False)
class Questions:
    """What the nodes of an ensemble ask of the candidates.

    Attributes
    ----------
    units : tuple of Unit, length u
        ``values[0]`` is the instance's own value. The last unit stands for all features that cannot move.
    places : ndarray of int, shape (u + 1,)
        First word of each unit's bits.
    everything : ndarray of uint64, shape (n_words,)
        All candidates.
    ask : ndarray of int, shape (n_nodes,)
        Which different question each node asks; -1 at leaves.
    unit, slot : ndarray of int, shape (n_questions,)
        The unit asked, and the question's row in ``left[unit]``.
    left : tuple of ndarray of uint64, shape (n_questions_of_unit, n_words_of_unit)
        Candidates that go left.
    exact : bool
        Every cell has its candidate.
    """

    fast: Quick
    units: tuple[Unit, ...]
    places: Ints
    everything: Words
    ask: Ints
    unit: Ints
    slot: Ints
    left: tuple[Words, ...]
    exact: bool


def questions(fast: Quick, constraints: Constraints, made: list[Unit]) -> Questions:
    """Ask every candidate every question.

    Parameters
    ----------
    made : list of Unit
        Candidates from the data: levels and combinations are taken from here, numbers from the thresholds.
    """
    trees = fast.portable.body
    assert isinstance(trees, Trees)  # the caller has looked
    ask, nodes = fast.asks, fast.askers
    sources = fast.portable.sources[trees.feature[nodes]]
    units, exact, left = [], True, []
    unit, slot = np.full(len(nodes), len(made)), np.zeros(len(nodes), dtype=np.int64)
    for place, given in enumerate(made):
        mine = np.flatnonzero(np.isin(sources, given.features))
        values, whole = _candidates(fast, constraints, given, nodes[mine])
        values = _nearest_of(
            fast.code, constraints, given, values, _signs(fast, constraints.origin, given, values, nodes[mine])
        )
        unit[mine], slot[mine] = place, np.arange(len(mine))
        units.append(Unit(given.features, values))
        left.append(pack(_answers(fast, constraints.origin, given, values, nodes[mine])))
        exact = exact and whole and len(values) <= MOST
    fixed = np.flatnonzero(unit == len(made))
    still = Unit((), np.empty((1, 0)))
    units.append(still)
    slot[fixed] = np.arange(len(fixed))
    left.append(pack(_answers(fast, constraints.origin, still, still.values, nodes[fixed])))
    everything = [pack(np.ones((1, len(each.values)), dtype=np.bool_))[0] for each in units]
    places = np.concatenate([[0], np.cumsum([len(words) for words in everything])]).astype(np.int64)
    return Questions(fast, tuple(units), places, np.concatenate(everything), ask, unit, slot, tuple(left), exact)


def pack(flags: Bools) -> Words:
    """Booleans as bits in words of 64, shape (n, ceil(m / 64)); the first is bit 0 of the first word."""
    width = -(-flags.shape[1] // 64) * 64
    padded = np.zeros((len(flags), width), dtype=np.bool_)
    padded[:, : flags.shape[1]] = flags
    return np.packbits(padded, axis=1, bitorder="little").view(np.uint64)


def _candidates(fast: Quick, constraints: Constraints, given: Unit, nodes: Ints) -> tuple[Array, bool]:
    """Own value, the data's candidates, and numbers on either side of every threshold; True when none is left out."""
    own = constraints.origin[list(given.features)][None, :]
    place = given.features[0]
    code, limit = fast.code, constraints.limits[place]
    if len(given.features) > 1 or not code.ordered[place]:
        levels = TUPLES if limit.levels is None or len(given.features) > 1 else int(limit.levels.sum())
        whole = len(given.values) < TUPLES if len(given.features) > 1 else len(given.values) >= levels - 1
        return np.vstack([own, given.values]), whole
    edges, plain = _edges(fast, nodes)
    step = code.step(place)
    slack = np.abs(edges) * 2 * _SINGLE
    near = np.concatenate([np.floor((edges + shift) / step) for shift in (-slack, 0 * slack, slack)])
    tries = np.unique(np.concatenate([near - 1, near, near + 1, near + 2])) * step
    tries = code.round(place, np.clip(tries, limit.low, limit.high))
    tries = np.unique(np.concatenate([tries, given.values[:, 0]]))
    tries = tries[constraints.permits(code, place, tries) & (tries != own[0, 0])]
    return np.vstack([own, tries[:, None]]), plain


def _edges(fast: Quick, nodes: Ints) -> tuple[Array, bool]:
    """Thresholds of nodes in the feature's own units; False when some question is not a threshold."""
    trees = fast.portable.body
    assert isinstance(trees, Trees)  # the caller has looked
    edges, plain = [np.zeros(0)], True
    for position in np.unique(trees.feature[nodes]):
        column = fast.portable.columns[position]
        mine = nodes[trees.feature[nodes] == position]
        straight = all(kind in _STRAIGHT for kind, _ in column.steps)
        asks = any(int(node) in trees.categories for node in mine)
        plain = plain and straight and column.op in ("number", "missing") and not asks
        if column.op == "number" and straight:
            edges.append(_back(column, np.append(trees.threshold[mine], _zeros(column))))
    found = np.unique(np.concatenate(edges))
    return found[np.isfinite(found)], plain


def _back(column: Column, edges: Array) -> Array:
    """Edges of an encoded column in the feature's own units: its steps undone, last first."""
    for kind, value in reversed(column.steps):
        if kind in _UNDO:
            with np.errstate(divide="ignore", invalid="ignore"):  # a factor of 0 has no edges, dropped by the caller
                edges = _UNDO[kind](edges, value)
    return edges


def _zeros(column: Column) -> Array:
    """Zero is an edge of its own where the column makes a missing cell of it."""
    return np.zeros(1 if any(kind == "drop_zero" for kind, _ in column.steps) else 0)


_STRAIGHT = ("subtract", "divide", "multiply", "add", "at_least", "at_most", "fill", "drop_zero", "float32")
"""Steps whose thresholds are found again; of a column that bends or is binned the data's own candidates are tried."""
_UNDO: dict[str, Callable[[Array, float], Array]] = {
    "subtract": lambda edges, value: edges + value,
    "divide": lambda edges, value: edges * value,
    "multiply": lambda edges, value: edges / value,
    "add": lambda edges, value: edges - value,
}


def _answers(fast: Quick, origin: Array, given: Unit, values: Array, nodes: Ints) -> Bools:
    """Which candidates go left at which nodes, shape (n_nodes, n_values)."""
    trees = fast.portable.body
    assert isinstance(trees, Trees)  # the caller has looked
    rows = np.repeat(origin[None, :], len(values), axis=0)
    rows[:, list(given.features)] = values
    answers = np.zeros((len(nodes), len(values)), dtype=np.bool_)
    for position in np.unique(trees.feature[nodes]):
        mine = np.flatnonzero(trees.feature[nodes] == position)
        cells = fast.inputs(int(position), rows)
        asked = goes_left(trees, np.repeat(nodes[mine], len(cells)), np.tile(cells, len(mine)))
        answers[mine] = asked.reshape(len(mine), len(cells))
    return answers


def _signs(fast: Quick, origin: Array, given: Unit, values: Array, nodes: Ints) -> npt.NDArray[Any]:
    """A line per candidate that is equal for those that no question tells apart, shape (n_values, n)."""
    trees = fast.portable.body
    assert isinstance(trees, Trees)  # the caller has looked
    if not fast.code.ordered[given.features[0]] or len(given.features) > 1:
        return pack(_answers(fast, origin, given, values, nodes).T)
    rows = np.repeat(origin[None, :], len(values), axis=0)
    rows[:, list(given.features)] = values
    signs = []
    for position in np.unique(trees.feature[nodes]):
        mine = nodes[trees.feature[nodes] == position]
        if any(int(node) in trees.categories for node in mine):
            return pack(_answers(fast, origin, given, values, nodes).T)
        cells = fast.inputs(int(position), rows)
        passed = np.searchsorted(np.unique(trees.threshold[mine]), cells, side="right" if trees.strict else "left")
        signs.append(np.where(np.isnan(cells), -1, passed))
    return np.column_stack(signs) if signs else np.zeros((len(values), 1))


def _nearest_of(code: Coder, constraints: Constraints, given: Unit, values: Array, signs: npt.NDArray[Any]) -> Array:
    """The nearest candidate of each cell, the own value first; others of its own cell change nothing."""
    rows = np.repeat(constraints.origin[None, :], len(values), axis=0)
    rows[:, list(given.features)] = values
    changed = constraints.changed(rows).sum(axis=1)
    order = np.lexsort([gower(code, rows, constraints.origin, constraints.weights), changed])
    _, first = np.unique(signs[order], axis=0, return_index=True)
    nearest = order[np.sort(first)][: MOST + 1]
    return np.asarray(values[np.concatenate([[0], np.sort(nearest[nearest != 0])])])
