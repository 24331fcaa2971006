"""From a search to a result: predicted again, measured, told."""

from __future__ import annotations

import numpy as np

from core.counterfactual.distance import gower
from core.counterfactual.improve import Question, improve, oracle_for, question
from core.counterfactual.plausibility import isolation
from core.errors import ComputeError
from core.registry import Job
from core.results import Change, Check, Nudge, Nudges
from core.types import Array


def answer(job: Job) -> Nudges:
    """Answer a job of the method "nudges"."""
    asked = question(job)
    if asked.reached:
        return _result(asked, [Nudge((), float(asked.own[asked.goal.output]), 0.0)], ())
    oracle = oracle_for(asked)
    for _ in improve(asked, oracle):
        continue
    count = int(job.params["k"])
    oracle.confirm(count)
    chosen = oracle.best(count)
    rows = np.array([found.row for found in chosen]).reshape(-1, len(asked.code.features))
    outputs = verify(asked, rows)
    made = nudges_of(asked, rows, outputs)
    return _result(asked, made, (_again(len(made)),) if made else ())


def verify(asked: Question, rows: Array) -> Array:
    """Predict decoded rows again with the raw model, shape (n_rows, n_outputs).

    Raises
    ------
    ComputeError
        If a row misses the goal or breaks a constraint: it must never be shown.
    """
    if not len(rows):
        return np.zeros((0, len(asked.own)))
    outputs = asked.job.model.predict(asked.code.decode(rows))
    if not (asked.goal.reached(outputs) & asked.constraints.allows(asked.code, rows)).all():
        raise ComputeError(
            "A nudge failed when it was predicted again.",
            "The model gives other answers to the same row.",
            "Try again.",
        )
    return outputs


def nudges_of(asked: Question, rows: Array, outputs: Array) -> list[Nudge]:
    """Coded rows as nudges with their measures."""
    distances = gower(asked.code, rows, asked.constraints.origin)
    alone = isolation(asked.code, rows, asked.reaching)
    made = []
    for slot, row in enumerate(rows):
        extra = {"nearest_real_row": float(alone[slot])} if np.isfinite(alone[slot]) else {}
        changes = changes_of(asked, row)
        made.append(Nudge(changes, float(outputs[slot, asked.goal.output]), float(distances[slot]), extra))
    return made


def changes_of(asked: Question, row: Array) -> tuple[Change, ...]:
    """The changed cells of a coded row in their own types."""
    origin, code = asked.constraints.origin, asked.code
    places = np.flatnonzero(asked.constraints.changed(row[None, :])[0])
    return tuple(
        Change(code.features[place].name, code.value(place, float(origin[place])), code.value(place, float(row[place])))
        for place in map(int, places)
    )


def _again(count: int) -> Check:
    """The check that every nudge was predicted again."""
    text = (
        f"Each of the {count} nudges reaches the goal when the model predicts it again."
        if count > 1
        else ("The nudge reaches the goal when the model predicts it again.")
    )
    return Check("predicted again", True, float(count), text)


def _result(asked: Question, made: list[Nudge], checks: tuple[Check, ...], reason: str = "") -> Nudges:
    """Put the result together."""
    goal, code = asked.goal, asked.code
    origin = asked.constraints.origin
    if not made and not reason:
        reason = "No allowed change that was tried reaches the goal."
    return Nudges(
        features=tuple(feature.name for feature in code.features),
        data=tuple(code.value(place, float(cell)) for place, cell in enumerate(origin)),
        goal=goal.words,
        output=float(asked.own[goal.output]),
        target=(goal.low, goal.high),
        scale="probability" if asked.job.model.classes else "target",
        label=goal.label,
        nudges=tuple(made),
        reason=reason,
        checks=checks,
    )
