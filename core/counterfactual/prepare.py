"""What every question about one model and one table shares, made once: real rows, their predictions, the quick form."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.counterfactual.coding import Coder, coder
from core.counterfactual.goals import Goal
from core.counterfactual.quick import Quick, quick
from core.errors import ModelError
from core.registry import Job
from core.types import Array, Model, Schema

SAMPLE = 20_000
"""Rows that are predicted once for all questions about a model and a table."""
FEWER = 5_000
"""The same for models that only their library can evaluate."""
_PROBE = 64
_CHUNK = 20_000
_MEMO: OrderedDict[tuple[str, str, Schema, int], Prepared] = OrderedDict()
_KEPT = 4


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """Rows of the table with what the model says of them, and faster ways to ask it.

    Attributes
    ----------
    rows : ndarray, shape (n_rows, p)
        A coded, seeded sample of the table.
    outputs : ndarray, shape (n_rows, n_outputs)
    places : ndarray of int, shape (n_rows,)
        Their positions in the table, ascending.
    quick : Quick or None
    """

    code: Coder
    rows: Array
    outputs: Array
    places: npt.NDArray[np.int64]
    quick: Quick | None

    def of_row(self, row: int) -> tuple[Array, Array] | None:
        """One row of the table, coded, and the model's outputs; None when the sample lacks it."""
        place = int(np.searchsorted(self.places, row))
        held = place < len(self.places) and self.places[place] == row
        return (self.rows[place], self.outputs[place]) if held else None

    def reaching(self, goal: Goal) -> tuple[Array, Array]:
        """Coded rows that reach a goal, shape (n_reaching, p), and their predictions."""
        reached = goal.reached(self.outputs)
        return self.rows[reached], self.outputs[reached]

    def typical(self, output: int) -> float:
        """Median prediction of the sample."""
        return float(np.median(self.outputs[:, output]))


def prepare(job: Job, seed: int) -> Prepared:
    """Prepare a model and a table; kept for the last few."""
    key = (job.model.fingerprint, job.table.fingerprint, job.table.schema, seed)
    if key not in _MEMO:
        # The shared work is not part of one answer's count of evaluations, or the second answer would differ.
        model: Model = getattr(job.model, "inner", job.model)
        places = _sample(len(job.table), SAMPLE if model.portable() is not None else FEWER, seed)
        sample = job.table.rows(places)
        code = coder(job.table)
        rows = code.encode(sample)
        fast = quick(model, code, rows[:_PROBE])
        _MEMO[key] = Prepared(code, rows, model.predict(sample), places, fast)
    _MEMO.move_to_end(key)
    while len(_MEMO) > _KEPT:
        _MEMO.popitem(last=False)
    return _MEMO[key]


def _sample(size: int, most: int, seed: int) -> npt.NDArray[np.int64]:
    """Positions of all rows, or of a seeded sample, ascending."""
    if size <= most:
        return np.arange(size)
    return np.sort(np.random.default_rng(seed).choice(size, size=most, replace=False))


def may_miss(job: Job, code: Coder, origin: Array) -> tuple[str, ...]:
    """Which of the features named in ``missing`` may be filled or emptied.

    A column without a gap has no missing cell to fill, and none to empty: its type may hold none (a whole number would
    become another). A filled cell is emptied where the model answers a row with that gap.

    Parameters
    ----------
    origin : ndarray, shape (p,)
    """
    named = [name for name in job.params.get("missing") or () if job.table.schema[name].missing > 0]
    places = {name: job.table.schema.names.index(name) for name in named}
    return tuple(name for name in named if np.isnan(origin[places[name]]) or _answers(job, code, origin, places[name]))


def _answers(job: Job, code: Coder, origin: Array, place: int) -> bool:
    """Whether the model answers the instance with one cell emptied."""
    row = origin.copy()
    row[place] = np.nan
    try:
        job.model.predict(code.decode(row[None, :]))
    except ModelError:
        return False
    return True


def all_reaching(job: Job, goal: Goal, most: int = SAMPLE) -> tuple[Array, Array]:
    """Rows of the whole table that reach a goal, coded, about so many, and predictions: for a sample without."""
    found: list[Array] = []
    said: list[Array] = []
    code = coder(job.table)
    for start in range(0, len(job.table), _CHUNK):
        job.progress(start / len(job.table), "looking for rows that reach the goal")
        frame = job.table.rows(np.arange(start, min(len(job.table), start + _CHUNK)))
        outputs = job.model.predict(frame)
        reached = goal.reached(outputs)
        found.append(code.encode(frame[reached]))
        said.append(outputs[reached])
        if sum(len(part) for part in found) >= most:
            break
    return np.concatenate(found)[:most], np.concatenate(said)[:most]
