"""What all result kinds share: computed checks, provenance, read-only arrays; and the prediction they are about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any, ClassVar, Protocol

import numpy as np

from core.types import Array


@dataclass(frozen=True, slots=True)
class Check:
    """One computed property of a result, told in words.

    Attributes
    ----------
    name : str
        ``"additivity"``, ``"local fit"``, ``"stability"``, ``"predicted again"``…
    passed : bool or None
        None where it informs without a verdict.
    value : float or None
    text : str
        A sentence: ``"The bars add up to the prediction (difference 2e-16)."``
    """

    name: str
    passed: bool | None
    value: float | None
    text: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a result comes from; its cost (``evaluations``, ``seconds``) does not count when two are compared."""

    method: str
    version: str
    params: Mapping[str, Any]
    seed: int | None
    model: str
    table: str
    row: int | None
    evaluations: int = field(compare=False)
    seconds: float = field(compare=False)


@dataclass(frozen=True, slots=True)
class Prediction:
    """What the model says of one row, and where that lies among all rows.

    Attributes
    ----------
    values : ndarray, shape (n_outputs,)
        Probability per class, or one number in target units.
    output : int
        The output that is being explained.
    label : str
        The predicted class, or the number in words.
    truth : object
        The true value, None when unknown.
    """

    values: Array
    output: int
    label: str
    truth: Any = None


class Result(Protocol):
    """What every kind has."""

    kind: ClassVar[str]

    @property
    def checks(self) -> tuple[Check, ...]:
        """Computed properties of this result."""

    @property
    def provenance(self) -> Provenance | None:
        """Method, version, params, seed, fingerprints, cost; set by the engine."""


def freeze_arrays(result: object) -> None:
    """Make every array of a new dataclass a read-only float64 copy (called by ``__post_init__``)."""
    for name in _names(type(result)):  # type: ignore[arg-type]  # classes are hashable
        value = getattr(result, name)
        if isinstance(value, np.ndarray) and (value.flags.writeable or value.dtype != np.float64):
            copy = np.array(value, dtype=np.float64)
            copy.flags.writeable = False
            object.__setattr__(result, name, copy)


@cache
def _names(kind: type) -> tuple[str, ...]:
    """Field names of a dataclass, asked once: they cost 0.01 ms each time."""
    return tuple(item.name for item in fields(kind))
