"""Several answers that differ: on other features, not the same nudge four times (compare DiCE, arXiv:1905.07697)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from core.counterfactual.constraints import Constraints
from core.counterfactual.distance import gower
from core.counterfactual.oracle import Found, Oracle

OVERLAP = 2.0
"""What sharing all features with an answer already chosen costs, in units of one change."""

NEARER = 0.7
"""An answer that adds changes to a chosen one has to be nearer by this factor."""


def diverse(oracle: Oracle, count: int, elsewhere: Callable[[Constraints], list[Found]]) -> Iterator[list[Found]]:
    """Choose the cheapest answer, then cheap ones on other features; yield all chosen so far after each choice.

    Parameters
    ----------
    oracle : Oracle
        Holds what was found.
    count : int
    elsewhere : callable
        Searches under narrower constraints; called when no answer on untouched features is at hand.
    """
    oracle.confirm(1)
    chosen = oracle.best(1)
    if chosen:
        yield list(chosen)
    while chosen and len(chosen) < count:
        used = np.any([oracle.constraints.changed(found.row[None, :])[0] for found in chosen], axis=0)
        best = _next(oracle, chosen)
        if best is None or _overlap(oracle, best, chosen) > 0:
            for found in elsewhere(_locked(oracle.constraints, used)):
                oracle.add(found)
            best = _next(oracle, chosen)
        if best is None:
            break
        chosen.append(best)
        yield list(chosen)


def _next(oracle: Oracle, chosen: list[Found]) -> Found | None:
    """The answer with the best balance of cost and difference, predicted by the model itself."""
    while True:
        keys = {oracle.key(found.row) for found in chosen}
        others = [found for found in oracle.best(len(oracle.found)) if oracle.key(found.row) not in keys]
        rest = [found for found in others if not any(_idle(oracle, found, known) for known in chosen)]
        if not rest:
            return None
        scale = max(oracle.per_change, chosen[0].cost)
        best = min(rest, key=lambda found: found.cost + OVERLAP * scale * _overlap(oracle, found, chosen))
        if best.sure:
            return best
        oracle.settle([best])


def _idle(oracle: Oracle, found: Found, known: Found) -> bool:
    """True for a chosen answer's changes and more, where the more does not make it much nearer."""
    changed = oracle.constraints.changed(np.array([found.row, known.row]))
    if (changed[1] & ~changed[0]).any():
        return False
    distances = gower(oracle.code, np.array([found.row, known.row]), oracle.origin, oracle.constraints.weights)
    return bool(distances[0] > NEARER * distances[1])


def _overlap(oracle: Oracle, found: Found, chosen: list[Found]) -> float:
    """Largest share of its features that an answer has in common with one of the chosen, 0 to 1."""
    own = oracle.constraints.changed(found.row[None, :])[0]
    others = oracle.constraints.changed(np.array([other.row for other in chosen]))
    return float((others & own).sum(axis=1).max() / max(1, own.sum()))


def _locked(constraints: Constraints, used: np.ndarray) -> Constraints:
    """The constraints with some more features locked."""
    limits = tuple(
        replace(limit, movable=False) if gone else limit for limit, gone in zip(constraints.limits, used, strict=True)
    )
    return replace(constraints, limits=limits)
