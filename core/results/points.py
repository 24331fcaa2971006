"""One variable against another, row by row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from core.results.base import Check, Provenance, freeze_arrays
from core.types import Array


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """A cloud of rows, with a smooth line through it.

    Attributes
    ----------
    x : tuple, length n
        Numbers, dates or levels.
    y : ndarray, shape (n,)
    colour : tuple, length n, or empty
        A third variable: numbers or levels; dates in milliseconds since 1970 (``colour_dates``).
    levels : tuple of str, or empty
        Levels of the third variable in the order of their colours; in order of the alphabet by default.
    rows : tuple of int, length n
        Positions in the table, so that a click opens the row.
    names : tuple of str, length n
    x_title, y_title, colour_title : str
        Names from outside are data, never formulas or markup.
    line_x, line_y : ndarray, shape (m,)
        The smooth line, along dates in milliseconds since 1970; empty where x has levels.
    ordered : bool
        True for numbers and dates along x.
    chosen : int or None
        The row of the instance in question, where it is drawn.
    colour_dates : bool
    """

    kind: ClassVar[str] = "points"
    x: tuple[Any, ...]
    y: Array
    rows: tuple[int, ...]
    names: tuple[str, ...]
    x_title: str
    y_title: str
    line_x: Array
    line_y: Array
    ordered: bool
    colour: tuple[Any, ...] = ()
    colour_title: str = ""
    chosen: int | None = None
    colour_dates: bool = False
    levels: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()
    provenance: Provenance | None = None

    def __post_init__(self) -> None:
        freeze_arrays(self)
