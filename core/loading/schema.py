"""What a column holds: kind, range, quantiles, levels, missing share, precision."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from core.loading.columns import listed
from core.types import Array, Feature, Kind

MAX_LEVELS = 1_000
FEW = 50
"""Up to this many distinct texts are categories, however few the rows."""
QUANTILES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)
_PAIRS = ({"yes", "no"}, {"y", "n"}, {"true", "false"}, {"t", "f"}, {"on", "off"}, {"ja", "nein"}, {"oui", "non"})
_PROBE = 1_000
_DIGITS = 6
_TICKS = {"s": 1.0, "ms": 1e3, "us": 1e6, "ns": 1e9}


def infer(column: pd.Series, name: str, kind: Kind | None = None) -> Feature | None:
    """Describe a column.

    Parameters
    ----------
    column : Series, shape (n_rows,)
    name : str
    kind : Kind or None
        What a person says it is; None to find out.

    Returns
    -------
    Feature or None
        None where the cells are nothing a model takes (lists, bytes, complex numbers).
    """
    missing = float(column.isna().mean()) if len(column) else 0.0
    found = kind or kind_of(column)
    if found is None:
        return None
    if found in ("numeric", "integer", "datetime"):
        return _ordered(column, name, found, missing)
    levels = () if found == "text" else _levels(column)
    return Feature(name, found, levels=levels, missing=missing)


def kind_of(column: pd.Series) -> Kind | None:
    """What the dtype and the cells say the column is; None for what no model takes."""
    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return "categorical"
    if pd.api.types.is_bool_dtype(dtype):
        return "boolean"
    if pd.api.types.is_datetime64_any_dtype(dtype):
        return "datetime"
    if pd.api.types.is_complex_dtype(dtype) or pd.api.types.is_timedelta64_dtype(dtype):
        return None
    if pd.api.types.is_integer_dtype(dtype):
        return "integer"
    if pd.api.types.is_numeric_dtype(dtype):
        return "integer" if _is_whole(column) else "numeric"
    return _kind_of_cells(column)


def _kind_of_cells(column: pd.Series) -> Kind | None:
    """Text and object columns, by their distinct values."""
    present = column.dropna()
    if not isinstance(column.dtype, pd.StringDtype):
        types = {type(cell) for cell in present}
        if types and all(issubclass(cell, bool | np.bool_) for cell in types):
            return "boolean"
        if types and all(issubclass(cell, int | float | np.number) for cell in types):
            try:
                return "integer" if _is_whole(present.astype("float64")) else "numeric"
            except OverflowError:  # beyond 1.8e308, where no model computes
                return None
        if not all(issubclass(cell, str | int | float | np.generic) for cell in types):
            return None
    distinct = present.nunique()
    if distinct == 2 and {str(level).strip().lower() for level in present.unique()} in _PAIRS:
        return "boolean"
    few = distinct <= FEW or (distinct <= MAX_LEVELS and distinct <= len(present) / 2)
    return "categorical" if few else "text"


def _is_whole(column: pd.Series) -> bool:
    """True when there are numbers and each is whole."""
    values = _floats(column)
    values = values[np.isfinite(values)]
    return len(values) > 0 and bool(np.all(values[:_PROBE] % 1 == 0)) and bool(np.all(values % 1 == 0))


def _floats(column: pd.Series) -> Array:
    """The column as floats, NaN for missing; dates as seconds since 1970 (UTC)."""
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        stamps = column.dt.tz_convert("UTC").dt.tz_localize(None) if getattr(column.dt, "tz", None) else column
        moments = stamps.to_numpy()
        seconds: Array = moments.astype(np.int64) / _TICKS[np.datetime_data(moments.dtype)[0]]
        seconds[np.isnat(moments)] = np.nan
        return seconds
    if column.dtype == np.float64:
        return column.to_numpy()
    return column.to_numpy(dtype=np.float64, na_value=np.nan)


def _ordered(column: pd.Series, name: str, kind: Kind, missing: float) -> Feature:
    """Range, quantiles and precision."""
    values = _floats(column)
    finite = np.isfinite(values)
    values = values if finite.all() else values[finite]
    if not len(values):
        return Feature(name, kind, missing=missing, decimals=0 if kind == "integer" else _DIGITS)
    with np.errstate(over="ignore", invalid="ignore"):  # the distance of two numbers near 1e308
        inner = np.clip(np.nan_to_num(np.quantile(values, QUANTILES[1:-1])), values.min(), values.max())
    quantiles = (float(values.min()), *inner.tolist(), float(values.max()))
    decimals = 0 if kind == "integer" else _decimals(values, column.dtype == np.float32)
    return Feature(name, kind, quantiles[0], quantiles[-1], quantiles, missing=missing, decimals=decimals)


def _decimals(values: Array, single: bool) -> int:
    """Digits after the point that the values use: as few as keep every value, at most six that carry meaning."""
    values = values[np.abs(values) < 1e15]  # beyond that floats are whole
    spread = float(np.max(np.abs(values), initial=0.0))
    most = _DIGITS if spread >= 1 or spread == 0 else min(15, _DIGITS - math.floor(math.log10(spread)) - 1)
    probe = values[:: max(1, len(values) // _PROBE)]
    digits = next((digits for digits in range(most) if _keeps(probe, digits, single)), most)
    while digits < most and not _keeps(values, digits, single):
        digits += 1
    return digits


def _keeps(values: Array, digits: int, single: bool) -> bool:
    """True when rounding changes nothing."""
    rounded = np.round(values, digits)
    if single:
        return bool(np.array_equal(rounded.astype(np.float32), values.astype(np.float32)))
    return bool(np.allclose(rounded, values, rtol=1e-14, atol=0.0))


def _levels(column: pd.Series) -> tuple[Any, ...]:
    """Observed values in their own types, most frequent first, equals in the order of their text."""
    counts = column.value_counts()
    pairs = sorted(
        ((level, int(count)) for level, count in counts.items() if count), key=lambda pair: (-pair[1], str(pair[0]))
    )
    return tuple(_own(level) for level, _ in pairs[:MAX_LEVELS])


def _own(level: Any) -> Any:
    """A level as Python's own type."""
    return level.item() if isinstance(level, np.generic) else level


def unusable(names: list[str]) -> str:
    """The note for columns that are left out of the features."""
    return f"Left out, for no model takes cells such as lists, bytes, durations or complex numbers: {listed(names)}."
