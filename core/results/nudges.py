"""Smallest changes that reach a goal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from core.results.base import Check, Provenance
from core.types import Scale


@dataclass(frozen=True, slots=True)
class Change:
    """One feature moved: ``before`` and ``after`` in the column's own type."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Nudge:
    """A row that reaches the goal, as the changes that lead to it.

    Attributes
    ----------
    changes : tuple of Change
        In the order of ``path``.
    output : float
        The raw model's prediction of the changed row (predicted again, not assumed).
    distance : float
        Gower distance to the instance: mean over features of |difference| / observed range, 0 or 1 for levels.
    extra : mapping
        Further measures by name (``"nearest_real_row"``, ``"holds_rounded"``, ``"proved"``).
    path : tuple of float
        The output as the changes are made one at a time, from the instance's own to the nudge's: one more than
        changes; empty where it was not asked for.
    """

    changes: tuple[Change, ...]
    output: float
    distance: float
    extra: Mapping[str, Any] = field(default_factory=dict)
    path: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Nudges:
    """Smallest changes that reach a goal, best first; empty with a reason when there is none.

    Attributes
    ----------
    goal : str
        In words: ``"approved with probability at least 50 %"``.
    output : float
        The instance's own prediction in ``scale``.
    target : tuple of float
        The band (low, high) the output must fall in, in ``scale``.
    label : str
        The class, or the target, whose output is moved.
    nudges : tuple of Nudge
    reason : str
        Why there is none; empty otherwise.
    line : float or None
        The output at which the goal is reached, in ``scale``; None where it takes more than this one number.
    """

    kind: ClassVar[str] = "nudges"
    features: tuple[str, ...]
    data: tuple[Any, ...]
    goal: str
    output: float
    target: tuple[float, float]
    scale: Scale
    label: str
    nudges: tuple[Nudge, ...]
    reason: str = ""
    line: float | None = None
    checks: tuple[Check, ...] = ()
    provenance: Provenance | None = None
