"""The first step of a pipeline done in plain arrays: what scikit-learn's own call, 8 ms for a single row, hands back.

Only for few rows, and only where each cell is beyond doubt: numbers without infinity, levels that the encoder knows.
Everything else, and every error, is scikit-learn's own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix

from core.models.encoding import positions
from core.types import Array

FEW = 2_000
"""Rows up to which it is done here; with more, scikit-learn's checks cost little beside the work."""
_MOST_LEVELS = 2_000
_MOST_CELLS = 4_000_000
_BROKEN = (AttributeError, IndexError, KeyError, TypeError, ValueError)
Step = Callable[[Array], Array]


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """What becomes of some columns.

    Attributes
    ----------
    columns : tuple of int
        Positions among the features.
    steps : tuple of callable
        Done to the columns as numbers, one after the other; empty for levels.
    levels : tuple of dict or None
        The place of each level among each column's own; None for numbers.
    start : int
        Where its first column stands in the result.
    """

    columns: tuple[int, ...]
    steps: tuple[Step, ...]
    levels: tuple[dict[Any, int], ...] | None
    start: int


@dataclass(frozen=True, slots=True, eq=False)
class PlainFront:
    """All parts of a step, the number of columns they make, and whether the result leaves zeros out."""

    parts: tuple[Part, ...]
    width: int
    sparse: bool

    def encode(self, frame: pd.DataFrame) -> Any | None:
        """What the step makes of rows; None where scikit-learn is to be asked.

        Parameters
        ----------
        frame : DataFrame, shape (n_rows, n_features)

        Returns
        -------
        ndarray or csr_matrix, shape (n_rows, width), or None
        """
        if not 0 < len(frame) <= FEW or len(frame) * self.width > _MOST_CELLS:
            return None
        columns = [column for _, column in frame.items()]  # by position each takes four times as long
        made = np.zeros((len(frame), self.width))
        for part in self.parts:
            if not (_numbers(part, columns, made) if part.levels is None else _levels(part, columns, made)):
                return None
        return csr_matrix(made) if self.sparse else made


def _numbers(part: Part, columns: list[pd.Series], made: Array) -> bool:
    """Write a part of numbers; False where a column holds anything else, or infinity."""
    cells = np.empty((len(made), len(part.columns)))
    for place, position in enumerate(part.columns):
        column = columns[position]
        if column.dtype != np.float64 and column.dtype != np.int64:
            return False
        cells[:, place] = column.to_numpy()
    if np.isinf(cells).any():
        return False
    for step in part.steps:
        cells = step(cells)
    made[:, part.start : part.start + len(part.columns)] = cells
    return True


def _levels(part: Part, columns: list[pd.Series], made: Array) -> bool:
    """Write a part of levels as ones; False where a cell is none of them."""
    rows, start = np.arange(len(made)), part.start
    for position, known in zip(part.columns, part.levels or (), strict=True):
        try:
            places = [known.get(cell, -1) for cell in columns[position].tolist()]
        except TypeError:  # a cell that is no single value
            return False
        if min(places) < 0:
            return False
        made[rows, start + np.array(places)] = 1.0
        start += len(known)
    return True


def plain_front(step: Any, names: Sequence[str]) -> PlainFront | None:
    """The plain form of a pipeline's first step; None where it has none.

    Parameters
    ----------
    step : fitted transformer
    names : sequence of str
        The features' names, which the step was fitted with.
    """
    try:
        if _is(step, "ColumnTransformer"):
            return _of_columns(step, list(names))
        part = _part(step, tuple(range(len(names))), 0)
        sparse = part is not None and part.levels is not None and bool(step.sparse_output)
        return None if part is None else PlainFront((part,), _width(part), sparse)
    except _BROKEN:  # whatever is wrong with it, scikit-learn says it when it is asked
        return None


def _of_columns(step: Any, names: list[str]) -> PlainFront | None:
    """A ColumnTransformer: every part at its place."""
    if step.transformer_weights or not _untouched(step):
        return None
    parts, width = [], 0
    for name, inner, chosen in step.transformers_:
        columns = tuple(positions(chosen, names, len(names)).tolist())
        if not columns or (isinstance(inner, str) and inner == "drop"):
            continue
        part = _part(inner, columns, width)
        place = step.output_indices_[name]
        if part is None or (place.start, place.stop) != (width, width + _width(part)):
            return None
        parts.append(part)
        width = place.stop
    return PlainFront(tuple(parts), width, bool(step.sparse_output_)) if parts else None


def _part(step: Any, columns: tuple[int, ...], start: int) -> Part | None:
    """One part of numbers or of levels; None where a step is not known here."""
    if not _untouched(step) or step.n_features_in_ != len(columns):
        return None
    inner = [one for _, one in step.steps] if _is(step, "Pipeline") else [step]
    if not all(_untouched(one) and one.n_features_in_ == len(columns) for one in inner):
        return None
    if _is(inner[-1], "OneHotEncoder"):
        levels = _known(inner[-1], filled=len(inner) > 1)
        whole = levels is not None and len(levels) == len(columns) and all(map(_fills_text, inner[:-1]))
        return Part(columns, (), levels, start) if whole else None
    steps = [_step(one, len(columns)) for one in inner]
    known = tuple(one for one in steps if one is not None)
    return Part(columns, known, None, start) if known and len(known) == len(steps) else None


def _fills_text(step: Any) -> bool:
    """True for an imputer of text, which leaves a text that is there as it is."""
    return _is(step, "SimpleImputer") and _fills_gaps(step) and step._fit_dtype == np.dtype(object)


def _fills_gaps(step: Any) -> bool:
    """True for an imputer that looks for missing cells and flags none."""
    missing = step.missing_values
    return step.indicator_ is None and isinstance(missing, float) and missing != missing


def _step(step: Any, width: int) -> Step | None:
    """An imputer or a scaler as arithmetic in scikit-learn's own order, so that the last bit is the same."""
    if _is(step, "SimpleImputer"):
        values = step.statistics_
        plain = _fills_gaps(step) and step._fit_dtype == np.float64 and step.strategy in ("mean", "median")
        return (lambda cells: np.where(np.isnan(cells), values, cells)) if plain and _finite(values, width) else None
    if not _is(step, "StandardScaler"):
        return None
    mean = step.mean_ if step.with_mean else np.zeros(width)
    scale = step.scale_ if step.with_std else np.ones(width)
    return (lambda cells: (cells - mean) / scale) if _finite(mean, width) and _finite(scale, width) else None


def _known(step: Any, filled: bool) -> tuple[dict[Any, int], ...] | None:
    """Places of an encoder's levels, one column each; None where two share one, or ``filled`` ones are no text."""
    grouped = getattr(step, "_infrequent_enabled", True) or step.drop is not None or step.drop_idx_ is not None
    if grouped or step.dtype is not np.float64 or sum(map(len, step.categories_)) > _MOST_LEVELS:
        return None
    every = [levels.tolist() for levels in step.categories_]
    kinds = (str,) if filled else (str, bool, int, float)
    if not all(type(level) in kinds and level == level for levels in every for level in levels):
        return None
    known = tuple({level: place for place, level in enumerate(levels)} for levels in every)
    return known if all(len(places) == len(levels) for places, levels in zip(known, every, strict=True)) else None


def _width(part: Part) -> int:
    """How many columns a part makes."""
    return len(part.columns) if part.levels is None else sum(map(len, part.levels))


def _is(step: Any, name: str) -> bool:
    """True for scikit-learn's own class of a name, and for nothing made of it."""
    kind = type(step)
    return kind.__name__ == name and kind.__module__.startswith("sklearn.")


def _untouched(step: Any) -> bool:
    """True where nobody asked for frames as results."""
    return not isinstance(step, str) and not getattr(step, "_sklearn_output_config", None)


def _finite(values: Any, width: int) -> bool:
    """True for so many finite numbers."""
    plain = isinstance(values, np.ndarray) and values.dtype == np.float64 and values.shape == (width,)
    return plain and bool(np.isfinite(values).all())
