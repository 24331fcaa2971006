"""The one who is asked: batched, counted, guarded calls of the model, and the best answers so far."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from core.counterfactual.coding import Coder
from core.counterfactual.constraints import Constraints
from core.counterfactual.distance import gower
from core.counterfactual.goals import Goal
from core.types import Array

Bools = npt.NDArray[np.bool_]
_KEPT = 512


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """An answer: a coded row that reaches the goal, what the model says of it, and its cost."""

    row: Array
    outputs: Array
    cost: float


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A batch with what the model says; ``score`` is at least 0 about where ``reached``."""

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
    outputs : callable
        Coded rows to the model's outputs.
    penalty : callable or None
        Extra cost of rows that reach the goal (plausibility, robustness), shape (n_rows,).
    per_change : float
        Cost of each changed feature beside the distance: 1 puts fewer features before any distance.
    deadline : float
        On the clock of ``time.perf_counter``.
    """

    code: Coder
    goal: Goal
    constraints: Constraints
    outputs: Callable[[Array], Array]
    per_change: float = 1.0
    penalty: Callable[[Array], Array] | None = None
    deadline: float = np.inf
    heartbeat: Callable[[], None] = lambda: None
    stopped: bool = False
    found: dict[bytes, Found] = field(default_factory=dict)

    @property
    def origin(self) -> Array:
        """The coded instance, shape (p,)."""
        return self.constraints.origin

    def cost(self, rows: Array) -> Array:
        """Changes and weighted Gower distance, shape (n_rows,)."""
        distance = gower(self.code, rows, self.origin, self.constraints.weights)
        return np.asarray(distance + self.per_change * self.constraints.changed(rows).sum(axis=1))

    def ask(self, rows: Array) -> Asked:
        """Predict those rows that keep the constraints (the others are dropped) and remember what reaches the goal."""
        self.heartbeat()
        rows = rows[self.constraints.allows(self.code, rows)]
        outputs = self.outputs(rows) if len(rows) else np.zeros((0, 1))
        reached = self.goal.reached(outputs) if len(rows) else np.zeros(0, dtype=np.bool_)
        score = self.goal.score(outputs) if len(rows) else np.zeros(0)
        cost = self.cost(rows)
        hits = np.flatnonzero(reached)
        if self.penalty is not None and len(hits):
            cost[hits] += self.penalty(rows[hits])
        for place in hits[np.argsort(cost[hits], kind="stable")][:_KEPT]:
            self._keep(Found(rows[place], outputs[place], float(cost[place])))
        self.stopped = self.stopped or time.perf_counter() > self.deadline
        return Asked(rows, outputs, reached, score, cost)

    def _keep(self, answer: Found) -> None:
        """Remember an answer if it is the cheapest of its set of features."""
        key = np.packbits(self.constraints.changed(answer.row[None, :])[0]).tobytes()
        known = self.found.get(key)
        if known is None or answer.cost < known.cost - 1e-12:
            self.found[key] = answer

    def best(self, count: int = 1) -> list[Found]:
        """The cheapest answers, one per set of features."""
        return sorted(self.found.values(), key=lambda answer: (answer.cost, answer.row.tobytes()))[:count]

    @property
    def bound(self) -> float:
        """Cost of the cheapest answer, infinite when there is none."""
        return min((answer.cost for answer in self.found.values()), default=np.inf)
