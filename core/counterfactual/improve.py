"""The stream of answers: one at once, better ones as they come, stop any time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from core.counterfactual import plausibility, polish, refine, search, smallest
from core.counterfactual.candidates import Unit, units
from core.counterfactual.cells import cells_of
from core.counterfactual.certificate import Proof, prove
from core.counterfactual.coding import Coder
from core.counterfactual.constraints import Constraints, build, held_in
from core.counterfactual.forms import forms_for
from core.counterfactual.goals import Goal, goal_for
from core.counterfactual.oracle import Found, Oracle
from core.counterfactual.prepare import Prepared, all_reaching, may_miss, prepare
from core.counterfactual.thresholds import Questions, questions
from core.counterfactual.wishes import read_wishes
from core.portable import Trees
from core.registry import Job
from core.types import Array

TOP = 24
"""Answers that are refined together."""
FEW = 6
"""The same where every question is a call of the library."""
PROOF_SECONDS = 5.0
WORK = 400_000_000
"""Leaves times units times states that a proof may look at: about five seconds, and the same everywhere."""
PREFER = {"fewest features": 1.0, "smallest distance": 0.0}


@dataclass(slots=True)
class Question:
    """All that one search needs: the coded instance, the goal, the limits, the real rows.

    Attributes
    ----------
    own : ndarray, shape (n_outputs,)
        The instance's prediction.
    proof : Proof or None
        What the last search proved (tree ensembles).
    reaching : ndarray, shape (n_rows, p)
        Coded real rows that reach the goal.
    said : ndarray, shape (n_rows, n_outputs)
        What the model says of them.
    """

    job: Job
    code: Coder
    own: Array
    goal: Goal
    constraints: Constraints
    prepared: Prepared
    reaching: Array
    said: Array
    proof: Proof | None = None
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
    held = prepared.of_row(job.row)
    origin, own = held or (code.encode(job.instance)[0], job.model.predict(job.instance)[0])
    target = job.table.target or "prediction"
    goal = goal_for(job.model, job.output, own, job.params, prepared.typical(0), target)
    wishes = read_wishes(code, job.params, job.table.label)
    reaching, said = prepared.reaching(goal)
    if not len(reaching) and len(job.table) > len(prepared.rows):
        reaching, said = all_reaching(job, goal)
    constraints = build(code, origin, wishes, held_in(code, job.table), may_miss(job, code, origin))
    return Question(job, code, own, goal, constraints, prepared, reaching, said)


def oracle_for(asked: Question, constraints: Constraints | None = None, seconds: float | None = None) -> Oracle:
    """An oracle that asks the job's model, under the question's constraints or others."""
    params = asked.job.params
    seconds = float(params.get("seconds") or 10.0) if seconds is None else asked.seconds + seconds
    weight = float(params.get("plausibility") or 0.0)
    plausible = weight > 0 and len(asked.reaching) > 0
    limits = asked.constraints
    believable = (
        plausibility.penalty(asked.code, limits.origin, limits.weights, asked.reaching, weight) if plausible else None
    )
    return Oracle(
        asked.code,
        asked.goal,
        constraints or asked.constraints,
        lambda rows: asked.job.model.predict(asked.code.decode(rows)),
        quick=asked.prepared.quick,
        per_change=0.0 if plausible else PREFER[str(params.get("prefer") or "fewest features")],
        penalty=believable,
        deadline=asked.started + seconds,
        heartbeat=_heartbeat(asked, seconds),
        enough=lambda: asked.job.enough,
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
    """The steps of the search, a pause after each; the first asks the model nothing."""
    search.nearest_real_row(oracle, asked.reaching, asked.said)
    yield
    search.from_real_rows(oracle, asked.reaching, 2)
    yield
    made = units(asked.code, oracle.constraints, asked.prepared.rows)
    if oracle.penalty is not None:
        yield from _believable(asked, oracle, made)
        return
    asks = questions_for(asked, oracle, made)
    if asks is not None:
        yield from _exact(asked, oracle, asks)
        if asked.proof is not None and asked.proof.complete:
            return
        yield from _brief(asked, oracle, made)
        if asks.exact:
            asked.proof = _stronger(asked.proof, certify(asked, oracle, asks))
            yield
            if asked.proof is not None and asked.proof.complete:
                return
    yield from _guided(asked, oracle, made)


def _stronger(first: Proof | None, second: Proof | None) -> Proof | None:
    """What two proofs say together."""
    if first is None or second is None:
        return first or second
    return replace(second, bound=max(first.bound, second.bound))


def _exact(asked: Question, oracle: Oracle, asks: Questions) -> Iterator[None]:
    """All single changes and all pairs, which settles most questions about trees."""
    cells = cells_of(asks, oracle.origin, min(2, oracle.constraints.most))
    costs = smallest.singles(oracle, cells)
    yield
    if oracle.constraints.most > 1 and oracle.bound >= 2 * oracle.per_change:
        yield from smallest.pairs(oracle, cells, costs)
    oracle.confirm(1)
    if asks.exact:
        least = 3 * oracle.per_change
        asked.proof = Proof(oracle.bound <= least or oracle.constraints.most <= 2, min(oracle.bound, least), 0)


def _believable(asked: Question, oracle: Oracle, made: list[Unit]) -> Iterator[None]:
    """Answers that are small and near to real rows at once: from both sides, then one feature at a time."""
    near = plausibility.towards_real_rows(oracle, asked.reaching)
    yield
    moves = search.singles(oracle, made, float(asked.goal.score(asked.own[None, :])[0]))
    search.pairs(oracle, moves)
    yield
    plausibility.climb(oracle, near)
    yield


def _brief(asked: Question, oracle: Oracle, made: list[Unit]) -> Iterator[None]:
    """A fair answer with more than two changes, for the proof to start from."""
    moves = search.singles(oracle, made, float(asked.goal.score(asked.own[None, :])[0]))
    search.chain(oracle, moves)
    search.from_real_rows(oracle, asked.reaching)
    yield
    refine.refine(oracle, oracle.best(2))
    yield


def _guided(asked: Question, oracle: Oracle, made: list[Unit]) -> Iterator[None]:
    """Singles, then pairs and more by what the singles promise, then smaller by refining."""
    top = TOP if oracle.quick is not None else FEW
    start = float(asked.goal.score(asked.own[None, :])[0])
    moves = search.singles(oracle, made, start)
    yield
    search.chain(oracle, moves)
    refine.refine(oracle, oracle.best(top))
    yield
    if oracle.quick is not None:
        search.lines(oracle, made)
    seeds = search.pairs(oracle, moves)
    yield
    yield from search.beam(oracle, moves, seeds)
    search.from_real_rows(oracle, asked.reaching)
    yield
    refine.refine(oracle, oracle.best(top))
    yield
    polish.polish(oracle, oracle.best(3))
    yield
    if not oracle.per_change:
        polish.one_more(oracle, oracle.best(3))
        refine.refine(oracle, oracle.best(6))
        polish.polish(oracle, oracle.best(2))
        yield


def briefly(asked: Question, constraints: Constraints, seconds: float = 2.0) -> list[Found]:
    """A short search under other constraints: the answers that it found, cheapest first."""
    oracle = oracle_for(asked, constraints, seconds)
    made = units(asked.code, constraints, asked.prepared.rows)
    asks = questions_for(asked, oracle, made)
    if asks is not None:
        cells = cells_of(asks, oracle.origin, min(2, constraints.most))
        costs = smallest.singles(oracle, cells)
        if constraints.most > 1 and not oracle.found:
            for _ in smallest.pairs(oracle, cells, costs):
                continue
    if made and not oracle.found:
        for _ in _brief(asked, oracle, made):
            continue
    if asks is None and oracle.found:
        refine.refine(oracle, oracle.best(4))
    oracle.confirm(4)
    return oracle.best(8)


def questions_for(asked: Question, oracle: Oracle, made: list[Unit]) -> Questions | None:
    """What a tree ensemble asks of the candidates; None for other models."""
    fast = asked.prepared.quick
    if fast is None or not isinstance(fast.portable.body, Trees) or not made:
        return None
    return questions(fast, oracle.constraints, made)


def certify(asked: Question, oracle: Oracle, asks: Questions) -> Proof | None:
    """Look for anything smaller than the best answer, and prove that there is nothing."""
    fast = asks.fast
    sums = fast.portable.body.base.shape[0] if isinstance(fast.portable.body, Trees) else 0
    forms = forms_for(asked.goal, fast.portable, sums)
    if forms is None:
        return None
    per_change, most = oracle.per_change, oracle.constraints.most
    depth = min(most, int(oracle.bound / per_change)) if per_change and np.isfinite(oracle.bound) else most
    cells = cells_of(asks, oracle.origin, depth)
    left = max(0.05, min(PROOF_SECONDS, oracle.deadline - time.perf_counter()))
    states = WORK // max(1, len(cells.tree) * len(cells.units))
    return prove(oracle, cells, forms, left, states)
