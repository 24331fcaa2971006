"""How much each row counts, where a column of the table says so: weights, and means, medians and totals under them.

``None`` in place of weights means that all rows count alike: what is computed then is what was computed before there
were weights, to the last bit.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.errors import InputError
from core.results import Check
from core.types import Array, Table, drawn

_SLACK = 1e-12
"""Share of the total weight that rounding may cost where half of it is looked for."""


def read(column: pd.Series) -> Array:
    """A column's weights, shape (n_rows,), scaled by a power of two so that the largest is below 1.

    Only the ratios of weights mean something; this scaling keeps every ratio exactly, and sums within bounds.

    Parameters
    ----------
    column : Series

    Raises
    ------
    InputError
        If a cell is no finite number of at least 0, or all are 0.
    """
    moments = pd.api.types.is_datetime64_any_dtype(column) or pd.api.types.is_timedelta64_dtype(column)
    numbers = pd.Series(np.nan, column.index) if moments else pd.to_numeric(column, errors="coerce")
    values = numbers.to_numpy(dtype=np.float64, na_value=np.nan)
    wrong = np.flatnonzero(~(np.isfinite(values) & (values >= 0)))
    if len(wrong):
        raise InputError(
            f"'{column.name}' cannot weigh the rows.",
            f"{len(wrong):,} of {len(values):,} cells are no finite number of at least 0, the first in row {wrong[0]}:"
            f" {str(column.iloc[wrong[0]])[:40]}.",
            "Correct these cells or leave the rows out; a row of weight 0 does not count.",
        )
    if not values.any():
        raise InputError(
            f"'{column.name}' cannot weigh the rows.", "Every weight is 0.", "Give a column with a weight above 0."
        )
    return np.ldexp(values, -int(np.frexp(values.max())[1]))


def of(table: Table, rows: npt.NDArray[np.int64] | None = None) -> Array | None:
    """Weights of some rows (all by default), shape (n_rows,); None where they count alike.

    Parameters
    ----------
    table : Table
    rows : ndarray of int, optional
        Positions.
    """
    if table.weights is None:
        return None
    found = read(table.frame[table.weights])
    found = found if rows is None else found[rows]
    return None if (found == found[:1]).all() else found


def counting(table: Table) -> npt.NDArray[np.bool_]:
    """Rows whose weight is above 0, shape (n_rows,)."""
    own = of(table)
    return np.ones(len(table), dtype=bool) if own is None else own > 0


def background(table: Table, size: int, seed: int) -> tuple[pd.DataFrame, Array | None, tuple[Check, ...]]:
    """What ``Table.background`` draws, of the rows that count, with their weights and a check that names the column."""
    if table.weights is None:
        return table.background(size, seed), None, ()
    there = np.flatnonzero(counting(table))
    rows = there[drawn(len(there), size, seed)]
    return table.rows(rows), of(table, rows), check(table, rows)


def check(table: Table, rows: npt.NDArray[np.int64], more: str = "") -> tuple[Check, ...]:
    """Say that rows are weighted, by which column, and how many of equal weight they are worth; none where not.

    Parameters
    ----------
    table : Table
    rows : ndarray of int
        Positions of the rows used.
    more : str
        A sentence on what else is worth knowing.
    """
    if table.weights is None:
        return ()
    own = of(table, rows)
    count = effective(own, len(rows))
    said = (
        f"Rows are weighted by '{table.weights}': these {len(rows):,} say as much as {count:,.0f} of equal weight."
        if own is not None
        else f"Rows are weighted by '{table.weights}', and these {len(rows):,} all weigh the same."
    )
    return (Check("weights", None, count, f"{said} {more}".rstrip()),)


def part(weights: Array | None, own: npt.NDArray[Any]) -> Array | None:
    """Weights of some of the rows."""
    return None if weights is None else weights[own]


def effective(weights: Array | None, count: int) -> float:
    """How many rows of equal weight know a mean as well as these (Kish, *Survey Sampling*, 1965)."""
    return float(count) if weights is None else float(weights.sum() ** 2 / (weights**2).sum())


def mean(values: npt.NDArray[Any], weights: Array | None) -> Array:
    """Mean over the last axis, shape (...,)."""
    return np.asarray(values.mean(axis=-1) if weights is None else values @ weights / weights.sum())


def total(values: npt.NDArray[Any], weights: Array | None) -> Array:
    """Sum over the last axis, shape (...,); of truth values their weight, or their number where all count alike."""
    return np.asarray(values.sum(axis=-1) if weights is None else values @ weights)


def median(values: Array, weights: Array | None) -> Array:
    """Median over the last axis: the value with half of the weight on each side, or the middle of two such."""
    if weights is None:
        return np.asarray(np.median(values, axis=-1))
    order = np.argsort(values, axis=-1, kind="stable")
    heaped = weights[order].cumsum(axis=-1)
    half, slack = heaped[..., -1:] / 2, heaped[..., -1:] * _SLACK
    ends = ((heaped < half - slack).sum(axis=-1), (heaped <= half + slack).sum(axis=-1))
    ranked = np.take_along_axis(values, order, axis=-1)
    low, high = (np.take_along_axis(ranked, end[..., None], axis=-1)[..., 0] for end in ends)
    return np.asarray((low + high) / 2)
