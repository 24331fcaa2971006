"""Numbers that lie in a worker's region already: guessed from a few of them, proved by every byte."""

from __future__ import annotations

import ctypes
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import cache

import numpy as np

_SAMPLED = 4
_PIECE = 1 << 18
_SHARED = 4 << 20
"""Arrays of fewer bytes are written by one thread: to wake another takes as long."""
_DELAY = 3e-4
"""Seconds after which who asked, were it not standing still, would have begun."""


@cache
def _library() -> ctypes.CDLL:
    """The C library, whose calls let go of Python's lock."""
    found = ctypes.CDLL(None)
    found.memcmp.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t]
    return found


def likely(array: np.ndarray, held: np.ndarray, turn: int) -> bool:
    """Whether two arrays agree in a few slices along their longer axis, so in places of every row or column.

    Parameters
    ----------
    array, held : ndarray of one dtype and shape, with two axes, not empty
    turn : int
        Another number looks at other slices.
    """
    return sample(array, turn) == sample(held, turn)


def sample(array: np.ndarray, turn: int = 0) -> bytes:
    """A few slices of an array with two axes along the longer one, as bytes."""
    step = -(-max(array.shape) // _SAMPLED)
    places = slice(turn % step, None, step)
    return bytes((array[places] if array.shape[0] >= array.shape[1] else array[:, places]).tobytes())


def equal(array: np.ndarray, held: np.ndarray) -> bool:
    """Whether every byte is the same (a missing number too, minus zero is not zero); stops at the first that differs.

    Parameters
    ----------
    array : ndarray
        In any layout.
    held : ndarray of the same dtype and shape
        In C order.
    """
    whole = array.flags.c_contiguous
    step = len(array) if whole else max(1, _PIECE * len(array) // array.nbytes)
    for start in range(0, len(array), step):
        own, other = np.ascontiguousarray(array[start : start + step]), held[start : start + step]
        differs: int = _library().memcmp(own.ctypes.data, other.ctypes.data, own.nbytes)
        if differs:
            return False
    return True


def copy(target: np.ndarray, array: np.ndarray) -> None:
    """Write an array; pieces of a large one by another thread, too, for the worker waits and leaves a processor free.

    Where a model reads 24 MB in four milliseconds, one thread needs two to write them.
    """
    if array.nbytes < _SHARED:
        np.copyto(target, array)
        return
    step = max(1, _SHARED // 4 * len(array) // array.nbytes)
    left = deque(range(0, len(array), step))

    def work() -> bool:
        while left:
            with suppress(IndexError):  # the other one took the last
                start = left.popleft()
                np.copyto(target[start : start + step], array[start : start + step])
        return True

    other = _elsewhere(work)
    try:
        work()
    finally:  # whatever happens here, nobody writes there once this is over
        left.clear()
        if other is not None and not other.cancel():
            other.result()


def beside(work: Callable[[], bool]) -> Callable[[], bool]:
    """Prepare some work for who wakes the worker, to be done by another thread should this one not come to it.

    Where no processor looks idle, the system wakes the worker on that of who asks, and who asks stands still until
    there is an answer. Threads that compiled code has left spinning make a processor look like that.

    Returns
    -------
    callable
        Does the work, or waits for the other thread that has begun, and gives the result.
    """
    claim = threading.Lock()

    def later() -> bool:
        time.sleep(_DELAY)
        return claim.acquire(blocking=False) and work()

    begun = _elsewhere(later)
    if begun is None:
        return work
    return lambda: work() if claim.acquire(blocking=False) else begun.result()


def _elsewhere(work: Callable[[], bool]) -> Future[bool] | None:
    """Work for the other thread, on another processor than this one's; None where there is none."""
    try:
        others = os.sched_getaffinity(0) - {_library().sched_getcpu()}
        if not others:
            return None
        pool, thread = _helper()
        os.sched_setaffinity(thread, others)
        return pool.submit(work)
    except (OSError, AttributeError, RuntimeError):  # a system that does not say or let choose, an app that ends
        return None


@cache
def _helper() -> tuple[ThreadPoolExecutor, int]:
    """One thread for all, and its number."""
    pool = ThreadPoolExecutor(1, "beside")
    return pool, pool.submit(threading.get_native_id).result()
