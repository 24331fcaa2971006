"""Proof that no smaller change exists: branch and bound over the cells of a tree ensemble.

A state says of every unit whether it keeps its own value, may do anything, or has to take one of some candidates. Each
tree can give at most its best leaf that the state reaches at a cost below the best answer known; if even the sum of
these misses the goal, the state holds no better answer. Best-first, so that the cheapest open state is a lower bound
at any time. Compare Cui et al. 2015 (doi:10.1145/2783258.2783281) and Kantchelian et al. 2016 (arXiv:1509.07892).
"""

from __future__ import annotations

import heapq
import time
from dataclasses import dataclass, field
from itertools import count

import numpy as np
import numpy.typing as npt

from core.counterfactual.cells import Cells
from core.counterfactual.forms import Forms
from core.counterfactual.oracle import Oracle
from core.types import Array

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
STATES = 200_000
MEMBERS = 60_000_000
GRID = 40_000
_EPS = 1e-9


@dataclass(frozen=True, slots=True)
class Proof:
    """What is known about all answers.

    Attributes
    ----------
    complete : bool
        Nothing cheaper than the best answer exists (no answer at all, where none was found).
    bound : float
        No answer costs less: changed features times ``per_change`` plus distance.
    states : int
        Boxes looked at.
    """

    complete: bool
    bound: float
    states: int


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """A box: per unit None (free) or the candidates it may take, and what reaching each leaf costs at least."""

    sets: tuple[Ints | None, ...]
    floor: float
    leaf_cost: Array


@dataclass(slots=True)
class Prover:
    """The tables that every state uses.

    Attributes
    ----------
    members : tuple of ndarray of bool, shape (n_leaves, n_values)
    costs : tuple of ndarray, shape (n_values,)
    value : ndarray, shape (n_forms, n_leaves)
        What each leaf adds to each form.
    starts : ndarray of int, shape (n_trees,)
        First leaf of each tree.
    """

    oracle: Oracle
    cells: Cells
    forms: Forms
    members: tuple[Bools, ...]
    costs: tuple[Array, ...]
    value: Array
    starts: Ints
    base: Array
    free: tuple[Array, ...] = field(default_factory=tuple)

    def reach(self, unit: int, chosen: Ints | None) -> Array:
        """Least cost at which one unit lets a leaf be reached, shape (n_leaves,); infinite when it cannot."""
        if chosen is None:
            return self.free[unit]
        costs = np.where(self.members[unit][:, chosen], self.costs[unit][chosen], np.inf)
        return np.asarray(costs.min(axis=1))

    def highest(self, alive: Bools) -> Array:
        """The most that each form can reach over living leaves, shape (..., n_forms)."""
        best = [
            np.maximum.reduceat(np.where(alive, worth, -np.inf), self.starts, axis=-1).sum(axis=-1)
            for worth in self.value
        ]
        return np.asarray(np.stack(best, axis=-1) + self.base)

    def child(self, state: State, unit: int, chosen: Ints) -> State | None:
        """The state with one unit restricted, None when it holds nothing better than what is known."""
        sets = (*state.sets[:unit], chosen, *state.sets[unit + 1 :])
        if sum(one is not None and one[0] != 0 for one in sets) > self.oracle.constraints.most:
            return None
        before, after = self.reach(unit, state.sets[unit]), self.reach(unit, chosen)
        with np.errstate(invalid="ignore"):  # leaves that were out of reach stay so
            leaf_cost = state.leaf_cost - before + after
        leaf_cost[~np.isfinite(state.leaf_cost)] = np.inf
        floor = sum(float(self.costs[place][one].min()) for place, one in enumerate(sets) if one is not None)
        floor = max(floor, float(np.minimum.reduceat(leaf_cost, self.starts).max()))
        if floor >= self.oracle.bound - _EPS or not self.forms.possible(self.highest(self.alive(leaf_cost))):
            return None
        return State(sets, floor, leaf_cost)

    def alive(self, leaf_cost: Array) -> Bools:
        """Leaves that are worth reaching."""
        return np.asarray(leaf_cost < self.oracle.bound - _EPS)


def prove(oracle: Oracle, cells: Cells, forms: Forms, seconds: float, states: int = STATES) -> Proof | None:
    """Search all that is cheaper than the best answer; better answers found on the way are kept by the oracle.

    Parameters
    ----------
    cells : Cells
        With every leaf that may matter (``depth`` at least the changes of the best answer), one candidate per cell.
    seconds, states : float, int
        Limits; when one is hit the proof is not complete and says what is known.

    Returns
    -------
    Proof or None
        None where the tables would be too large.
    """
    if sum(len(unit.values) for unit in cells.units) * len(cells.tree) > MEMBERS:
        return None
    prover = _prover(oracle, cells, forms)
    leaf_cost = np.sum([prover.reach(unit, None) for unit in range(len(cells.units))], axis=0)
    deadline, ticket = time.perf_counter() + seconds, count()
    heap: list[tuple[float, int, State]] = []
    root = State((None,) * len(cells.units), 0.0, leaf_cost)
    if forms.possible(prover.highest(prover.alive(leaf_cost))):
        heap.append((0.0, next(ticket), root))
    looked = 0
    while heap:
        floor, _, state = heapq.heappop(heap)
        if floor >= oracle.bound - _EPS:
            break
        if looked >= states or time.perf_counter() > deadline or oracle.enough():
            return Proof(False, floor, looked)
        looked += 1
        for made in _expand(prover, state):
            heapq.heappush(heap, (made.floor, next(ticket), made))
    return Proof(True, oracle.bound, looked)


def _prover(oracle: Oracle, cells: Cells, forms: Forms) -> Prover:
    """Build the tables."""
    everything = np.arange(len(cells.tree))
    members = tuple(cells.member(unit, everything).astype(np.bool_) for unit in range(len(cells.units)))
    costs = tuple(_costs(oracle, cells, unit) for unit in range(len(cells.units)))
    starts = np.flatnonzero(np.diff(cells.tree, prepend=-1))
    base = cells.trees.base @ forms.weights
    prover = Prover(
        oracle, cells, forms, members, costs, np.ascontiguousarray((cells.value @ forms.weights).T), starts, base
    )
    prover.free = tuple(prover.reach(unit, np.arange(len(costs[unit]))) for unit in range(len(costs)))
    return prover


def _costs(oracle: Oracle, cells: Cells, unit: int) -> Array:
    """What each candidate of a unit costs alone."""
    return oracle.cost(cells.rows((unit,), np.arange(len(cells.units[unit].values))[:, None]))


def _expand(prover: Prover, state: State) -> list[State]:
    """Split a state; the last units are settled exactly."""
    prover.oracle.heartbeat()
    loose = [unit for unit, chosen in enumerate(state.sets) if chosen is None and len(prover.costs[unit]) > 1]
    if loose:
        return _decide(prover, state, loose)
    wide = [unit for unit, chosen in enumerate(state.sets) if chosen is not None and len(chosen) > 1]
    sizes = [len(state.sets[unit]) for unit in wide]  # type: ignore[arg-type]  # None was just ruled out
    if len(wide) <= 2 and np.prod(sizes) <= GRID:
        _settle(prover, state, wide)
        return []
    unit = wide[int(np.argmax(sizes))]
    chosen = state.sets[unit]
    assert chosen is not None  # as above
    halves = np.array_split(chosen, 2)
    return [made for half in halves if (made := prover.child(state, unit, half)) is not None]


def _decide(prover: Prover, state: State, loose: list[int]) -> list[State]:
    """Let the unit that matters most keep its value or not; units that have to change first."""
    own = np.zeros(1, dtype=np.int64)
    alive = prover.alive(state.leaf_cost)
    kept = np.array([alive & prover.members[unit][:, 0] for unit in loose])
    highest = prover.highest(kept)
    forced = np.flatnonzero(~prover.forms.possible(highest))
    gaps = (
        (highest - prover.forms.least).min(axis=-1)
        if prover.forms.every
        else (highest - prover.forms.least).max(axis=-1)
    )
    unit = loose[int(forced[0]) if len(forced) else int(np.argmin(gaps))]
    moved = prover.child(state, unit, np.arange(1, len(prover.costs[unit])))
    still = None if len(forced) else prover.child(state, unit, own)
    return [made for made in (still, moved) if made is not None]


def _settle(prover: Prover, state: State, wide: list[int]) -> None:
    """Try every combination of at most two units that are still open, all others being settled."""
    cells, oracle = prover.cells, prover.oracle
    sets = [np.zeros(1, dtype=np.int64) if chosen is None else chosen for chosen in state.sets]
    open_ones = wide + [unit for unit in range(len(sets)) if unit not in wide][: 2 - len(wide)]
    first, second = open_ones[0], open_ones[1]
    leaves = np.flatnonzero(prover.alive(state.leaf_cost))
    one = prover.members[first][np.ix_(leaves, sets[first])].astype(np.float64)
    two = prover.members[second][np.ix_(leaves, sets[second])].astype(np.float64)
    for unit, chosen in enumerate(sets):
        if unit not in open_ones:
            one *= prover.members[unit][leaves, chosen[0]][:, None]
    grids = [(one * cells.value[leaves, place, None]).T @ two for place in range(cells.value.shape[1])]
    reached = oracle.goal.reached(cells.outputs(np.stack(grids, axis=-1)))
    rest = sum(float(prover.costs[unit][chosen[0]]) for unit, chosen in enumerate(sets) if unit not in open_ones)
    cost = (prover.costs[first][sets[first]][:, None] + prover.costs[second][sets[second]][None, :]).ravel() + rest
    hits = np.flatnonzero(reached & (cost < oracle.bound - _EPS))
    for hit in hits[np.argsort(cost[hits], kind="stable")][:8]:
        at = np.unravel_index(hit, (len(sets[first]), len(sets[second])))
        picks = [chosen[0] for chosen in sets]
        picks[first], picks[second] = sets[first][at[0]], sets[second][at[1]]
        oracle.ask(cells.rows(tuple(range(len(picks))), np.array([picks])))
        oracle.confirm(1)
        if oracle.bound <= cost[hit] + _EPS:
            return
