"""Columns turned into another type without losing a value: what a model may need them to be."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from core.loading.texts import settle

Step = Callable[[pd.Series], pd.Series]


def is_text(column: pd.Series) -> bool:
    """True for text, as strings, objects or categories of text."""
    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return not pd.api.types.is_numeric_dtype(dtype.categories.dtype)
    if isinstance(dtype, pd.StringDtype):
        return True
    return pd.api.types.is_object_dtype(dtype) and any(isinstance(cell, str) for cell in column)


def _to_numpy(column: pd.Series) -> pd.Series:
    """Nullable and truth-value columns as plain numbers, missing as NaN."""
    dtype = column.dtype
    if pd.api.types.is_bool_dtype(dtype):
        return column.astype("float64" if column.isna().any() else "int64")
    if pd.api.types.is_object_dtype(dtype):
        numbers = all(isinstance(cell, bool | int | float | np.number | np.bool_) for cell in column.dropna())
        return column.astype("float64") if numbers else column
    if pd.api.types.is_extension_array_dtype(dtype) and pd.api.types.is_numeric_dtype(dtype):
        whole = pd.api.types.is_integer_dtype(dtype) and not column.isna().any()
        return column.astype("int64") if whole else column.astype("float64")
    return column


def _to_float(column: pd.Series) -> pd.Series:
    """Whole numbers as floats, where none is too large to be exact."""
    plain = _to_numpy(column)
    if plain.dtype.kind in "iu" and (not len(plain) or -(2**53) <= int(plain.min()) <= int(plain.max()) <= 2**53):
        return plain.astype("float64")
    return plain


def _to_category(column: pd.Series) -> pd.Series:
    """Text as categories, for boosters that were trained with them."""
    return column.astype("category") if is_text(column) else column


def _to_object(column: pd.Series) -> pd.Series:
    """Text as Python strings, for pipelines older than the string type."""
    if not isinstance(column.dtype, pd.StringDtype):
        return column
    return column.astype(object).where(column.notna(), np.nan)


def _to_numbers(column: pd.Series) -> pd.Series:
    """Text that is numbers throughout."""
    if not is_text(column):
        return column
    settled, _ = settle(column.astype("str"))
    return settled if pd.api.types.is_numeric_dtype(settled.dtype) else column


STEPS: tuple[tuple[Step, str], ...] = (
    (_to_numpy, "Truth values and nullable numbers turned into plain numbers"),
    (_to_float, "Whole numbers turned into decimal numbers"),
    (_to_object, "Text given as Python strings"),
    (_to_category, "Text given as categories"),
    (_to_numbers, "Text turned into numbers"),
)
"""In the order in which they are tried, with what is said of each."""
