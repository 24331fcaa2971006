"""pandas' own arrays and types, and Arrow's texts beneath them: rebuilt from checked parts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from core.loading.unpickle import periods, times
from core.loading.unpickle.inert import Ref, Slot
from core.loading.unpickle.numbers import wrong

if TYPE_CHECKING:
    from core.loading.unpickle.machine import Machine


@dataclass(frozen=True, slots=True)
class Buffer:
    """Bytes of an Arrow array."""

    content: bytes


def string_dtype(_machine: Machine, args: tuple[Any, ...]) -> Any:
    """``StringDtype(storage, missing value)``."""
    if len(args) > 2 or (args and args[0] not in ("python", "pyarrow", None)):
        raise wrong("a pandas type")
    missing = args[1] if len(args) > 1 else pd.NA
    if missing is not pd.NA and not (type(missing) is float and missing != missing):
        raise wrong("a pandas type")
    made = pd.StringDtype(args[0] if args else None, na_value=missing)

    def fill(state: Any) -> pd.StringDtype:
        stored = state.get("storage") if type(state) is dict and not args else None
        return pd.StringDtype(stored) if stored in ("python", "pyarrow") else made

    return Slot("a pandas type", fill, made, ready=True)


def dtype(name: str) -> Callable[[Machine, tuple[Any, ...]], Any]:
    """``Int64Dtype()`` and its kin, with their caches ignored."""

    def make(_machine: Machine, args: tuple[Any, ...]) -> Slot:
        if args:
            raise wrong("a pandas type")
        made = getattr(pd, name)()
        return Slot("a pandas type", lambda _state: made, made, ready=True)

    return make


def masked(name: str) -> Callable[[Machine, tuple[Any, ...]], Slot]:
    """``IntegerArray`` and its kin: data and mask of one length."""

    def make(_machine: Machine, args: tuple[Any, ...]) -> Slot:
        if args:
            raise wrong("a pandas array")

        def fill(state: Any) -> Any:
            if type(state) is tuple and len(state) == 2:
                state = {**(state[0] or {}), **(state[1] or {})}
            found: list[Any] = [state.get(part) if type(state) is dict else None for part in ("_data", "_mask")]
            if not all(type(part) is np.ndarray and part.ndim == 1 for part in found) or len(found[0]) != len(found[1]):
                raise wrong("a pandas array")
            return getattr(pd.arrays, name)(*found)

        return Slot("a pandas array", fill)

    return make


def categorical_dtype(_machine: Machine, args: tuple[Any, ...]) -> Slot:
    """``CategoricalDtype``: its state names the categories."""
    if args:
        raise wrong("a pandas type")

    def fill(state: Any) -> pd.CategoricalDtype:
        fits = type(state) is dict and (state.get("categories") is None or isinstance(state["categories"], pd.Index))
        if not fits or type(state.get("ordered")) not in (bool, type(None)):
            raise wrong("a pandas type")
        return pd.CategoricalDtype(state["categories"], ordered=state["ordered"])

    return Slot("a pandas type", fill)


NUMBER_TYPES = (
    *(f"{kind}{bits}Dtype" for kind in ("Int", "UInt") for bits in (8, 16, 32, 64)),
    *("Float32Dtype", "Float64Dtype", "BooleanDtype"),
)
"""Types of numbers that may be missing."""
_BACKED = (0x4F1061F, 0xB63B53E, 0xD555CB8)
"""What Cython writes for the attributes of the class beneath; pandas takes no others."""


def categorical(_machine: Machine, args: tuple[Any, ...]) -> Slot:
    """``Categorical``, alone or through ``__pyx_unpickle_NDArrayBacked``: a type and codes, verified by pandas."""
    kind = args[0].name.rpartition(".")[2] if len(args) == 3 and args[0].__class__ is Ref else ""
    if kind in ("DatetimeArray", "TimedeltaArray") and args[1] in _BACKED and args[2] is None:
        return times.array(kind)
    if kind == "PeriodArray" and args[1] in _BACKED and args[2] is None:
        return periods.array(_machine, ())
    if kind == "StringArray" and args[1] in _BACKED and args[2] is None:  # pandas 1
        return string_array(_machine, ())
    named = kind == "Categorical"
    if args and not (named and args[1] in _BACKED):
        raise wrong("a pandas array")

    def fill(state: Any) -> pd.Categorical[Any]:
        if type(state) is dict:
            kind, codes = state.get("_dtype"), state.get("_ndarray", state.get("_codes"))
        else:
            kind, codes = (state[0], state[1]) if type(state) is tuple and len(state) in (2, 3) else (None, None)
        if isinstance(kind, np.ndarray):
            kind, codes = codes, kind
        if not isinstance(kind, pd.CategoricalDtype) or not isinstance(codes, np.ndarray) or codes.dtype.kind != "i":
            raise wrong("a pandas array")
        found: pd.Categorical[Any] = pd.Categorical.from_codes(codes, dtype=kind)
        return found

    return Slot("a pandas array", fill)


_CONTENTS = ("_pa_array", "_data", "_ndarray")
_TEXT_PARTS = frozenset((*_CONTENTS, "_dtype", "_cache", "_readonly"))


def string_array(_machine: Machine, args: tuple[Any, ...]) -> Slot:
    """``ArrowStringArray`` and ``StringArray``: texts, with their type."""
    if args:
        raise wrong("a pandas array")

    def fill(state: Any) -> Any:
        if type(state) is tuple and len(state) == 3 and isinstance(state[0], pd.StringDtype):
            state = {"_dtype": state[0], "_ndarray": state[1]}
        if type(state) is tuple and len(state) == 2:
            state = {**(state[0] or {}), **(state[1] or {})}
        if type(state) is not dict or not set(state) <= _TEXT_PARTS:
            raise wrong("a pandas array")
        found = [value for part, value in state.items() if part in _CONTENTS]
        kind = state.get("_dtype")
        if kind is None and "_pa_array" in state:
            raise wrong("a pandas array")
        if len(found) != 1 or not isinstance(kind, pd.StringDtype | None):
            raise wrong("a pandas array")
        values = found[0]
        if isinstance(values, np.ndarray):
            if values.dtype != object or not all(type(v) is str or pd.isna(v) is True for v in values):
                raise wrong("a pandas array")
        elif type(values).__module__ != "pyarrow.lib":
            raise wrong("a pandas array")
        else:
            values = values.to_numpy(zero_copy_only=False)
        return pd.array(values, dtype=kind if kind is not None else pd.StringDtype())

    return Slot("a pandas array", fill)


def arrow_buffer(_machine: Machine, args: tuple[Any, ...]) -> Buffer:
    """``pyarrow.lib.py_buffer(bytes)``."""
    if len(args) != 1 or type(args[0]) not in (bytes, bytearray):
        raise wrong("an Arrow array")
    return Buffer(bytes(args[0]))


def arrow_type(_machine: Machine, args: tuple[Any, ...]) -> Any:
    """``pyarrow.lib.type_for_alias``: texts only."""
    import pyarrow

    if args not in (("string",), ("large_string",)):
        raise wrong("an Arrow array")
    return pyarrow.type_for_alias(args[0])


def arrow_array(_machine: Machine, args: tuple[Any, ...]) -> Any:
    """``pyarrow.lib._restore_array(parts)``: texts only, validated in full by Arrow."""
    import pyarrow

    parts = args[0] if len(args) == 1 and type(args[0]) is tuple else ()
    if len(parts) != 7 or not isinstance(parts[0], pyarrow.DataType) or parts[5] != [] or parts[6] is not None:
        raise wrong("an Arrow array")
    kind, length, nulls, offset, buffers = parts[:5]
    numbers = all(type(number) is int and number >= -1 for number in (length, nulls, offset))
    if not numbers or length < 0 or offset < 0 or type(buffers) is not list or len(buffers) != 3:
        raise wrong("an Arrow array")
    if not all(part is None or type(part) is Buffer for part in buffers):
        raise wrong("an Arrow array")
    raw = [None if part is None else pyarrow.py_buffer(part.content) for part in buffers]
    made = pyarrow.Array.from_buffers(kind, length, raw, nulls, offset)
    made.validate(full=True)
    return made


CONSTRUCTORS: dict[str, Any] = {
    "pandas.StringDtype": string_dtype,
    **{f"pandas.{name}": dtype(name) for name in NUMBER_TYPES},
    "pandas.core.arrays.integer.IntegerArray": masked("IntegerArray"),
    "pandas.core.arrays.floating.FloatingArray": masked("FloatingArray"),
    "pandas.core.arrays.boolean.BooleanArray": masked("BooleanArray"),
    "pandas.core.arrays.string_arrow.ArrowStringArray": string_array,
    "pandas.core.arrays.string_.StringArray": string_array,
    "pandas.core.arrays.categorical.Categorical": categorical,
    "pandas._libs.arrays.__pyx_unpickle_NDArrayBacked": categorical,
    "pandas.core.dtypes.dtypes.CategoricalDtype": categorical_dtype,
    "pyarrow.lib.py_buffer": arrow_buffer,
    "pyarrow.lib.type_for_alias": arrow_type,
    "pyarrow.lib._restore_array": arrow_array,
}
