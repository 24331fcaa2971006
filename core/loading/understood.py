"""What was understood of a model and a table, for the person to check before reading any explanation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.engine import output_index
from core.instances import truth
from core.truth import own_residuals
from core.types import Array, Model, Table, Task

SAMPLE = 100_000
_CHUNK = 20_000


@dataclass(frozen=True, slots=True)
class Spread:
    """Least, mean and greatest of some numbers."""

    low: float
    mean: float
    high: float


@dataclass(frozen=True, slots=True)
class Understood:
    """A model and its table in facts.

    Attributes
    ----------
    rows, columns : int
        Of the table; ``columns`` are the model's features.
    target : str or None
    task : Task
    kind, family : str
        The model in words, and the adapter.
    function : str
        Which function is asked, in words.
    classes : tuple of str
    output : str
        The class whose probability ``predictions`` describes; empty for regression.
    predictions : Spread
        Probability of ``output``, or target units.
    residuals : Spread or None
        Truth minus prediction: target units; for classes 1 or 0 (is it ``output``?) minus its probability. None when
        no truth is known.
    accuracy : float or None
        Share of rows whose most probable class is the true one; None for regression or without truth.
    used : int
        Rows that the spreads are of: all, or a seeded sample of a long table.
    """

    rows: int
    columns: int
    target: str | None
    task: Task
    kind: str
    family: str
    function: str
    classes: tuple[str, ...]
    output: str
    predictions: Spread
    residuals: Spread | None
    accuracy: float | None
    used: int


def understood(model: Model, table: Table, predictions: Array | None = None) -> Understood:
    """Ask the model about the table and sum up what came back.

    Parameters
    ----------
    model, table : Model, Table
        Matched.
    predictions : ndarray, shape (n_rows, n_outputs), optional
        Of every row, where they are known already.

    Returns
    -------
    Understood

    Raises
    ------
    ModelError
        If the model fails on the table.
    """
    rows = _rows(len(table)) if predictions is None else np.arange(len(table))
    answers = _predict(model.predict, table, rows) if predictions is None else predictions
    output = output_index(model, None)
    explained = answers[:, output]
    known = truth(model, table)
    known = None if known is None else known[rows]
    classes = model.classes
    return Understood(
        rows=len(table),
        columns=len(model.features),
        target=table.target,
        task=model.task,
        kind=model.kind,
        family=model.family,
        function=_function(model),
        classes=classes,
        output=classes[output] if classes else "",
        predictions=_spread(explained),
        residuals=_own_residuals(model, table, rows, known)
        or _residuals(known, explained, output if classes else None),
        accuracy=_accuracy(known, answers) if classes else None,
        used=len(rows),
    )


def _rows(count: int) -> np.ndarray:
    """All rows, or a seeded sample of a long table."""
    if count <= SAMPLE:
        return np.arange(count)
    return np.sort(np.random.default_rng(0).choice(count, SAMPLE, replace=False))


def _predict(ask: Callable[..., Array], table: Table, rows: np.ndarray) -> Array:
    """Predictions in chunks, so that a long table is never copied whole."""
    return np.concatenate([ask(table.rows(rows[at : at + _CHUNK])) for at in range(0, len(rows), _CHUNK)])


def _spread(values: Array) -> Spread:
    """Least, mean, greatest."""
    return Spread(float(values.min()), float(values.mean()), float(values.max()))


def _residuals(known: Array | None, explained: Array, output: int | None) -> Spread | None:
    """Truth minus prediction where the truth is known."""
    if known is None or np.isnan(known).all():
        return None
    there = ~np.isnan(known)
    wanted = known[there] if output is None else (known[there] == output).astype(np.float64)
    return _spread(wanted - explained[there])


def _own_residuals(model: Model, table: Table, rows: np.ndarray, known: Array | None) -> Spread | None:
    """By the person's own function, where there is one."""
    if getattr(model, "residual_function", None) is None or known is None or np.isnan(known).all():
        return None
    there = ~np.isnan(known)
    return _spread(own_residuals(model, table.rows(rows[there]), known[there]))


def _accuracy(known: Array | None, answers: Array) -> float | None:
    """Share of right answers where the truth is known."""
    if known is None or np.isnan(known).all():
        return None
    there = ~np.isnan(known)
    return float(np.mean(answers[there].argmax(axis=1) == known[there]))


def _function(model: Model) -> str:
    """Which function of the library is asked."""
    asked = "probabilities" if model.classes else "values"
    if "Booster" in model.kind:
        return f"the booster's own predict, as {asked}"
    if model.family in ("function", "callable"):
        return f"the function given, as {asked}"
    return "predict_proba" if model.classes else "predict"
