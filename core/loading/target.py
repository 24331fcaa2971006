"""Which column holds what the model predicts, where nobody said so."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from core.errors import ModelError
from core.instances import truth
from core.loading.columns import listed
from core.loading.frames import derive
from core.types import Array, Model, Table

ROWS = 500
MOST = 100
"""Columns of which each is tried as the target of a model without names."""
LEVELS, NAME = 6, 40
"""Levels and letters of each that a note spells out."""
EXPLAINED = 0.3
"""Share of a column's variance that predictions must leave explained before it is taken for their truth: a column in
other units, or one that only goes along with the target, falls below zero."""


def guess(model: Model, matched: Table, left_over: Sequence[str]) -> tuple[str | None, str]:
    """The target: the table's own where it has one, else the one column left over that can only be it.

    Parameters
    ----------
    model : Model
    matched : Table
        Its schema is the model's features.
    left_over : sequence of str
        Columns that the model does not take.

    Returns
    -------
    target : str or None
    reason : str
        Why it is taken, in words; empty where nothing was guessed.
    """
    if matched.target is not None or not len(matched):
        return matched.target, ""
    if model.classes:
        return by_classes(model, matched, left_over), "it holds the model's classes."
    fits = _fits(model, matched, left_over)
    close = [name for name, share in fits.items() if share >= EXPLAINED]
    if len(close) != 1:
        return None, ""
    return close[0], f"the model's predictions explain {fits[close[0]] * 100:.0f} % of it. Correct it under Columns."


def by_classes(model: Model, table: Table, names: Iterable[str]) -> str | None:
    """The one of some columns whose values are the model's classes."""
    fitting = [name for name in names if name != table.label and _is_truth(model, table, name)]
    return fitting[0] if len(fitting) == 1 else None


def by_predictions(model: Model, table: Table, names: Sequence[str]) -> tuple[str, float] | None:
    """The one of some columns that a model without names was trained to predict from the others, in their order.

    Parameters
    ----------
    model : Model
        It takes one column less than there are names, and predicts a number.
    table : Table
    names : sequence of str
        The columns, in the table's order.

    Returns
    -------
    tuple of str and float or None
        The column and the share of its variance that the predictions explain; None unless exactly one column is
        explained well. Columns in a wrong place give predictions that explain nothing, so this is no guess by name.
    """
    frame = table.frame
    if model.classes or len(names) > MOST or not all(_is_number(frame[name]) for name in names):
        return None
    rows = np.unique(np.linspace(0, len(frame) - 1, min(ROWS, len(frame))).astype(int))
    known = pd.DataFrame({name: frame[name].iloc[rows].to_numpy(np.float64, na_value=np.nan) for name in names})
    asked = [known.drop(columns=name).set_axis(list(model.features), axis="columns") for name in names]
    try:
        said = model.predict(pd.concat(asked, ignore_index=True))[:, 0].reshape(len(names), -1)
    except ModelError:  # a model that fails on these numbers is told of when it is asked about them
        return None
    fits = {name: _explained(known[name].to_numpy(), line) for name, line in zip(names, said, strict=True)}
    close = [name for name in names if fits[name] >= EXPLAINED]
    return (close[0], fits[close[0]]) if len(close) == 1 else None


def _is_truth(model: Model, table: Table, name: str) -> bool:
    """True when every value is a class of the model, and two or more occur."""
    column = table.frame[name]
    if len(model.classes) < 2 or column.dropna().nunique() < 2 or column.dropna().nunique() > len(model.classes):
        return False
    codes = truth(model, derive(table, table.frame, table.schema, target=name))
    return codes is not None and bool((pd.isna(codes) == column.isna().to_numpy()).all())


def _fits(model: Model, matched: Table, names: Sequence[str]) -> dict[str, float]:
    """Share of the variance of each column of numbers that the predictions explain (R2), on rows spread evenly."""
    numbers = [name for name in names if name != matched.label and _is_number(matched.frame[name])]
    if not numbers:
        return {}
    rows = np.unique(np.linspace(0, len(matched) - 1, min(ROWS, len(matched))).astype(int))
    try:
        said = model.predict(matched.rows(rows.tolist()))[:, 0]
    except ModelError:  # it fails on some of them, which is told where they are asked about
        return {}
    return {
        name: _explained(matched.frame[name].iloc[rows].to_numpy(np.float64, na_value=np.nan), said) for name in numbers
    }


def _is_number(column: pd.Series) -> bool:
    """True for numbers that are no truth values."""
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)


def _explained(known: Array, said: Array) -> float:
    """R2 of predictions where the value is known; minus infinity where that says nothing."""
    there = np.isfinite(known) & np.isfinite(said)
    spread = float(np.square(known[there] - known[there].mean()).sum()) if there.sum() >= 3 else 0.0
    if spread == 0:
        return -np.inf
    return 1 - float(np.square(known[there] - said[there]).sum()) / spread


def misfits(model: Model, table: Table) -> list[str]:
    """What the target holds that the model does not know, and what a person can do about it.

    Parameters
    ----------
    model : Model
    table : Table
        Matched with the model.

    Returns
    -------
    list of str
        At most one sentence or two; none where every value is known.
    """
    if table.target is None:
        return []
    column = table.frame[table.target]
    codes = truth(model, table)
    unknown = column[pd.isna(codes) & column.notna().to_numpy()]
    if not len(unknown):
        return []
    if not model.classes:
        return [f"The target '{table.target}' is no number in {len(unknown):,} rows: no residual there."]
    levels = list(unknown.unique())
    said = (
        f"The target '{table.target}' holds {listed(levels)}, which the model does not know"
        f" ({listed(model.classes)}): in {len(unknown):,} rows it cannot be right or wrong."
    )
    same = len(unknown) == int(column.notna().sum()) and len(levels) == len(model.classes)
    return [f"{said} {_advice(model, levels)}" if same else said]


def _advice(model: Model, levels: Sequence[object]) -> str:
    """What to do about a target with as many levels as classes, under other names; nobody but a person knows which
    is which: an order chosen because the model looks good with it would flatter a model that is wrong.
    """
    named = sorted((str(level) for level in levels), key=str)
    shown = "[" + ", ".join(json.dumps(name[:NAME], ensure_ascii=False) for name in named[:LEVELS]) + "]"
    shown = shown if len(named) <= LEVELS else shown.replace("]", ", ...]")
    return (
        f"If these are the same classes under other names, write the model's names ({listed(model.classes)}) into the"
        f" column; or in a notebook name the classes in the model's order, such as core.model(..., classes={shown})"
        " where they were numbered by the alphabet."
    )
