"""The rows whose true value is known: what every score, loss and residual is measured on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from core import row_weights
from core.conditions import mask, parse
from core.errors import InputError, ModelError
from core.instances import truth
from core.registry import Job
from core.types import Array, Model, Table, drawn

_COUNTS = {2: "two", 10: "ten", 20: "twenty"}


def unknown(model: Model, table: Table, least: int = 2) -> str | None:
    """Why a method that measures against the truth cannot answer; None where it can.

    Parameters
    ----------
    model : Model
    table : Table
    least : int
        Rows with a known truth that the method needs.
    """
    known = truth(model, table)
    if known is None:
        return "The true values are not known: no column of the table is marked as the target."
    count = int((~np.isnan(known)).sum())
    if count >= least:
        return None
    why = f"Fewer than {_COUNTS.get(least, least)} rows have a true value that the model knows"
    if count or not model.classes or table.frame[table.target].isna().all():
        return f"{why}."
    return f"{why}: what the target holds is none of its classes. The notes on the data (Load) say what to do."


def weighed_rows(job: Job) -> tuple[np.ndarray, Array, Array | None]:
    """Such a sample of the rows that count, that truth, and the rows' weights (``core.row_weights``)."""
    rows, known = scored_rows(job, row_weights.counting(job.table))
    return rows, known, row_weights.of(job.table, rows)


def scored_rows(job: Job, among: np.ndarray | bool = True) -> tuple[np.ndarray, Array]:
    """A seeded sample of the rows whose truth is known, all or ``among`` some, and that truth."""
    known = truth(job.model, job.table)
    if known is None:
        raise InputError("The true values are not known.", "No column is marked as the target.", "Choose one on Load.")
    rows = np.flatnonzero(~np.isnan(known) & _wanted(job) & among)
    if len(rows) < 2:
        raise InputError(
            f"{'No row' if not len(rows) else 'One row'} with a known truth meets the conditions.",
            "A score needs at least two" + (", of a weight above 0." if job.table.weights else "."),
            "Loosen the conditions.",
        )
    rows = rows[drawn(len(rows), int(job.params["rows"]), int(job.params["seed"]))]
    return rows, known[rows]


def _wanted(job: Job) -> np.ndarray:
    """Rows that meet the conditions of the setting ``where``, where a method has one."""
    parts = parse(str(job.params.get("where", "")), job.table.schema)
    return mask(job.table.frame, job.table.schema, parts)


def own_residuals(model: Any, frame: pd.DataFrame, known: Array) -> Array:
    """What a person's own residual function says, shape (n_rows,).

    Parameters
    ----------
    model : Model
        With a ``residual_function``.
    frame : DataFrame, shape (n_rows, n_features)
    known : ndarray, shape (n_rows,)
        Target units, or class positions.

    Raises
    ------
    ModelError
        If it fails, or does not give one number a row.
    """
    try:
        found = np.asarray(model.residual_function(model.native, frame, known), dtype=np.float64).reshape(-1)
    except Exception as error:  # somebody else's code may raise anything
        raise ModelError("The residual function failed.", f"{type(error).__name__}: {str(error)[:300]}") from error
    if found.shape != known.shape or not np.isfinite(found).all():
        raise ModelError(
            "The residual function does not fit.",
            f"For {len(known)} rows it gave {len(found)} values, {int(np.isfinite(found).sum())} of them numbers.",
            "It takes (model, frame, truth) and gives one number a row.",
        )
    return found
