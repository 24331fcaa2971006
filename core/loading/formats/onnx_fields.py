"""The fields of an ONNX file: a protobuf walked in plain Python, with what the check of it has met so far."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from dataclasses import field as made

MAX_FIELDS = 1_000_000
_MODES = b"|".join(b"%c%s" % (len(word), word) for word in (
    b"LEAF", b"BRANCH_LEQ", b"BRANCH_LT", b"BRANCH_GTE", b"BRANCH_GT", b"BRANCH_EQ", b"BRANCH_NEQ"))  # fmt: skip
_ROWS = re.compile(
    rb"(?:\x3d[\x00-\xff]{4}){8,}+|(?:\x40[\x80-\xff]{0,9}+[\x00-\x7f]){8,}+|(?:\x4a(?:" + _MODES + rb")){8,}+"
)
"""Floats (field 7), whole numbers (8) and kinds of tree nodes (9) of an attribute, many in a row."""

Operator = tuple[bytes, bytes]
"""Domain and name."""
Node = tuple[bytes, Sequence[bytes], Sequence[bytes]]
"""Operator, inputs and outputs."""
Parts = Sequence[tuple[int, bytes | int]]
"""Fields of a message: number and content."""


@dataclass(slots=True)
class File:
    """A file under the check: its name, for messages, and how many parts of it may still be looked at.

    ``whole`` are the single whole numbers that it holds, by name, ``turns`` the names of what its loops count to,
    ``loops`` is how many loops are around the part that is looked at, ``own`` are the functions that it defines, by
    domain and name, with how many inputs each takes; ``calls`` are the operators met since it was emptied last.
    ``gaps`` tells that a call of an own function leaves out an input, ``joins`` that one reads all that it is given.
    ``nodes`` are the operators of the graph itself: name, inputs and outputs; ``inner`` tells that there are others, in
    loops, branches or functions. ``given`` are the graph's inputs, ``tensors`` the names of the numbers it keeps.
    """

    name: str
    left: int = MAX_FIELDS
    loops: int = 0
    whole: dict[bytes, int] = made(default_factory=dict)
    turns: set[bytes] = made(default_factory=set)
    own: dict[Operator, int] = made(default_factory=dict)
    calls: list[Operator] = made(default_factory=list)
    gaps: bool = False
    joins: bool = False
    nodes: list[Node] = made(default_factory=list)
    inner: bool = False
    given: set[bytes] = made(default_factory=set)
    tensors: set[bytes] = made(default_factory=set)

    def fields(self, data: bytes, every: bool = True) -> Iterator[tuple[int, bytes | int]]:
        """The fields of a protobuf message: number and content.

        A forest is millions of numbers, each a field of its own: without ``every``, many in a row are given as they
        are written, under the negative of their number.
        """
        at = 0
        while at < len(data):
            self.left -= 1
            if self.left < 0:
                raise ValueError(f"it has more than {MAX_FIELDS:,} parts")
            if not every and (row := _ROWS.match(data, at)):
                yield -(data[at] >> 3), row.group()
                at = row.end()
                continue
            key, at = varint(data, at)
            if key >= 1 << 32:  # protobuf would drop the upper bits and see another field
                raise ValueError("a field's number is out of bounds")
            field, wire = key >> 3, key & 7
            if wire == 0:
                value, at = varint(data, at)
                yield field, value
                continue
            if wire == 2:
                size, at = varint(data, at)
            elif wire in (1, 5):
                size = 8 if wire == 1 else 4
            else:
                raise ValueError(f"a field of unknown kind {wire}")
            if field == 0 or at + size > len(data):
                raise ValueError("a field reaches past the end")
            yield field, data[at : at + size]
            at += size


def last(parts: Parts, wanted: int) -> bytes:
    """The text of a field; where it stands twice, protobuf takes the last one."""
    return next((part for field, part in reversed(parts) if field == wanted and isinstance(part, bytes)), b"")


def integers(part: bytes | int) -> Iterator[int]:
    """One number, or several packed ones, as signed 64-bit."""
    if isinstance(part, int):
        yield signed(part)
        return
    at = 0
    while at < len(part):
        number, at = varint(part, at)
        yield signed(number)


def signed(number: int) -> int:
    """Two's complement of 64 bits."""
    return number - (1 << 64) if number >= 1 << 63 else number


def varint(data: bytes, at: int) -> tuple[int, int]:
    """A number in base 128, and the position after it."""
    number = 0
    for shift in range(0, 70, 7):
        if at >= len(data):
            raise ValueError("it ends too early")
        byte = data[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, at
    raise ValueError("a number is too long")
