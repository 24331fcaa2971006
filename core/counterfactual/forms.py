"""A goal as linear conditions on the sums under the prediction, so that sums of leaves can bound it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.counterfactual.goals import Goal
from core.portable import Portable
from core.types import Array

_SLACK = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Forms:
    """``sums @ weights >= least`` for every form, or for any.

    What reaches the goal satisfies this (with a little slack for rounding); the converse need not hold.

    Attributes
    ----------
    weights : ndarray, shape (n_sums, n_forms)
    least : ndarray, shape (n_forms,)
    every : bool
    """

    weights: Array
    least: Array
    every: bool

    def possible(self, highest: Array) -> np.ndarray:
        """Whether the goal is possible where each form is at most so much, shape of ``highest`` but the last."""
        enough = highest >= self.least
        return np.asarray(enough.all(axis=-1) if self.every else enough.any(axis=-1))


def forms_for(goal: Goal, portable: Portable, sums: int) -> Forms | None:
    """The linear conditions that a goal implies; None when its link has none."""
    made = _conditions(goal, portable.link, sums)
    if made is None:
        return None
    conditions, every = made
    weights = np.array([weight for weight, _ in conditions]).T
    least = np.array([edge for _, edge in conditions])
    return Forms(weights, least - _SLACK * np.maximum(1.0, np.abs(least)), every)


def _conditions(goal: Goal, link: str, sums: int) -> tuple[list[tuple[Array, float]], bool] | None:
    """Weights and edges, and whether all must hold."""
    unit = np.eye(sums)
    if link == "logistic":
        sign = unit[0] if goal.output == 1 else -unit[0]
        if goal.kind == "class":
            return [(sign, 0.0)], True
        ends = [(sign, _logit(goal.low))] if goal.low > 0 else []
        ends += [(-sign, -_logit(goal.high))] if goal.high < 1 else []
        return (ends, True) if ends else None
    if sums == 1:
        low, high = (goal.low, goal.high) if link == "identity" else (_log(goal.low), _log(goal.high))
        ends = [(unit[0], low)] if np.isfinite(low) else []
        ends += [(-unit[0], -high)] if np.isfinite(high) else []
        return (ends, True) if ends and link in ("identity", "exp") else None
    others = [place for place in range(sums) if place != goal.output]
    if goal.kind == "class":
        return [(unit[goal.output] - unit[other], 0.0) for other in others], True
    if goal.kind == "other":
        return [(unit[other] - unit[goal.output], 0.0) for other in others], False
    if link in ("vote", "identity"):
        return [(unit[goal.output], goal.low), (-unit[goal.output], -goal.high)], True
    if link == "softmax" and goal.low > 0:
        return [(unit[goal.output] - unit[other], _logit(goal.low)) for other in others], True
    return None


def _logit(share: float) -> float:
    """Log-odds, infinite at the ends."""
    with np.errstate(divide="ignore"):  # 0 and 1 are the open ends of a band
        return float(np.log(share) - np.log1p(-share))


def _log(value: float) -> float:
    """Logarithm of an end of a band; nothing below zero is reached."""
    return float(np.log(value)) if value > 0 else -np.inf
