"""Cells on the wire: columns of objects as distinct values and their codes, single values with their type."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

_GAPS = {"none": None, "na": pd.NA, "nat": pd.NaT, "nan": math.nan}
_TAGS = {"bool": bool, "int": int, "float": float, "str": str, "time": pd.Timestamp}
_PLACE = 8
"""Bytes of an object's place in an array."""


def encode_cells(column: pd.Series) -> tuple[dict[str, Any], list[np.ndarray]]:
    """A column of Python objects: text or mixed cells.

    Codes count the distinct values from 0; -1, -2… stand for the kinds of missing in ``gaps``.
    """
    cells = column.to_numpy(dtype=object)
    if pd.api.types.infer_dtype(cells, skipna=True) not in ("string", "empty"):
        codes, values = _encode_mixed(cells)
    else:
        found, known = pd.factorize(cells)
        codes, values = found.astype(np.int32), {"words": [str(word) for word in known]}
    gaps: list[str] = []
    if (codes < 0).any():
        missing = np.flatnonzero(codes < 0)
        kinds = [_gap(cell) for cell in cells[missing].tolist()]
        gaps = sorted(set(kinds))
        if len(gaps) > 1:
            codes[missing] = [-1 - gaps.index(kind) for kind in kinds]
    small = codes.astype(np.int8) if codes.max(initial=0) < 128 else codes
    return {"as": "cells", **values, "gaps": gaps}, [small]


def home_of(kind: Any) -> str:
    """Which of pandas' homes a text column lives in."""
    if isinstance(kind, pd.StringDtype):
        return "str" if isinstance(kind.na_value, float) else "string"
    return "object"


def _encode_mixed(cells: np.ndarray) -> tuple[np.ndarray, dict[str, Any]]:
    """Cells of several types, each value once with its type."""
    known: dict[Any, int] = {}
    missing = np.asarray(pd.isna(cells), dtype=bool).tolist()
    codes = (
        -1 if gap else known.setdefault(_tag(cell), len(known))
        for cell, gap in zip(cells.tolist(), missing, strict=True)
    )
    return np.fromiter(codes, np.int32, len(cells)), {"values": [list(tag) for tag in known]}


def decode_cells(form: dict[str, Any], codes: np.ndarray, left: list[int] | None = None) -> np.ndarray:
    """The column back, as an array of objects; equal cells are one object.

    Parameters
    ----------
    form : dict
    codes : ndarray of int
    left : list of one int, optional
        Bytes that the table may still take beyond its message: a code is shorter than the place of an object.

    Raises
    ------
    ValueError, IndexError, KeyError, TypeError
        If codes and values do not belong together.
    """
    if codes.dtype.kind != "i" or codes.ndim != 1:
        raise ValueError("codes that are none")
    if left is not None:
        left[0] -= _PLACE * codes.size
        if left[0] < 0:
            raise ValueError("more cells than are read")
    words = form.get("words")
    values = [_TAGS[tag](value) for tag, value in form["values"]] if words is None else list(map(str, words))
    pool = np.empty(len(values) + len(form["gaps"]), dtype=object)
    pool[: len(values)] = values
    pool[len(values) :] = [_GAPS[gap] for gap in form["gaps"]][::-1]  # so that code -1 finds the first from behind
    return pool.take(codes)


def _tag(cell: Any) -> tuple[str, Any]:
    """A cell with its type, as JSON can hold it."""
    if isinstance(cell, bool | np.bool_):
        return "bool", bool(cell)
    if isinstance(cell, int | np.integer):
        return "int", str(int(cell))
    if isinstance(cell, float | np.floating):
        return "float", repr(float(cell))
    if isinstance(cell, pd.Timestamp):
        return "time", cell.isoformat()
    return "str", str(cell)


def _gap(cell: Any) -> str:
    """Which kind of missing."""
    if cell is None:
        return "none"
    if cell is pd.NA:
        return "na"
    return "nat" if cell is pd.NaT else "nan"


def encode_value(value: Any) -> Any:
    """A level or bound with its type."""
    return None if value is None else list(_tag(value)) if not _is_gap(value) else ["gap", _gap(value)]


def _is_gap(value: Any) -> bool:
    """True for NaN, NaT and NA."""
    return value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value))


def decode_value(value: Any) -> Any:
    """The level or bound back."""
    if value is None:
        return None
    tag, inner = value
    return _GAPS[inner] if tag == "gap" else _TAGS[tag](inner)
