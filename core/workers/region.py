"""Memory that the app writes and a worker reads: the numbers of a question, without a way through the pipe.

Each worker has a region of its own, made by the app, handed over before the worker locks itself and never shared with
another upload's. It is a one-way street: the app never reads from it, so whatever a worker writes there reaches nobody.
It is sealed against shrinking, for a worker that cut it off could make the app's next write fail.
"""

from __future__ import annotations

import mmap
import os
from dataclasses import dataclass, field

import numpy as np

SIZE = 64 << 20
SMALLEST = 1 << 15
"""Arrays of fewer bytes go through the pipe, where they cost no more."""
_ALIGNED = 64
_SHRINK, _GROW, _SEAL, _ADD_SEALS = 2, 4, 1, 1033


@dataclass(slots=True, eq=False)
class Region:
    """The app's side.

    Attributes
    ----------
    memory : mmap
    used : int
        Bytes that the message under way has taken; each message starts at zero.
    touched : bool
        True while pages are held.
    """

    memory: mmap.mmap
    used: int = 0
    touched: bool = field(default=False)

    def start(self) -> None:
        """Begin a message: the worker has answered the one before."""
        self.used = 0

    def put(self, array: np.ndarray) -> int | None:
        """Copy an array in, row after row, and return its place; None when it is small or no room is left."""
        place = -(-self.used // _ALIGNED) * _ALIGNED
        if array.nbytes < SMALLEST or place + array.nbytes > len(self.memory):
            return None
        target = np.frombuffer(self.memory, dtype=array.dtype, count=array.size, offset=place)
        np.copyto(target.reshape(array.shape), array)
        self.used, self.touched = place + array.nbytes, True
        return place

    def release(self) -> None:
        """Give the pages back to the system; the next message takes new ones."""
        if self.touched:
            self.memory.madvise(mmap.MADV_REMOVE)
            self.touched = False


def create() -> tuple[Region, int] | None:
    """A region and the descriptor to hand over; None where the system has no sealed memory files."""
    try:
        import fcntl

        descriptor = os.memfd_create("question", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    except (OSError, AttributeError, ImportError):
        return None
    try:
        os.ftruncate(descriptor, SIZE)
        fcntl.fcntl(descriptor, _ADD_SEALS, _SHRINK | _GROW | _SEAL)
        return Region(mmap.mmap(descriptor, SIZE, mmap.MAP_SHARED)), descriptor
    except (OSError, ValueError):
        os.close(descriptor)
        return None


def attach(descriptor: int) -> memoryview:
    """The worker's side, mapped before it closes its descriptors and locks itself."""
    return memoryview(mmap.mmap(descriptor, SIZE, mmap.MAP_SHARED))
