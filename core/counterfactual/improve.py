"""The stream of answers: one at once, better ones as they come, stop any time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from core.counterfactual import plausibility, refine, search
from core.counterfactual.candidates import units
from core.counterfactual.coding import Coder, coder
from core.counterfactual.constraints import Constraints, build
from core.counterfactual.goals import Goal, goal_for
from core.counterfactual.oracle import Found, Oracle
from core.counterfactual.wishes import read_wishes
from core.registry import Job
from core.types import Array

TOP = 8
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
    real: plausibility.RealRows
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
    code = coder(job.table)
    origin = code.encode(job.instance)[0]
    own = job.model.predict(job.instance)[0]
    real = plausibility.real_rows(job, int(job.params.get("seed") or 0))
    target = job.table.target or "prediction"
    goal = goal_for(job.model, job.output, own, job.params, plausibility.typical(real, 0), target)
    wishes = read_wishes(code, job.params, job.table.label)
    constraints = build(code, origin, wishes, job.params.get("missing") or ())
    reaching = real.reaching(goal)
    if not len(reaching) and len(job.table) > len(real.rows):
        reaching = plausibility.all_reaching(job, goal)
    return Question(job, code, own, goal, constraints, real, reaching)


def oracle_for(asked: Question, constraints: Constraints | None = None, **changes: Any) -> Oracle:
    """An oracle that asks the job's model."""
    seconds = float(asked.job.params.get("seconds") or 10.0)
    prefer = str(asked.job.params.get("prefer") or "fewest features")
    beat = _heartbeat(asked, seconds)
    return Oracle(
        asked.code,
        asked.goal,
        constraints or asked.constraints,
        lambda rows: asked.job.model.predict(asked.code.decode(rows)),
        per_change=PREFER[prefer],
        deadline=asked.started + seconds,
        heartbeat=beat,
        **changes,
    )


def _heartbeat(asked: Question, seconds: float) -> Callable[[], None]:
    """Tell the progress, which may cancel by raising."""

    def beat() -> None:
        asked.job.progress(min(0.99, asked.seconds / seconds), "searching for smaller changes")

    return beat


def improve(asked: Question, oracle: Oracle) -> Iterator[Found]:
    """Yield answers, each cheaper than the one before.

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
        if oracle.bound < best:
            best = oracle.bound
            yield oracle.best()[0]
        if oracle.stopped:
            return


def _stages(asked: Question, oracle: Oracle) -> Iterator[None]:
    """The steps of the search, a pause after each."""
    made = units(asked.code, oracle.constraints, asked.real.rows)
    start = float(asked.goal.score(asked.own[None, :])[0])
    moves = search.singles(oracle, made, start)
    yield
    if not oracle.found:
        search.chain(oracle, moves)
        yield
    refine.refine(oracle, oracle.best(TOP))
    yield
    seeds = search.pairs(oracle, moves)
    yield
    yield from search.beam(oracle, moves, seeds)
    search.from_real_rows(oracle, asked.reaching)
    yield
    refine.refine(oracle, oracle.best(TOP))
    yield
