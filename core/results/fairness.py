"""How differently a model treats groups of people or things."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from core.results.base import Check, Provenance, freeze_arrays
from core.results.scores import Curve, Score
from core.types import Array


@dataclass(frozen=True, slots=True, eq=False)
class Fairness:
    """Measures of each group, and how many times those of one group they are.

    Attributes
    ----------
    column : str
        What the groups are by, in words.
    groups : tuple of str
        The group that the others are compared with comes first.
    counts : ndarray, shape (n_groups,)
        Rows of each group.
    measures : tuple of str
    checked : tuple of str
        The measures that the verdict rests on.
    scores, low, high : ndarray, shape (n_groups, n_measures)
        Each measure with its 95 % interval; NaN where it is not defined.
    bases : ndarray, shape (n_groups, n_measures)
        Rows that each measure rests on.
    ratios, ratio_low, ratio_high : ndarray, shape (n_groups, n_measures)
        Score over the first group's, with its 95 % interval; NaN where there is none, infinite over 0.
    epsilon : float
        Ratios from ``epsilon`` to ``1 / epsilon`` are within bounds.
    least : int
        Rows that a ratio rests on at least, in both groups, to be judged.
    unfair_from : int
        Measures out of bounds from which the verdict is "not fair"; fewer, but some: open.
    label : str
        The class, or the target's name.
    rows : int
    performance : tuple of Score
        How good the model is, all groups together.
    cutoffs : ndarray, shape (n_groups,), or None
        Probability from which each group's rows are named.
    curves : tuple of Curve
        Parity loss by cutoff: ``"cutoffs"`` of all groups, ``"own"`` of the group ``moved`` alone.
    moved : str
    """

    kind: ClassVar[str] = "fairness"
    column: str
    groups: tuple[str, ...]
    counts: Array
    measures: tuple[str, ...]
    checked: tuple[str, ...]
    scores: Array
    low: Array
    high: Array
    bases: Array
    ratios: Array
    ratio_low: Array
    ratio_high: Array
    epsilon: float
    least: int
    unfair_from: int
    label: str
    rows: int
    performance: tuple[Score, ...] = ()
    cutoffs: Array | None = None
    curves: tuple[Curve, ...] = ()
    moved: str = ""
    checks: tuple[Check, ...] = ()
    provenance: Provenance | None = None

    def __post_init__(self) -> None:
        freeze_arrays(self)
