"""The model as plain arrays, trusted only after it has repeated the model's own output."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.plain_rows import numbers
from core.portable import Column, Portable
from core.portable.evaluate import encode, finish, sums
from core.registry import Job
from core.results import Check
from core.shapley.answer import own_scale, pick
from core.store import Store
from core.types import Array, Scale, Table

Ints = npt.NDArray[np.int64]
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
    alike : tuple of (Column, ndarray of int)
        Columns that are numbers with the same steps, to be encoded together; empty where a column asks for levels.
    sources : ndarray of int, shape (n_columns,)
        Feature that each encoded column is made of.
    """

    portable: Portable
    scale: Scale
    check: Check
    alike: tuple[tuple[Column, Ints], ...]
    sources: Ints

    def encode(self, frame: pd.DataFrame) -> Array:
        """Encoded inputs of the body, shape (n_rows, n_columns); column by column costs 0.01 ms each."""
        values = frame.to_numpy() if self.alike else None
        if values is None or values.dtype.kind not in "fiub":
            return encode(self.portable, frame)
        return self._alike(values.astype(np.float64))

    def encode_rows(self, table: Table, rows: Sequence[int]) -> Array:
        """Encoded inputs of a table's rows, shape (n_rows, n_columns), without a frame where it holds only numbers."""
        values = numbers(table, rows) if self.alike else None
        return self.encode(table.rows(rows)) if values is None else self._alike(values)

    def _alike(self, values: Array) -> Array:
        """Encode numbers, group by group."""
        encoded: Array = values[:, self.sources]
        for column, places in self.alike:
            encoded[:, places] = finish(column, encoded[:, places])
        return encoded


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
    return Trusted(portable, scale, Check("same model", True, gap, text), _alike(portable), portable.sources)


def _alike(portable: Portable) -> tuple[tuple[Column, Ints], ...]:
    """Groups of number columns that are filled and finished alike."""
    if any(column.op != "number" for column in portable.columns):
        return ()
    groups: dict[tuple[str, object], list[int]] = {}
    for place, column in enumerate(portable.columns):
        groups.setdefault((repr(column.fill), column.steps), []).append(place)
    return tuple((portable.columns[places[0]], np.array(places, dtype=np.int64)) for places in groups.values())


def mean_sum(job: Job, form: Trusted, encoded: Array) -> float:
    """Mean of the explained sum over encoded rows."""
    return float(pick(sums(form.portable, encoded), job).mean())
