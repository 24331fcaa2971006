"""Universal Binary JSON as XGBoost writes it, decoded with bounds on size and depth; typed arrays become arrays."""

from __future__ import annotations

from struct import Struct, error
from typing import Any

import numpy as np

DEPTH = 40
_NUMBERS = {
    mark: np.dtype(kind)
    for mark, kind in
    ((b"i", ">i1"), (b"U", ">u1"), (b"I", ">i2"), (b"l", ">i4"), (b"L", ">i8"), (b"d", ">f4"), (b"D", ">f8"))
}  # fmt: skip
_ONE = {mark: Struct(f">{letter}") for mark, letter in zip(_NUMBERS, "bBhiqfd", strict=True)}
"""One number of each kind; a file of 70 MB holds fifty thousand lengths."""
_COUNTS = {mark: one for mark, one in _ONE.items() if mark not in (b"d", b"D")}
_CONSTANTS = {b"Z": None, b"T": True, b"F": False}


class _Reader:
    """A position in the bytes."""

    __slots__ = ("at", "data")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, count: int) -> bytes:
        """The next bytes; ValueError where they are not there."""
        found = self.data[self.at : self.at + count]
        if len(found) != count:  # a negative count is one short, too
            raise ValueError("it ends too early")
        self.at += count
        return found

    def skip(self, count: int) -> int:
        """Where the next bytes begin, to go on behind them; ValueError where they are not there."""
        if count < 0 or self.at + count > len(self.data):
            raise ValueError("it ends too early")
        self.at += count
        return self.at - count

    def peek(self) -> bytes:
        """The next byte without moving."""
        return self.data[self.at : self.at + 1]

    def number(self, form: Struct, behind: int = 0) -> Any:
        """The number so many bytes behind; ValueError where it is not there."""
        start = self.at + behind
        try:
            (found,) = form.unpack_from(self.data, start)
        except error:
            raise ValueError("it ends too early") from None
        self.at = start + form.size
        return found


def decode(data: bytes) -> Any:
    """Decode one document.

    Raises
    ------
    ValueError
        If it is malformed, too deep, or followed by more bytes.
    """
    reader = _Reader(data)
    value = _value(reader, reader.take(1), 0)
    if reader.at != len(data):
        raise ValueError("more bytes follow its end")
    return value


def _value(reader: _Reader, mark: bytes, depth: int) -> Any:
    """The value after its type mark."""
    if depth > DEPTH:
        raise ValueError("it is nested too deeply")
    if mark == b"[":
        return _array(reader, depth)
    if mark == b"S":
        return _text(reader)
    if mark == b"{":
        return _object(reader, depth)
    if mark in _ONE:
        return reader.number(_ONE[mark])
    if mark in _CONSTANTS:
        return _CONSTANTS[mark]
    if mark == b"C":
        return reader.take(1).decode("latin-1")
    raise ValueError(f"an unknown mark {mark!r}")


def _length(reader: _Reader) -> int:
    """A count: a mark of a whole number and the number."""
    form = _COUNTS.get(reader.data[reader.at : reader.at + 1])
    if form is None:
        raise ValueError("a length is no whole number")
    count: int = reader.number(form, 1)
    if not 0 <= count <= len(reader.data):
        raise ValueError("a length is larger than the file")
    return count


def _text(reader: _Reader) -> str:
    """A string with its length before it."""
    try:
        return reader.take(_length(reader)).decode("utf-8")
    except UnicodeDecodeError as wrong:
        raise ValueError("a text is not UTF-8") from wrong


def _object(reader: _Reader, depth: int) -> dict[str, Any]:
    """Keys and values up to the closing brace."""
    found: dict[str, Any] = {}
    count = None
    if reader.peek() == b"#":
        reader.take(1)
        count = _length(reader)
    while reader.peek() != b"}" if count is None else len(found) < count:
        key, mark = _text(reader), reader.take(1)
        if key in found:
            raise ValueError("a key is there twice")
        found[key] = _text(reader) if mark == b"S" else _value(reader, mark, depth + 1)
    if count is None:
        reader.take(1)
    return found


def _array(reader: _Reader, depth: int) -> Any:
    """A list, or a numpy array where all items have one number type."""
    kind = None
    if reader.peek() == b"$":
        reader.take(1)
        kind = reader.take(1)
        if kind in _CONSTANTS:
            raise ValueError("an array of constants")  # takes no bytes: a small file could hold billions
    if reader.peek() == b"#":
        reader.take(1)
        count = _length(reader)
        if kind in _NUMBERS:
            dtype = _NUMBERS[kind]
            return np.frombuffer(reader.data, dtype, count, reader.skip(count * dtype.itemsize))
        return [_value(reader, kind or reader.take(1), depth + 1) for _ in range(count)]
    if kind is not None:
        raise ValueError("a typed array has no length")
    items = []
    while reader.peek() != b"]":
        items.append(_value(reader, reader.take(1), depth + 1))
    reader.take(1)
    return items
