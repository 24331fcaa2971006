"""Whether a decoded value has the types that its dataclass declares."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import numpy as np

LONGEST = 20_000
"""Items of a list: tables have 2,000 columns and answers draw 5,000 rows; drawing takes ten times an item."""
_KNOWN: dict[type, dict[str, Any]] = {}


def fits(value: Any) -> bool:
    """Hold every field of a dataclass, and of those inside it, against its annotation.

    Examples
    --------
    >>> from core.results import Check
    >>> fits(Check("rows", True, 1.0, "text")), fits(Check("rows", "yes", 1.0, "text"))
    (True, False)
    """
    hints = _hints(type(value))
    return all(_is(getattr(value, item.name), hints[item.name]) for item in fields(value))


def _hints(cls: type) -> dict[str, Any]:
    """The resolved annotations of a class, looked up once."""
    if cls not in _KNOWN:
        _KNOWN[cls] = get_type_hints(cls)
    return _KNOWN[cls]


def _is(value: Any, wanted: Any) -> bool:
    """True where a value is of a type; ``Any`` is a plain cell."""
    origin, inner = get_origin(wanted), get_args(wanted)
    if wanted is Any:
        return value is None or isinstance(value, bool | int | float | str | tuple)
    if origin in (Union, types.UnionType):
        return any(_is(value, one) for one in inner)
    if origin is Literal:
        return value in inner and isinstance(value, str)
    if origin is tuple:
        return _is_tuple(value, inner)
    if origin is np.ndarray:
        return isinstance(value, np.ndarray)
    if origin is not None and issubclass(origin, Mapping):
        return isinstance(value, Mapping)
    if is_dataclass(wanted):
        return isinstance(value, wanted) and fits(value)  # type: ignore[arg-type]  # a class, as annotations hold
    return _is_plain(value, wanted)


def _is_tuple(value: Any, inner: tuple[Any, ...]) -> bool:
    """A tuple of one type throughout, or of given ones; never longer than any that this app makes."""
    if not isinstance(value, tuple) or len(value) > LONGEST:
        return False
    if not inner or (len(inner) == 2 and inner[1] is Ellipsis):
        return all(_is(item, inner[0] if inner else Any) for item in value)
    return len(value) == len(inner) and all(_is(item, one) for item, one in zip(value, inner, strict=True))


def _is_plain(value: Any, wanted: Any) -> bool:
    """Numbers, truth values and texts; a whole number is a float too, a truth value is neither."""
    if wanted is float:
        return isinstance(value, float | int) and not isinstance(value, bool)
    if wanted is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, wanted)
