"""How wrong a model is on parts of the rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from core.results.base import Check, Provenance


@dataclass(frozen=True, slots=True)
class Part:
    """One condition on a row.

    Attributes
    ----------
    feature : str
    low, high : float or None
        Above ``low``, up to and including ``high``; None for no bound.
    level : str or None
        The level as text.
    missing : bool
        True for rows without a value.
    """

    feature: str
    low: float | None = None
    high: float | None = None
    level: str | None = None
    missing: bool = False


@dataclass(frozen=True, slots=True)
class Subset:
    """Rows that meet some conditions together.

    Attributes
    ----------
    parts : tuple of Part
    rows : int
    loss : float
        Mean loss of its rows.
    error : float
        Standard error of that mean.
    chance : float
        Probability, corrected for all subsets looked at (Holm), that a subset no worse than the rest looks this bad.
    """

    parts: tuple[Part, ...]
    rows: int
    loss: float
    error: float
    chance: float


@dataclass(frozen=True, slots=True, eq=False)
class Subsets:
    """Mean loss of many subsets, the worst first.

    Attributes
    ----------
    subsets : tuple of Subset
    overall : float
        Mean loss of all rows.
    deviation : float
        Standard deviation of the loss over the rows.
    rows : int
    unit : str
        What one is, in our own words.
    level : float
        A subset is called worse where ``chance`` is at most this.
    """

    kind: ClassVar[str] = "subsets"
    subsets: tuple[Subset, ...]
    overall: float
    deviation: float
    rows: int
    unit: str
    label: str
    level: float = 0.05
    checks: tuple[Check, ...] = ()
    provenance: Provenance | None = None
