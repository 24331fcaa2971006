"""FlatBuffers read with every offset compared with what is there: tables, lists of numbers and of tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

_MAX_FIELDS = 200
_MAX_TABLES = 200_000


@dataclass(frozen=True, slots=True)
class FlatTable:
    """One table; fields are numbered in the order of the schema and may be missing.

    Every access raises ValueError where it would leave the buffer.

    Attributes
    ----------
    data : bytes
        The whole buffer.
    at : int
        Where the table begins.
    """

    data: bytes
    at: int

    def _place(self, field: int) -> int | None:
        """Where a field lies; None if this table does not have it."""
        index = self.at - _signed(self.data, self.at)
        size = _unsigned(self.data, index, 2)
        if size < 4 or size > 4 + 2 * _MAX_FIELDS or size % 2 or index + size > len(self.data):
            raise ValueError("a table's index is broken")
        if 4 + 2 * field >= size:
            return None
        offset = _unsigned(self.data, index + 4 + 2 * field, 2)
        if offset and offset < 4:
            raise ValueError("a field lies in its table's head")
        return self.at + offset if offset else None

    def whole(self, field: int, default: int) -> int:
        """A signed number of 32 bits."""
        place = self._place(field)
        return default if place is None else _signed(self.data, place)

    def byte(self, field: int, default: int) -> int:
        """A number of 8 bits."""
        place = self._place(field)
        return default if place is None else _unsigned(self.data, place, 1)

    def real(self, field: int, default: float, dtype: str) -> float:
        """A number with a fraction, of some type of numpy."""
        place, kind = self._place(field), np.dtype(dtype)
        if place is None:
            return default
        if place < 0 or place + kind.itemsize > len(self.data):
            raise ValueError("an offset leads out of it")
        return float(np.frombuffer(self.data, kind, 1, place)[0])

    def table(self, field: int) -> FlatTable | None:
        """A table inside this one."""
        place = self._place(field)
        return None if place is None else _follow(self.data, place)

    def array(self, field: int, dtype: str) -> npt.NDArray[Any]:
        """A list of numbers or records; empty where it is missing."""
        kind = np.dtype(dtype)
        place = self._place(field)
        if place is None:
            return np.zeros(0, kind)
        begin, count = self._list(place, kind.itemsize)
        return np.frombuffer(self.data, kind, count, begin)

    def tables(self, field: int) -> list[FlatTable]:
        """A list of tables."""
        place = self._place(field)
        if place is None:
            return []
        begin, count = self._list(place, 4)
        if count > _MAX_TABLES:
            raise ValueError("a list is too long")
        return [_follow(self.data, begin + 4 * position) for position in range(count)]

    def _list(self, place: int, size: int) -> tuple[int, int]:
        """Where a list's items begin, and how many there are."""
        begin = place + _unsigned(self.data, place, 4)
        count = _unsigned(self.data, begin, 4)
        if begin + 4 + count * size > len(self.data):
            raise ValueError("a list reaches past the end")
        return begin + 4, count


def root(data: bytes) -> FlatTable:
    """The outermost table of a buffer; ValueError if it is not there."""
    return _follow(data, 0)


def _follow(data: bytes, place: int) -> FlatTable:
    """The table that an offset leads to."""
    at = place + _unsigned(data, place, 4)
    if at + 4 > len(data):
        raise ValueError("a table is not there")
    return FlatTable(data, at)


def _unsigned(data: bytes, at: int, size: int) -> int:
    """A number of so many bytes."""
    if at < 0 or at + size > len(data):
        raise ValueError("an offset leads out of it")
    return int.from_bytes(data[at : at + size], "little")


def _signed(data: bytes, at: int) -> int:
    """A signed number of four bytes."""
    found = _unsigned(data, at, 4)
    return found - (1 << 32) if found >= 1 << 31 else found
