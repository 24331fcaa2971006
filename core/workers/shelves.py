"""What lies in a worker's region: the arrays of the last messages, each message on a shelf of its own."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

SMALLEST = 1 << 15
"""Messages whose arrays have fewer bytes in all go through the pipe, where they cost no more."""
KEPT = 1 << 20
"""Smaller arrays are taken to lie there only when it is they themselves that were written."""
_WORTH = 20
"""How often the time of its copying a question may take for its arrays to be taken to lie there."""
_SOON = 0.1
"""Seconds that one about the very arrays that were written may take: only a cell changed in place makes that wrong."""
ALIGNED = 64


@dataclass(frozen=True, slots=True)
class Lying:
    """An array that the app wrote: its place (None when it is empty), itself while it lives, its type and shape."""

    place: int | None
    array: weakref.ref[np.ndarray]
    dtype: np.dtype
    shape: tuple[int, ...]

    def could_be(self, array: np.ndarray, same: bool) -> bool:
        """Whether an array, or the very one, may be compared after the question is asked: it must be safe to be wrong.

        An array that was written and is not numbers in a block must be one that nobody can change.
        """
        if self.dtype != array.dtype or self.shape != array.shape:
            return False
        block = array.ndim == 2
        return (block or not array.flags.writeable) if same else block and array.nbytes >= KEPT


@dataclass(slots=True, eq=False)
class Shelf:
    """One message's arrays.

    Attributes
    ----------
    start, end : int
        The bytes of the region.
    lying : tuple of Lying
    version : int
        No other bytes that the app ever wrote have the same.
    copying, answer : float
        Seconds that writing them took, and the last question about them.
    look : tuple of tuple of int and bytes, or None
        The shape of the first block of numbers, and some of them.
    comes_again : bool
        True where they were asked about more than once.
    said : dict of str to (dict, bytes)
        The frame and the bytes of the last message of each kind (``op``) whose arrays these are.
    """

    start: int
    end: int
    lying: tuple[Lying, ...]
    version: int
    copying: float
    look: tuple[tuple[int, ...], bytes] | None = None
    answer: float = 0.0
    comes_again: bool = False
    said: dict[str, tuple[Any, bytes]] = field(default_factory=dict)

    def holds(self, arrays: Sequence[np.ndarray]) -> bool:
        """Whether they are the very arrays that were written, changed since or not."""
        return len(arrays) == len(self.lying) and all(one.array() is array for one, array in self._pairs(arrays))

    def seems(self, arrays: Sequence[np.ndarray], same: bool, look: Callable[[int, np.ndarray], bool]) -> bool:
        """Whether arrays seem to lie here, and leaving them is worth a question asked in vain.

        Parameters
        ----------
        arrays : sequence of ndarray
        same : bool
            What ``holds`` says of them.
        look : callable
            ``look(place, array)`` compares some numbers.
        """
        if self.answer >= max(_WORTH * self.copying, _SOON * same) or len(arrays) != len(self.lying):
            return False
        pairs = list(self._pairs(arrays))
        return all(one.could_be(array, same) for one, array in pairs) and all(
            array.ndim != 2 or one.place is None or look(one.place, array) for one, array in pairs
        )

    def _pairs(self, arrays: Sequence[np.ndarray]) -> zip[tuple[Lying, np.ndarray]]:
        """What lies here, beside what could be that."""
        return zip(self.lying, arrays, strict=True)

    def again(self, head: dict[str, Any]) -> bytes | None:
        """The bytes of a message about the very arrays that were written, if it is one of before to the letter."""
        form, sent = self.said.get(str(head.get("op")), (None, b""))
        return sent if form is not None and head.get("frame") is form and len(head) == _PARTS else None

    def note(self, head: dict[str, Any], sent: bytes) -> None:
        """Keep a message about rows for ``again``."""
        if len(head) == _PARTS and "frame" in head:
            self.said[str(head.get("op"))] = head["frame"], sent


_PARTS = 2
"""A question about rows is what is asked (``op``), and the ``frame``."""


def laid_out(arrays: Sequence[np.ndarray], start: int, room: int) -> tuple[list[int | None], int]:
    """The places of arrays behind one another, and where the last ends; None for empty ones and those without room."""
    places: list[int | None] = []
    end = start
    for array in arrays:
        place = -(-end // ALIGNED) * ALIGNED
        fits = 0 < array.nbytes <= room - place
        places.append(place if fits else None)
        end = place + array.nbytes if fits else end
    return places, end
