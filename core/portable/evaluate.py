"""Evaluate a portable model in numpy: encode, sum, link. ``core/assets/evaluate.js`` does the same in a browser."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from core.portable.city import level_hash
from core.portable.form import Column, Linear, Portable, Trees
from core.portable.functions import taken
from core.portable.layers import run, sigmoid
from core.portable.walk import tree_sums
from core.types import Array, Model


def evaluate(portable: Portable, frame: pd.DataFrame) -> Array:
    """Predict rows.

    Parameters
    ----------
    portable : Portable
    frame : DataFrame, shape (n_rows, n_features)
        Holds ``portable.features``; further columns are ignored.

    Returns
    -------
    ndarray, shape (n_rows, n_outputs)
        Probability per class (two for binary), or one number in target units.
    """
    return link(portable, margins(portable, frame))


def margins(portable: Portable, frame: pd.DataFrame) -> Array:
    """Sums under the prediction in ``portable.margin_scale``, shape (n_rows, n_sums); one for binary log-odds."""
    return sums(portable, encode(portable, frame))


def check(portable: Portable, model: Model, frame: pd.DataFrame) -> float:
    """Largest absolute difference from ``model.predict`` on these rows; infinite where only one of them is NaN."""
    mine, own = evaluate(portable, frame), np.asarray(model.predict(frame), dtype=np.float64)
    if mine.shape != own.shape:
        return float("inf")
    difference = np.where(mine == own, 0.0, np.abs(mine - own))
    difference[np.isnan(mine) & np.isnan(own)] = 0.0
    return float(np.nan_to_num(difference, nan=np.inf).max(initial=0.0))


def encode(portable: Portable, frame: pd.DataFrame) -> Array:
    """Turn a person's columns into the body's inputs, shape (n_rows, n_columns); missing is NaN."""
    whole = _one_block(portable, frame)
    numbers: dict[int, Array] = {}

    def cells(source: int) -> pd.Series:
        return frame[portable.features[source]]

    def number(source: int) -> Array:
        if source not in numbers:
            numbers[source] = as_numbers(cells(source)) if whole is None else whole[:, source]
        return numbers[source]

    encoded = np.empty((len(frame), len(portable.columns)), dtype=np.float64)
    for position, column in enumerate(portable.columns):
        raw = number(column.source).copy() if column.op == "number" else _by_level(column, cells(column.source))
        encoded[:, position] = finish(column, raw)
    return encoded


def _one_block(portable: Portable, frame: pd.DataFrame) -> Array | None:
    """The features as one array, where all columns are numbers of one numpy type: by name each takes 0.05 ms."""
    kinds = set(frame.dtypes)
    if len(kinds) != 1 or not isinstance(kind := kinds.pop(), np.dtype) or kind.kind not in "fiub":
        return None
    values = frame.to_numpy(dtype=np.float64)
    names = pd.Index(portable.features)
    return values if frame.columns.equals(names) else values[:, frame.columns.get_indexer(names)]


def encode_feature(portable: Portable, feature: int, cells: pd.Series) -> Array:
    """Turn the cells of one feature into its own inputs of the body, shape (n_cells, n_own_columns)."""
    own = [column for column in portable.columns if column.source == feature]
    raw = [as_numbers(cells).copy() if column.op == "number" else _by_level(column, cells) for column in own]
    found = [finish(column, values) for column, values in zip(own, raw, strict=True)]
    return np.stack(found, axis=1) if found else np.empty((len(cells), 0))


def as_numbers(cells: pd.Series) -> Array:
    """Read a column as floats; what is not a number is missing."""
    if isinstance(cells.dtype, np.dtype) and cells.dtype.kind in "fiub":
        return cells.to_numpy(dtype=np.float64)
    return pd.to_numeric(cells.astype(object), errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)


def finish(column: Column, raw: Array) -> Array:
    """Fill what is missing, then take the column's steps."""
    fills = column.op == "number" and column.fill == column.fill  # NaN stays what it is
    return taken(column, np.where(np.isnan(raw), column.fill, raw) if fills else raw)


def _by_level(column: Column, cells: pd.Series) -> Array:
    """Answer all but ``number`` once per different value."""
    codes, levels = pd.factorize(cells, use_na_sentinel=True)
    if column.op == "hash":
        return np.array([*(level_hash(_plain(level)) for level in levels), column.fill], dtype=np.float64)[codes]
    table = {"equals": {column.level: 1.0}, "lookup": dict(column.table), "missing": {}}[column.op]
    other = column.unseen if column.op == "lookup" else 0.0
    fill = 1.0 if column.op == "missing" else column.fill
    answers = np.array([table.get(_plain(level), other) for level in levels] + [fill], dtype=np.float64)
    return answers[codes]


def _plain(level: Any) -> Any:
    """A level as Python's own value, so that it can be looked up."""
    return level.item() if isinstance(level, np.generic) else level


def sums(portable: Portable, encoded: Array) -> Array:
    """Evaluate the body on encoded rows, shape (n_rows, n_sums)."""
    body = portable.body
    if isinstance(body, Trees):
        return tree_sums(body, encoded)
    if isinstance(body, Linear):
        return np.asarray(encoded @ body.weights + body.base)
    return run(body, encoded)


def link(portable: Portable, margin: Array) -> Array:
    """Turn sums into predictions, shape (n_rows, n_outputs)."""
    kind = portable.link
    if kind == "logistic":
        positive = sigmoid(margin[:, 0])
        return np.column_stack([1.0 - positive, positive])
    if kind == "softmax":
        powers = np.exp(margin - margin.max(axis=1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True))
    if kind in ("sigmoid", "ovr"):
        each = sigmoid(margin)
        return each if kind == "sigmoid" else np.asarray(each / each.sum(axis=1, keepdims=True))
    return np.exp(margin) if kind == "exp" else margin


def linked(portable: Portable, sums: Array) -> Array:
    """Turn sums of any shape with the outputs last, shape (..., n_sums), into predictions, shape (..., n_outputs)."""
    flat = link(portable, sums.reshape(-1, sums.shape[-1]))
    return flat.reshape(*sums.shape[:-1], flat.shape[-1])
