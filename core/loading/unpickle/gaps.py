"""Sparse columns of pandas: what differs from one value, where it lies, and of which type it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from core.loading.unpickle.inert import Slot
from core.loading.unpickle.numbers import MAX_EMPTY, wrong

if TYPE_CHECKING:
    from core.loading.unpickle.machine import Machine

_NAME = "a sparse column of pandas"
_PARTS = frozenset(("_sparse_index", "_sparse_values", "_dtype"))


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Where the numbers of a column lie: of how many rows, in which; in runs where their lengths are told."""

    length: int
    starts: np.ndarray
    runs: np.ndarray | None


def places(count: int) -> Any:
    """``IntIndex(length, places)`` and ``BlockIndex(length, starts, lengths of runs)``."""

    def make(_machine: Machine, args: tuple[Any, ...]) -> Places:
        numbers = args[1:]
        if len(args) != count or type(args[0]) is not int or not 0 <= args[0] <= MAX_EMPTY:
            raise wrong(_NAME)
        if not all(isinstance(part, np.ndarray) and part.ndim == 1 and part.dtype == np.int32 for part in numbers):
            raise wrong(_NAME)
        starts, runs = numbers[0], numbers[1] if count == 3 else None
        lengths = np.ones(len(starts), dtype=np.int64) if runs is None else runs.astype(np.int64)
        if len(lengths) != len(starts) or (lengths < 1).any() or (starts < 0).any():
            raise wrong(_NAME)
        ends = starts.astype(np.int64) + lengths
        if (ends[:-1] > starts[1:]).any() or (ends > args[0]).any():
            raise wrong(_NAME)
        return Places(args[0], starts.copy(), None if runs is None else runs.copy())

    return make


def kind(_machine: Machine, args: tuple[Any, ...]) -> Slot:
    """``SparseDtype``: the type of the numbers, and the value of all others."""
    if args:
        raise wrong("a pandas type")

    def fill(state: Any) -> pd.SparseDtype:
        inner, other = [(state if type(state) is dict else {}).get(part) for part in ("_dtype", "_fill_value")]
        plain = type(other) in (int, float, bool) or isinstance(other, np.number | np.bool_)
        if not isinstance(inner, np.dtype) or inner.kind not in "biuf" or not plain:
            raise wrong("a pandas type")
        return pd.SparseDtype(inner, fill_value=other)

    return Slot("a pandas type", fill)


def array(_machine: Machine, args: tuple[Any, ...]) -> Slot:
    """``SparseArray``: as many numbers as places."""
    if args:
        raise wrong(_NAME)

    def fill(state: Any) -> Any:
        if type(state) is tuple and len(state) == 2:
            state = {**(state[0] or {}), **(state[1] or {})}
        if type(state) is not dict or set(state) != _PARTS:
            raise wrong(_NAME)
        at, values, told = state["_sparse_index"], state["_sparse_values"], state["_dtype"]
        if type(at) is not Places or not isinstance(values, np.ndarray) or type(told) is not pd.SparseDtype:
            raise wrong(_NAME)
        many = len(at.starts) if at.runs is None else int(at.runs.sum(dtype=np.int64))
        if values.shape != (many,) or values.dtype != told.subtype:
            raise wrong(_NAME)
        from pandas._libs import sparse

        kinds: Any = sparse  # its types are not told right
        parts = (at.length, at.starts) if at.runs is None else (at.length, at.starts, at.runs)
        index = (kinds.IntIndex if at.runs is None else kinds.BlockIndex)(*parts)
        return pd.arrays.SparseArray(values.copy(), sparse_index=index, dtype=told)

    return Slot(_NAME, fill)


CONSTRUCTORS: dict[str, Any] = {
    "pandas._libs.sparse.IntIndex": places(2),
    "pandas._libs.sparse.BlockIndex": places(3),
    "pandas.core.dtypes.dtypes.SparseDtype": kind,
    "pandas.core.arrays.sparse.array.SparseArray": array,
}
