"""Values that a feature is set to, and rows with those values: what every profile is made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from core.types import Feature

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
    present = [plain(value) for value in own]
    gap = (None,) if feature.missing > 0 or None in present else ()
    present = [value for value in present if value is not None]
    if feature.is_ordered:
        values = sorted({*span(feature, count, dtype), *present})
    else:
        values = list(dict.fromkeys([*feature.levels[:LEVELS], *present]))
    return (*values, *gap)


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


def column(values: Sequence[Any], dtype: Any) -> pd.Series:
    """Cells as a column of a type; None becomes the type's own missing value."""
    if isinstance(dtype, np.dtype) and dtype.kind == "f":
        return pd.Series([np.nan if value is None else value for value in values], dtype=dtype)
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
