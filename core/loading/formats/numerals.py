"""Long lists of numbers in a text, counted and read at once: a file of many megabytes holds millions of them."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

NUMBER = r"[-+]?([0-9]+\.?[0-9]*([eE][-+]?[0-9]+)?|inf|nan)"
"""How a number begins and ends in a text."""
_NUMBER = re.compile(NUMBER)
BLANK = 0x13
_WRITTEN = {
    **dict.fromkeys(b"0123456789", 0x30),
    **dict.fromkeys(b"+-", 0x01),
    **dict.fromkeys(b".eE", 0x32),
    ord(" "): BLANK,
}
_KINDS = bytes(_WRITTEN.get(letter, 0x0F) for letter in range(256))
"""Low half: 0 a digit, 1 a sign, 2 a point or exponent, 3 a blank, 15 what is in no number. High half: the most that
may follow it."""
_TABLE = np.frombuffer(_KINDS, np.uint8)
_LISTS = re.compile(rb'"(?:[^"\\]|\\.)*+"|\[[-+0-9.eE,\s]*+\]', re.DOTALL)
_IN_LISTS, _COMMA = b"-+0123456789.eE, \t\n\r\x0b\x0c", ord(",")
_SHORT, _LONG = 2_000, 500
"""Bytes of a list up to which its commas are counted one by one, and from which on it is found by its brackets."""
_DIGIT = re.compile(rb"[0-9]")


def count(text: bytes) -> int:
    """How many numbers stand in a text, separated by blanks.

    Raises
    ------
    ValueError
        If something in it does not begin as a number does, which makes a native parser abort.
    """
    from core.loading.formats.digits import counted

    if (found := int(counted(np.frombuffer(text, np.uint8), _TABLE))) >= 0:
        return found
    parts = [
        part for part in text.decode("utf-8", "replace").split(" ") if part
    ]  # no other blanks: LightGBM takes none
    if not all(map(_NUMBER.fullmatch, parts)):
        raise ValueError("something that is no number")
    return len(parts)


def integers(texts: Sequence[bytes | memoryview], separator: str = " ") -> npt.NDArray[np.int64]:
    """The whole numbers of some texts.

    Raises
    ------
    ValueError
        If a part of one is no whole number, or empty.
    """
    from core.loading.formats.digits import read

    found, at = np.empty(sum(len(text) // 2 + 1 for text in texts), dtype=np.int64), 0
    for text in texts:
        at = int(read(np.frombuffer(text, np.uint8), ord(separator), found, at)) if len(text) else -1
        if at < 0:  # something to be looked at closely
            return _integers(separator.encode().join(texts), separator)
    return found[:at]


def _integers(text: bytes, separator: str) -> npt.NDArray[np.int64]:
    """As ``integers``, of a text that may be anything."""
    if not text.strip():
        return np.zeros(0, dtype=np.int64)
    if text.translate(None, b"0123456789-" + separator.encode()):
        raise ValueError("something that is no whole number")
    found = _parsed(text, separator, np.int64)
    if found.size != times(text, ord(separator)) + 1:
        raise ValueError(f"{found.size} numbers")
    return found


def times(text: bytes, letter: int) -> int:
    """How often a letter stands in a text; a third of the time of ``bytes.count`` where both are large."""
    if len(text) < _SHORT:  # of a million short lists (50,000 trees), the way into numpy took most of the time
        return text.count(letter)
    return int(np.count_nonzero(np.frombuffer(text, np.uint8) == letter))


def _parsed(text: bytes, separator: str, kind: Any) -> npt.NDArray[Any]:
    """The numbers as numpy reads them, up to the end of the text."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # numpy only warns where it stops in the middle
        try:
            return np.fromstring(text, kind, sep=separator)
        except DeprecationWarning as error:
            raise ValueError(str(error)) from error


def values(text: bytes, separator: str) -> npt.NDArray[np.float64]:
    """The numbers of a text.

    Raises
    ------
    ValueError
        If a part of it is no number, or empty.
    """
    if not text.strip():
        return np.zeros(0)
    found = _parsed(text, separator, np.float64)
    wanted = text.count(separator.encode()) + 1
    if found.size != wanted and (separator.strip() or found.size != len(text.split())):
        raise ValueError(f"{found.size} numbers instead of {wanted}")
    return found


@dataclass(frozen=True, slots=True)
class Numerals:
    """A list of numbers in a JSON file, as it is written there; ``numpy.asarray`` reads it."""

    text: bytes

    def __len__(self) -> int:
        return times(self.text, _COMMA) + 1

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> npt.NDArray[Any]:
        try:  # three times as quick, where it fits
            found: npt.NDArray[Any] = integers([self.text], ",")
        except ValueError:
            found = values(self.text, ",")
        return found if dtype is None else found.astype(dtype)


_MOST = {b"{": (1_000_000, "objects"), b"[": (4_000_000, "lists"), b'"': (8_000_000, "texts' ends")}
_MOST[b"\\"] = (1_000_000, "escaped letters")
"""What each takes longer to read than its bytes say. A forest of 50,000 trees has 100,000 objects, 800,000 lists and
2,500,000 texts' ends."""


def parse_json(data: bytes) -> Any:
    """JSON with its lists of numbers as ``Numerals``: a list is read when it is looked at, none becomes objects.

    No name may stand twice in an object: two parsers could take different ones, and only one of them checks.

    Raises
    ------
    ValueError
        If it is no JSON.
    """
    for mark, (most, title) in _MOST.items():
        if data.count(mark) > most:
            raise ValueError(f"it has more than {most:,} {title}, far beyond what any forest needs")
    lists: list[bytes] = []

    def back(held: Any) -> Any:
        if type(held) is list:  # every list of nothing but numbers was put aside: one number is its place
            return Numerals(lists[held[0]]) if len(held) == 1 and type(held[0]) is int else [back(x) for x in held]
        return held

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = {name: back(held) for name, held in pairs}
        if len(found) != len(pairs):
            raise ValueError("a name is there twice")
        return found

    return back(json.loads(_without_lists(data, lists).decode("utf-8-sig"), object_pairs_hook=once))


def _without_lists(data: bytes, lists: list[bytes]) -> bytes:
    """JSON with the place of each list of numbers among ``lists``, which takes them, in its stead."""

    def put_aside(match: re.Match[bytes]) -> bytes:
        text = match.group()
        if text.startswith(b'"') or not _DIGIT.search(text):
            return text
        lists.append(text[1:-1])
        return b"[%d]" % (len(lists) - 1)

    if b"\\" in data or data.count(b"[") * _LONG > len(data):  # a quotation mark in a text may be none
        return _LISTS.sub(put_aside, data)
    kept: list[bytes] = []
    at, opened = 0, data.find(b"[")
    while opened >= 0:
        if data.count(b'"', at, opened) % 2:  # in a text
            closed = data.find(b'"', opened)
            start = closed + 1 if closed >= 0 else len(data)
        else:
            after = data.find(b"[", opened + 1)
            closed = data.find(b"]", opened, after if after >= 0 else len(data))
            text = data[opened + 1 : closed] if closed >= 0 else b'"'
            start = opened + 1
            if not text.translate(None, _IN_LISTS) and _DIGIT.search(text):
                lists.append(text)
                kept.append(data[at:opened] + b"[%d" % (len(lists) - 1))
                at = start = closed
        if start != at:
            kept.append(data[at:start])
            at = start
        opened = data.find(b"[", at)
    return b"".join([*kept, data[at:]])
