"""The search: every single change, then pairs and more by what the singles promise, then from real rows back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from core.counterfactual.candidates import Unit
from core.counterfactual.distance import gower
from core.counterfactual.oracle import Asked, Oracle
from core.types import Array

PAIRS = 4096
BEAM = 12
EXTENSIONS = 1024
DEPTH = 8
NEIGHBOURS = 6
MORE = 2_000
LINE = 400


@dataclass(frozen=True, slots=True, eq=False)
class Moves:
    """All single changes with what each gains alone.

    Attributes
    ----------
    unit : ndarray of int, shape (n_moves,)
    rows : ndarray, shape (n_moves, p)
        The instance with this one change.
    gain, cost : ndarray, shape (n_moves,)
        Rise of the goal's score, and cost.
    start : float
        The instance's own score.
    """

    unit: np.ndarray
    rows: Array
    gain: Array
    cost: Array
    start: float


def singles(oracle: Oracle, made: list[Unit], start: float) -> Moves:
    """Try every single change in one call."""
    counts = [len(unit.values) for unit in made]
    rows = np.repeat(oracle.origin[None, :], sum(counts), axis=0)
    owner = np.repeat(np.arange(len(made)), counts)
    for place, unit in enumerate(made):
        slots = np.flatnonzero(owner == place)
        rows[np.ix_(slots, np.array(unit.features))] = unit.values
    kept = oracle.constraints.allows(oracle.code, rows)
    asked = oracle.ask(rows[kept])
    return Moves(owner[kept], asked.rows, asked.score - start, oracle.cost(asked.rows), start)


def lines(oracle: Oracle, made: list[Unit]) -> None:
    """Look along every number at many places: a model that is not monotone may say yes between two candidates."""
    for unit in made:
        place = unit.features[0]
        known = unit.values[~np.isnan(unit.values)]
        if len(unit.features) > 1 or not oracle.code.ordered[place] or not len(known):
            continue
        limit = oracle.constraints.limits[place]
        low, high = max(limit.low, known.min()), min(limit.high, known.max())
        rows = np.repeat(oracle.origin[None, :], LINE, axis=0)
        rows[:, place] = oracle.code.round(place, np.linspace(low, high, LINE))
        oracle.ask(np.unique(rows[rows[:, place] != oracle.origin[place]], axis=0))


def merge(oracle: Oracle, first: Array, second: Array) -> Array:
    """Rows with the changes of both, the second's where both change."""
    return np.where(oracle.constraints.changed(second), second, first)


def chain(oracle: Oracle, moves: Moves) -> None:
    """Add the best change of each unit, strongest first, until the goal is reached: one call, a first answer."""
    best = [_strongest(moves, unit) for unit in np.unique(moves.unit)]
    order = sorted(best, key=lambda move: -moves.gain[move])
    order = [move for move in order if moves.gain[move] > 0][: oracle.constraints.most]
    row, rows = oracle.origin, []
    for move in order:
        row = merge(oracle, row[None, :], moves.rows[move][None, :])[0]
        rows.append(row)
    if rows:
        oracle.ask(np.array(rows))


def _strongest(moves: Moves, unit: int) -> int:
    """The move of a unit that gains most."""
    own = np.flatnonzero(moves.unit == unit)
    return int(own[np.argmax(moves.gain[own])])


def pairs(oracle: Oracle, moves: Moves, budget: int = PAIRS) -> Asked | None:
    """Try pairs of changes: the cheapest of those that their single gains promise, then the most promising."""
    if oracle.constraints.most < 2 or not len(moves.unit):
        return None
    first, second = np.triu_indices(len(moves.unit), k=1)
    apart = moves.unit[first] != moves.unit[second]
    first, second = first[apart], second[apart]
    promise = moves.start + moves.gain[first] + moves.gain[second]
    cost = _once_tightened(oracle, moves, first, second)
    open_ones = np.flatnonzero(cost < oracle.bound)
    sure = open_ones[promise[open_ones] >= 0]
    sure = sure[np.argsort(cost[sure], kind="stable")][: budget // 2]
    rest = open_ones[promise[open_ones] < 0]
    rest = rest[np.argsort(-promise[rest], kind="stable")][: budget // 2]
    chosen = np.concatenate([sure, rest])
    if not len(chosen):
        return None
    return oracle.ask(merge(oracle, moves.rows[first[chosen]], moves.rows[second[chosen]]))


def _once_tightened(oracle: Oracle, moves: Moves, first: np.ndarray, second: np.ndarray) -> Array:
    """What pairs would cost with one of their numbers moved no farther than the goal asks, by the singles' gains."""
    gain, cost = _steps_before(oracle, moves)
    whole = moves.cost[first] + moves.cost[second]
    least = whole.copy()
    for kept, moved in ((first, second), (second, first)):
        need = -(moves.start + moves.gain[kept])
        rise = moves.gain[moved] - gain[moved]
        share = np.divide(need - gain[moved], rise, out=np.ones(len(need)), where=rise > 0)
        between = cost[moved] + np.clip(share, 0.0, 1.0) * (moves.cost[moved] - cost[moved])
        least = np.minimum(least, moves.cost[kept] + between)
    return np.asarray(np.where(moves.start + moves.gain[first] + moves.gain[second] >= 0, least, whole))


def _steps_before(oracle: Oracle, moves: Moves) -> tuple[Array, Array]:
    """Gain and cost of the next smaller change of the same number in the same direction; of none, for the smallest."""
    gain, cost = moves.gain.copy(), moves.cost.copy()
    for unit in np.unique(moves.unit):
        own = np.flatnonzero(moves.unit == unit)
        changed = np.flatnonzero(oracle.constraints.changed(moves.rows[own]).any(axis=0))
        if len(changed) != 1 or not oracle.code.ordered[changed[0]]:
            continue
        for way in (-1.0, 1.0):
            side = own[np.sign(moves.rows[own, changed[0]] - oracle.origin[changed[0]]) == way]
            side = side[np.argsort(moves.cost[side], kind="stable")]
            gain[side], cost[side] = np.append(0.0, moves.gain[side][:-1]), np.append(0.0, moves.cost[side][:-1])
    return gain, cost


def beam(oracle: Oracle, moves: Moves, seeds: Asked | None) -> Iterator[None]:
    """Extend the most promising unfinished rows by one change at a time."""
    states, scores = (moves.rows, moves.start + moves.gain) if seeds is None else (seeds.rows, seeds.score)
    for depth in range(3 if seeds is not None else 2, min(DEPTH, oracle.constraints.most) + 1):
        if oracle.stopped or not len(scores) or oracle.bound <= depth * oracle.per_change:
            return
        top = np.argsort(-scores, kind="stable")[:BEAM]
        state = np.repeat(top, len(moves.unit))
        move = np.tile(np.arange(len(moves.unit)), len(top))
        fresh = ~(oracle.constraints.changed(states[state]) & oracle.constraints.changed(moves.rows[move])).any(axis=1)
        state, move = state[fresh], move[fresh]
        promise = scores[state] + moves.gain[move]
        kept = np.argsort(-promise, kind="stable")[:EXTENSIONS]
        asked = oracle.ask(merge(oracle, states[state[kept]], moves.rows[move[kept]]))
        open_ones = ~asked.reached
        states, scores = asked.rows[open_ones], asked.score[open_ones]
        yield


def nearest_real_row(oracle: Oracle, reaching: Array, said: Array) -> None:
    """Take the nearest allowed real row that reaches the goal as it is: the model has answered it before."""
    if not len(reaching):
        return
    distance = gower(oracle.code, reaching, oracle.origin, oracle.constraints.weights)
    near = np.argpartition(distance, MORE)[:MORE] if len(distance) > MORE else np.arange(len(distance))
    near = near[np.argsort(distance[near], kind="stable")]
    allowed = near[oracle.constraints.allows(oracle.code, reaching[near])]
    if len(allowed):
        oracle.take(reaching[allowed[0]], said[allowed[0]])


def from_real_rows(oracle: Oracle, reaching: Array, count: int = NEIGHBOURS) -> None:
    """Start from the nearest real rows that reach the goal and take back what is not needed."""
    if not len(reaching):
        return
    near = np.argsort(gower(oracle.code, reaching, oracle.origin, oracle.constraints.weights), kind="stable")[:MORE]
    projected = project(oracle, reaching[near])
    order = np.argsort(gower(oracle.code, projected, oracle.origin, oracle.constraints.weights), kind="stable")
    asked = oracle.ask(projected[order[:count]])
    for row in asked.rows[asked.reached]:
        take_back(oracle, row)
    if not asked.reached.any() and len(order) > count:
        rest = oracle.ask(projected[order[count : count + MORE]])
        for row in rest.rows[rest.reached][:2]:
            take_back(oracle, row)


def project(oracle: Oracle, rows: Array) -> Array:
    """Rows with the instance's own value wherever theirs is not permitted."""
    projected = rows.copy()
    for place in range(rows.shape[1]):
        if oracle.code.ordered[place]:
            projected[:, place] = oracle.code.round(place, rows[:, place])
        permitted = oracle.constraints.permits(oracle.code, place, projected[:, place])
        projected[~permitted, place] = oracle.origin[place]
    for group in oracle.constraints.ties:
        broken = (oracle.constraints.changed(projected) != oracle.constraints.changed(rows))[:, list(group)].any(axis=1)
        projected[np.ix_(broken, list(group))] = oracle.origin[list(group)]
    return projected


def take_back(oracle: Oracle, row: Array) -> Array:
    """Undo changes of one row that reaches the goal, the least needed first, as many as it bears."""
    while True:
        groups = changed_groups(oracle, row)
        if len(groups) < 2:
            return row
        undone = np.repeat(row[None, :], len(groups), axis=0)
        for slot, group in enumerate(groups):
            undone[slot, list(group)] = oracle.origin[list(group)]
        alone = oracle.ask(undone)
        if len(alone.rows) < len(groups) or not alone.reached.any():
            return row
        order = [slot for slot in np.argsort(-alone.score, kind="stable") if alone.reached[slot]]
        prefixes = np.repeat(row[None, :], len(order), axis=0)
        for slot, which in enumerate(order):
            prefixes[slot:, list(groups[which])] = oracle.origin[list(groups[which])]
        asked = oracle.ask(prefixes)
        row = asked.rows[np.flatnonzero(asked.reached)[-1]] if asked.reached.any() else alone.rows[order[0]]


def changed_groups(oracle: Oracle, row: Array) -> list[tuple[int, ...]]:
    """The features that a row changes, tied ones together."""
    changed = oracle.constraints.changed(row[None, :])[0]
    tied = {place: group for group in oracle.constraints.ties for place in group}
    return list(dict.fromkeys(tied.get(int(place), (int(place),)) for place in np.flatnonzero(changed)))
