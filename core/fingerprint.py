"""Digests of bytes, tables and parameters: the only keys that caches use."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

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
    digest = hashlib.blake2b(str(len(frame)).encode(), digest_size=_SIZE)
    for position, name in enumerate(frame.columns):
        column = frame.iloc[:, position]
        head = f"{type(name).__name__}:{name}:{column.dtype}"
        digest.update(_column(column, head))
    digest.update(_column(frame.index.to_series(), "index"))
    return digest.hexdigest()


def _column(column: pd.Series, head: str) -> bytes:
    """The digest of a column, the same for the same values."""
    digest = hashlib.blake2b(head.encode("utf-8", "surrogatepass"), digest_size=_SIZE)
    dtype = column.dtype
    if isinstance(dtype, np.dtype) and dtype.kind in "biufcmM":
        values = column.to_numpy()
        _add(digest, values.view(np.int64) if dtype.kind in "mM" else values)
    elif isinstance(dtype, pd.CategoricalDtype):
        _add(digest, column.cat.codes.to_numpy())
        digest.update(_column(dtype.categories.to_series(), f"ordered {dtype.ordered}"))
    elif isinstance(dtype, pd.StringDtype):
        _add_text(digest, pa.array(column.array, type=pa.large_string(), from_pandas=True))
    elif pd.api.types.is_object_dtype(dtype):
        # 1, "1", 1.0 and True are different cells
        cells = [None if cell is None else f"{type(cell).__name__}:{cell!r}" for cell in column]
        _add_text(digest, pa.array(cells, type=pa.large_string()))
    else:
        _add(digest, column.isna().to_numpy())
        _add_text(digest, pa.array([repr(cell) for cell in column], type=pa.large_string()))
    return digest.digest()


def _add(digest: hashlib.blake2b, values: np.ndarray[Any, Any]) -> None:
    """Feed an array's bytes without copying a contiguous one."""
    digest.update(len(values).to_bytes(8, "little"))
    digest.update(np.ascontiguousarray(values).view(np.uint8).data)


def _add_text(digest: hashlib.blake2b, texts: pa.Array | pa.ChunkedArray) -> None:
    """Feed texts as validity, lengths and letters: however they are chunked, the same texts give the same bytes."""
    whole = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    _add(digest, whole.is_null().to_numpy(zero_copy_only=False))
    if whole.null_count:
        whole = whole.fill_null("")
    _, offsets, letters = whole.buffers()
    ends = np.frombuffer(offsets, dtype=np.int64)[whole.offset : whole.offset + len(whole) + 1]
    _add(digest, np.diff(ends))
    if letters is not None and len(ends):
        digest.update(memoryview(letters)[int(ends[0]) : int(ends[-1])])


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
