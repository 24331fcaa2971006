"""How good a model is, in numbers and curves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from core.results.base import Check, Provenance, freeze_arrays
from core.types import Array


@dataclass(frozen=True, slots=True)
class Score:
    """One number: ``name`` ("recall"), ``value``, and ``help``, one plain sentence on what it means."""

    name: str
    value: float
    help: str


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """One line of a picture: ROC, lift, residual ECDF, calibration, regression error curve.

    Attributes
    ----------
    id, title, x_title, y_title : str
        ``id`` is the picture that the line belongs to; several models share it.
    x, y : ndarray, shape (n_points,)
    name : str
        What the line is (a class, a model).
    diagonal : bool
        True where the line from (0, 0) to (1, 1) is the reference.
    """

    id: str
    title: str
    name: str
    x: Array
    y: Array
    x_title: str
    y_title: str
    diagonal: bool = False

    def __post_init__(self) -> None:
        freeze_arrays(self)


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """Performance on the rows whose truth is known.

    Attributes
    ----------
    scores : tuple of Score
    curves : tuple of Curve
    confusion : ndarray, shape (n_classes, n_classes), or None
        Row counts, true class by predicted class.
    classes : tuple of str
    cutoff : float or None
        Probability from which the second class is predicted (binary).
    rows : int
        How many rows were scored.
    """

    kind: ClassVar[str] = "scores"
    scores: tuple[Score, ...]
    curves: tuple[Curve, ...]
    label: str
    rows: int
    confusion: Array | None = None
    classes: tuple[str, ...] = ()
    cutoff: float | None = None
    checks: tuple[Check, ...] = ()
    provenance: Provenance | None = None

    def __post_init__(self) -> None:
        freeze_arrays(self)
