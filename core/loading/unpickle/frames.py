"""pandas and Arrow objects: rebuilt through public constructors from checked parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from core.loading.unpickle import extension, gaps, intervals, periods, times
from core.loading.unpickle.inert import Ref, Slot, spent
from core.loading.unpickle.numbers import wrong
from core.loading.unpickle.plain import label, short

if TYPE_CHECKING:
    from core.loading.unpickle.machine import Machine

_FRAME = "a pandas table"
_INDEX = frozenset(
    ("data", "name", "names", "dtype", "levels", "codes", "sortorder", "start", "stop", "step", "freq", "tz")
)
_ARRAY_INDEXES = ("Index", "CategoricalIndex", "DatetimeIndex", "TimedeltaIndex", "PeriodIndex")
_STATE = frozenset(("_mgr", "_data", "_typ", "_metadata", "attrs", "_flags", "_name", "name"))
_ARRAYS = (
    *(pd.arrays.ArrowStringArray, pd.arrays.StringArray, pd.Categorical, pd.arrays.IntegerArray),
    *(pd.arrays.FloatingArray, pd.arrays.BooleanArray, *times.ARRAYS),
    *(pd.arrays.SparseArray, pd.arrays.PeriodArray),
)


@dataclass(frozen=True, slots=True)
class Part:
    """One block of a table: values and the columns that they are."""

    values: Any
    places: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Parts:
    """All blocks of a table and its axes."""

    blocks: tuple[Part, ...]
    axes: tuple[Any, ...]


def is_array(value: Any) -> bool:
    """True for the arrays that a table may hold."""
    return type(value) is np.ndarray or isinstance(value, _ARRAYS)


def places_of(value: Any, size: int) -> tuple[int, ...]:
    """Column positions from a slice or an array."""
    if type(value) is slice:
        start, stop, step = value.start or 0, value.stop, value.step or 1
        if any(type(part) is not int or abs(part) >= 2**31 for part in (start, stop, step)) or step == 0:
            raise wrong(_FRAME)
        found = tuple(range(start, stop, step)) if abs((stop - start) // step) <= 1_000_000 else ()
    elif isinstance(value, np.ndarray) and value.ndim == 1 and value.dtype.kind == "i":
        found = tuple(value.tolist())
    else:
        raise wrong(_FRAME)
    if len(found) != size:
        raise wrong(_FRAME)
    return found


def block(_machine: Machine, args: tuple[Any, ...]) -> Part:
    """``pandas._libs.internals._unpickle_block(values, placement, ndim)``."""
    if len(args) != 3 or not is_array(args[0]) or args[2] != 2:
        raise wrong(_FRAME)
    values = args[0]
    return Part(values, places_of(args[1], len(values) if values.ndim == 2 else 1))


def manager(_machine: Machine, args: tuple[Any, ...]) -> Any:
    """``BlockManager(blocks, axes)``."""
    if len(args) != 2 or type(args[0]) is not tuple or type(args[1]) is not list:
        raise wrong(_FRAME)
    if not all(type(part) is Part for part in args[0]) or not all(isinstance(axis, pd.Index) for axis in args[1]):
        raise wrong(_FRAME)
    return Parts(args[0], tuple(args[1]))


def single_manager(_machine: Machine, args: tuple[Any, ...]) -> Slot:
    """``SingleBlockManager``: created empty, its state names one block."""
    if args:
        raise wrong("a pandas column")

    def fill(state: Any) -> Parts:
        if type(state) is not tuple or len(state) != 4 or type(state[0]) is not list or type(state[1]) is not list:
            raise wrong("a pandas column")
        axes, values = _stated(state[3])
        fits = len(axes) == 1 and isinstance(axes[0], pd.Index) and len(state[1]) == 1 and is_array(values)
        if not fits or len(axes[0]) != len(values):
            raise wrong("a pandas column")
        return Parts((Part(values, (0,)),), (axes[0],))

    return Slot("a pandas column", fill)


def _stated(extra: Any) -> tuple[list[Any], Any]:
    """Axes and values of a column where pandas itself looks for them: its state tells them twice."""
    newer = extra.get("0.14.1") if type(extra) is dict else None
    parts: Any = (newer.get("axes"), newer.get("blocks")) if type(newer) is dict else (None, None)
    if not all(type(part) is list and len(part) == 1 for part in parts) or type(parts[1][0]) is not dict:
        raise wrong("a pandas column")
    (block,) = parts[1]
    values, place = block.get("values"), block.get("mgr_locs")
    if not is_array(values) or values.ndim != 1:
        raise wrong("a pandas column")
    places_of(place, len(values))
    return parts[0], values


def _manager_in(state: Any) -> Any:
    """The manager in a table's or column's state; other parts must be those that pandas writes."""
    if type(state) is not dict or not set(state) <= _STATE:
        return None
    flags = state.get("_flags", {})
    if type(flags) is not dict or not set(flags) <= {"allows_duplicate_labels"}:
        return None
    return state.get("_mgr", state.get("_data"))


def frame(_machine: Machine, args: tuple[Any, ...]) -> Slot:
    """``DataFrame``: its state names the manager."""
    if args:
        raise wrong(_FRAME)

    def fill(state: Any) -> pd.DataFrame:
        parts = _manager_in(state)
        if type(parts) is not Parts or len(parts.axes) != 2:
            raise wrong(_FRAME)
        names, index = parts.axes
        columns: dict[int, pd.Series] = {}
        for part in parts.blocks:
            for row, place in enumerate(part.places):
                values = part.values[row] if part.values.ndim == 2 else part.values
                if place in columns or len(values) != len(index):
                    raise wrong(_FRAME)
                columns[place] = pd.Series(values, index=index, dtype=values.dtype, copy=True)
        if sorted(columns) != list(range(len(names))):
            raise wrong(_FRAME)
        found = pd.DataFrame({place: columns[place] for place in range(len(names))}, index=index)
        found.columns = names
        return found

    return Slot(_FRAME, fill)


def series(_machine: Machine, args: tuple[Any, ...]) -> Slot:
    """``Series``: its state names the manager and the column's name."""
    if args:
        raise wrong("a pandas column")

    def fill(state: Any) -> pd.Series[Any]:
        parts = _manager_in(state)
        if type(parts) is not Parts or len(parts.axes) != 1:
            raise wrong("a pandas column")
        values = parts.blocks[0].values
        name = label(state.get("_name", state.get("name")))
        found: pd.Series[Any] = pd.Series(values, index=parts.axes[0], dtype=values.dtype, name=name)
        return found

    return Slot("a pandas column", fill)


def new_index(_machine: Machine, args: tuple[Any, ...]) -> Any:
    """``pandas.core.indexes.base._new_Index(class, parts)`` for the index classes."""
    if len(args) != 2 or args[0].__class__ is not Ref or type(args[1]) is not dict:
        raise wrong("a pandas index")
    made = _index(args[0].name.rpartition(".")[2], args[1])
    spent(args[1], args[0])
    return made


def _index(kind: str, parts: dict[str, Any]) -> Any:
    """An index of a class from its parts."""
    if not set(parts) <= _INDEX:
        raise wrong("a pandas index")
    name = label(parts.get("name"))
    if kind == "RangeIndex":
        start, stop, step = (parts.get(part) for part in ("start", "stop", "step"))
        if type(start) is not int or type(stop) is not int or type(step) is not int:
            raise wrong("a pandas index")
        return short(pd.RangeIndex(start, stop, step, name=name))
    if kind == "MultiIndex":
        return _multi(parts)
    data: Any = parts.get("data")
    if kind not in _ARRAY_INDEXES or not is_array(data) or data.ndim != 1:
        raise wrong("a pandas index")
    return pd.Index(data, name=name, dtype=data.dtype)


def _multi(parts: dict[str, Any]) -> pd.MultiIndex:
    """An index of several levels; pandas verifies the codes."""
    levels: Any = parts.get("levels")
    codes: Any = parts.get("codes")
    names: Any = parts.get("names")
    lists = all(type(part) in (list, tuple) for part in (levels, codes, names))
    if not lists or not all(isinstance(level, pd.Index) for level in levels or ()):
        raise wrong("a pandas index")
    if not all(isinstance(code, np.ndarray) and code.dtype.kind == "i" for code in codes or ()):
        raise wrong("a pandas index")
    return pd.MultiIndex(levels=levels, codes=codes, names=[label(name) for name in names or ()], verify_integrity=True)


CONSTRUCTORS: dict[str, Any] = {
    "pandas._libs.internals._unpickle_block": block,
    "pandas.core.internals.managers.BlockManager": manager,
    "pandas.core.internals.managers.SingleBlockManager": single_manager,
    "pandas.core.frame.DataFrame": frame,
    "pandas.core.series.Series": series,
    "pandas.core.indexes.base._new_Index": new_index,
    **extension.CONSTRUCTORS,
    **intervals.CONSTRUCTORS,
    **times.CONSTRUCTORS,
    **gaps.CONSTRUCTORS,
    **periods.CONSTRUCTORS,
}
