"""From a search to a result: several answers, predicted again, measured, told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from core.counterfactual.certificate import Proof
from core.counterfactual.constraints import held_in
from core.counterfactual.distance import gower
from core.counterfactual.diversity import diverse
from core.counterfactual.improve import Question, briefly, improve, oracle_for, question
from core.counterfactual.oracle import Found, Oracle, predict_again
from core.counterfactual.path import ways
from core.counterfactual.plausibility import density, isolation
from core.counterfactual.refusal import reason
from core.counterfactual.robustness import Robustness, firm, robustness
from core.errors import ComputeError
from core.registry import Job
from core.results import Change, Check, Nudge, Nudges
from core.types import Array


def answer(job: Job) -> Nudges:
    """Answer a job of the method "nudges"."""
    asked = question(job)
    if asked.reached:
        check = Check("predicted again", True, 0.0, "The row reaches the goal as it is.")
        return _result(asked, (Nudge((), float(asked.own[asked.goal.output]), 0.0),), (check,))
    oracle = oracle_for(asked)
    for found in improve(asked, oracle):
        _tell(asked, [found])
    chosen: list[Found] = []
    for chosen in diverse(oracle, int(job.params["k"]), lambda constraints: briefly(asked, constraints)):
        _tell(asked, chosen)
        if job.enough:
            break
    if not chosen:
        return _refused(asked)
    rows = np.array([found.row for found in sorted(chosen, key=lambda found: found.cost)])
    if job.params.get("robust"):
        rows = np.array([firm(oracle, row) for row in rows])
    outputs = verify(asked, rows)
    made = _nudges(asked, oracle, rows, outputs)
    return _result(asked, made, _checks(asked, oracle, made))


def stream(job: Job) -> Iterator[Nudge]:
    """Yield nudges as they are found, each smaller than the one before: for a page that shows the first at once.

    Every one was predicted by the model itself; the measures of ``answer`` are not taken yet.
    """
    asked = question(job)
    if asked.reached:
        return
    for found in improve(asked, oracle_for(asked)):
        yield _plain(asked, found)


def _tell(asked: Question, chosen: list[Found]) -> None:
    """Hand out what is known so far: predicted by the model itself, not measured yet."""
    if not asked.job.watched:
        return
    made = tuple(_plain(asked, found) for found in sorted(chosen, key=lambda found: found.cost))
    text = "Still searching: smaller changes may follow. What is shown was predicted by the model itself."
    asked.job.tell(_result(asked, made, (Check("finished", None, None, text),)))


def _plain(asked: Question, found: Found) -> Nudge:
    """An answer without its measures."""
    distance = float(gower(asked.code, found.row[None, :], asked.constraints.origin)[0])
    return Nudge(changes_of(asked, found.row), float(found.outputs[asked.goal.output]), distance)


def _provable(asked: Question, oracle: Oracle) -> bool:
    """True where the first answer claims to be the smallest (not the most believable or the firmest)."""
    return oracle.penalty is None and not asked.job.params.get("robust")


def verify(asked: Question, rows: Array) -> Array:
    """Predict decoded rows again with the raw model, shape (n_rows, n_outputs).

    Raises
    ------
    ComputeError
        If a row misses the goal or breaks a constraint: it must never be shown.
    """
    outputs = predict_again(lambda coded: asked.job.model.predict(asked.code.decode(coded)), asked.goal, rows)
    if not (asked.goal.reached(outputs) & asked.constraints.allows(asked.code, rows)).all():
        why = "The model gives different answers to the same row."
        raise ComputeError("A nudge failed when it was predicted again.", why, "Ask again.")
    return outputs


def _nudges(asked: Question, oracle: Oracle, rows: Array, outputs: Array) -> tuple[Nudge, ...]:
    """Coded rows as nudges with their measures."""
    distances = gower(asked.code, rows, asked.constraints.origin)
    led = ways(asked.constraints, lambda tried: _said(asked, tried), rows, float(asked.own[asked.goal.output]))
    alone = isolation(asked.code, rows, asked.reaching)
    usual = density(asked.code, alone, asked.reaching)
    made = []
    for slot, (row, firmness) in enumerate(zip(rows, robustness(oracle, rows), strict=True)):
        extra = _measures(asked, float(alone[slot]), float(usual[slot]), firmness)
        if slot == 0 and _provable(asked, oracle):
            extra["proved"] = asked.proof is not None and asked.proof.complete
        output = float(outputs[slot, asked.goal.output])
        order, path = led[slot].order, led[slot].outputs
        made.append(Nudge(changes_of(asked, row, order), output, float(distances[slot]), extra, path))
    return tuple(made)


def _said(asked: Question, rows: Array) -> Array:
    """The output that is moved, for coded rows."""
    return np.asarray(asked.job.model.predict(asked.code.decode(rows))[:, asked.goal.output])


def _measures(asked: Question, alone: float, usual: float, firmness: Robustness) -> dict[str, Any]:
    """What is told beside the changes."""
    extra: dict[str, Any] = {"holds_rounded": firmness.rounded, "holds_missed": firmness.missed}
    if len(asked.reaching):
        extra["nearest_real_row"] = alone
    if not np.isnan(usual):
        extra["density"] = usual
    return extra


def changes_of(asked: Question, row: Array, order: tuple[int, ...] | None = None) -> tuple[Change, ...]:
    """The changed cells of a coded row in their own types, in an order or the table's."""
    origin, code = asked.constraints.origin, asked.code
    places = np.flatnonzero(asked.constraints.changed(row[None, :])[0]) if order is None else order
    return tuple(
        Change(code.features[place].name, code.value(place, float(origin[place])), code.value(place, float(row[place])))
        for place in map(int, places)
    )


def _checks(asked: Question, oracle: Oracle, made: tuple[Nudge, ...]) -> tuple[Check, ...]:
    """Predicted again, proved or not, robust, believable."""
    many = f"Each of the {len(made)} nudges reaches the goal when the model predicts it again."
    one = "The nudge reaches the goal when the model predicts it again."
    checks = [Check("predicted again", True, float(len(made)), many if len(made) > 1 else one)]
    if _provable(asked, oracle):
        checks.append(_certificate(asked, oracle, made[0]))
    firm_ones = sum(nudge.extra["holds_rounded"] and nudge.extra["holds_missed"] == 1.0 for nudge in made)
    text = f"{firm_ones} of {len(made)} hold when rounded, and when missed by 1 % of a feature's range."
    checks.append(Check("robust", None, firm_ones / len(made), text))
    if oracle.stopped:
        seconds = asked.seconds if asked.job.enough else float(asked.job.params.get("seconds") or 0)
        text = f"The search was stopped after {seconds:.3g} s: with more time it may find smaller changes."
        checks.append(Check("finished", False, seconds, text))
    if "density" in made[0].extra:
        share = 100 * made[0].extra["density"]
        text = f"{share:.0f} % of the real rows with this outcome lie at least as far from their nearest neighbour."
        checks.append(Check("density", None, made[0].extra["density"], text))
    return tuple(checks)


def _certificate(asked: Question, oracle: Oracle, first: Nudge) -> Check:
    """What is known about smaller changes."""
    proof = asked.proof
    if proof is None:
        return Check("smallest", None, None, "No smaller change was found; for this model nothing is proved.")
    if proof.complete:
        return Check("smallest", True, first.distance, "Proved smallest: no allowed change is smaller than the first.")
    return Check("smallest", None, proof.bound, f"No smaller change was found; lower bound: {_bound(proof, oracle)}.")


def _bound(proof: Proof, oracle: Oracle) -> str:
    """A lower bound in words."""
    if not oracle.per_change:
        return f"distance {proof.bound:.3g}"
    changes = max(1, int(proof.bound / oracle.per_change))
    return f"at least {changes} feature{'s have' if changes > 1 else ' has'} to change"


def _refused(asked: Question) -> Nudges:
    """No answer, and why."""
    proved = asked.proof is not None and asked.proof.complete
    code, limits = asked.code, asked.constraints
    held = held_in(code, asked.job.table)
    why = reason(code, limits, lambda other: briefly(asked, other), held, proved, len(asked.reaching) > 0)
    text = (
        "Proved: nothing that is allowed reaches the goal." if proved else "The search found nothing; that is no proof."
    )
    return _result(asked, (), (Check("none exists", proved or None, None, text),), why)


def _result(asked: Question, made: tuple[Nudge, ...], checks: tuple[Check, ...], why: str = "") -> Nudges:
    """Put the result together."""
    goal, code = asked.goal, asked.code
    origin = asked.constraints.origin
    return Nudges(
        features=tuple(feature.name for feature in code.features),
        data=tuple(code.value(place, float(cell)) for place, cell in enumerate(origin)),
        goal=goal.words,
        output=float(asked.own[goal.output]),
        target=(goal.low, goal.high),
        scale="probability" if asked.job.model.classes else "target",
        label=goal.label,
        nudges=made,
        reason=why,
        line=goal.line(asked.own),
        checks=checks,
    )
