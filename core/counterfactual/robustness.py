"""Does a nudge hold when it is rounded to what people say, or missed by a little?"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from core.counterfactual.oracle import Oracle
from core.types import Array

MISS = 0.01
SIGNS = 4
PUSHES = (0.005, 0.01, 0.015, 0.02, 0.03, 0.05, 0.08, 0.12)


@dataclass(frozen=True, slots=True)
class Robustness:
    """How a nudge bears inexactness.

    Attributes
    ----------
    rounded : bool
        It still reaches the goal when every changed number is rounded to a power of ten of about 1 % of its range.
    missed : float
        Share of the misses by 1 % of the range, short and beyond, that still reach the goal (1 for levels only).
    """

    rounded: bool
    missed: float

    @property
    def holds(self) -> bool:
        """True when nothing breaks it."""
        return self.rounded and self.missed == 1.0


def robustness(oracle: Oracle, rows: Array) -> list[Robustness]:
    """Try every row rounded and missed, in one call of the model."""
    tests = [_tests(oracle, row) for row in rows]
    if not tests:
        return []
    reached = oracle.goal.reached(oracle.model(np.concatenate(tests)))
    ends = np.cumsum([len(test) for test in tests])
    parts = np.split(reached, ends[:-1])
    return [Robustness(bool(part[0]), float(part[1:].mean()) if len(part) > 1 else 1.0) for part in parts]


def firm(oracle: Oracle, row: Array) -> Array:
    """The row with its numbers pushed on as little as makes it hold; as it was where nothing does."""
    moved = _numbers(oracle, row)
    if not moved or robustness(oracle, row[None, :])[0].holds:
        return row
    tries = np.array([_pushed(oracle, row, moved, share) for share in PUSHES])
    tries = np.concatenate([tries, [_rounded(oracle, one, moved) for one in tries]])
    tries = tries[oracle.constraints.allows(oracle.code, tries)]
    tries = tries[oracle.goal.reached(oracle.model(tries))] if len(tries) else tries
    good = [one for one, found in zip(tries, robustness(oracle, tries), strict=True) if found.holds]
    return min(good, key=lambda one: float(oracle.cost(one[None, :])[0])) if good else row


def _numbers(oracle: Oracle, row: Array) -> list[int]:
    """Changed ordered features with a value on both sides, ties apart."""
    tied = oracle.constraints.tied
    changed = np.flatnonzero(oracle.constraints.changed(row[None, :])[0] & oracle.code.ordered)
    return [
        int(place) for place in changed if int(place) not in tied and not np.isnan(row[place] + oracle.origin[place])
    ]


def _tests(oracle: Oracle, row: Array) -> Array:
    """The row rounded, then missed in each combination of directions; within the limits."""
    moved = _numbers(oracle, row)
    made = [_rounded(oracle, row, moved)]
    free = moved[:SIGNS]
    for signs in product((-1.0, 1.0), repeat=len(free)) if free else ():
        missed = row.copy()
        for place, sign in zip(free, signs, strict=True):
            gap = max(MISS * oracle.code.ranges[place], oracle.code.step(place))
            missed[place] = _inside(oracle, place, row[place] + sign * gap)
        made.append(missed)
    return np.array(made)


def _pushed(oracle: Oracle, row: Array, moved: list[int], share: float) -> Array:
    """Every changed number moved on by a share of its range."""
    pushed = row.copy()
    for place in moved:
        gap = max(share * oracle.code.ranges[place], oracle.code.step(place))
        pushed[place] = _inside(oracle, place, row[place] + np.sign(row[place] - oracle.origin[place]) * gap)
    return pushed


def _rounded(oracle: Oracle, row: Array, moved: list[int]) -> Array:
    """Every changed number rounded to a power of ten near 1 % of its range."""
    rounded = row.copy()
    for place in moved:
        step = max(10.0 ** np.floor(np.log10(MISS * oracle.code.ranges[place])), oracle.code.step(place))
        rounded[place] = _inside(oracle, place, np.round(row[place] / step) * step)
    return rounded


def _inside(oracle: Oracle, place: int, value: float) -> float:
    """A value at the data's precision within the limits."""
    limit = oracle.constraints.limits[place]
    return float(np.clip(oracle.code.round(place, np.array([value]))[0], limit.low, limit.high))
