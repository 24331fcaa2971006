"""Arrays in JSON: base64 of little-endian numbers in the smallest type that holds them exactly; and values, checked."""

from __future__ import annotations

import base64
import binascii
import math
from typing import Any

import numpy as np

from core.errors import ModelError

INTS = ("i1", "i2", "i4")
FLOATS = ("f4", "f8")
MOST = 20_000_000
"""Numbers that one array may hold."""


def refuse(reason: str) -> ModelError:
    """Build the error for a form that cannot be trusted."""
    return ModelError("The model's plain form is not valid.", reason, "The model's own library is asked instead.")


def pack(values: np.ndarray) -> list[Any]:
    """Write an array as ``[type, base64]``; its shape is known from elsewhere.

    Parameters
    ----------
    values : ndarray
        Whole numbers below 2**31, booleans (packed to bits) or floats.
    """
    flat = np.ravel(values)
    if flat.dtype == np.bool_:
        return ["b", _text(np.packbits(flat, bitorder="little"))]
    kinds = FLOATS if flat.dtype.kind == "f" else INTS
    kind = next((kind for kind in kinds[:-1] if _holds(flat, kind)), kinds[-1])
    return [kind, _text(flat.astype("<" + kind))]


def _holds(flat: np.ndarray, kind: str) -> bool:
    """True when the type keeps every number as it is."""
    if kind[0] == "i":
        limits = np.iinfo(kind)
        return bool(len(flat) == 0 or (flat.min() >= limits.min and flat.max() <= limits.max))
    with np.errstate(over="ignore"):
        return bool(np.array_equal(flat.astype(kind).astype(np.float64), flat, equal_nan=True))


def _text(flat: np.ndarray) -> str:
    """Bytes as base64."""
    return base64.b64encode(flat.tobytes()).decode("ascii")


def unpack(packed: Any, count: int, name: str) -> np.ndarray:
    """Read an array of ``count`` numbers: int64, bool or float64 by its type.

    Raises
    ------
    ModelError
        If it is not of that form or length.
    """
    if not (isinstance(packed, list) and len(packed) == 2 and all(isinstance(part, str) for part in packed)):
        raise refuse(f"'{name}' is not an array.")
    if not 0 <= count <= MOST:
        raise refuse(f"'{name}' is too long.")
    kind, text = packed
    if kind not in ("b", *INTS, *FLOATS):
        raise refuse(f"'{name}' has an unknown type of number.")
    size = (count + 7) // 8 if kind == "b" else count * int(kind[1])
    if len(text) != (size + 2) // 3 * 4:
        raise refuse(f"'{name}' has not the length it should have.")
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise refuse(f"'{name}' is not base64.") from None
    if len(data) != size:
        raise refuse(f"'{name}' has not the length it should have.")
    if kind == "b":
        return np.unpackbits(np.frombuffer(data, np.uint8), count=count, bitorder="little").astype(np.bool_)
    return np.frombuffer(data, "<" + kind).astype(np.int64 if kind[0] == "i" else np.float64)


def listed(value: Any, most: int, name: str) -> list[Any]:
    """A list of bounded length."""
    if not isinstance(value, list) or len(value) > most:
        raise refuse(f"Its {name} are not a list of at most {most:,}.")
    return value


def one_of(value: Any, known: tuple[Any, ...]) -> Any:
    """One of the known words."""
    if value not in known:
        raise refuse("It uses a word that is not known here.")
    return value


def finite(value: Any) -> float:
    """A finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise refuse("A number is not a number.")
    return float(value)


def whole(value: Any, low: int, high: int) -> int:
    """A whole number within limits."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise refuse("An index lies outside its range.")
    return value
