"""Attributions of many rows, for the views of a whole model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from core.results.base import Check, Provenance, freeze_arrays
from core.types import Array, Scale


@dataclass(frozen=True, slots=True, eq=False)
class Attributions:
    """How much each feature moved each row's output.

    Attributes
    ----------
    features : tuple of str, length p
    rows : tuple of int, length n
        Positions in the table.
    names : tuple of str, length n
        The rows' names.
    values : ndarray, shape (n, p)
        In ``scale``; ``base + values.sum(axis=1) == outputs``.
    data : tuple, length n, of tuples of length p
        Each row's values in their own types, None where missing.
    base, outputs : ndarray, shape (n,)
        In ``scale``.
    """

    kind: ClassVar[str] = "attributions"
    features: tuple[str, ...]
    rows: tuple[int, ...]
    names: tuple[str, ...]
    values: Array
    data: tuple[tuple[Any, ...], ...]
    base: Array
    outputs: Array
    scale: Scale
    label: str
    checks: tuple[Check, ...] = ()
    provenance: Provenance | None = None

    def __post_init__(self) -> None:
        freeze_arrays(self)
