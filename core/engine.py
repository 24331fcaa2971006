"""explain(): validate the question, run the method, check the answer's invariants, stamp its provenance.

The app, the command line, the report, the batch run and the tests all come through here.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Protocol, cast, runtime_checkable

import numpy as np
import pandas as pd

from core import fingerprint, registry
from core.errors import ComputeError, ExplorerError, InputError, NotApplicable, unknown_name
from core.params import resolve
from core.registry import Job, Method, Progress, silent
from core.results import Attribution, Check, Prediction, Provenance, Result
from core.steady import unsteady
from core.types import Array, Contributions, Model, Scale, Table

ADDITIVITY = 1e-6


@runtime_checkable
class Elsewhere(Protocol):
    """A model that lives in another process, where whole explanations run (``core.workers``)."""

    def explain_rows(
        self,
        method_id: str,
        table: Table,
        rows: Sequence[int],
        output: int | str | None,
        params: Mapping[str, Any],
        progress: Progress,
    ) -> list[Result]:
        """Answer as ``explain_rows`` below, with the same values, checks and provenance."""


@dataclass(slots=True)
class Counted:
    """A model that counts the rows it is asked for (a ``Model`` itself)."""

    inner: Model
    evaluations: int = field(default=0)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def credit(self, rows: int) -> None:
        """Count answers that were asked for earlier and are used again: what a result rests on does not vary."""
        self.evaluations += rows

    def predict(self, frame: pd.DataFrame) -> Array:
        """Predict and count."""
        self.evaluations += len(frame)
        return self.inner.predict(frame)

    def margin(self, frame: pd.DataFrame) -> Array:
        """Predict the margin and count."""
        self.evaluations += len(frame)
        return self.inner.margin(frame)

    def contributions(self, frame: pd.DataFrame) -> Contributions | None:
        """Ask the library's own attribution and count."""
        self.evaluations += len(frame)
        return self.inner.contributions(frame)


def job_key(method: Method, model: Model, table: Table, row: int, output: int, params: dict[str, Any]) -> str:
    """The digest that names a result, everywhere and for ever.

    Parameters
    ----------
    params : dict
        Resolved by ``core.params.resolve``.
    """
    return fingerprint.of_params(
        [method.id, method.version, model.fingerprint, table.fingerprint, row, output, params],
    )


def output_index(model: Model, output: int | str | None, probabilities: Array | None = None) -> int:
    """Which column of ``model.predict`` is explained.

    Parameters
    ----------
    output : int, str or None
        A position or a class name. None: what the model was wrapped with; else the second class when binary, the
        predicted one of several.
    probabilities : ndarray, shape (n_outputs,), optional
        The row's own prediction, for the default of several classes.

    Raises
    ------
    InputError
        If there is no such class.
    """
    if output is None:
        if getattr(model, "explained", None) is not None:
            return int(model.explained)  # type: ignore[attr-defined]  # of AdaptedModel only
        if model.task == "multiclass" and probabilities is not None:
            return int(np.argmax(probabilities))
        return 1 if model.task == "binary" else 0
    if isinstance(output, str) and output in model.classes:
        return model.classes.index(output)
    if isinstance(output, str) and not output.lstrip("-").isdigit():
        raise unknown_name("class", output, model.classes or ("0",))
    count = max(1, len(model.classes))
    if not 0 <= int(output) < count:
        raise InputError(f"There is no output {output}.", f"This model has {count}.", f"Choose 0 to {count - 1}.")
    return int(output)


def prediction(model: Model, table: Table, row: int, output: int | str | None = None) -> Prediction:
    """What the model says of one row.

    Returns
    -------
    Prediction
        Probability per class or the number in target units.
    """
    values = model.predict(table.instance(row))[0]
    chosen = output_index(model, output, values)
    label = model.classes[int(np.argmax(values))] if model.classes else f"{values[0]:.6g}"
    return Prediction(values=values, output=chosen, label=label, truth=table.truth(row))


def explain(
    method_id: str,
    model: Model,
    table: Table,
    row: int = 0,
    *,
    output: int | str | None = None,
    progress: Progress = silent,
    **params: Any,
) -> Result:
    """Answer one question with one method.

    Parameters
    ----------
    method_id : str
        As listed by ``core.registry.methods()``.
    model, table : Model, Table
        Matched (``core.loading.match``).
    row : int
        Position of the instance.
    output : int, str or None
        Class name or position; None for the default of the task.
    progress : callable
    **params
        The method's parameters; missing ones take their defaults.

    Returns
    -------
    Result
        A value of the method's kind, with checks and provenance.

    Raises
    ------
    InputError
        If a name, a row or a value does not fit.
    NotApplicable
        If the method cannot answer for this model.
    ModelError, ComputeError
        If the model fails, or the answer fails its own checks.
    """
    return explain_rows(method_id, model, table, [row], output=output, progress=progress, **params)[0]


def explain_rows(
    method_id: str,
    model: Model,
    table: Table,
    rows: Sequence[int],
    /,
    *,
    output: int | str | None = None,
    progress: Progress = silent,
    **params: Any,
) -> list[Result]:
    """Answer for several rows, in one batch where the method can; the same values as row by row.

    Parameters and errors are those of ``explain``.
    """
    method = registry.get(method_id)
    if hasattr(model, "explain_rows"):  # isinstance would ask for each of the protocol's members, 0.02 ms
        return cast(Elsewhere, model).explain_rows(method_id, table, rows, output, params, progress)
    reason = method.unsupported(model, table)
    if reason:
        raise NotApplicable(f"{method.title} does not apply here.", reason, "Choose another method.")
    if table.schema.names != model.features:
        raise InputError("The table and the model are not matched.", "Their columns differ.", "Use core.loading.match.")
    resolved = resolve(method, params, table)
    positions = [table.position(row) for row in rows]
    outputs = _outputs(model, table, positions, output)
    answers: dict[int, Result] = {}
    for chosen in dict.fromkeys(outputs):
        slots = [slot for slot, own in enumerate(outputs) if own == chosen]
        group = [positions[slot] for slot in slots]
        job = Job(Counted(model), table, group[0], chosen, resolved, progress)
        answers.update(zip(slots, _run(method, job, group), strict=True))
    return [answers[slot] for slot in range(len(rows))]


def _outputs(model: Model, table: Table, rows: list[int], output: int | str | None) -> list[int]:
    """The explained output of each row; only the default of several classes needs a prediction."""
    if output is None and model.task == "multiclass":
        return [output_index(model, None, values) for values in model.predict(table.rows(rows))]
    return [output_index(model, output)] * len(rows)


def _run(method: Method, job: Job, rows: list[int]) -> list[Result]:
    """Run one method on rows that share an output, check and stamp each answer."""
    started = time.perf_counter()

    def stamp(row: int, answer: Any) -> Result:
        return _stamp(method, job, row, answer, time.perf_counter() - started, cast(Counted, job.model).evaluations)

    try:
        if method.many is not None and len(rows) > 1:
            answers = method.many(job, rows)
        else:
            own = [job if row == job.row else replace(job, row=row) for row in rows]
            answers = [method.answer(each.through(partial(stamp, each.row))) for each in own]
    except ExplorerError:
        raise
    except MemoryError as error:
        raise ComputeError(
            f"{method.title} ran out of memory.", hint="Choose fewer samples or a smaller background."
        ) from error
    except Exception as error:
        raise ComputeError(
            f"{method.title} could not finish.",
            f"{type(error).__name__}: {str(error)[:300]}",
            "Try another method, or other settings.",
        ) from error
    seconds = (time.perf_counter() - started) / len(rows)
    share = -(-cast(Counted, job.model).evaluations // len(rows))
    return [_stamp(method, job, row, answer, seconds, share) for row, answer in zip(rows, answers, strict=True)]


def _stamp(method: Method, job: Job, row: int, answer: Any, seconds: float, evaluations: int) -> Result:
    """Add the invariants' check and the provenance."""
    if isinstance(answer, Attribution):
        also = tuple(replace(other, checks=(additivity(other), *other.checks)) for other in answer.also)
        answer = replace(answer, checks=(additivity(answer), *answer.checks), also=also)
    provenance = Provenance(
        method.id,
        method.version,
        dict(job.params),
        job.params.get("seed"),
        job.model.fingerprint,
        job.table.fingerprint,
        row if method.scope == "row" else None,
        evaluations,
        seconds,
    )
    doubts = () if method.scope == "data" else unsteady(cast(Counted, job.model).inner, job.table)
    return cast(Result, replace(answer, checks=(*answer.checks, *doubts), provenance=provenance))


def additivity(result: Attribution) -> Check:
    """Check that base plus values is what the result says it is.

    Raises
    ------
    ComputeError
        If a value is not a number.
    """
    total = result.base + float(result.values.sum())
    if not np.isfinite(total):
        raise ComputeError("The attribution is not a number.", "The model's output or a value overflowed.")
    reached = result.output if result.fitted is None else result.fitted
    gap = float(abs(total - reached))
    size = max(abs(result.base), abs(reached), float(np.abs(result.values).sum()), 1e-12)
    passed = bool(gap <= ADDITIVITY * size)
    whole = "the prediction" if result.additive else "the local model's answer"
    if passed:
        text = f"The bars add up to {whole} (difference {gap:.1g})."
    else:
        text = f"The bars miss {whole} by {gap:.3g} {unit(result.scale)}: read them as approximate."
    return Check("additivity", passed, gap, text)


def unit(scale: Scale) -> str:
    """A scale's unit in words."""
    words = {
        "probability": "of probability",
        "log-odds": "log-odds",
        "score": "score units",
        "target": "in the target's units",
        "log-target": "in log units of the target",
    }
    return words[scale]
