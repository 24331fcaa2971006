"""Universal Binary JSON, as XGBoost writes it, with limits."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np

MAX_DEPTH = 60
MAX_ITEMS = 20_000_000
_NUMBERS = {b"i": ">i1", b"U": ">u1", b"I": ">i2", b"u": ">u2", b"l": ">i4", b"m": ">u4", b"L": ">i8", b"d": ">f4", b"D": ">f8"}
_CONSTANTS = {b"Z": None, b"T": True, b"F": False}


class _Reader:
    """A position in the bytes."""

    __slots__ = ("data", "items", "position")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.position = 0
        self.items = 0

    def take(self, size: int) -> bytes:
        """The next bytes."""
        end = self.position + size
        if size < 0 or end > len(self.data):
            raise ValueError("the file ends too early")
        found = self.data[self.position : end]
        self.position = end
        return found

    def number(self, tag: bytes) -> Any:
        """One number of the given type."""
        kind = _NUMBERS.get(tag)
        if kind is None:
            raise ValueError(f"unknown type {tag!r}")
        return np.frombuffer(self.take(int(kind[2])), dtype=kind)[0].item()

    def size(self) -> int:
        """A length with its type."""
        found = self.number(self.take(1))
        if not isinstance(found, int) or found < 0:
            raise ValueError("a length that is none")
        return found

    def text(self) -> str:
        """A length and UTF-8."""
        return self.take(self.size()).decode("utf-8")


def decode(data: bytes) -> Any:
    """Read one value that fills the bytes.

    Returns
    -------
    object
        dict, list, str, number; typed arrays as numpy arrays.

    Raises
    ------
    ValueError
        If the bytes are not of that form, nest too deeply or hold too much.
    """
    reader = _Reader(bytes(data))
    try:
        found = _value(reader, reader.take(1), 0)
    except (struct.error, UnicodeDecodeError) as error:
        raise ValueError(str(error)) from error
    if reader.position != len(reader.data):
        raise ValueError("bytes behind the end")
    return found


def _value(reader: _Reader, tag: bytes, depth: int) -> Any:
    """One value of the given type."""
    reader.items += 1
    if depth > MAX_DEPTH or reader.items > MAX_ITEMS:
        raise ValueError("too deep or too large")
    if tag == b"{":
        return _object(reader, depth)
    if tag == b"[":
        return _array(reader, depth)
    if tag == b"S":
        return reader.text()
    if tag in _CONSTANTS:
        return _CONSTANTS[tag]
    return reader.number(tag)


def _object(reader: _Reader, depth: int) -> dict[str, Any]:
    """Keys and values until the closing brace."""
    found: dict[str, Any] = {}
    while reader.data[reader.position : reader.position + 1] != b"}":
        name = reader.text()
        found[name] = _value(reader, reader.take(1), depth + 1)
    reader.take(1)
    return found


def _array(reader: _Reader, depth: int) -> Any:
    """A typed array, a counted one, or one that ends with a bracket."""
    mark = reader.data[reader.position : reader.position + 1]
    if mark == b"$":
        reader.take(1)
        kind = _NUMBERS.get(reader.take(1))
        if kind is None or reader.take(1) != b"#":
            raise ValueError("a typed array of unknown type")
        return np.frombuffer(reader.take(reader.size() * int(kind[2])), dtype=kind)
    if mark == b"#":
        reader.take(1)
        count = reader.size()
        if count > len(reader.data):
            raise ValueError("a length that is none")
        return [_value(reader, reader.take(1), depth + 1) for _ in range(count)]
    items = []
    while reader.data[reader.position : reader.position + 1] != b"]":
        items.append(_value(reader, reader.take(1), depth + 1))
    reader.take(1)
    return items
