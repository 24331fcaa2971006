"""The one who is asked: batched, guarded calls of the model, and the best answers so far.

Searches may be answered by the model's portable form, which is faster; what leaves here was predicted by the model
itself (``confirm``).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from core.counterfactual.coding import Coder
from core.counterfactual.constraints import Constraints
from core.counterfactual.distance import gower
from core.counterfactual.goals import Goal
from core.counterfactual.quick import Quick
from core.types import Array

Bools = npt.NDArray[np.bool_]
_SAME = 1e-12
_EDGE = 1e-9
"""So near the goal's edge, sums in another order decide: there the model is asked for the row alone, as people do."""


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """An answer: a coded row that reaches the goal, the model's outputs, its cost; ``sure`` when the model said so."""

    row: Array
    outputs: Array
    cost: float
    sure: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A batch with what was answered; ``score`` is at least 0 about where ``reached``."""

    rows: Array
    outputs: Array
    reached: Bools
    score: Array
    cost: Array


@dataclass(slots=True)
class Oracle:
    """Asks the model and keeps the cheapest answer of each set of changed features.

    Attributes
    ----------
    model : callable
        Coded rows to the outputs of the model itself.
    quick : Quick or None
        The portable form, asked where it is faster.
    per_change : float
        Cost of each changed feature beside the distance: 1 puts fewer features before any distance.
    penalty : callable or None
        Extra cost of rows that reach the goal (plausibility, robustness), shape (n_rows,).
    deadline : float
        On the clock of ``time.perf_counter``.
    enough : callable
        True when the person asked for an end.
    """

    code: Coder
    goal: Goal
    constraints: Constraints
    model: Callable[[Array], Array]
    quick: Quick | None = None
    per_change: float = 1.0
    penalty: Callable[[Array], Array] | None = None
    deadline: float = np.inf
    heartbeat: Callable[[], None] = lambda: None
    enough: Callable[[], bool] = lambda: False
    stopped: bool = False
    found: dict[bytes, Found] = field(default_factory=dict)
    refuted: set[bytes] = field(default_factory=set)

    @property
    def origin(self) -> Array:
        """The coded instance, shape (p,)."""
        return self.constraints.origin

    @property
    def bound(self) -> float:
        """Cost of the cheapest answer, infinite when there is none."""
        return min((answer.cost for answer in self.found.values()), default=np.inf)

    def cost(self, rows: Array) -> Array:
        """Changes and weighted Gower distance, shape (n_rows,)."""
        distance = gower(self.code, rows, self.origin, self.constraints.weights)
        return np.asarray(distance + self.per_change * self.constraints.changed(rows).sum(axis=1))

    def ask(self, rows: Array) -> Asked:
        """Answer for those rows that keep the constraints (the others are dropped); remember what reaches the goal.

        A batch is answered whole even past the deadline; the caller looks at ``stopped`` in between.
        """
        self.heartbeat()
        rows = rows[self.constraints.allows(self.code, rows)]
        if not len(rows):
            none = np.zeros(0)
            return Asked(rows, np.zeros((0, 1)), none.astype(np.bool_), none, none)
        fast = self.quick is not None and self.quick.suits(len(rows))
        outputs = self.quick.outputs(rows) if fast and self.quick is not None else self.model(rows)
        reached, cost = self.goal.reached(outputs), self.cost(rows)
        hits = np.flatnonzero(reached)
        if self.penalty is not None and len(hits):
            cost[hits] += self.penalty(rows[hits])
        score = self.goal.score(outputs)
        self._keep_all(rows[hits], outputs[hits], cost[hits], np.abs(score[hits]) > (np.inf if fast else _EDGE))
        self.late()
        return Asked(rows, outputs, reached, score, cost)

    def late(self) -> bool:
        """True past the deadline, or when the person has seen enough."""
        self.stopped = self.stopped or time.perf_counter() > self.deadline or self.enough()
        return self.stopped

    def confirm(self, count: int) -> None:
        """Let the model itself predict the cheapest answers until so many of the cheapest are sure."""
        while unsure := [answer for answer in self.best(count) if not answer.sure]:
            self.settle(unsure)

    def settle(self, answers: list[Found]) -> None:
        """Predict answers by the model itself; those that fail are forgotten."""
        outputs = predict_again(self.model, self.goal, np.array([answer.row for answer in answers]))
        for answer, reached, own in zip(answers, self.goal.reached(outputs), outputs, strict=True):
            key = self.key(answer.row)
            if reached:
                self.found[key] = replace(answer, outputs=own, sure=True)
            else:
                self.refuted.add(answer.row.tobytes())
                del self.found[key]

    def add(self, answer: Found) -> None:
        """Take over an answer from another search of the same question."""
        known = self.found.get(self.key(answer.row))
        if known is None or answer.cost < known.cost - _SAME:
            self.found[self.key(answer.row)] = answer

    def cost_of(self, row: Array) -> float:
        """Full cost of one row that reaches the goal, penalty included."""
        extra = 0.0 if self.penalty is None else float(self.penalty(row[None, :])[0])
        return float(self.cost(row[None, :])[0]) + extra

    def best(self, count: int = 1) -> list[Found]:
        """The cheapest answers, one per set of features."""
        return sorted(self.found.values(), key=lambda answer: (answer.cost, answer.row.tobytes()))[:count]

    def key(self, row: Array) -> bytes:
        """The set of changed features."""
        return np.packbits(self.constraints.changed(row[None, :])[0]).tobytes()

    def take(self, row: Array, outputs: Array) -> None:
        """Take over a row that the model was asked for before."""
        sure = bool(abs(self.goal.score(outputs[None, :])[0]) > _EDGE)
        self.add(Found(row, outputs, self.cost_of(row), sure))

    def _keep_all(self, rows: Array, outputs: Array, cost: Array, sure: Bools) -> None:
        """Remember the cheapest answer of each set of changed features."""
        order = np.argsort(cost, kind="stable")
        keys = np.packbits(self.constraints.changed(rows[order]), axis=1)
        seen: set[bytes] = set()
        for place, key in zip(order, map(bytes, keys), strict=True):
            known = self.found.get(key)
            if key in seen or (known is not None and cost[place] >= known.cost - _SAME):
                seen.add(key)
            elif sure[place] or rows[place].tobytes() not in self.refuted:
                self.found[key] = Found(rows[place], outputs[place], float(cost[place]), bool(sure[place]))
                seen.add(key)


def predict_again(model: Callable[[Array], Array], goal: Goal, rows: Array) -> Array:
    """The model's outputs of coded rows, those at the very edge of the goal asked for one at a time."""
    outputs = model(rows)
    edge = np.flatnonzero(np.abs(goal.score(outputs)) <= _EDGE)
    if len(edge):
        outputs = np.array(outputs)
        for place in edge:
            outputs[place] = model(rows[place : place + 1])[0]
    return outputs
