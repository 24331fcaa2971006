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
- Numbers in a block, as large arrays with two axes are, are taken to lie there when some of them do. All else only when
  it is the very array that was written, and nobody can write to it: a text's beginnings that do not belong to its
  letters could crash an honest worker. And nothing for a question that tells steps on its way, for they could not be
  taken back.
- Each writing of a message's arrays has a number of its own, the version in the head of a question about them. So what
  the worker knows of bytes under one version, it knows of the same bytes.

A guess saves the copying of an array and can cost an answer, so it is made only where the last answer took not
much longer than the copying, and after a wrong one not again for some questions, twice as many each time.

Two messages can lie there, one in each half, for tables that are asked about in turn: a table is left where it lies
once it was asked about again, or comes for the second time since it was written over. All others, new ones mostly, are
written to one place, which the processor's caches hold.
"""

from __future__ import annotations

import mmap
import os
import time
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import prod

import numpy as np

from core.workers import kept, shelves
from core.workers.shelves import Lying, Shelf

SIZE = 64 << 20
ANSWERS = 16 << 20
"""Bytes behind those of questions, for answers."""
_LONGEST_PAUSE = 64
_STOOD = 1e-3
"""Seconds after which sending a few words means that the worker runs on this thread's processor."""
_SHRINK, _GROW, _SEAL, _ADD_SEALS = 2, 4, 1, 1033


@dataclass(slots=True, eq=False)
class Region:
    """The writer's side: the app's for questions, the worker's for answers.

    Attributes
    ----------
    memory : mmap
    answers : Window or None
        Where the app reads answers.
    starts : tuple of int
        Where shelves begin.
    shelves : list of Shelf
        What was written, the last used first.
    shelf : Shelf or None
        Where the message under way lies with all its arrays; None where it does not.
    same : bool
        True when its arrays are the very ones that were written there.
    used : int
        Bytes that the message under way has taken.
    touched : bool
        True while pages are held.
    unproved : list of (int, ndarray)
        Arrays of the message under way that were not copied, and where they are taken to lie.
    pause : int
        So many messages are copied whole; ``wary`` the number after the last wrong guess.
    """

    memory: mmap.mmap
    answers: Window | None = None
    starts: tuple[int, ...] = (0,)
    shelves: list[Shelf] = field(default_factory=list)
    shelf: Shelf | None = None
    same: bool = False
    used: int = 0
    touched: bool = field(default=False)
    unproved: list[tuple[int, np.ndarray]] = field(default_factory=list)
    pause: int = 0
    wary: int = 0
    _small: list[weakref.ref[np.ndarray]] = field(default_factory=list)
    _written: int = 0
    _gone: tuple[tuple[int, ...], bytes] | None = None
    _turn: int = 0
    _compare: Callable[[], bool] = bool
    _left: float = 0.0
    _stood: bool = False

    def bring(self, arrays: Sequence[np.ndarray], keep: bool = False) -> list[int | None]:
        """Bring a message's arrays in, each row after row; the worker has answered the message before.

        Parameters
        ----------
        arrays : sequence of ndarray
        keep : bool
            True lets arrays that seem to lie there be left where they are; ``proved`` then says whether they do.

        Returns
        -------
        list of int or None
            Where each lies; None for one that goes through the pipe.
        """
        self.used, self.shelf, self._turn = 0, None, self._turn + 1
        self.unproved = []
        if not self._lies_there(arrays, keep):
            return [None] * len(arrays)
        guess = keep and self.pause == 0
        self.pause = max(0, self.pause - keep)
        for shelf in self.shelves if guess else ():
            self.same = shelf.holds(arrays)
            if shelf.seems(arrays, self.same, self._look):
                return self._leave(shelf, arrays)
        self.same = True
        return self._write(arrays)

    def _lies_there(self, arrays: Sequence[np.ndarray], keep: bool) -> bool:
        """Whether a message takes the region: a large one, or a small one of the very arrays of the one before."""
        if sum(array.nbytes for array in arrays) >= shelves.SMALLEST:
            return True
        before, self._small = self._small, [weakref.ref(array) for array in arrays if keep]
        same = len(before) == len(arrays) and all(ref() is array for ref, array in zip(before, arrays, strict=True))
        return bool(before) and same

    def _leave(self, shelf: Shelf, arrays: Sequence[np.ndarray]) -> list[int | None]:
        """Leave arrays where they seem to lie; what lies there is the last that will be written over."""
        self.shelves.remove(shelf)
        self.shelves.insert(0, shelf)
        self.used, self.shelf, shelf.comes_again = shelf.end - shelf.start, shelf, True
        places = [lying.place for lying in shelf.lying]
        self.unproved = [(place, array) for place, array in zip(places, arrays, strict=True) if place is not None]
        return places

    def _look(self, place: int, array: np.ndarray) -> bool:
        """Whether some numbers of an array lie in a place."""
        return kept.likely(array, self._at(place, array), self._turn)

    def _write(self, arrays: Sequence[np.ndarray]) -> list[int | None]:
        """Write arrays, and remember them."""
        began = time.perf_counter()
        look = next(((array.shape, kept.sample(array)) for array in arrays if array.ndim == 2 and array.size), None)
        known = look is not None and look == self._gone
        start = self._start(sum(array.nbytes + shelves.ALIGNED for array in arrays), known)
        places, end = shelves.laid_out(arrays, start, len(self.memory))
        self._gone = next((one.look for one in self.shelves if one.start < end and one.end > start), self._gone)
        self.shelves[:] = [one for one in self.shelves if one.start >= end or one.end <= start]
        self.touched, self.used = True, end - start
        self._written += 1
        pairs = list(zip(places, arrays, strict=True))
        for place, array in pairs:
            if place is not None:
                kept.copy(self._at(place, array), array)
        if all(place is not None or not array.nbytes for place, array in pairs):
            lying = tuple(Lying(place, weakref.ref(array), array.dtype, array.shape) for place, array in pairs)
            seconds = time.perf_counter() - began
            self.shelf = Shelf(start, end, lying, self._written, seconds, look, comes_again=known)
            self.shelves.insert(0, self.shelf)
        return places

    def _start(self, size: int, known: bool) -> int:
        """Where a message of so many bytes is written.

        Over one that was asked about once, as most are: that memory is in the processor's caches. One that comes again
        is left where it lies; so is the one before where this is ``known``, as it was written over for that one.
        """
        if len(self.starts) == 1 or size > self.starts[1]:
            return 0
        taken = [one.start for one in self.shelves]
        once = [one.start for one in self.shelves if not one.comes_again]
        free = [start for start in self.starts if start not in taken]
        found: int = [*(() if known else once), *free, *reversed(taken)][0]
        return found

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
        self.unproved = []
        if not found and self.shelf is not None:  # nobody has these numbers any more: they are written over first
            self.shelves.remove(self.shelf)
        return found

    def answered(self, seconds: float) -> None:
        """The answer is there, so many seconds after the question was begun."""
        if self.shelf is not None:
            self.shelf.answer = seconds

    def release(self) -> None:
        """Give the pages back to the system; the next message takes new ones."""
        self.shelves.clear()
        self.shelf = self._gone = None
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
        return Region(mmap.mmap(descriptor, SIZE, mmap.MAP_SHARED), answers, (0, SIZE // 2)), descriptor
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
