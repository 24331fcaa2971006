"""Memory for large arrays on their way to a worker and back, instead of the pipe.

Each worker has a region of its own, made by the app, handed over before the worker locks itself and never shared with
another upload's. Its first part is a one-way street: the app writes questions there, and the worker maps it for reading
only, privately, so that even one that makes the pages writable writes to copies of its own. A model that works in place
fails there and is handed rows of its own (``child.py``). The second part is for answers. The worker writes it, and the
app takes an array out before it looks at it, for what lies there can change at any time. The region is sealed against
shrinking: to touch memory behind the end of its file would kill the app.

Asked again about a table that lies there, the app does not wait for a copy: it says where the table lies, the worker
begins, and meanwhile the app compares all bytes of the caller's arrays with those in the region. If one differs, as
after a change in place that no sample met, the answer is thrown away, and the question is asked again with a copy.
Why an answer that counts is that to the caller's arrays:

- Nobody but the app writes to the pages of questions, and only under the lock of the worker's place, so the bytes that
  are compared are those that the worker reads, from its first to its last look. (Were they writable there, a model
  that turns signs in place could turn them back while the app compares.) A hostile worker can answer anything anyway.
- What is remembered of an array, its place, type and shape, is forgotten before other bytes are written there, and when
  pages are given back; a worker that is started anew has a region of its own.
- Only blocks of numbers, as large arrays with two axes are, may be taken to lie there: a text's beginnings that do not
  belong to its letters could crash an honest worker. And never for a question that tells steps on its way, for they
  could not be taken back.

A guess saves the copying of an array and can cost an answer, so it is made only where the last answer took not
much longer than the copying, and after a wrong one not again for some questions, twice as many each time.
"""

from __future__ import annotations

import mmap
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from math import prod

import numpy as np

from core.workers import kept

SIZE = 64 << 20
ANSWERS = 16 << 20
"""Bytes behind those of questions, for answers."""
SMALLEST = 1 << 15
"""Arrays of fewer bytes go through the pipe, where they cost no more."""
KEPT = 1 << 20
"""Arrays of fewer bytes are copied each time: to look at some of them and to compare all costs as much."""
_WORTH = 20
"""How often the time of its copying a question may take for an array to be taken to lie there."""
_LONGEST_PAUSE = 64
_STOOD = 1e-3
"""Seconds after which sending a few words means that the worker runs on this thread's processor."""
_ALIGNED = 64
_SHRINK, _GROW, _SEAL, _ADD_SEALS = 2, 4, 1, 1033


@dataclass(frozen=True, slots=True)
class Lying:
    """What the app wrote to a place: an array's type and shape, where it ends, how many seconds its copying took."""

    dtype: np.dtype
    shape: tuple[int, ...]
    end: int
    seconds: float


@dataclass(slots=True, eq=False)
class Region:
    """The writer's side: the app's for questions, the worker's for answers.

    Attributes
    ----------
    memory : mmap
    answers : Window or None
        Where the app reads answers.
    used : int
        Bytes that the message under way has taken; each message starts at zero.
    touched : bool
        True while pages are held.
    lying : dict of int to Lying
        What was written, by place.
    unproved : list of (int, ndarray)
        Arrays of the message under way that were not copied, and where they are taken to lie.
    version : int
        Another number whenever something was written: between two messages with one version, all bytes are the same.
    seconds : float
        How long the last question about much took.
    pause : int
        So many messages are copied whole; ``wary`` the number after the last wrong guess.
    """

    memory: mmap.mmap
    answers: Window | None = None
    used: int = 0
    touched: bool = field(default=False)
    lying: dict[int, Lying] = field(default_factory=dict)
    unproved: list[tuple[int, np.ndarray]] = field(default_factory=list)
    version: int = 0
    seconds: float = 0.0
    pause: int = 0
    wary: int = 0
    _guess: bool = False
    _turn: int = 0
    _compare: Callable[[], bool] = bool
    _left: float = 0.0
    _stood: bool = False

    def start(self, keep: bool = False) -> None:
        """Begin a message: the worker has answered the one before.

        Parameters
        ----------
        keep : bool
            True lets arrays that seem to lie there be left where they are; ``proved`` then says whether they do.
        """
        self.used, self._turn = 0, self._turn + 1
        self.unproved.clear()
        self._guess = keep and self.pause == 0
        self.pause = max(0, self.pause - keep)

    def put(self, array: np.ndarray) -> int | None:
        """Bring an array in, row after row, and return its place; None when it is small or no room is left."""
        place = -(-self.used // _ALIGNED) * _ALIGNED
        if array.nbytes < SMALLEST or place + array.nbytes > len(self.memory):
            return None
        if self._guess and self._seems(place, array):
            self.unproved.append((place, array))
        else:
            self._copy(place, array)
        self.used = place + array.nbytes
        return place

    def _seems(self, place: int, array: np.ndarray) -> bool:
        """Whether an array seems to lie in its place, and leaving it there is worth a question asked in vain."""
        known = self.lying.get(place)
        if known is None or (known.dtype, known.shape) != (array.dtype, array.shape):
            return False
        return self.seconds < _WORTH * known.seconds and kept.likely(array, self._at(place, array), self._turn)

    def _copy(self, place: int, array: np.ndarray) -> None:
        """Write an array, and remember it where it may be taken to lie there later."""
        start, end = time.perf_counter(), place + array.nbytes
        for other in [at for at, known in self.lying.items() if at < end and known.end > place]:
            del self.lying[other]
        self.touched = True
        self.version += 1
        np.copyto(self._at(place, array), array)
        if array.ndim == 2 and array.nbytes >= KEPT:
            self.lying[place] = Lying(array.dtype, array.shape, end, time.perf_counter() - start)

    def _at(self, place: int, like: np.ndarray) -> np.ndarray:
        """The region from a place on as an array like another."""
        found: np.ndarray = np.frombuffer(self.memory, like.dtype, like.size, place)
        return found.reshape(like.shape)

    def leave(self) -> None:
        """The message is about to be sent; another thread stands by where this one stood still the last time."""
        self._compare = self._equal
        if self.unproved and self._stood:
            self._compare = kept.beside(self._equal)
        self._left = time.perf_counter()

    def left(self) -> None:
        """The message is sent."""
        if self.unproved:
            self._stood = time.perf_counter() - self._left > _STOOD

    def _equal(self) -> bool:
        """Whether what was taken to lie there does."""
        return all(kept.equal(array, self._at(place, array)) for place, array in self.unproved)

    def proved(self) -> bool:
        """Whether what was taken to lie there does, every byte of it."""
        if not self.unproved:
            return True
        found = self._compare()
        self.wary = 0 if found else min(_LONGEST_PAUSE, 2 * self.wary or 1)
        self.pause = self.wary
        self.unproved.clear()
        return found

    def answered(self, seconds: float) -> None:
        """The answer is there, so many seconds after the question was begun."""
        if self.used >= KEPT:
            self.seconds = seconds

    def release(self) -> None:
        """Give the pages back to the system; the next message takes new ones."""
        self.lying.clear()
        self.version += 1
        if self.touched:
            self.memory.madvise(mmap.MADV_REMOVE)
            self.touched = False
        if self.answers is not None:
            self.answers.memory.madvise(mmap.MADV_REMOVE)


def create() -> tuple[Region, int] | None:
    """A region and the descriptor to hand over; None where the system has no sealed memory files."""
    try:
        import fcntl

        descriptor = os.memfd_create("question", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    except (OSError, AttributeError, ImportError):
        return None
    try:
        os.ftruncate(descriptor, SIZE + ANSWERS)
        fcntl.fcntl(descriptor, _ADD_SEALS, _SHRINK | _GROW | _SEAL)
        answers = Window(mmap.mmap(descriptor, ANSWERS, mmap.MAP_SHARED, offset=SIZE), copies=True)
        return Region(mmap.mmap(descriptor, SIZE, mmap.MAP_SHARED), answers), descriptor
    except (OSError, ValueError):
        os.close(descriptor)
        return None


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """The reader's side.

    Attributes
    ----------
    memory : mmap
    copies : bool
        True takes arrays out, as must be where the writer is not trusted: it could change them while they are checked.
    """

    memory: mmap.mmap
    copies: bool = False

    def take(self, dtype: np.dtype, shape: tuple[int, ...], place: int) -> np.ndarray:
        """An array that was written; ValueError if it is not there."""
        end = place + prod(shape) * dtype.itemsize
        if place < 0 or end > len(self.memory):
            raise ValueError("an array that is not there")
        found = np.frombuffer(memoryview(self.memory)[place:end], dtype=dtype).reshape(shape)
        return found.copy() if self.copies else found


def attach(descriptor: int) -> tuple[Window, Region]:
    """The worker's side, mapped before it closes its descriptors and locks itself: questions, and room for answers."""
    questions = mmap.mmap(descriptor, SIZE, mmap.MAP_PRIVATE, mmap.PROT_READ)
    return Window(questions), Region(mmap.mmap(descriptor, ANSWERS, mmap.MAP_SHARED, offset=SIZE))
