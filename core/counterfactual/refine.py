"""Make an answer smaller: move each number back towards its own value as far as the goal bears."""

from __future__ import annotations

import numpy as np

from core.counterfactual.candidates import combinations
from core.counterfactual.oracle import Found, Oracle
from core.counterfactual.search import take_back
from core.types import Array

SECTIONS = 16
ROUNDS = 12
NEARER = 1_000


def refine(oracle: Oracle, answers: list[Found]) -> None:
    """Drop needless changes, then tighten the numbers of several answers at once."""
    rows = [take_back(oracle, answer.row) for answer in answers]
    if rows:
        for row in tighten(oracle, np.unique(np.array(rows), axis=0)):
            _nearer_ties(oracle, row)


def tighten(oracle: Oracle, rows: Array, only: int | None = None) -> Array:
    """Move every changed number of rows that reach the goal back, largest share of the distance first.

    All rows go in step: one model call serves one feature of each. Tied features and levels stay.
    ``only``: that feature and no other.
    """
    rows = rows.copy()
    tied = oracle.constraints.tied
    queues = [_numbers(oracle, row, tied) for row in rows] if only is None else [[only] for _ in rows]
    for slot in range(max((len(queue) for queue in queues), default=0)):
        active = [index for index, queue in enumerate(queues) if slot < len(queue)]
        places = np.array([queues[index][slot] for index in active])
        rows[active] = _section(oracle, rows[active], places)
        if oracle.stopped:
            break
    return rows


def _nearer_ties(oracle: Oracle, row: Array) -> None:
    """Give each tie that a row changes the nearest combination with which it still reaches the goal."""
    for which, group in enumerate(oracle.constraints.ties):
        places = list(group)
        if not oracle.constraints.changed(row[None, :])[0, places].any() or oracle.stopped:
            continue
        nearer = combinations(oracle.code, oracle.constraints, which)
        rows = np.repeat(row[None, :], len(nearer), axis=0)
        rows[:, places] = nearer
        rows = rows[oracle.cost(rows) < oracle.cost(row[None, :])[0]]
        for start in range(0, len(rows), NEARER):
            asked = oracle.ask(rows[start : start + NEARER])
            if asked.reached.any():
                row = asked.rows[int(np.argmax(asked.reached))]
                break


def _numbers(oracle: Oracle, row: Array, tied: set[int]) -> list[int]:
    """Changed ordered features of a row, the farthest moved first."""
    changed = np.flatnonzero(oracle.constraints.changed(row[None, :])[0])
    free = [int(place) for place in changed if oracle.code.ordered[place] and int(place) not in tied]
    free = [place for place in free if not np.isnan(row[place]) and not np.isnan(oracle.origin[place])]
    return sorted(free, key=lambda place: -abs(row[place] - oracle.origin[place]) / oracle.code.ranges[place])


def _section(oracle: Oracle, rows: Array, places: np.ndarray) -> Array:
    """Find, for one feature of each row, the value nearest to its own that still reaches the goal."""
    index = np.arange(len(rows))
    near, far = oracle.origin[places].copy(), rows[index, places].copy()
    steps = np.array([oracle.code.step(int(place)) for place in places])
    for _ in range(ROUNDS):
        open_ones = np.flatnonzero(np.abs(far - near) > steps * 1.000001)
        if not len(open_ones) or oracle.stopped:
            break
        grid = _grid(oracle, near[open_ones], far[open_ones], places[open_ones])
        tried = np.repeat(rows[open_ones], SECTIONS - 1, axis=0)
        tried[np.arange(len(tried)), np.repeat(places[open_ones], SECTIONS - 1)] = grid.ravel()
        good = _reached(oracle, tried).reshape(len(open_ones), SECTIONS - 1)
        for slot, row in enumerate(open_ones):
            hits = np.flatnonzero(good[slot])
            first = hits[0] if len(hits) else SECTIONS - 1
            line = np.concatenate([[near[row]], grid[slot], [far[row]]])
            far[row] = line[first + 1]
            before = line[: first + 1]
            near[row] = before[before != far[row]][-1] if (before != far[row]).any() else far[row]
    rows[index, places] = far
    return rows


def _grid(oracle: Oracle, near: Array, far: Array, places: np.ndarray) -> Array:
    """Values between two ends at the data's precision, shape (n, SECTIONS - 1)."""
    shares = np.arange(1, SECTIONS) / SECTIONS
    grid = near[:, None] + (far - near)[:, None] * shares
    return np.array([oracle.code.round(int(place), line) for place, line in zip(places, grid, strict=True)])


def _reached(oracle: Oracle, rows: Array) -> np.ndarray:
    """Which rows are allowed and reach the goal, shape (n_rows,)."""
    allowed = oracle.constraints.allows(oracle.code, rows)
    good = np.zeros(len(rows), dtype=np.bool_)
    good[allowed] = oracle.ask(rows[allowed]).reached
    return good
