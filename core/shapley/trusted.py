"""The model as plain arrays, trusted only after it has repeated the model's own output."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.portable import Portable
from core.portable.evaluate import encode, sums
from core.registry import Job
from core.results import Check
from core.shapley.answer import own_scale, pick
from core.store import Store
from core.types import Array, Scale

ROWS = 200
"""Rows of the table on which the two are compared."""
CLOSE = 1e-5
"""Relative difference allowed: boosters sum in float32."""
_STORE = Store({"forms": 16})


@dataclass(frozen=True, slots=True, eq=False)
class Trusted:
    """A portable form that repeats the model.

    Attributes
    ----------
    portable : Portable
    scale : Scale
        Units of its sums.
    check : Check
        The comparison, in words.
    raw : bool
        The body takes the features as they are, in their order: no encoding is needed.
    """

    portable: Portable
    scale: Scale
    check: Check
    raw: bool

    def encode(self, frame: pd.DataFrame) -> Array:
        """Encoded inputs of the body, shape (n_rows, n_columns)."""
        if self.raw:
            values = frame.to_numpy()
            if values.dtype.kind in "fiub":
                return values.astype(np.float64)
        return encode(self.portable, frame)


def trusted(job: Job) -> Trusted | None:
    """The model's portable form, compared once per model and table; None where there is none or it differs."""
    key = f"{job.model.fingerprint}|{job.table.fingerprint}"
    found: list[Trusted | None] = _STORE.get("forms", key, lambda: [_compare(job)])
    return found[0]


def _compare(job: Job) -> Trusted | None:
    """Convert, and ask both on some rows."""
    portable = job.model.portable()
    if portable is None:
        return None
    frame = job.table.background(ROWS, 0)
    mine = sums(portable, encode(portable, frame))
    if portable.link in ("identity", "vote"):
        own, scale = job.model.predict(frame), own_scale(job.model)
    elif portable.margin_scale is not None and portable.margin_scale == job.model.margin_scale:
        own, scale = job.model.margin(frame), portable.margin_scale
    else:
        return None
    if mine.shape != own.shape:
        return None
    gap = float(np.abs(mine - own).max() / max(1e-12, float(np.abs(own).max())))
    if not gap <= CLOSE:
        return None
    text = f"The form that was read repeats the model on {len(frame):,} rows (largest relative difference {gap:.1g})."
    return Trusted(portable, scale, Check("same model", True, gap, text), _is_raw(portable))


def _is_raw(portable: Portable) -> bool:
    """True when each column is one feature's number, unchanged and in order."""
    plain = all(
        column.op == "number" and column.fill != column.fill and not column.steps for column in portable.columns
    )
    return plain and np.array_equal(portable.sources, np.arange(len(portable.features)))


def mean_sum(job: Job, form: Trusted, encoded: Array) -> float:
    """Mean of the explained sum over encoded rows."""
    return float(pick(sums(form.portable, encoded), job).mean())
