"""Columns of text on the wire as Arrow keeps them: where cells begin, the letters of all, a bit for each that is there.

Nothing is built cell by cell, and what arrives is the column's memory: a message of text never grows when it is read.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from core.workers.cells import home_of

HOMES = ("str", "string")


def encode(columns: Iterable[Any]) -> list[np.ndarray]:
    """Columns of text of equal length, one after another.

    Returns
    -------
    list of ndarray
        ``starts`` int64 of shape (cells + 1,), ``letters`` uint8, ``there`` uint8: a bit a cell, empty where none is
        missing.
    """
    import pyarrow as pa

    kind = pa.large_string()
    chunks = [part for column in columns for part in _chunks(column)]
    parts = [part if part.type == kind else part.cast(kind) for part in chunks]
    whole = pa.concat_arrays([pa.array([], kind), *parts])  # new memory: these cells and no others
    there, begins, letters = whole.buffers()
    starts = np.frombuffer(begins, np.int64, len(whole) + 1) if begins is not None else np.zeros(1, np.int64)
    text = np.frombuffer(letters, np.uint8, starts[-1]) if letters is not None else np.empty(0, np.uint8)
    bits = np.empty(0, np.uint8) if there is None else np.frombuffer(there, np.uint8)[: -(-len(whole) // 8)]
    for part in (starts, text, bits):  # new memory that only these know of: nobody changes it any more (``shelves.py``)
        part.flags.writeable = False
    return [starts, text, bits]


def _chunks(column: Any) -> list[Any]:
    """A pandas array of text as Arrow arrays."""
    made = column.__arrow_array__()
    return list(getattr(made, "chunks", [made]))


def decode(home: str, columns: int, rows: int, arrays: list[np.ndarray], *, check: bool = False) -> list[Any]:
    """Columns of text on the memory of three arrays, which are taken from the front.

    Parameters
    ----------
    home : {"str", "string"}
        Pandas' type: a missing cell is NaN, or ``pandas.NA``.
    columns, rows : int
    arrays : list of ndarray
    check : bool
        Whether the arrays come from a worker, which may have been taken over.

    Raises
    ------
    ValueError
        If they are checked and are no text.
    """
    import pyarrow as pa

    parts = [arrays.pop(0) for _ in range(3)]
    if check:
        _check(home, columns * rows, *parts)
    starts, letters, there = map(pa.py_buffer, parts)
    whole = pa.LargeStringArray.from_buffers(columns * rows, starts, letters, there if there.size else None)
    if check:
        whole.validate(full=True)  # every cell is UTF-8 and lies inside
    dtype: Any = pd.StringDtype("pyarrow", na_value=np.nan if home == "str" else pd.NA)
    cells = [whole.slice(turn * rows, rows) for turn in range(columns)]
    make: Any = pd.arrays.ArrowStringArray  # its dtype is not in the stubs
    return [make(part, dtype=dtype) for part in cells]


def _check(home: str, cells: int, starts: np.ndarray, letters: np.ndarray, there: np.ndarray) -> None:
    """The sizes fit one another, and every cell begins where the one before it ends."""
    if home not in HOMES:
        raise ValueError("text of an unknown type")
    kinds = [starts.dtype.str, letters.dtype.str, there.dtype.str]
    shapes = starts.shape == (cells + 1,) and letters.ndim == 1 and there.shape in ((0,), (-(-cells // 8),))
    if kinds != ["<i8", "|u1", "|u1"] or not shapes:
        raise ValueError("text of the wrong shape")
    if starts[0] != 0 or starts[-1] != len(letters) or bool((starts[1:] < starts[:-1]).any()):
        raise ValueError("text that is not there")


def is_text(kind: Any) -> bool:
    """True for pandas' own types of text."""
    return isinstance(kind, pd.StringDtype)


def described(kind: Any) -> dict[str, Any]:
    """What a column of text is, for the head of a message."""
    return {"as": "letters", "dtype": home_of(kind)}
