"""A file that a visitor gives back: JSON, read piece by piece, so that a small file cannot become large in memory.

A list of empty lists takes twenty times its text once it is read. So nothing is read whole: each value of the file's
own object, and each item of one list in it, is measured as text before it is read, and made small before the next.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.codec import weight, wide
from core.errors import InputError

MAX_PIECE = 8_000_000
"""Bytes of one value of the file, or of one item of its list."""
MAX_WEIGHT = 20 << 20
"""Bytes that such a piece may take once it is read; reading and drawing it takes twice as many for a moment."""
_FIRST = 1 << 16
_BLANKS = re.compile(rb"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


def opened(
    data: bytes, largest: int, what: str, each: Callable[[Any], Any] | None = None, most: tuple[str, int] = ("", 0)
) -> Any:
    """Read a file's JSON object.

    Parameters
    ----------
    data : bytes
        Not trusted.
    largest : int
        Bytes that are opened at most.
    what : str
        What the file should be, in a word: ``"session"``.
    each : callable, optional
        What becomes of each item of one list, before the next is read.
    most : (str, int)
        The name of this list, and how many items it may have.

    Returns
    -------
    dict or None
        None where it begins as something else than an object.

    Raises
    ------
    InputError
        If it is larger, a part of it is, or it is no JSON.
    """
    if len(data) > largest:
        size = f"{largest / 1e6:.0f} MB" if largest >= 1_000_000 else f"{largest / 1000:.0f} kB"
        raise InputError(f"This {what} is too large.", f"At most {size} are opened.")
    reader = _Reader(data)
    try:
        return _object(reader, each, *most) if reader.next() == b"{" else None
    except (ValueError, RecursionError) as error:
        raise InputError(f"This file is not a {what}.", f"It is no JSON ({type(error).__name__}).") from error
    except _Large as error:
        raise InputError(f"This {what} is too large.", str(error)) from error


class _Large(Exception):  # noqa: N818 - a verdict on a file, turned into an InputError at the door
    """A piece holds more than any that this app writes."""


@dataclass(slots=True)
class _Reader:
    """A position in the bytes, and what was kept of those before it."""

    data: bytes
    at: int = 0
    kept: int = 0

    def next(self) -> bytes:
        """The next byte that is no blank, without taking it."""
        found = _BLANKS.match(self.data, self.at)
        self.at = self.at if found is None else found.end()
        return self.data[self.at : self.at + 1]

    def takes(self, mark: bytes) -> bool:
        """Take a byte if it is the next."""
        taken = self.next() == mark
        self.at += taken
        return taken

    def needs(self, mark: bytes) -> None:
        """Take a byte that must be there."""
        if not self.takes(mark):
            raise ValueError("something else is expected")

    def value(self, keep: bool = True) -> Any:
        """The next value, looked at in ever longer pieces until it is whole; what is kept adds up."""
        self.next()
        size = _FIRST
        while True:
            piece = self.data[self.at : self.at + size]
            heavy = weight(piece)
            if self.kept + heavy > MAX_WEIGHT:
                raise _Large("A part of it holds too many values.")
            whole = self.at + size >= len(self.data)
            try:
                text = codecs.utf_8_decode(piece, "strict", whole)[0]  # half a letter at the end is left out
                found, end = _DECODER.raw_decode(text)
            except ValueError:
                if whole:
                    raise
            else:
                if end < len(text) or whole:  # a number at the very end may go on
                    taken = end if text.isascii() else len(text[:end].encode())
                    self.kept += weight(piece[:taken]) if keep else wide(piece[:taken])
                    self.at += taken
                    return found
            if size >= MAX_PIECE:
                raise _Large(f"A part of it has more than {MAX_PIECE / 1e6:.0f} MB.")
            size = min(size * 4, MAX_PIECE)


def _object(reader: _Reader, each: Callable[[Any], Any] | None, listed: str, most: int) -> dict[str, Any]:
    """The file's own object."""
    found: dict[str, Any] = {}
    reader.needs(b"{")
    while not reader.takes(b"}"):
        if found:
            reader.needs(b",")
        if reader.next() != b'"':
            raise ValueError("a name is missing")
        name = reader.value()
        reader.needs(b":")
        if name in found:
            raise ValueError("a name stands twice")
        many = each is not None and name == listed and reader.next() == b"["
        found[name] = _items(reader, each, most) if many and each is not None else reader.value()
    if reader.next():
        raise ValueError("more follows its end")
    return found


def _items(reader: _Reader, each: Callable[[Any], Any], most: int) -> list[Any]:
    """The items of a list, one after another."""
    found: list[Any] = []
    reader.needs(b"[")
    while not reader.takes(b"]"):
        if found:
            reader.needs(b",")
        if len(found) == most:
            raise _Large(f"It must hold a list of at most {most:,} answers.")
        found.append(each(reader.value(keep=False)))
    return found
