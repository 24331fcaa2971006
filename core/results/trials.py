"""A search for better settings: what was tried, how each candidate did on rows kept apart, and which one won."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np

from core.results.base import Check, Provenance, freeze_arrays

SpanKind = Literal["int", "float", "choice"]


@dataclass(frozen=True, slots=True)
class Span:
    """What one setting of an estimator may be in a search.

    Attributes
    ----------
    name : str
        As ``set_params`` takes it: ``"max_depth"``, in a pipeline ``"step__max_depth"``.
    kind : {"int", "float", "choice"}
    low, high : float or None
        Ends of an "int" or "float", both included.
    log : bool
        True where steps are factors (0.01, 0.1, 1), not distances.
    choices : tuple
        Of a "choice": numbers, text, truth values, None, and tuples of them.
    """

    name: str
    kind: SpanKind
    low: float | None = None
    high: float | None = None
    log: bool = False
    choices: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Trial:
    """One candidate.

    Attributes
    ----------
    number : int
        Counted from 1 in the order of the search; 0 is the model's own settings.
    params : mapping
        The settings tried; of the model's own, what it has now.
    folds : tuple of float
        The loss in each fold, on rows that this fold's model was not trained on; empty where it failed.
    loss : float
        Their mean; not a number where it failed.
    problem : str
        Why it failed, in words.
    """

    number: int
    params: Mapping[str, Any]
    folds: tuple[float, ...] = ()
    loss: float = float("nan")
    problem: str = ""

    @property
    def spread(self) -> float:
        """Standard deviation of the loss over the folds."""
        return float(np.std(self.folds, ddof=1)) if len(self.folds) > 1 else float("nan")


@dataclass(frozen=True, slots=True, eq=False)
class Trials:
    """Candidates in the order in which they were tried.

    Attributes
    ----------
    label : str
        The target's name, or the class that stands for it.
    unit : str
        The loss in words; lower is better.
    way : str
        ``"grid"``, ``"random"`` or ``"bayesian"``.
    space : tuple of Span
    original : Trial
        The model's own settings in the same folds.
    trials : tuple of Trial
    best : int
        Position of the lowest loss in ``trials``, the first of equal ones; -1 while there is none.
    planned : int
        How many candidates were to be tried.
    rows : int
        Rows that the folds are made of.
    apart : tuple of float
        Loss of the model's own settings and of the best on rows that no fold has seen; empty without such rows.
    apart_rows : int
    error : float
        Standard error of the difference of the two over the folds, corrected for their common rows.
    """

    kind: ClassVar[str] = "trials"
    label: str
    unit: str
    way: str
    space: tuple[Span, ...]
    original: Trial
    trials: tuple[Trial, ...]
    best: int
    planned: int
    rows: int
    apart: tuple[float, ...] = ()
    apart_rows: int = 0
    error: float = float("nan")
    checks: tuple[Check, ...] = ()
    provenance: Provenance | None = None

    def __post_init__(self) -> None:
        freeze_arrays(self)

    @property
    def winner(self) -> Trial | None:
        """The best candidate; None while there is none."""
        return self.trials[self.best] if 0 <= self.best < len(self.trials) else None

    @property
    def gain(self) -> float:
        """How much lower the best one's loss is than that of the model's own settings."""
        return float("nan") if self.winner is None else self.original.loss - self.winner.loss

    @property
    def is_clear(self) -> bool:
        """True where the gain is more than the folds' spread explains: above twice its standard error."""
        return bool(self.gain > 2 * self.error)
