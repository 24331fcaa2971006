"""Rows as numbers and back: the form in which proposals are searched.

A coded row holds an ordered feature's value itself, the position of a level among the feature's levels, and NaN for a
missing cell. Decoding restores each column's own type, so that the model sees what it was trained on.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.types import Array, Feature, Schema, Table

_MEMO: OrderedDict[tuple[str, Schema], Coder] = OrderedDict()
_KEPT = 8


@dataclass(frozen=True, slots=True, eq=False)
class Coder:
    """How the columns of one table are coded.

    Attributes
    ----------
    features : tuple of Feature, length p
    dtypes : tuple, length p
        Each column's own type.
    levels : tuple, length p
        Index of the levels of an unordered feature, most frequent first; None for an ordered one.
    ordered : ndarray of bool, shape (p,)
    ranges : ndarray, shape (p,)
        Observed range of an ordered feature; 1 for levels and for constants.
    """

    features: tuple[Feature, ...]
    dtypes: tuple[Any, ...]
    levels: tuple[pd.Index | None, ...]
    ordered: npt.NDArray[np.bool_]
    ranges: Array

    def encode(self, frame: pd.DataFrame) -> Array:
        """Code rows, shape (n_rows, p)."""
        coded = np.empty((len(frame), len(self.features)))
        for position, feature in enumerate(self.features):
            coded[:, position] = self.encode_column(position, frame[feature.name])
        return coded

    def encode_column(self, position: int, column: pd.Series) -> Array:
        """One column's codes, NaN where missing, shape (n_rows,)."""
        levels = self.levels[position]
        if levels is None and self.features[position].kind == "datetime":
            local = column.dt.tz_convert("UTC").dt.tz_localize(None) if getattr(column.dt, "tz", None) else column
            seconds = local.to_numpy("datetime64[ns]").astype(np.int64) / 1e9
            return np.where(column.isna().to_numpy(), np.nan, seconds)
        if levels is None:
            return np.asarray(column.to_numpy(dtype=np.float64, na_value=np.nan))
        places = levels.get_indexer(pd.Index(column))
        return np.where(column.isna().to_numpy() | (places < 0), np.nan, places.astype(np.float64))

    def decode(self, coded: Array) -> pd.DataFrame:
        """Rows as a frame with the columns' own types, shape (n_rows, p)."""
        columns = {
            feature.name: self._keep(position, self._decode_column(position, coded[:, position]))
            for position, feature in enumerate(self.features)
        }
        return pd.DataFrame(columns, copy=False)

    def _keep(self, position: int, cells: Any) -> Any:
        """An object column wrapped, so that pandas does not guess another type for it."""
        return pd.Series(cells, dtype=object) if self.dtypes[position] == np.dtype(object) else cells

    def decode_cells(self, position: int, cells: Array) -> pd.DataFrame:
        """Cells of one feature as a frame of one column, shape (n_cells, 1)."""
        return pd.DataFrame({self.features[position].name: self._keep(position, self._decode_column(position, cells))})

    def _decode_column(self, position: int, codes: Array) -> Any:
        """One column in its own type."""
        dtype, levels = self.dtypes[position], self.levels[position]
        missing = np.isnan(codes)
        if levels is not None:
            values = pd.array(levels, dtype=dtype) if not isinstance(dtype, np.dtype) else levels.to_numpy(dtype)
            places = np.where(missing, -1, codes).astype(np.int64)
            if not missing.any():
                return values.take(places)
            return pd.api.extensions.take(values, places, allow_fill=True)
        if self.features[position].kind == "datetime":
            stamps = np.where(missing, 0.0, np.round(codes * 1e9)).astype(np.int64).view("datetime64[ns]")
            stamps[missing] = np.datetime64("NaT")
            moments = pd.DatetimeIndex(stamps)
            return moments.astype(dtype) if isinstance(dtype, np.dtype) else moments.tz_localize("UTC").astype(dtype)
        if dtype == np.dtype(object):
            whole = self.features[position].kind == "integer"
            cells = [
                None if gap else int(code) if whole else float(code) for code, gap in zip(codes, missing, strict=True)
            ]
            return np.array(cells, dtype=object)
        if isinstance(dtype, np.dtype):
            return codes.astype(dtype, copy=False)
        return pd.array([None if gap else code for code, gap in zip(codes, missing, strict=True)], dtype=dtype)

    def value(self, position: int, code: float) -> Any:
        """One cell as a plain Python value, None where missing."""
        if np.isnan(code):
            return None
        levels, feature = self.levels[position], self.features[position]
        if levels is not None:
            level = levels[int(code)]
            return level.item() if isinstance(level, np.generic) else level
        if feature.kind == "datetime":
            return pd.Timestamp(round(code * 1e9), unit="ns").isoformat()
        return int(code) if feature.kind == "integer" and float(code).is_integer() else float(code)

    def round(self, position: int, values: Array) -> Array:
        """Ordered values at the data's own precision (whole numbers for integers)."""
        feature = self.features[position]
        digits = 0 if feature.kind in ("integer", "datetime") else feature.decimals
        return np.round(values, digits)

    def step(self, position: int) -> float:
        """The smallest move of an ordered feature at the data's own precision."""
        feature = self.features[position]
        return 1.0 if feature.kind in ("integer", "datetime") else float(10.0**-feature.decimals)


def coder(table: Table) -> Coder:
    """The coder of a table, kept for the last few tables (the same table gives the same coder)."""
    key = (table.fingerprint, table.schema)
    if key not in _MEMO:
        _MEMO[key] = _build(table)
    _MEMO.move_to_end(key)
    while len(_MEMO) > _KEPT:
        _MEMO.popitem(last=False)
    return _MEMO[key]


def _build(table: Table) -> Coder:
    """Read types, levels and ranges."""
    features = table.schema.features
    ordered = np.array([feature.is_ordered for feature in features], dtype=np.bool_)
    spans = [(feature.high or 0.0) - (feature.low or 0.0) if feature.is_ordered else 1.0 for feature in features]
    return Coder(
        features=features,
        dtypes=tuple(table.frame[feature.name].dtype for feature in features),
        levels=tuple(None if feature.is_ordered else _levels(table.frame[feature.name]) for feature in features),
        ordered=ordered,
        ranges=np.array([span if span > 0 else 1.0 for span in spans]),
    )


def _levels(column: pd.Series) -> pd.Index:
    """Every observed level, most frequent first, ties in order of appearance."""
    counts = column.value_counts(dropna=True, sort=False)
    order = np.argsort(-counts.to_numpy(), kind="stable")
    index = counts.index[order]
    return pd.Index(index.tolist(), dtype=object) if isinstance(index, pd.CategoricalIndex) else index
