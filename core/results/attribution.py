"""How much each feature moved one row's output."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from core.results.base import Check, Provenance, freeze_arrays
from core.types import Array, Scale


@dataclass(frozen=True, slots=True, eq=False)
class Attribution:
    """How much each feature moved one row's output.

    Attributes
    ----------
    features : tuple of str, length p
    values : ndarray, shape (p,)
        Attribution in ``scale``.
    data : tuple, length p
        The instance's values in their own types, None where missing.
    base, output : float
        In ``scale``. Additive: ``base + values.sum() == output``. Otherwise ``output`` is the model's own number and
        ``fitted`` the surrogate's (``base + values.sum() == fitted``).
    scale : Scale
    label : str
        The class explained, or the target's name.
    rules : tuple of str
        Conditions that the weights belong to (LIME); empty otherwise.
    fitted : float or None
        What a local surrogate says, None for an additive result.
    spread : ndarray, shape (p,), or None
        Standard error or spread over seeds of each value.
    draws : ndarray, shape (n_draws, p), or None
        What box plots are drawn from: the attributions of single orderings; where ``steps`` is true, each background
        row's output after each step.
    steps : bool
        True where the features stand in the order of a path, to be drawn one after the other.
    also : tuple of Attribution
        The same question for other classes, where several were asked for at once.
    """

    kind: ClassVar[str] = "attribution"
    features: tuple[str, ...]
    values: Array
    data: tuple[Any, ...]
    base: float
    output: float
    scale: Scale
    label: str
    rules: tuple[str, ...] = ()
    fitted: float | None = None
    spread: Array | None = None
    draws: Array | None = None
    steps: bool = False
    also: tuple[Attribution, ...] = ()
    checks: tuple[Check, ...] = ()
    provenance: Provenance | None = None

    def __post_init__(self) -> None:
        freeze_arrays(self)

    @property
    def additive(self) -> bool:
        """True when the bars sum to the output itself."""
        return self.fitted is None
