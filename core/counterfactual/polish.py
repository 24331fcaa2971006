"""Trade one change against another: a little more here for much less there, where the goal allows it."""

from __future__ import annotations

from itertools import permutations

import numpy as np

from core.counterfactual.oracle import Found, Oracle
from core.counterfactual.refine import tighten
from core.types import Array

SWEEP = 24
ZOOMS = 3
STEPS = 24
PAIRS = 6
NUDGES = 6
PASSES = 3


def polish(oracle: Oracle, answers: list[Found]) -> None:
    """Sweep one number of an answer and tighten another for each of its values; each round finer, at last by steps."""
    for answer in answers:
        row = answer.row
        for _ in range(PASSES):
            before = row
            for first, second in _pairs(oracle, row):
                row = _trade(oracle, row, first, second)
                if oracle.stopped:
                    return
            if np.array_equal(row, before, equal_nan=True):
                break


def one_more(oracle: Oracle, answers: list[Found]) -> None:
    """Move one more number a little and tighten the others for it: where distance alone counts, that may be less."""
    for answer in answers:
        rows = [row for place in _unmoved(oracle, answer.row) for row in _nudged(oracle, answer.row, place)]
        if rows and not oracle.stopped:
            asked = oracle.ask(np.array(rows))
            tighten(oracle, asked.rows[asked.reached])


def _unmoved(oracle: Oracle, row: Array) -> list[int]:
    """Numbers that a row leaves as they are and that may move alone."""
    tied = oracle.constraints.tied
    changed = oracle.constraints.changed(row[None, :])[0]
    limits = oracle.constraints.limits
    free = [place for place in np.flatnonzero(~changed & oracle.code.ordered).tolist() if place not in tied]
    return [place for place in free if limits[place].movable and not np.isnan(row[place])]


def _nudged(oracle: Oracle, row: Array, place: int) -> list[Array]:
    """The row with one number moved by 1, 4, 16 … steps of its precision, both ways."""
    amounts = oracle.code.step(place) * 4.0 ** np.arange(NUDGES)
    moved = []
    for amount in np.concatenate([amounts, -amounts]):
        other = row.copy()
        other[place] = oracle.code.round(place, np.array([row[place] + amount]))[0]
        moved.append(other)
    return moved


def _pairs(oracle: Oracle, row: Array) -> list[tuple[int, int]]:
    """Ordered pairs of changed numbers, the farthest moved first."""
    changed = np.flatnonzero(oracle.constraints.changed(row[None, :])[0])
    tied = oracle.constraints.tied
    free = [int(place) for place in changed if oracle.code.ordered[place] and int(place) not in tied]
    free = [place for place in free if not np.isnan(row[place]) and not np.isnan(oracle.origin[place])]
    free.sort(key=lambda place: -abs(row[place] - oracle.origin[place]) / oracle.code.ranges[place])
    return list(permutations(free, 2))[:PAIRS]


def _trade(oracle: Oracle, row: Array, first: int, second: int) -> Array:
    """The cheapest row when the first number takes other values and the second follows."""
    limit, own = oracle.constraints.limits[first], oracle.origin[first]
    outer = limit.high if row[first] > own else limit.low
    low, high, step = own, outer, oracle.code.step(first)
    for zoom in range(ZOOMS + 1):
        line = np.linspace(low, high, SWEEP) if zoom < ZOOMS else row[first] + step * np.arange(-STEPS, STEPS + 1)
        grid = oracle.code.round(first, line)
        grid = grid[(grid - own) * (grid - outer) <= 0]
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
