"""How the output changes as one feature moves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from core.results.base import Check, Provenance, freeze_arrays
from core.types import Array, Scale


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """How the output changes as one feature moves and all else stays.

    Attributes
    ----------
    feature : str
    grid : tuple, length g
        Numbers or levels, the instance's own value included.
    values : ndarray, shape (n_curves, g)
        In ``scale``.
    curves : tuple of str, length n_curves
        What each curve is (a row's name).
    at : tuple, length n_curves
        Each curve's own value of the feature.
    outputs : ndarray, shape (n_curves,)
        Each curve's own prediction.
    ordered : bool
        True for a numeric axis.
    threshold : float or None
        The output at which the decision changes.
    reference : float or None
        The mean prediction, for profiles of a whole model; 0 where they begin at zero.
    centred : bool
        True where every curve is told as the change from its first value.
    """

    kind: ClassVar[str] = "profile"
    feature: str
    grid: tuple[Any, ...]
    values: Array
    curves: tuple[str, ...]
    at: tuple[Any, ...]
    outputs: Array
    scale: Scale
    label: str
    ordered: bool
    threshold: float | None = None
    reference: float | None = None
    centred: bool = False
    checks: tuple[Check, ...] = ()
    provenance: Provenance | None = None

    def __post_init__(self) -> None:
        freeze_arrays(self)
