"""The rows whose true value is known: what every score, loss and residual is measured on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from core import row_weights
from core.conditions import parse
from core.errors import InputError, ModelError
from core.instances import Sample, scored, truth
from core.registry import Job
from core.types import Array, Model, Schema, Table

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
    rows, known = scored_rows(job, weighed=True)
    return rows, known, row_weights.of(job.table, rows)


def sample(params: Mapping[str, Any], schema: Schema, weighed: bool = False) -> Sample:
    """Which rows a method of these settings measures."""
    return Sample(int(params["rows"]), int(params["seed"]), parse(str(params.get("where", "")), schema), weighed)


def scored_rows(job: Job, weighed: bool = False) -> tuple[np.ndarray, Array]:
    """A seeded sample of the rows whose truth is known, all or those that count, and that truth."""
    known = truth(job.model, job.table)
    if known is None:
        raise InputError("The true values are not known.", "No column is marked as the target.", "Choose one on Load.")
    rows = scored(job.table, known, sample(job.params, job.table.schema, weighed))
    if len(rows) < 2:
        raise InputError(
            f"{'No row' if not len(rows) else 'One row'} with a known truth meets the conditions.",
            "A score needs at least two" + (", of a weight above 0." if job.table.weights else "."),
            "Loosen the conditions.",
        )
    return rows, known[rows]


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
