"""Values that a feature is set to, and rows with those values: what every profile is made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from core import dates
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
    present = [_exact(feature, value) for value in present if value is not None]
    found = sorted({*values, *present}) if feature.is_ordered else list(dict.fromkeys([*values, *present]))
    return (*found, None) if gap else tuple(found)


def _exact(feature: Feature, value: Any) -> Any:
    """A cell of a column of whole numbers as one, also where gaps or a file made floats of them."""
    return int(value) if feature.kind == "integer" and isinstance(value, float) and value.is_integer() else value


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


def own_points(feature: Feature, text: str, dtype: Any) -> Grid:
    """A person's own grid: numbers and dates in ascending order, or levels as given.

    Parameters
    ----------
    feature : Feature
    text : str
        Values with commas between them, or semicolons where a value holds a comma itself.
    dtype : dtype
        Of the column (dates take its time zone).

    Raises
    ------
    InputError
        If a part is not a number, a date or a level of the feature, or the column cannot hold it.
    """
    parts = [part.strip() for part in text.split(";" if ";" in text else ",") if part.strip()]
    if not parts:
        raise InputError("There is no value between the commas.", text[:60], "Write for example 10, 20, 50.")
    if not feature.is_ordered:
        return _own_levels(feature, text.strip(), parts)
    if feature.kind == "datetime":
        points: Grid = tuple(sorted(set(dates.read(parts, feature, getattr(dtype, "tz", None)))))
    else:
        points = tuple(sorted({_own_number(feature, part) for part in parts}))
    try:
        column(points, dtype)
    except (OverflowError, ValueError):
        raise InputError(
            f"{feature.name[:60]!r} cannot hold these values.",
            f"It is a column of type {dtype}, and a value lies outside of it.",
            "Choose values nearer to the data.",
        ) from None
    return points


def _own_levels(feature: Feature, whole: str, parts: Sequence[str]) -> Grid:
    """Levels by name, each once; one level whose name holds a comma itself."""
    levels = {str(level): level for level in feature.levels}
    if whole in levels:
        return (levels[whole],)
    unknown = [part for part in parts if part not in levels]
    if unknown:
        shown = ", ".join(list(levels)[:10]) + (", …" if len(levels) > 10 else "")
        raise InputError(
            f"{unknown[0][:60]!r} is not a level of {feature.name[:60]!r}.",
            f"Its levels are {shown}.",
            "Choose some, with commas between them; with semicolons where a level holds a comma.",
        )
    return tuple(levels[part] for part in dict.fromkeys(parts))


def _own_number(feature: Feature, part: str) -> float | int:
    """One number, also with the minus sign that the pages write."""
    try:
        value = float(part.replace("\N{MINUS SIGN}", "-"))
    except ValueError:
        value = np.nan
    if not np.isfinite(value):
        raise InputError(
            f"{part[:60]!r} is not a number.", f"{feature.name[:60]!r} holds numbers.", "Write for example 10, 20, 50."
        )
    return int(value) if feature.kind == "integer" and value == int(value) else value
