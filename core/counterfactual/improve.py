"""The stream of answers: one at once, better ones as they come, stop any time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from core.counterfactual import polish, refine, search, smallest
from core.counterfactual.candidates import units
from core.counterfactual.cells import Cells, cells_of
from core.counterfactual.coding import Coder
from core.counterfactual.constraints import Constraints, build
from core.counterfactual.goals import Goal, goal_for
from core.counterfactual.oracle import Found, Oracle
from core.counterfactual.prepare import Prepared, all_reaching, prepare
from core.counterfactual.thresholds import questions
from core.counterfactual.wishes import read_wishes
from core.portable import Trees
from core.registry import Job
from core.types import Array

TOP = 24
PREFER = {"fewest features": 1.0, "smallest distance": 0.0}


@dataclass(slots=True)
class Question:
    """All that one search needs: the coded instance, the goal, the limits, the real rows.

    Attributes
    ----------
    own : ndarray, shape (n_outputs,)
        The instance's prediction.
    reaching : ndarray, shape (n_rows, p)
        Coded real rows that reach the goal.
    """

    job: Job
    code: Coder
    own: Array
    goal: Goal
    constraints: Constraints
    prepared: Prepared
    reaching: Array
    started: float = field(default_factory=time.perf_counter)

    @property
    def reached(self) -> bool:
        """True when the instance itself reaches the goal."""
        return bool(self.goal.reached(self.own[None, :])[0])

    @property
    def seconds(self) -> float:
        """Time since the question was read."""
        return time.perf_counter() - self.started


def question(job: Job) -> Question:
    """Read the goal and the constraints of a job."""
    prepared = prepare(job, int(job.params.get("seed") or 0))
    code = prepared.code
    instance = job.instance
    origin = code.encode(instance)[0]
    own = prepared.of_row(job.row)
    own = job.model.predict(instance)[0] if own is None else own
    target = job.table.target or "prediction"
    goal = goal_for(job.model, job.output, own, job.params, prepared.typical(0), target)
    wishes = read_wishes(code, job.params, job.table.label)
    constraints = build(code, origin, wishes, job.params.get("missing") or ())
    reaching = prepared.reaching(goal)
    if not len(reaching) and len(job.table) > len(prepared.rows):
        reaching = all_reaching(job, goal)
    return Question(job, code, own, goal, constraints, prepared, reaching)


def oracle_for(asked: Question, constraints: Constraints | None = None, **changes: Any) -> Oracle:
    """An oracle that asks the job's model."""
    seconds = float(asked.job.params.get("seconds") or 10.0)
    prefer = str(asked.job.params.get("prefer") or "fewest features")
    return Oracle(
        asked.code,
        asked.goal,
        constraints or asked.constraints,
        lambda rows: asked.job.model.predict(asked.code.decode(rows)),
        quick=asked.prepared.quick,
        per_change=PREFER[prefer],
        deadline=asked.started + seconds,
        heartbeat=_heartbeat(asked, seconds),
        **changes,
    )


def _heartbeat(asked: Question, seconds: float) -> Callable[[], None]:
    """Tell the progress, which may cancel by raising."""

    def beat() -> None:
        asked.job.progress(min(0.99, asked.seconds / seconds), "searching for smaller changes")

    return beat


def improve(asked: Question, oracle: Oracle) -> Iterator[Found]:
    """Yield answers, each cheaper than the one before and predicted by the model itself.

    Parameters
    ----------
    asked : Question
    oracle : Oracle
        Keeps every answer found (``oracle.best``); may have found some already.

    Yields
    ------
    Found
    """
    best = np.inf
    for _ in _stages(asked, oracle):
        oracle.confirm(1)
        if oracle.bound < best:
            best = oracle.bound
            yield oracle.best()[0]
        if oracle.stopped:
            return


def _stages(asked: Question, oracle: Oracle) -> Iterator[None]:
    """The steps of the search, a pause after each."""
    search.from_real_rows(oracle, asked.reaching, 2)
    yield
    made = units(asked.code, oracle.constraints, asked.prepared.rows)
    cells = cells_for(asked, oracle, made)
    if cells is not None:
        costs = smallest.singles(oracle, cells)
        yield
        yield from smallest.pairs(oracle, cells, costs)
        if oracle.bound <= 3 * oracle.per_change:
            return
    start = float(asked.goal.score(asked.own[None, :])[0])
    moves = search.singles(oracle, made, start)
    yield
    search.chain(oracle, moves)
    refine.refine(oracle, oracle.best(TOP))
    yield
    seeds = search.pairs(oracle, moves)
    yield
    yield from search.beam(oracle, moves, seeds)
    search.from_real_rows(oracle, asked.reaching)
    yield
    refine.refine(oracle, oracle.best(TOP))
    yield
    polish.polish(oracle, oracle.best(3))
    yield


def cells_for(asked: Question, oracle: Oracle, made: list[Any]) -> Cells | None:
    """The cells of a tree ensemble, for up to two changes; None for other models."""
    fast = asked.prepared.quick
    if fast is None or not isinstance(fast.portable.body, Trees) or not made:
        return None
    asks = questions(fast, oracle.constraints, made)
    return cells_of(fast, oracle.origin, asks, min(2, oracle.constraints.most))
