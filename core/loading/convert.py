"""A column to the kind that a person says it is."""

from __future__ import annotations

import numpy as np
import pandas as pd

from core.errors import InputError
from core.loading.texts import settle
from core.types import Kind


def as_kind(column: pd.Series, kind: Kind) -> pd.Series:
    """Convert cells where the kind needs another type; otherwise return the very column.

    Numbers may be categories as they are: their type stays, for the model was trained with it.

    Parameters
    ----------
    column : Series
    kind : Kind

    Raises
    ------
    InputError
        If cells do not fit; the message names the first.
    """
    if kind in ("numeric", "integer"):
        return _as_number(column, kind)
    if kind == "datetime":
        return _as_date(column)
    if kind == "boolean":
        return _as_boolean(column)
    if kind == "text" and not isinstance(column.dtype, pd.StringDtype):
        return column.map(str, na_action="ignore").astype("str")
    return column


def _as_number(column: pd.Series, kind: Kind) -> pd.Series:
    """Numbers; whole ones for ``integer``."""
    numbers = column
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        raise _unfit(column, column.notna(), "a number")
    if not pd.api.types.is_numeric_dtype(column.dtype):
        text = column.astype("str")
        settled, _ = settle(text)
        numbers = pd.to_numeric(settled, errors="coerce") if settled is text else settled
        if pd.api.types.is_datetime64_any_dtype(numbers.dtype):
            raise _unfit(column, column.notna(), "a number")
        refused = numbers.isna() & column.notna() if settled is text else pd.Series(False, index=column.index)
        if refused.any():
            raise _unfit(column, refused, "a number")
    if kind == "integer":
        values = numbers.to_numpy(dtype=np.float64, na_value=np.nan)
        with np.errstate(invalid="ignore"):  # infinity is no whole number
            fraction = pd.Series(~np.isnan(values) & (values % 1 != 0), index=column.index)
        if fraction.any():
            raise _unfit(column, fraction, "a whole number")
    return numbers


def _as_date(column: pd.Series) -> pd.Series:
    """Dates: text by its form, numbers refused (of which unit would they be?)."""
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return column
    if pd.api.types.is_numeric_dtype(column.dtype):
        raise _unfit(column, column.notna(), "a date")
    text = column.astype("str")
    settled, _ = settle(text)
    if pd.api.types.is_datetime64_any_dtype(settled.dtype):
        return settled
    dates = pd.to_datetime(text, errors="coerce", format="ISO8601")
    refused = dates.isna() & column.notna()
    if refused.any():
        raise _unfit(column, refused, "a date")
    return dates


def _as_boolean(column: pd.Series) -> pd.Series:
    """Two values are enough: they keep their type, whatever they are."""
    distinct = column.dropna().unique()
    if len(distinct) > 2:
        raise InputError(
            f"Column '{column.name}' cannot be yes or no.",
            f"It has {len(distinct):,} different values.",
            "Choose the kind categorical, or numeric.",
        )
    return column


def _unfit(column: pd.Series, refused: pd.Series, wanted: str) -> InputError:
    """The error that names the first cell that does not fit."""
    row = int(refused.to_numpy().argmax())
    return InputError(
        f"Column '{column.name}' does not hold {wanted} in every row.",
        f"Row {row} holds {str(column.iloc[row])[:40]!r}; so do {int(refused.sum()) - 1:,} others.",
        "Correct the cells, or choose another kind.",
    )
