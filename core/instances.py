"""Find the instances worth a look: wrong ones, doubtful ones, extreme ones, or those a person describes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from core import row_weights
from core.conditions import mask, ordered_values
from core.results.subsets import Part
from core.types import Array, Model, Table, drawn

Condition = Literal["all", "wrong", "confident and wrong", "near the boundary", "largest error", "highest", "lowest"]
CONFIDENT = 0.8
SEARCHED = 200_000
"""Text search looks at this many rows at most."""


@dataclass(frozen=True, slots=True)
class Sample:
    """The rows that a method measured against the truth.

    Attributes
    ----------
    rows, seed : int
        How many are drawn at most, and with which seed.
    where : tuple of Part
        Conditions that all must hold.
    weighed : bool
        Whether rows of the weight 0 are left out.
    """

    rows: int
    seed: int
    where: tuple[Part, ...] = ()
    weighed: bool = False


def scored(table: Table, known: Array, sample: Sample) -> np.ndarray[Any, Any]:
    """Positions of those rows, ascending.

    Parameters
    ----------
    known : ndarray, shape (n_rows,)
        As ``truth`` gives it.
    """
    wanted = ~np.isnan(known) & mask(table.frame, table.schema, sample.where)
    if sample.weighed:
        wanted &= row_weights.counting(table)
    rows = np.flatnonzero(wanted)
    return rows[drawn(len(rows), sample.rows, sample.seed)]


@dataclass(frozen=True, slots=True)
class Query:
    """Which instances to list, and in which order.

    Attributes
    ----------
    condition : Condition
    low, high : float or None
        Bounds of the explained output.
    search : str
        Text that the row's name or one of its cells holds, any case.
    feature : str
        Column to filter by; empty for none.
    between : tuple of (float, float) or None
        Its range, when ordered.
    levels : tuple of str
        Its levels as text, when not ordered.
    where : tuple of Part
        Conditions that all must hold.
    cell : tuple of (int, int, float) or None
        Positions of the true and of the predicted class, and the cutoff from which the second of two is predicted.
    sample : Sample or None
        Only rows that a method measured.
    sort : str
        Column to order by; ``"prediction"``, ``"truth"`` or a feature; empty for the condition's own order.
    descending : bool
    """

    condition: Condition = "all"
    low: float | None = None
    high: float | None = None
    search: str = ""
    feature: str = ""
    between: tuple[float, float] | None = None
    levels: tuple[str, ...] = ()
    where: tuple[Part, ...] = ()
    cell: tuple[int, int, float] | None = None
    sample: Sample | None = None
    sort: str = ""
    descending: bool = False


def conditions(model: Model, table: Table) -> tuple[Condition, ...]:
    """Those that make sense for this task, with or without known truth."""
    known = table.target is not None
    if model.task == "regression":
        return ("all", "highest", "lowest", *(("largest error",) if known else ()))
    return (
        "all",
        *(("wrong", "confident and wrong", "largest error") if known else ()),
        "near the boundary",
        "highest",
        "lowest",
    )


def truth(model: Model, table: Table) -> Array | None:
    """True values as numbers, NaN where unknown, shape (n_rows,): class position, or target units. Read-only."""
    if table.target is None:
        return None
    key = repr(("truth", model.classes))
    if key not in table.memo:
        table.memo[key] = _truth(table.frame[table.target], model.classes)
    found: Array = table.memo[key]
    return found


def _truth(column: pd.Series, classes: tuple[str, ...]) -> Array:
    """Those of a column."""
    if not classes:
        return pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64)
    places = {_spelling(name): float(place) for place, name in enumerate(classes)}
    codes, levels = pd.factorize(column)
    found = np.array([places.get(_spelling(level), np.nan) for level in levels] + [np.nan])
    positions: Array = found[codes]
    positions.flags.writeable = False
    return positions


def _spelling(level: Any) -> str:
    """A class the same way whether it came as 1, 1.0, '1' or True."""
    if isinstance(level, bool | np.bool_):
        return str(int(level))
    if isinstance(level, int | float | np.number) and float(level) == int(level):
        return str(int(level))
    text = str(level)
    named = {"True": "1", "False": "0"}.get(text, text)
    return named.removesuffix(".0") if named.removesuffix(".0").lstrip("-").isdigit() else named


def errors(model: Model, predictions: Array, known: Array | None) -> Array:
    """How far off each prediction is, shape (n_rows,), NaN where the truth is unknown.

    Target units for regression; else 1 minus the probability given to the true class.
    """
    if known is None:
        return np.full(len(predictions), np.nan)
    if not model.classes:
        return np.abs(predictions[:, 0] - known)
    places = np.nan_to_num(known).astype(np.int64)
    given = predictions[np.arange(len(predictions)), places]
    return np.where(np.isnan(known), np.nan, 1.0 - given)


def margins(model: Model, predictions: Array) -> Array:
    """Lead of the predicted class over the next, shape (n_rows,); 0 at the decision boundary."""
    if not model.classes:
        return np.full(len(predictions), np.nan)
    ranked = np.sort(predictions, axis=1)
    lead: Array = ranked[:, -1] - ranked[:, -2]
    return lead


def select(model: Model, table: Table, predictions: Array, output: int, query: Query) -> np.ndarray[Any, Any]:
    """Positions of the instances asked for, in order.

    Parameters
    ----------
    predictions : ndarray, shape (n_rows, n_outputs)
    output : int
        The output that ``low``, ``high`` and ``"prediction"`` speak of.

    Returns
    -------
    ndarray of int, shape (n_found,)
    """
    shown = predictions[:, output]
    known = truth(model, table)
    wanted = _condition_mask(model, predictions, known, query.condition)
    if query.low is not None:
        wanted &= shown >= query.low
    if query.high is not None:
        wanted &= shown <= query.high
    wanted &= _feature_mask(table, query)
    if query.where:
        wanted &= mask(table.frame, table.schema, query.where)
    if query.cell is not None:
        wanted &= _cell_mask(predictions, known, query.cell)
    if query.sample is not None and known is not None:
        wanted &= np.isin(np.arange(len(table)), scored(table, known, query.sample))
    found = np.flatnonzero(wanted)
    if query.search:
        found = found[_searched(table, found, query.search)]
    ordered: np.ndarray[Any, Any] = found[_order(model, table, predictions, known, shown, query, found)]
    return ordered


def _condition_mask(model: Model, predictions: Array, known: Array | None, condition: Condition) -> Any:
    """Rows that a condition admits."""
    everything = np.ones(len(predictions), dtype=bool)
    if condition == "near the boundary":
        return everything
    if condition == "largest error":
        return everything if known is None else ~np.isnan(known)
    if condition not in ("wrong", "confident and wrong") or known is None:
        return everything
    wrong = ~np.isnan(known) & (predictions.argmax(axis=1) != known)
    return wrong & (predictions.max(axis=1) >= CONFIDENT) if condition == "confident and wrong" else wrong


def _cell_mask(predictions: Array, known: Array | None, cell: tuple[int, int, float]) -> Any:
    """Rows of one cell of the confusion matrix."""
    truth, said, cutoff = cell
    if known is None:
        return False
    chosen = predictions[:, 1] >= cutoff if predictions.shape[1] == 2 else predictions.argmax(axis=1)
    return (known == truth) & (chosen == said)


def _feature_mask(table: Table, query: Query) -> Any:
    """Rows whose feature lies in the range or has one of the levels."""
    if not query.feature:
        return True
    feature = table.schema[query.feature]
    column = table.frame[query.feature]
    if feature.is_ordered:
        if query.between is None:
            return True
        values = ordered_values(column, feature)
        return (values >= query.between[0]) & (values <= query.between[1])
    if not query.levels:
        return True
    return column.astype("str").isin(query.levels).to_numpy()


def _searched(table: Table, found: np.ndarray[Any, Any], text: str) -> Any:
    """Which of the rows hold the text in their name or a cell."""
    part = table.frame.iloc[found[:SEARCHED]]
    hits = np.zeros(len(found), dtype=bool)
    for name in part.columns:
        cells = part[name].astype("str")
        hits[: len(part)] |= cells.str.contains(text, case=False, regex=False, na=False).to_numpy()
    return hits


def _order(
    model: Model, table: Table, predictions: Array, known: Array | None, shown: Array, query: Query, found: Any
) -> Any:
    """The order of the rows found; equal ones stay in table order."""
    if query.sort:
        keys, falling = _sort_keys(table, known, shown, query.sort), query.descending
    elif query.condition == "near the boundary":
        keys, falling = margins(model, predictions), False
    elif query.condition in ("largest error", "wrong", "confident and wrong"):
        keys, falling = errors(model, predictions, known), True
    elif query.condition in ("highest", "lowest"):
        keys, falling = shown, query.condition == "highest"
    else:
        return np.arange(len(found))
    part = pd.Series(keys[found])
    return part.sort_values(ascending=not falling, kind="stable", na_position="last").index.to_numpy()


def _sort_keys(table: Table, known: Array | None, shown: Array, name: str) -> Any:
    """What to sort by: numbers, or ranks of text."""
    if name == "prediction":
        return shown
    if name == "truth" and known is not None:
        return known
    feature = table.schema[name]
    if feature.is_ordered:
        return ordered_values(table.frame[name], feature)
    return table.frame[name].astype("str").rank(method="dense").to_numpy(dtype=np.float64)


def evenly(predictions: Array, count: int) -> tuple[int, ...]:
    """Positions of instances spread evenly along the ordered predictions, the lowest and the highest among them.

    Parameters
    ----------
    predictions : ndarray, shape (n_rows,)
        The explained output of every row; rows without a finite one are left out.
    count : int

    Returns
    -------
    tuple of int, length min(count, n_rows)
        In ascending order of the prediction; the first of equal ones in table order.
    """
    ranked = np.argsort(predictions, kind="stable")
    ranked = ranked[np.isfinite(predictions[ranked])]
    places = np.unique(np.linspace(0, len(ranked) - 1, min(count, len(ranked))).round().astype(np.int64))
    return tuple(int(ranked[place]) for place in places)
