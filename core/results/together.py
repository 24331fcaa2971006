"""Several answers to one question on one axis: of several models, or about several instances."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from core.results.base import Check, Provenance, Result


@dataclass(frozen=True, slots=True, eq=False)
class Together:
    """Answers of one kind, side by side.

    Attributes
    ----------
    names : tuple of str, length n
        Whose each answer is (a model, an instance); each different.
    results : tuple of Result, length n
        Of one kind and in one unit, each with its own checks and provenance.
    """

    kind: ClassVar[str] = "together"
    names: tuple[str, ...]
    results: tuple[Result, ...]
    checks: tuple[Check, ...] = ()
    provenance: Provenance | None = None
