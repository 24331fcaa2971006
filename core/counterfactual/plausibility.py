"""The real rows: which of them have the wanted outcome, and how near a proposal is to one."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

import numpy as np

from core.counterfactual.coding import Coder, coder
from core.counterfactual.distance import nearest
from core.counterfactual.goals import Goal
from core.registry import Job
from core.types import Array

SAMPLE = 5_000
_CHUNK = 20_000
_MEMO: OrderedDict[tuple[str, str, int], RealRows] = OrderedDict()
_KEPT = 4


@dataclass(frozen=True, slots=True, eq=False)
class RealRows:
    """Rows of the table with what the model says of them.

    Attributes
    ----------
    rows : ndarray, shape (n_rows, p)
        Coded.
    outputs : ndarray, shape (n_rows, n_outputs)
    """

    rows: Array
    outputs: Array

    def reaching(self, goal: Goal) -> Array:
        """Coded rows that reach a goal, shape (n_reaching, p)."""
        return np.asarray(self.rows[goal.reached(self.outputs)])


def real_rows(job: Job, seed: int) -> RealRows:
    """A seeded sample of the table's rows and their predictions, kept for the last few models."""
    key = (job.model.fingerprint, job.table.fingerprint, seed)
    if key not in _MEMO:
        sample = job.table.background(SAMPLE, seed)
        _MEMO[key] = RealRows(coder(job.table).encode(sample), job.model.predict(sample))
    _MEMO.move_to_end(key)
    while len(_MEMO) > _KEPT:
        _MEMO.popitem(last=False)
    return _MEMO[key]


def all_reaching(job: Job, goal: Goal, most: int = SAMPLE) -> Array:
    """Rows of the whole table that reach a goal, in order and at most so many: for when the sample holds none."""
    found: list[Array] = []
    code = coder(job.table)
    for start in range(0, len(job.table), _CHUNK):
        frame = job.table.rows(np.arange(start, min(len(job.table), start + _CHUNK)))
        reached = goal.reached(job.model.predict(frame))
        found.append(code.encode(frame[reached]))
        if sum(len(part) for part in found) >= most:
            break
    return np.concatenate(found)[:most]


def typical(real: RealRows, output: int) -> float:
    """Median prediction of the sample."""
    return float(np.median(real.outputs[:, output]))


def isolation(code: Coder, rows: Array, reaching: Array) -> Array:
    """Distance of each row to the nearest real row that reaches the goal, shape (n_rows,); infinite when none does."""
    return nearest(code, rows, reaching)[0]
