"""Large arrays copied by two processors: on the way to a worker this is most of what another process costs."""

from __future__ import annotations

import ctypes
import os
import threading
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np

SHARED = 4 << 20
"""Bytes from which on a second thread takes part: less is copied before it wakes."""
_PIECE = 1 << 20
_GUARD = threading.Lock()

Pieces = deque[tuple[slice, ...]]


class _Helper:
    """One thread for all copies, started on first use; a second copy at the same time goes on alone."""

    pool: ThreadPoolExecutor | None = None
    thread: int = 0


def copy(target: np.ndarray, array: np.ndarray) -> None:
    """Copy an array into another of its shape; both threads are done when it returns.

    Parameters
    ----------
    target, array : ndarray of one shape
    """
    if array.nbytes < SHARED:
        np.copyto(target, array)
        return
    axis = int(np.argmax(array.shape))
    length = array.shape[axis]
    step = max(1, length * _PIECE // array.nbytes)
    pieces: Pieces = deque((slice(None),) * axis + (slice(at, at + step),) for at in range(0, length, step))
    helping = _ask(target, array, pieces)
    try:
        _work(target, array, pieces)
    finally:
        pieces.clear()
        if helping is not None and not helping.cancel():
            helping.result()


def _work(target: np.ndarray, array: np.ndarray, pieces: Pieces) -> None:
    """Copy piece after piece until none is left."""
    while True:
        try:
            piece = pieces.popleft()
        except IndexError:
            return
        np.copyto(target[piece], array[piece])


def _ask(target: np.ndarray, array: np.ndarray, pieces: Pieces) -> Future[None] | None:
    """Let the helper take part, on another processor than this thread's; None where there is no other."""
    try:
        others = os.sched_getaffinity(0) - {ctypes.CDLL(None).sched_getcpu()}
        if not others:
            return None
        with _GUARD:
            if _Helper.pool is None:
                _Helper.pool = ThreadPoolExecutor(1, "copying")
                _Helper.thread = _Helper.pool.submit(threading.get_native_id).result()
            os.sched_setaffinity(_Helper.thread, others)  # woken on ours, it would wait until we are done
        return _Helper.pool.submit(_work, target, array, pieces)
    except (OSError, AttributeError, RuntimeError):  # a system that does not tell, or an app that is ending
        return None
