"""The answers: one frozen value per result kind, each with its provenance and its own checks.

A kind is a dataclass registered in ``KINDS``. It needs one view in ``core/views`` and one export in ``core/export``;
a test fails until both exist. Arrays are read-only from construction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, ClassVar, Protocol

import numpy as np

from core.types import Array, Scale


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
    """Where a result comes from; ``seconds`` does not count when two are compared."""

    method: str
    version: str
    params: Mapping[str, Any]
    seed: int | None
    model: str
    table: str
    row: int | None
    evaluations: int
    seconds: float = field(compare=False)


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
    checks: tuple[Check, ...] = ()
    provenance: Provenance | None = None

    def __post_init__(self) -> None:
        freeze_arrays(self)

    @property
    def additive(self) -> bool:
        """True when the bars sum to the output itself."""
        return self.fitted is None


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
    checks: tuple[Check, ...] = ()
    provenance: Provenance | None = None

    def __post_init__(self) -> None:
        freeze_arrays(self)


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
    output : float
        The raw model's prediction of the changed row (predicted again, not assumed).
    distance : float
        Gower distance to the instance: mean over features of |difference| / observed range, 0 or 1 for levels.
    extra : mapping
        Further measures by name (``"nearest_real_row"``, ``"robust"``, ``"proved"``).
    """

    changes: tuple[Change, ...]
    output: float
    distance: float
    extra: Mapping[str, Any] = field(default_factory=dict)


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
    checks: tuple[Check, ...] = ()
    provenance: Provenance | None = None


class Result(Protocol):
    """What every kind has."""

    kind: ClassVar[str]

    @property
    def checks(self) -> tuple[Check, ...]:
        """Computed properties of this result."""

    @property
    def provenance(self) -> Provenance | None:
        """Method, version, params, seed, fingerprints, cost; set by the engine."""


KINDS: dict[str, type[Any]] = {cls.kind: cls for cls in (Attribution, Profile, Nudges)}
PARTS: dict[str, type[Any]] = {cls.__name__: cls for cls in (Check, Provenance, Change, Nudge)}


def freeze_arrays(result: object) -> None:
    """Make every array of a new dataclass a read-only float64 copy (called by ``__post_init__``)."""
    for item in fields(result):  # type: ignore[arg-type]  # every caller is a dataclass
        value = getattr(result, item.name)
        if isinstance(value, np.ndarray) and (value.flags.writeable or value.dtype != np.float64):
            copy = np.array(value, dtype=np.float64)
            copy.flags.writeable = False
            object.__setattr__(result, item.name, copy)


def same(first: Result, second: Result) -> bool:
    """Compare two results exactly, their run time apart."""
    from core.codec import encode

    def plain(result: Result) -> Any:
        if result.provenance is None:
            return encode(result)
        return encode(replace(result, provenance=replace(result.provenance, seconds=0.0)))  # type: ignore[type-var]

    return bool(plain(first) == plain(second))
