"""Does a value fit the annotation of its field? Results come out of files and of processes that nobody trusts."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import numpy as np

from core.results.base import Result

_PLAIN = (str, int, float, bool, type(None))
_DEEPEST = 30


@cache
def _hints(cls: Any) -> dict[str, Any]:
    """A class's annotations, resolved."""
    return get_type_hints(cls)


def check_fields(value: Any) -> None:
    """Compare every field of a dataclass with its annotation.

    Raises
    ------
    ValueError
        Naming the first field that does not fit.
    """
    cls: Any = type(value)
    hints = _hints(cls)
    for item in fields(value):
        if not fits(getattr(value, item.name), hints[item.name]):
            raise ValueError(f"{item.name} of a {type(value).__name__} is of another type")


def fits(value: Any, wanted: Any, depth: int = 0) -> bool:
    """True when a value has an annotation's type; ``Any`` takes plain values and tuples or mappings of them."""
    if depth > _DEEPEST:
        return False
    origin, inner = get_origin(wanted), get_args(wanted)
    if wanted is Any or wanted is object:
        return _is_plain(value, depth)
    if wanted is None or wanted is type(None):
        return value is None
    if origin in (Union, types.UnionType):
        return any(fits(value, one, depth + 1) for one in inner)
    if origin is Literal:
        return type(value) in _PLAIN and value in inner
    if origin is tuple:
        return _fits_tuple(value, inner, depth)
    if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping):
        return isinstance(value, Mapping) and all(
            fits(key, inner[0], depth + 1) and fits(item, inner[1], depth + 1) for key, item in value.items()
        )
    if origin is np.ndarray or wanted is np.ndarray:
        return isinstance(value, np.ndarray) and value.dtype == np.float64
    if wanted is float:
        return type(value) in (float, int)
    if wanted in _PLAIN:
        return type(value) is wanted
    if wanted is Result:  # any kind; its own fields were compared when it was made
        return is_dataclass(type(value)) and isinstance(getattr(type(value), "kind", None), str)
    return is_dataclass(wanted) and type(value) is wanted


def _fits_tuple(value: Any, inner: tuple[Any, ...], depth: int) -> bool:
    """Tuples of one type, and of a fixed row of types."""
    if type(value) is not tuple:
        return False
    if len(inner) == 2 and inner[1] is Ellipsis:
        return all(fits(item, inner[0], depth + 1) for item in value)
    return len(value) == len(inner) and all(fits(*pair, depth + 1) for pair in zip(value, inner, strict=True))


def _is_plain(value: Any, depth: int) -> bool:
    """JSON's own values, tuples and mappings of them."""
    if depth > _DEEPEST:
        return False
    if isinstance(value, tuple):
        return all(_is_plain(item, depth + 1) for item in value)
    if isinstance(value, Mapping):
        return all(type(key) is str and _is_plain(item, depth + 1) for key, item in value.items())
    return type(value) in _PLAIN or isinstance(value, np.ndarray)
