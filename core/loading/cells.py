"""Cells as Python or a database writes them (dates, decimals, periods) as what pandas computes with."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pandas as pd

from core.loading.columns import listed


def computable(frame: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Turn columns of dates and of exact numbers into timestamps and floats; everything else stays.

    Parameters
    ----------
    frame : DataFrame
        With unique column names; left as it is.

    Returns
    -------
    frame : DataFrame
        The very object given when nothing changed.
    notes : list of str
        What was turned into what, in words.
    """
    dates: dict[str, pd.Series[Any]] = {}
    numbers: dict[str, pd.Series[Any]] = {}
    for name in frame.columns:
        column = frame[name]
        if isinstance(column.dtype, pd.PeriodDtype):
            dates[name] = column.dt.to_timestamp()
        elif column.dtype == object and _all(column, date) and (found := _as_dates(column)) is not None:
            dates[name] = found
        elif column.dtype == object and _all(column, (Decimal, Fraction)):
            numbers[name] = column.map(float, na_action="ignore").astype("float64")
    notes = [f"Dates of Python or periods read as dates: {listed(dates)}."] if dates else []
    notes += [f"Exact decimals and fractions read as decimal numbers: {listed(numbers)}."] if numbers else []
    return (frame.assign(**dates, **numbers) if notes else frame), notes


def _all(column: pd.Series[Any], kinds: type | tuple[type, ...]) -> bool:
    """True when there are cells and each is of a kind; the first one settles most columns."""
    present = column.dropna()
    return len(present) > 0 and isinstance(present.iloc[0], kinds) and all(isinstance(cell, kinds) for cell in present)


def _as_dates(column: pd.Series[Any]) -> pd.Series[Any] | None:
    """Timestamps; None where they mix time zones or lie beyond what a timestamp holds."""
    try:
        found = pd.to_datetime(column)
    except (ValueError, TypeError, OverflowError):
        return None
    return found if pd.api.types.is_datetime64_any_dtype(found.dtype) else None
