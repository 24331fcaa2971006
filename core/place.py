"""Where a row is: by its position, or by its name."""

from __future__ import annotations

import operator
from difflib import get_close_matches
from typing import Any

import pandas as pd

from core.errors import InputError
from core.loading.columns import listed
from core.types import Table

_NAMES = 100_000
"""Names among which near ones are looked for."""


def position(table: Table, row: Any) -> int:
    """Find a row.

    Parameters
    ----------
    table : Table
    row : int or str
        A whole number is a position, counted from 0, also as text; anything else the row's name. A number that is no
        position of this table may be the name of a row too.

    Returns
    -------
    int

    Raises
    ------
    InputError
        If there is no such row, or several have this name.
    """
    number = _whole(row)
    if number is not None and 0 <= number < len(table):
        return number
    names = _names(table)
    same = [] if names is None else [int(at) for at in (names == _spelling(row)).to_numpy().nonzero()[0]]
    if len(same) == 1:
        return same[0]
    if same:
        raise InputError(
            f"{len(same):,} rows are called '{_spelling(row)[:60]}'.",
            f"In '{table.label}' they are at the positions {listed(map(str, same), 5)}.",
            "Give the position instead.",
        )
    if number is not None:
        return table.position(number)
    raise _unknown(table, names, _spelling(row))


def _whole(row: Any) -> int | None:
    """The whole number that was given, as number or text; None for anything else."""
    try:
        return int(str(row)) if isinstance(row, str) else operator.index(row)
    except (TypeError, ValueError):
        return int(row) if isinstance(row, float) and row.is_integer() else None


def _spelling(value: Any) -> str:
    """A name as text; 7.0 is 7."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _names(table: Table) -> pd.Series | None:
    """The names of all rows, as text."""
    if table.label is None:
        return None
    return pd.Series([_spelling(value) for value in table.frame[table.label]])


def _unknown(table: Table, names: pd.Series | None, row: str) -> InputError:
    """The error for a name that no row has."""
    what = f"There is no row '{row[:60]}'."
    last = len(table) - 1
    if names is None:
        return InputError(
            what, f"No column of '{table.name}' names the rows.", f"Give the row's position, from 0 to {last}."
        )
    near = get_close_matches(row, names[:_NAMES].unique().tolist(), n=3, cutoff=0.6)
    guess = f"Did you mean {listed(near)}? " if near else ""
    return InputError(
        what,
        f"The rows are named by '{table.label}', such as {listed(names.head(3).tolist())}.",
        f"{guess}A position from 0 to {last} does as well.",
    )
