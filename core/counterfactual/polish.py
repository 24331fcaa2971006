"""Trade one change against another: a little more here for much less there, where the goal allows it."""

from __future__ import annotations

from itertools import permutations

import numpy as np

from core.counterfactual.oracle import Found, Oracle
from core.counterfactual.refine import tighten
from core.types import Array

SWEEP = 24
ZOOMS = 3
PAIRS = 6


def polish(oracle: Oracle, answers: list[Found]) -> None:
    """Sweep one number of an answer and tighten another for each of its values; three rounds, each finer."""
    for answer in answers:
        row = answer.row
        for first, second in _pairs(oracle, row):
            row = _trade(oracle, row, first, second)
            if oracle.stopped:
                return


def _pairs(oracle: Oracle, row: Array) -> list[tuple[int, int]]:
    """Ordered pairs of changed numbers, the farthest moved first."""
    changed = np.flatnonzero(oracle.constraints.changed(row[None, :])[0])
    tied = {place for group in oracle.constraints.ties for place in group}
    free = [int(place) for place in changed if oracle.code.ordered[place] and int(place) not in tied]
    free = [place for place in free if not np.isnan(row[place]) and not np.isnan(oracle.origin[place])]
    free.sort(key=lambda place: -abs(row[place] - oracle.origin[place]) / oracle.code.ranges[place])
    return list(permutations(free, 2))[:PAIRS]


def _trade(oracle: Oracle, row: Array, first: int, second: int) -> Array:
    """The cheapest row when the first number takes other values and the second follows."""
    limit, own = oracle.constraints.limits[first], oracle.origin[first]
    outer = limit.high if row[first] > own else limit.low
    low, high = own, outer
    for _ in range(ZOOMS):
        grid = oracle.code.round(first, np.linspace(low, high, SWEEP))
        grid = np.unique(grid[grid != own])
        if not len(grid):
            return row
        tried = np.repeat(row[None, :], len(grid), axis=0)
        tried[:, first] = grid
        reached = _far_enough(oracle, tried, second)
        if not len(reached):
            return row
        tight = tighten(oracle, reached, only=second)
        cost = oracle.cost(tight)
        best = tight[int(np.argmin(cost))]
        row = best if oracle.cost(best[None, :])[0] <= oracle.cost(row[None, :])[0] else row
        span = abs(high - low) / (SWEEP - 1)
        low, high = best[first] - span, best[first] + span
        low, high = max(low, min(own, outer)), min(high, max(own, outer))
    return row


def _far_enough(oracle: Oracle, rows: Array, second: int) -> Array:
    """Those rows that reach the goal as they are or with the second number at the end of its range."""
    limit, own = oracle.constraints.limits[second], oracle.origin[second]
    farthest = rows.copy()
    farthest[:, second] = np.where(rows[:, second] > own, limit.high, limit.low)
    asked, pushed = oracle.ask(rows), oracle.ask(farthest)
    return np.concatenate([asked.rows[asked.reached], pushed.rows[pushed.reached]])
