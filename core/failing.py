"""Which rows of a table a model cannot predict: found by halves, so that a few cost little more than the question."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from core.errors import ModelError
from core.types import Model, Table
from core.views import words

MOST = 1_000
"""Rows that are named by number at most; more are no exception, but the rule."""
SHOWN = 3
"""Rows that a sentence names."""


@dataclass(frozen=True, slots=True)
class Failing:
    """The rows on which a model fails.

    Attributes
    ----------
    rows : tuple of int
        In order.
    whole : bool
        True where there are no others.
    why : str
        What the model says of the first of them.
    """

    rows: tuple[int, ...] = ()
    whole: bool = True
    why: str = ""

    @property
    def few(self) -> bool:
        """True where they are an exception that can be left out: now all of them, or first those that are known."""
        return 0 < len(self.rows) < MOST or (self.whole and bool(self.rows))


def rows(model: Model, table: Table, seconds: float = 3.0, most: int = MOST) -> Failing:
    """Find the rows that a model cannot predict.

    Parameters
    ----------
    model : Model
        It failed on this table.
    table : Table
    seconds : float
        Time after which the search ends with what it has.
    most : int
        Rows after which it ends.

    Returns
    -------
    Failing
        No rows where each of them alone is answered.
    """
    until = time.monotonic() + seconds
    found: list[int] = []
    why = ""
    pending = [(0, len(table))]
    while pending:
        low, high = pending.pop()
        error = _complaint(model, table, low, high)
        if error is not None and high - low > 1:
            middle = (low + high) // 2
            pending += [(middle, high), (low, middle)]
        elif error is not None:
            why = why or error.why
            found.append(low)
        if pending and (len(found) >= most or time.monotonic() > until):
            return Failing(tuple(found), False, why)
    return Failing(tuple(found), True, why)


def _complaint(model: Model, table: Table, low: int, high: int) -> ModelError | None:
    """What the model says when it is asked about a stretch of rows and fails."""
    try:
        model.predict(table.rows(np.arange(low, high)))
    except ModelError as error:
        return error
    return None


def told(error: ModelError, found: Failing, table: Table) -> ModelError:
    """The error with the rows named; as it was where none was found."""
    if not found.rows:
        return error
    named = [words.short(table.row_name(row), 40) for row in found.rows[:SHOWN]]
    if table.label is not None:
        named = [f"{name} (row {row})" for name, row in zip(named, found.rows, strict=False)]
    more = len(found.rows) - len(named)
    if more or not found.whole:
        named.append(f"{more:,} more" if found.whole else "others")
    one = "this row" if len(found.rows) == 1 and found.whole else "these rows"
    return ModelError(
        f"The model cannot predict {words.listed(named)} of {len(table):,} rows.",
        found.why or error.why,
        f"Correct the values of {one}, or leave {one} out, which a button under Load does."
        if found.few
        else "So many are no exception: give the values that the model was trained with.",
    )
