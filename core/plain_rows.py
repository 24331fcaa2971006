"""Rows of a table whose features are all plain numbers, without building a frame: a fifth of the time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.types import Array, Table


def cells(table: Table, positions: Sequence[int]) -> list[tuple[Any, ...]]:
    """Feature values of some rows in their own types, None where missing: one tuple of n_features a row."""
    arrays = _arrays(table)
    if arrays is None:
        found = table.rows(positions).to_numpy(dtype=object, copy=True)
        found[pd.isna(found)] = None
        return [tuple(row) for row in found]
    if len(positions) == 1:
        columns = [[array[positions[0]].item()] for array in arrays]
    else:
        columns = [array[list(positions)].tolist() for array in arrays]
    return [tuple([None if cell != cell else cell for cell in row]) for row in zip(*columns, strict=True)]


def numbers(table: Table, positions: Sequence[int]) -> Array | None:
    """Feature columns of some rows as floats, shape (len(positions), n_features); a fifth of the time of ``rows``.

    None where a column holds anything but numpy's own numbers (text, levels, truth values, dates).
    """
    arrays = _arrays(table)
    if arrays is None:
        return None
    if len(positions) == 1:
        return np.array([[array[positions[0]] for array in arrays]], dtype=np.float64)
    return np.column_stack([array[positions] for array in arrays]).astype(np.float64, copy=False)


def _arrays(table: Table) -> list[npt.NDArray[Any]] | None:
    """The feature columns as views, where all of them are plain numbers."""
    if "arrays" not in table.memo:
        columns = [table.frame[name] for name in table.schema.names]
        plain = all(isinstance(column.dtype, np.dtype) and column.dtype.kind in "iuf" for column in columns)
        table.memo["arrays"] = [column.to_numpy() for column in columns] if plain and columns else None
    found: list[npt.NDArray[Any]] | None = table.memo["arrays"]
    return found
