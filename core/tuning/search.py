"""The search: the model's own settings first, then candidate after candidate, the best one kept, told as they come."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from core import row_weights, training
from core.errors import ComputeError
from core.registry import Job
from core.results import Check
from core.results.trials import Span, Trial, Trials
from core.tuning import candidates, proposed
from core.tuning import space as spaces
from core.tuning.score import Bench, bench, scored

WAYS = ("random", "grid", "bayesian")


@dataclass(slots=True)
class Course:
    """A search under way."""

    job: Job
    bench: Bench
    space: tuple[Span, ...]
    planned: int
    original: Trial
    trials: list[Trial] = field(default_factory=list)

    def so_far(self) -> Trials:
        """What is known."""
        losses = [trial.loss for trial in self.trials]
        best = int(np.nanargmin(losses)) if np.isfinite(losses).any() else -1
        error = float("nan")
        if best >= 0:
            gaps = np.subtract(self.original.folds, self.trials[best].folds)
            error = float(np.sqrt(self.bench.correction) * gaps.std(ddof=1))
        way, unit = str(self.job.params["way"]), self.bench.loss.title
        return Trials(
            _label(self.job), unit, way, self.space, self.original, tuple(self.trials), best, self.planned,
            len(self.bench.known), error=error,
        )  # fmt: skip


def search(job: Job) -> Trials:
    """Try candidates and keep the best.

    Raises
    ------
    InputError, NotApplicable
        If the space, the rows or the loss do not fit.
    ComputeError
        If the model's own settings cannot be trained, or every candidate failed.
    """
    job = replace(job, model=training.settled(job.model))
    native: Any = job.model.native  # type: ignore[attr-defined]  # asked for by the method
    space = of(native, str(job.params["space"]))
    laid = bench(job)
    tried: candidates.Tried = []
    planned, queue = _queue(job, space, tried)
    until = time.monotonic() + float(job.params["seconds"])
    course = Course(job, laid, space, planned, _own(job, laid, native, space, planned))
    tried.append((course.original.params, course.original.loss))
    known: dict[str, Trial] = {}
    ended = ""
    for place, params in enumerate(queue):
        if time.monotonic() > until or job.enough:
            ended = "the time was up" if time.monotonic() > until else "it was stopped"
            break
        again = known.get(repr(sorted(params.items())))
        trial = again and Trial(place + 1, params, again.folds, again.loss, again.problem)
        trial = trial or scored(laid, place + 1, params, job, (place + 1) / (planned + 1), 1 / (planned + 1))
        if trial is None:
            ended = "it was stopped"
            break
        known[repr(sorted(params.items()))] = trial
        course.trials.append(trial)
        tried.append((params, trial.loss))
        job.tell(course.so_far())
    return _finished(course, ended)


def of(native: Any, text: str) -> tuple[Span, ...]:
    """The space that a text describes; the proposed one where it is empty."""
    if text.strip():
        return spaces.parse(text, proposed.now(native))
    chosen = tuple(setting.span for setting in proposed.settings(native) if setting.chosen)
    return chosen or spaces.parse("", proposed.now(native))


def _queue(job: Job, space: Sequence[Span], tried: candidates.Tried) -> tuple[int, Iterator[dict[str, Any]]]:
    """How many candidates there will be, and the candidates."""
    way, count, seed = str(job.params["way"]), int(job.params["trials"]), int(job.params["seed"])
    if way == "grid":
        every = candidates.grid(space, int(job.params["points"]))
        return len(every), iter(every)
    if way == "random":
        drawn = candidates.drawn(space, count, seed)
        return len(drawn), iter(drawn)
    return int(min(count, spaces.size(space))), candidates.promising(space, count, seed, tried)


def _own(job: Job, laid: Bench, native: Any, space: Sequence[Span], planned: int) -> Trial:
    """The model's own settings in the same folds."""
    values = proposed.now(native)
    params = {span.name: values.get(span.name) for span in space}
    found = scored(laid, 0, {}, job, 0.0, 1 / (planned + 1))
    if found is None:
        raise ComputeError("The search was stopped before it had tried anything.", hint="Start it again.")
    if found.problem:
        raise ComputeError(
            "This model cannot be trained on this table.",
            f"With its own settings it fails: {found.problem}",
            "Give the table that it was trained with, or the whole pipeline with its encoders.",
        )
    return Trial(0, params, found.folds, found.loss)


def _label(job: Job) -> str:
    """The target's name, or the model's task."""
    return job.table.target or job.label


def _finished(course: Course, ended: str) -> Trials:
    """The result with its checks and, where rows were kept apart, both losses there."""
    found = course.so_far()
    if not found.trials:
        raise ComputeError(f"No candidate was tried: {ended}.", "Each takes several trainings.", "Give it more time.")
    winner = found.winner
    if winner is None:
        why = found.trials[0].problem
        raise ComputeError("Every candidate failed.", f"The first: {why}", "Choose other settings or other ranges.")
    course.job.progress(0.99, "The rows kept apart")
    count = len(course.bench.apart_known)
    apart = (course.bench.outside({}), course.bench.outside(winner.params)) if count >= 2 else ()
    found = replace(found, apart=apart, apart_rows=count if apart else 0)
    return replace(found, checks=tuple(_checks(found, course, ended)))


def _checks(found: Trials, course: Course, ended: str) -> Iterator[Check]:
    """How far the winner can be believed."""
    yield Check("difference", found.is_clear, found.gain, _difference(found))
    yield _apart(found)
    if ended:
        text = f"The search ended early, as {ended}: {len(found.trials)} of {found.planned} candidates were tried."
        yield Check("finished", False, float(len(found.trials)), text)
    failed = sum(bool(trial.problem) for trial in found.trials)
    if failed:
        yield Check("failed", None, float(failed), f"{failed} of {len(found.trials)} candidates failed; each says why.")
    ends = [span.name for span in found.space if _at_end(span, (found.winner or found.original).params)]
    if ends:
        named = ", ".join(f"'{name[:60]}'" for name in ends[:4])
        text = f"The best value lies at an end of its range for {named}: widen it where it can go on."
        yield Check("ends", None, float(len(ends)), text)
    folds = len(course.bench.folds)
    text = f"Each candidate was trained {folds} times on {found.rows:,} rows, each time without another part of them."
    yield Check("folds", None, float(folds), text)
    yield from row_weights.check(course.job.table, course.bench.rows, training.UNWEIGHTED)


def _difference(found: Trials) -> str:
    """The best one against the model's own settings, with what folds alone make of it."""
    gain = found.gain
    difference = f"{abs(gain):.3g} {'lower' if gain >= 0 else 'higher'} than with the model's own settings"
    if gain == 0:
        return "No candidate beats the model's own settings: the best one does exactly as well."
    if gain < 0:
        return f"No candidate beats the model's own settings: the best one's {found.unit} is {difference}."
    if found.is_clear:
        return f"The best one's {found.unit} is {difference}: clearly more than folds alone make (± {found.error:.2g})."
    return (
        f"The best one's {found.unit} is {difference}, but folds alone make a difference of ± {found.error:.2g}:"
        " that is within the spread, so it may be luck."
    )


def _apart(found: Trials) -> Check:
    """Both losses on the rows kept apart."""
    if not found.apart:
        count = len(found.trials)
        text = f"The best of {count} trials looks better than it is, and no rows were kept apart to see how much."
        return Check("apart", None, None, text)
    own, best = found.apart
    told = "better" if best < own else "no better"
    text = (
        f"On {found.apart_rows:,} rows that no candidate has seen, the best one is {told}:"
        f" {best:.4g} against {own:.4g}. This is the number to believe of the best one: it was not chosen by it."
    )
    return Check("apart", bool(best < own), own - best, text)


def _at_end(span: Span, params: Mapping[str, Any]) -> bool:
    """True where a value lies at an end of its range."""
    value = params.get(span.name)
    return span.kind != "choice" and isinstance(value, int | float) and value in (span.low, span.high)
