"""How believable a proposal is, and answers that look more like real rows.

A proposal is compared with the real rows that have the wanted outcome: by the distance to the nearest (isolation), and
by how usual such a distance is among those rows themselves (density).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from core.counterfactual.coding import Coder
from core.counterfactual.distance import gower, nearest, parts
from core.counterfactual.oracle import Oracle
from core.counterfactual.search import changed_groups, project
from core.types import Array

NEIGHBOURS = 40
NEAR = 1_000
PROBES = 200
ROUNDS = 12
STARTS = 4


def isolation(code: Coder, rows: Array, reaching: Array) -> Array:
    """Gower distance of each row to the nearest real row that reaches the goal, shape (n_rows,)."""
    return nearest(code, rows, reaching)[0]


def density(code: Coder, alone: Array, reaching: Array) -> Array:
    """Share of real rows that are at least as far from their nearest neighbour, shape as ``alone``; 0 is unheard of."""
    probes = reaching[:: max(1, len(reaching) // PROBES)][:PROBES]
    others = reaching[:: max(1, len(reaching) // NEAR)][:NEAR]
    if len(others) < 2 or not len(probes):
        return np.full(len(alone), np.nan)
    gaps = np.array([_second(code, probe, others) for probe in probes])
    return np.asarray((gaps[None, :] >= alone[:, None] - 1e-12).mean(axis=1))


def _second(code: Coder, probe: Array, others: Array) -> float:
    """Distance of a real row to the nearest other one."""
    distances = gower(code, others, probe)
    itself = (distances == 0).nonzero()[0][:1]
    return float(np.delete(distances, itself).min())


def penalty(code: Coder, origin: Array, weights: Array, reaching: Array, weight: float) -> Callable[[Array], Array]:
    """What turns the distance d into sqrt((1 - w) d² + w i²), i being the isolation.

    By the triangle inequality d + i is at least the distance D of the nearest real row, and many answers attain it: a
    linear trade would jump from one end to the other. This one rests at d = w D, i = (1 - w) D where it can.
    Isolation is searched among the real rows nearest to the instance.
    """
    near = reaching[np.argsort(gower(code, reaching, origin), kind="stable")[:NEAR]]

    def extra(rows: Array) -> Array:
        distance = gower(code, rows, origin, weights)
        return np.sqrt((1 - weight) * distance**2 + weight * isolation(code, rows, near) ** 2) - distance

    return extra


def towards_real_rows(oracle: Oracle, reaching: Array) -> Array:
    """Walk from near real rows towards the instance, feature by feature; improve the best; return the rows used."""
    close = reaching[np.argsort(gower(oracle.code, reaching, oracle.origin), kind="stable")[:NEAR]]
    projected = project(oracle, close)
    near = projected[np.argsort(gower(oracle.code, projected, oracle.origin), kind="stable")[:NEIGHBOURS]]
    oracle.ask(np.concatenate([_walk(oracle, row) for row in near]))
    climb(oracle, near)
    return np.asarray(near)


def climb(oracle: Oracle, near: Array) -> None:
    """Improve the best answers, one feature at a time, as long as it helps."""
    for start in oracle.best(STARTS):
        row = start.row
        for _ in range(ROUNDS):
            asked = oracle.ask(_steps(oracle, row, near))
            costs = np.where(asked.reached, asked.cost, np.inf)
            if not len(costs) or costs.min() >= oracle.cost_of(row) - 1e-12 or oracle.stopped:
                break
            row = asked.rows[int(np.argmin(costs))]


def _walk(oracle: Oracle, row: Array) -> Array:
    """The row with more and more of its changes taken back, tied ones together, in two orders; shape (n, p)."""
    shares = parts(oracle.code, row[None, :], oracle.origin[None, :])[0]
    groups = changed_groups(oracle, row)
    sizes = np.array([shares[list(group)].sum() for group in groups])
    made = []
    for order in (np.argsort(sizes, kind="stable"), np.argsort(-sizes, kind="stable")):
        current = row.copy()
        made.append(current.copy())
        for which in order[:-1]:
            current[list(groups[which])] = oracle.origin[list(groups[which])]
            made.append(current.copy())
    return np.array(made)


def _steps(oracle: Oracle, row: Array, near: Array) -> Array:
    """Each feature on its own set to the instance's value, half way there, or to that of the nearest real rows."""
    closest = near[np.argsort(gower(oracle.code, near, row), kind="stable")[:3]]
    tied = oracle.constraints.tied
    made = [_with(row, group, other) for group in oracle.constraints.ties for other in (oracle.origin, *closest)]
    for place in range(len(row)):
        if place in tied:
            continue
        values = [oracle.origin[place], *closest[:, place]]
        if oracle.code.ordered[place] and not np.isnan(row[place] + oracle.origin[place]):
            values += list(
                oracle.code.round(place, row[place] + (oracle.origin[place] - row[place]) * np.array([0.25, 0.5]))
            )
        for value in values:
            if value != row[place] and not (np.isnan(value) and np.isnan(row[place])):
                step = row.copy()
                step[place] = value
                made.append(step)
    return np.array(made).reshape(-1, len(row))


def _with(row: Array, group: tuple[int, ...], other: Array) -> Array:
    """A row with the values of another in some features."""
    step = row.copy()
    step[list(group)] = other[list(group)]
    return step
