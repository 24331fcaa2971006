"""Values that a feature is set to, and rows with those values: what every profile is made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from core.conditions import ordered_values
from core.errors import InputError
from core.types import Array, Feature

LEVELS = 60
"""Levels of a feature that a profile shows at most, the most frequent ones."""
Grid = tuple[Any, ...]


def plain(value: Any) -> Any:
    """A cell as a Python value; None where it is missing."""
    if value is None or pd.isna(value):
        return None
    return value.item() if isinstance(value, np.generic) else value


def grid(feature: Feature, count: int, own: Sequence[Any], dtype: Any) -> Grid:
    """Values that a feature is set to: its observed range or its levels, the own values exactly, a gap if it has any.

    Parameters
    ----------
    feature : Feature
    count : int
        Evenly spaced values between the lowest and the highest observed one (whole numbers: fewer where the range
        holds fewer).
    own : sequence
        The instances' own cells.
    dtype : dtype
        Of the column (dates take its time zone).

    Returns
    -------
    tuple
        Ascending for ordered features, most frequent first for levels; None (missing) last.
    """
    values = span(feature, count, dtype) if feature.is_ordered else feature.levels[:LEVELS]
    return joined(feature, values, own, gap=feature.missing > 0)


def joined(feature: Feature, values: Sequence[Any], own: Sequence[Any], *, gap: bool = False) -> Grid:
    """Values of a grid and the instances' own cells, ascending or in the levels' order; None last for a gap."""
    present = [plain(value) for value in own]
    gap = gap or None in present
    present = [value for value in present if value is not None]
    found = sorted({*values, *present}) if feature.is_ordered else list(dict.fromkeys([*values, *present]))
    return (*found, None) if gap else tuple(found)


def span(feature: Feature, count: int, dtype: Any) -> list[Any]:
    """Evenly spaced values over the observed range in the column's own type."""
    if feature.low is None or feature.high is None:
        return []
    even = np.linspace(feature.low, feature.high, count)
    if feature.kind == "datetime":
        stamps = pd.to_datetime(np.round(even), unit="s", utc=True)
        zone = getattr(dtype, "tz", None)
        return list(stamps.tz_convert(zone) if zone is not None else stamps.tz_localize(None))
    if feature.kind == "integer":
        return [int(value) for value in np.unique(np.round(even))]
    return [float(value) for value in even]


def quantiles(feature: Feature, cells: pd.Series, count: int) -> list[Any]:
    """Observed values at evenly spaced ranks, ascending, each once; numbers and dates in their own types."""
    known = cells.dropna()
    if feature.kind != "datetime":
        known = known.astype(float)
    found = sorted(set(known.quantile(np.linspace(0, 1, count), interpolation="nearest"))) if len(known) else []
    return [int(value) if feature.kind == "integer" else plain(value) for value in found]


def places(feature: Feature, points: Grid) -> Array:
    """Where the points of an ordered feature lie on its axis (dates: seconds since 1970), shape (n_points,)."""
    return ordered_values(pd.Series(list(points)), feature)


def column(values: Sequence[Any], dtype: Any) -> pd.Series:
    """Cells as a column of a type; None becomes the type's own missing value, a fraction makes whole numbers floats."""
    if isinstance(dtype, np.dtype) and dtype.kind == "f":
        return pd.Series([np.nan if value is None else value for value in values], dtype=dtype)
    if pd.api.types.is_integer_dtype(dtype) and any(value is not None and value != int(value) for value in values):
        return pd.Series([np.nan if value is None else float(value) for value in values])
    if pd.api.types.is_object_dtype(dtype):  # encoders tell None and NaN apart; tables hold NaN
        return pd.Series([np.nan if value is None else value for value in values], dtype=object)
    return pd.Series(list(values), dtype=object).astype(dtype)


def moved(instances: pd.DataFrame, name: str, points: Grid) -> pd.DataFrame:
    """Every instance at every value of one feature.

    Returns
    -------
    DataFrame, shape (n_instances * len(points), n_features)
        Types kept; all values of the first instance come first.
    """
    copies = instances.iloc[np.repeat(np.arange(len(instances)), len(points))].reset_index(drop=True)
    copies[name] = column([*points] * len(instances), instances[name].dtype)
    return copies


def own_points(feature: Feature, text: str) -> Grid:
    """A person's own grid: numbers in ascending order, or levels as given.

    Raises
    ------
    InputError
        If a part is not a number, or not a level of the feature.
    """
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not feature.is_ordered:
        levels = {str(level): level for level in feature.levels}
        unknown = [part for part in parts if part not in levels]
        if unknown:
            shown = ", ".join(list(levels)[:10])
            raise InputError(f"'{unknown[0][:60]}' is not a level of it.", f"Levels are {shown}.", "Choose some.")
        return tuple(levels[part] for part in parts)
    try:
        numbers = sorted({float(part) for part in parts})
    except ValueError:
        raise InputError("These are not numbers.", text[:60], "Write for example 10, 20, 50.") from None
    if feature.kind == "datetime":
        raise InputError("A date has no grid of its own here.", "Only numbers and levels do.", "Leave 'at' empty.")
    return tuple(int(value) if feature.kind == "integer" and value == int(value) else value for value in numbers)
