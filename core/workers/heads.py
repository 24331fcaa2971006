"""Heads of messages: what a message says beside its arrays, and the type, shape and place of each of them, as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import numpy as np

_BARE = '{"arrays"'
"""How our own heads without values begin: they are put together, and taken apart, once for each shape."""
_SHORT = 256
_KINDS = frozenset("biufcMm")

Form = tuple[str, tuple[int, ...], int | None]
"""An array's type, its shape, and its place where it does not come through the pipe."""
Found = tuple[np.dtype, tuple[int, ...], int | None]


def _refuse(constant: str) -> None:
    """JSON has no NaN and no infinity."""
    raise ValueError(f"{constant} in a head")


_WRITER, _READER = json.JSONEncoder(allow_nan=False), json.JSONDecoder(parse_constant=_refuse)
"""Made once: to make one takes as long as a short head."""


def written(values: dict[str, Any], forms: Iterable[Form], blob: int) -> bytes:
    """A head with these values, for arrays of these forms and a blob of so many bytes."""
    return _written(values, forms, blob) if values else _bare(tuple(forms), blob)


def _written(values: dict[str, Any], forms: Iterable[Form], blob: int) -> bytes:
    """Write it."""
    arrays = [
        {"dtype": kind, "shape": shape} | ({} if place is None else {"at": place}) for kind, shape, place in forms
    ]
    return _WRITER.encode({**values, "arrays": arrays, "blob": blob}).encode()


@lru_cache(maxsize=64)
def _bare(forms: tuple[Form, ...], blob: int) -> bytes:
    """Write an answer's that is numbers only: one is like another."""
    return _written({}, forms, blob)


def taken_apart(head: str) -> tuple[dict[str, Any], tuple[Found, ...], int]:
    """A head's own values, its arrays' types, shapes and places, and the blob's size.

    Raises
    ------
    ValueError, KeyError, TypeError, OverflowError, RecursionError
        If it is none.
    """
    if len(head) > _SHORT or not head.startswith(_BARE):
        return _taken_apart(head)
    values, arrays, blob = _known(head)
    return _taken_apart(head) if values else ({}, arrays, blob)


def _taken_apart(head: str) -> tuple[dict[str, Any], tuple[Found, ...], int]:
    """Read it."""
    values = _READER.decode(head)
    if type(values) is not dict:
        raise ValueError("a head that is none")
    arrays, blob = values.pop("arrays"), values.pop("blob")
    return values, tuple((*_form(item), int(item["at"]) if "at" in item else None) for item in arrays), int(blob)


_known = lru_cache(maxsize=64)(_taken_apart)


def _form(item: dict[str, Any]) -> tuple[np.dtype, tuple[int, ...]]:
    """The type and shape of an array of numbers; ValueError if it is none."""
    kind = np.dtype(str(item["dtype"]))
    shape = tuple(int(size) for size in item["shape"])
    if kind.kind not in _KINDS or len(shape) > 3 or any(size < 0 for size in shape):
        raise ValueError("an array of another kind")
    return kind, shape
