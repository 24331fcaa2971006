"""A cloud of rows along one column: which rows have a place there, their cells, and the smooth line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.conditions import ordered_values
from core.grid import plain
from core.registry import Told, unheard
from core.results import Check
from core.smooth import lowess
from core.types import Array, Feature
from core.views import axis, words

_PLACES = 60


@dataclass(frozen=True, slots=True, eq=False)
class Along:
    """Where rows lie along a column.

    Attributes
    ----------
    kept : ndarray of bool, shape (n_rows,)
        Rows that have a place: a finite number, a date, a level.
    cells : tuple, one for each of them
        Numbers and dates as they are; levels in words.
    ordered : bool
        True for numbers and dates.
    """

    kept: npt.NDArray[np.bool_]
    cells: tuple[Any, ...]
    ordered: bool


def along(column: pd.Series, feature: Feature) -> Along:
    """Place rows along a column of any kind.

    Parameters
    ----------
    column : Series, length n_rows
    feature : Feature
        Of this column.
    """
    if feature.is_ordered:
        kept = np.isfinite(ordered_values(column, feature))
        return Along(kept, tuple(plain(cell) for cell in column[kept]), True)
    kept = column.notna().to_numpy(dtype=bool)
    return Along(kept, tuple(words.cell(plain(cell)) for cell in column[kept]), False)


def line(found: Along, heights: Array, share: float, told: Told = unheard) -> tuple[Array, Array]:
    """The smooth line (LOWESS) through rows along numbers or dates, at up to 60 places where there are rows.

    Between two clusters of rows it is straight: a local line carried on into a gap would say what no row does.

    Parameters
    ----------
    found : Along
        Of n kept rows.
    heights : ndarray, shape (n,)
    share : float
        Share of the rows that each piece of the line uses.
    told : callable
        Called with the fraction done.

    Returns
    -------
    places, heights : ndarray, shape (m,)
        Dates count in milliseconds since 1970, as on the axis. Empty where there are levels, or nothing varies.
    """
    x = np.array([axis.place(cell) for cell in found.cells] if found.ordered else [], dtype=np.float64)
    if len(x) < 3 or x.min() == x.max():
        return np.empty(0), np.empty(0)
    places = np.unique(np.quantile(x, np.linspace(0, 1, _PLACES), method="nearest"))
    return places, lowess(x, heights, share=share, at=places, told=told)


def drawn(found: Along, total: int, what: str = "of the feature") -> Check:
    """How many rows are drawn.

    Parameters
    ----------
    total : int
        Rows that could have been drawn.
    what : str
        What they need a value of.
    """
    count = len(found.cells)
    return Check("rows", None, float(count), f"{count:,} of {total:,} rows have a value {what} and are drawn.")
