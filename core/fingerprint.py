"""Digests of bytes, tables and parameters: the only keys that caches use."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

_SIZE = 16


def of_bytes(*chunks: bytes) -> str:
    """Digest byte strings; the lengths count, so ``(b"ab", b"c")`` differs from ``(b"a", b"bc")``."""
    digest = hashlib.blake2b(digest_size=_SIZE)
    for chunk in chunks:
        digest.update(len(chunk).to_bytes(8, "little"))
        digest.update(chunk)
    return digest.hexdigest()


def of_frame(frame: pd.DataFrame) -> str:
    """Digest every cell, dtype, column name and index label of a table (no sampling).

    Parameters
    ----------
    frame : DataFrame, shape (n_rows, n_columns)

    Returns
    -------
    str
        32 hexadecimal digits.
    """
    parts = [str(len(frame)).encode()]
    for position, name in enumerate(frame.columns):
        column = frame.iloc[:, position]
        parts.append(f"{type(name).__name__}:{name}:{column.dtype}".encode())
        parts.append(_column_bytes(column))
    parts.append(_column_bytes(frame.index.to_series()))
    return of_bytes(*parts)


def _column_bytes(column: pd.Series) -> bytes:
    """The content of a column as bytes, the same for the same values."""
    values = column.to_numpy()
    if values.dtype.kind in "biuf":
        return np.ascontiguousarray(values).tobytes()
    missing = column.isna().to_numpy()
    codes, levels = pd.factorize(column.astype("str"))
    text = "\x00".join(f"{len(str(level))}:{level}" for level in levels)
    return of_bytes(codes.astype(np.int64).tobytes(), missing.tobytes(), text.encode("utf-8", "surrogatepass")).encode()


def canonical(value: Any) -> Any:
    """Reduce a nested argument to plain JSON values; anything else is refused."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if np.isfinite(value) else {"float": str(value)}
    if isinstance(value, np.generic):
        return canonical(value.item())
    if isinstance(value, Mapping):
        return {str(key): canonical(value[key]) for key in sorted(value, key=str)}
    if isinstance(value, list | tuple):
        return [canonical(item) for item in value]
    raise TypeError(f"{type(value).__name__} cannot be part of a key")


def of_params(value: Any) -> str:
    """One key for a job: the digest of its canonical JSON."""
    return of_bytes(json.dumps(canonical(value), sort_keys=True, ensure_ascii=True).encode())
