"""Long lists of numbers in a text, counted and read at once: a file of many megabytes holds millions of them."""

from __future__ import annotations

import json
import re
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

_NUMBER = re.compile(r"[-+]?([0-9]+\.?[0-9]*([eE][-+]?[0-9]+)?|inf|nan)")
_PLUS, _MINUS, _ZERO, _NINE = b"+-09"
_LISTS = re.compile(rb'"(?:[^"\\]|\\.)*+"|\[[-+0-9.eE,\s]*+\]', re.DOTALL)
_DIGIT = re.compile(rb"[0-9]")


def count(text: str) -> int:
    """How many numbers stand in a text, separated by blanks.

    Raises
    ------
    ValueError
        If something in it does not begin as a number does, which makes a native parser abort.
    """
    data = text.encode()
    if not data.translate(None, b"0123456789+-.eE "):
        letters = np.frombuffer(data + b"  ", np.uint8)
        starts = np.concatenate([[0], np.flatnonzero(letters[:-2] == ord(" ")) + 1])
        first, second = letters[starts], letters[starts + 1]
        leading = np.where((first == _PLUS) | (first == _MINUS), second, first)
        if ((leading >= _ZERO) & (leading <= _NINE)).all():
            return len(starts)
    parts = text.split()
    if not all(map(_NUMBER.fullmatch, parts)):
        raise ValueError("something that is no number")
    return len(parts)


def values(text: bytes, separator: str) -> npt.NDArray[np.float64]:
    """The numbers of a text.

    Raises
    ------
    ValueError
        If a part of it is no number, or empty.
    """
    if not text.strip():
        return np.zeros(0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # numpy only warns where it stops in the middle
        try:
            found = np.fromstring(text, np.float64, sep=separator)
        except DeprecationWarning as error:
            raise ValueError(str(error)) from error
    wanted = text.count(separator.encode()) + 1
    if found.size != wanted and (separator.strip() or found.size != len(text.split())):
        raise ValueError(f"{found.size} numbers instead of {wanted}")
    return found


@dataclass(frozen=True, slots=True)
class Numerals:
    """A list of numbers in a JSON file, as it is written there; ``numpy.asarray`` reads it."""

    text: bytes

    def __len__(self) -> int:
        return self.text.count(b",") + 1

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> npt.NDArray[Any]:
        found = values(self.text, ",")
        return found if dtype is None else found.astype(dtype)


def parse_json(data: bytes) -> Any:
    """JSON with its lists of numbers as ``Numerals``: a list is read when it is looked at, none becomes objects.

    No name may stand twice in an object: two parsers could take different ones, and only one of them checks.

    Raises
    ------
    ValueError
        If it is no JSON.
    """
    lists: list[bytes] = []

    def put_aside(match: re.Match[bytes]) -> bytes:
        text = match.group()
        if text.startswith(b'"') or not _DIGIT.search(text):
            return text
        lists.append(text[1:-1])
        return b"[%d]" % (len(lists) - 1)

    def back(held: Any) -> Any:
        if type(held) is list:  # every list of nothing but numbers was put aside: one number is its place
            return Numerals(lists[held[0]]) if len(held) == 1 and type(held[0]) is int else [back(x) for x in held]
        return held

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = {name: back(held) for name, held in pairs}
        if len(found) != len(pairs):
            raise ValueError("a name is there twice")
        return found

    return back(json.loads(_LISTS.sub(put_aside, data).decode("utf-8-sig"), object_pairs_hook=once))
