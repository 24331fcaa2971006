"""How one column varies: its bins or levels with their shares, a gap being a state of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.types import Array, Feature
from core.views import axis, words

Codes = npt.NDArray[np.int64]
TINY = 1e-11
"""Added to a bin's deviation, as the ``lime`` package does, so that a bin of equal values has one."""


@dataclass(frozen=True, slots=True, eq=False)
class Bins:
    """An ordered column (numbers, dates as seconds since 1970) cut at borders; a bin holds its upper border.

    Attributes
    ----------
    feature : Feature
    dtype : dtype
    borders : ndarray, shape (n_bins - 1,)
    shares : ndarray, shape (n_bins,) or (n_bins + 1,)
        Of the rows; a last entry for missing cells where there are any.
    low, high, mean, std : ndarray, shape (n_bins,)
        Of the values within each bin: what a truncated normal is drawn from.
    center, scale : float
        Mean and standard deviation of the whole column.
    """

    feature: Feature
    dtype: Any
    borders: Array
    shares: Array
    low: Array
    high: Array
    mean: Array
    std: Array
    center: float
    scale: float


@dataclass(frozen=True, slots=True, eq=False)
class Levels:
    """An unordered column: its distinct values in the column's own type, a missing cell among them.

    Attributes
    ----------
    feature : Feature
    values : Series, shape (n_levels,)
    shares : ndarray, shape (n_levels,)
    """

    feature: Feature
    values: pd.Series
    shares: Array


Column = Bins | Levels


def numbers(cells: pd.Series) -> Array:
    """An ordered column as floats, shape (n_rows,); dates as seconds since 1970, missing as NaN."""
    if isinstance(cells.dtype, pd.DatetimeTZDtype) or getattr(cells.dtype, "kind", "") == "M":
        stamps = cells.dt.tz_convert("UTC").dt.tz_localize(None) if cells.dt.tz is not None else cells
        seconds = stamps.astype("datetime64[us]").to_numpy().astype(np.int64) / 1e6
        return np.where(cells.isna().to_numpy(), np.nan, seconds)
    return np.asarray(pd.to_numeric(cells).to_numpy(dtype=np.float64, na_value=np.nan), dtype=np.float64)


def bins(feature: Feature, cells: pd.Series, borders: Array) -> Bins:
    """Count a column's values between borders.

    Parameters
    ----------
    feature : Feature
    cells : Series, shape (n_rows,)
    borders : ndarray
        Ascending; repeated ones count once.
    """
    values = numbers(cells)
    gaps = np.isnan(values)
    present = values[~gaps]
    finite = present[np.isfinite(present)]
    borders = np.unique(borders)
    count = len(borders) + 1
    codes = np.searchsorted(borders, finite)
    sizes = np.bincount(codes, minlength=count)
    some = np.maximum(sizes, 1)
    mean = np.bincount(codes, weights=finite, minlength=count) / some
    spread = np.bincount(codes, weights=(finite - mean[codes]) ** 2, minlength=count) / some
    shares = np.bincount(np.searchsorted(borders, present), minlength=count).astype(np.float64)
    if gaps.any():
        shares = np.append(shares, gaps.sum())
    ends = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 0.0)
    whole = float(finite.std()) if len(finite) else 0.0
    return Bins(
        feature,
        cells.dtype,
        borders,
        shares / max(1, len(values)),
        np.array([ends[0], *borders]),
        np.array([*borders, ends[1]]),
        mean,
        np.sqrt(spread) + TINY,
        float(finite.mean()) if len(finite) else 0.0,
        whole if whole > 0 else 1.0,
    )


def levels(feature: Feature, cells: pd.Series) -> Levels:
    """Count a column's distinct values."""
    codes, _ = pd.factorize(cells, use_na_sentinel=False)
    firsts = np.unique(codes, return_index=True)[1]
    shares = np.bincount(codes) / max(1, len(cells))
    return Levels(feature, cells.iloc[firsts].reset_index(drop=True), shares)


def own_codes(found: Sequence[Column], instance: pd.DataFrame) -> Codes:
    """Which bin or level each cell of one row is in, shape (p,)."""
    plain = [isinstance(column, Bins) and getattr(column.dtype, "kind", "") == "f" for column in found]
    if all(plain):  # column by column costs 0.1 ms each
        values = instance.to_numpy(dtype=np.float64)[0]
        return np.array([_bin(column, value) for column, value in zip(found, values, strict=True)], dtype=np.int64)
    codes = [codes_of(column, instance.iloc[:, place])[0] for place, column in enumerate(found)]
    return np.array(codes, dtype=np.int64)


def _bin(column: Column, value: float) -> int:
    """The bin of one number."""
    assert isinstance(column, Bins)
    return len(column.low) if np.isnan(value) else int(np.searchsorted(column.borders, value))


def codes_of(column: Column, cells: pd.Series) -> Codes:
    """Which bin or level each cell is in, shape (n_cells,); -1 for a level that the table does not have."""
    if isinstance(column, Bins):
        values = numbers(cells)
        found = np.searchsorted(column.borders, values)
        return np.where(np.isnan(values), len(column.low), found).astype(np.int64)
    known = [None if pd.isna(value) else value for value in column.values]
    asked = [None if pd.isna(value) else value for value in cells]
    return np.array([known.index(value) if value in known else -1 for value in asked], dtype=np.int64)


def restore(column: Bins, values: Array) -> pd.Series | npt.NDArray[np.floating[Any]]:
    """Numbers as cells of the column's own type: whole where it is whole, dates where it holds dates."""
    kind = getattr(column.dtype, "kind", "O")
    if kind == "f" and isinstance(column.dtype, np.dtype):
        whole = np.rint(values) if column.feature.kind == "integer" else values
        return whole.astype(column.dtype, copy=False)
    if kind == "M":
        stamps = pd.Series(pd.to_datetime(np.rint(values), unit="s", utc=True))
        zone = getattr(column.dtype, "tz", None)
        local = stamps.dt.tz_convert(zone) if zone is not None else stamps.dt.tz_localize(None)
        return local.astype(column.dtype)
    whole = np.rint(values) if column.feature.kind == "integer" or kind in "iub" else values
    return pd.Series(whole).astype(column.dtype)


def rule(column: Column, code: int, cell: Any) -> str:
    """The condition that holds for the instance: ``worst area <= 515``, ``home = own``, ``age is missing``."""
    name = column.feature.name
    if cell is None or pd.isna(cell):
        return f"{name} is missing"
    if isinstance(column, Levels):
        return f"{name} = {words.cell(cell)}"
    ends = _ends(column)
    if not ends:
        return f"{name} has a value"
    if code == 0:
        return f"{name} <= {ends[0]}"
    if code >= len(ends):
        return f"{name} > {ends[-1]}"
    return f"{ends[code - 1]} < {name} <= {ends[code]}"


def _ends(column: Bins) -> Sequence[str]:
    """The borders in words."""
    if column.feature.kind == "datetime":
        return [axis.cell_at(border * 1000, True) for border in column.borders]
    return [words.number(float(border), 6) for border in column.borders]
