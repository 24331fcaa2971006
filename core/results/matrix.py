"""A number for each pair of names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from core.results.base import Check, Provenance, freeze_arrays
from core.types import Array


@dataclass(frozen=True, slots=True, eq=False)
class Matrix:
    """Correlations, interactions, missing values that go together, a two-feature profile.

    Attributes
    ----------
    rows, columns : tuple of str
    values : ndarray, shape (len(rows), len(columns))
        In ``unit``; NaN where there is no number.
    row_title, column_title, unit : str
    signed : bool
        True where zero is the middle.
    total : float or None
        What all cells add up to, where they share something out.
    """

    kind: ClassVar[str] = "matrix"
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    values: Array
    row_title: str
    column_title: str
    unit: str
    signed: bool
    total: float | None = None
    checks: tuple[Check, ...] = ()
    provenance: Provenance | None = None

    def __post_init__(self) -> None:
        freeze_arrays(self)
