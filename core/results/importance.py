"""How much the model as a whole relies on each feature."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from core.results.base import Check, Provenance, freeze_arrays
from core.types import Array


@dataclass(frozen=True, slots=True, eq=False)
class Importance:
    """One number a feature, with the rounds it was averaged from.

    Attributes
    ----------
    features : tuple of str, length p
        Features, or names of groups of features.
    values : ndarray, shape (p,)
        In ``unit``.
    spread : ndarray, shape (p,), or None
        Standard deviation over the rounds.
    rounds : ndarray, shape (p, n_rounds), or None
        Raw values.
    unit : str
        What one is: ``"rise of 1 - AUC"``, ``"mean |SHAP| in log-odds"``, ``"coefficient"``.
    reference : float or None
        The score that the values are measured from (the loss of the untouched data).
    label : str
        The class or target explained.
    signed : bool
        True where a value below zero has a meaning of its own (coefficients).
    lead : str
        What the sentence begins with, before the largest three.
    """

    kind: ClassVar[str] = "importance"
    features: tuple[str, ...]
    values: Array
    unit: str
    label: str
    spread: Array | None = None
    rounds: Array | None = None
    reference: float | None = None
    signed: bool = False
    checks: tuple[Check, ...] = ()
    provenance: Provenance | None = None
    lead: str = "The model relies most on"

    def __post_init__(self) -> None:
        freeze_arrays(self)
