"""How the values of one feature are spread, and where an instance sits among them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from core.results.base import Check, Provenance, freeze_arrays
from core.types import Array


@dataclass(frozen=True, slots=True, eq=False)
class Distribution:
    """Counts per bin or level, and the mean of the target in each where a target is known.

    Attributes
    ----------
    feature : str
    bins : tuple
        Levels, or ``n_bins + 1`` edges.
    counts : ndarray, shape (n_groups, n_bins)
        Rows per bin, one row a group (a class of the target; one group otherwise).
    groups : tuple of str, length n_groups
    means : ndarray, shape (n_bins,), or None
        Mean of the target (or share of ``mean_title``) per bin; NaN for an empty bin.
    mean_title : str
    missing : int
        Rows without a value.
    at : object
        The instance's own value, None when no instance is chosen or it is missing.
    ordered : bool
        True where ``bins`` are edges.
    shares : bool
        True where the answer is the share of each group within a bin, not how many rows the bin has.
    """

    kind: ClassVar[str] = "distribution"
    feature: str
    bins: tuple[Any, ...]
    counts: Array
    groups: tuple[str, ...]
    missing: int
    ordered: bool
    means: Array | None = None
    mean_title: str = ""
    at: Any = None
    shares: bool = False
    checks: tuple[Check, ...] = ()
    provenance: Provenance | None = None

    def __post_init__(self) -> None:
        freeze_arrays(self)
