"""Every single change and every pair of changes of a tree ensemble, exactly: what no search over them can beat."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from core.counterfactual.cells import Cells
from core.counterfactual.oracle import Oracle
from core.types import Array

ASKED = 3
BATCH = 256


def singles(oracle: Oracle, cells: Cells) -> list[Array]:
    """Try every single change; return each unit's costs by candidate."""
    costs = [oracle.cost(cells.rows((unit,), _column(len(cells.units[unit].values)))) for unit in _moving(cells)]
    rows = []
    for unit in _moving(cells):
        reached = oracle.goal.reached(cells.outputs(cells.single(unit)))
        reached[0] = False
        rows.append(cells.rows((unit,), _column(len(reached))[_cheapest(reached, costs[unit])]))
    _ask(oracle, rows)
    return costs


def pairs(oracle: Oracle, cells: Cells, costs: list[Array]) -> Iterator[None]:
    """Try every pair of changes, the model asked for the cheapest of each pair of units."""
    rows: list[Array] = []
    alone = [oracle.goal.reached(cells.outputs(cells.single(unit))) for unit in _moving(cells)]
    for first, second in combinations(_moving(cells), 2):
        oracle.heartbeat()
        if oracle.late():
            return
        grid = cells.pair(first, second)
        reached = oracle.goal.reached(cells.outputs(grid)).reshape(grid.shape[:2])
        reached &= ~alone[first][:, None] & ~alone[second][None, :]
        reached[0, :], reached[:, 0] = False, False
        cost = costs[first][:, None] + costs[second][None, :]
        best = _cheapest(reached.ravel(), cost.ravel())
        rows.append(cells.rows((first, second), np.column_stack(np.unravel_index(best, grid.shape[:2]))))
    _ask(oracle, rows)
    yield


def _moving(cells: Cells) -> range:
    """Units that can move (the last one cannot)."""
    return range(len(cells.units) - 1)


def _column(count: int) -> np.ndarray:
    """Candidate numbers of one unit, shape (count, 1)."""
    return np.arange(count)[:, None]


def _cheapest(reached: np.ndarray, cost: Array) -> np.ndarray:
    """Positions of the few cheapest that reach the goal."""
    hits = np.flatnonzero(reached)
    return hits[np.argsort(cost[hits], kind="stable")[:ASKED]]


def _ask(oracle: Oracle, rows: list[Array]) -> None:
    """Ask the model itself for the proposals, cheapest first and not for ever."""
    proposals = np.concatenate(rows) if rows else np.zeros((0, len(oracle.origin)))
    order = np.argsort(oracle.cost(proposals), kind="stable")
    oracle.ask(proposals[order[:BATCH]])
