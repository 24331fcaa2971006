"""What goes through the pipes: a JSON head and raw bytes, sizes first; nothing that can run code.

Large arrays of a question may lie in the worker's region (``region.py``); the head then says where. Answers never do.

::

    b"IEX1" | length of head, 4 bytes | length of body, 8 bytes | head: JSON | body: the arrays, each filled up to
    a multiple of eight, and the blob
"""

from __future__ import annotations

import mmap
import os
import select
import struct
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np

from core.codec import weight
from core.workers import heads
from core.workers.region import Region, Window

MAGIC = b"IEX1"
_SIZES = struct.Struct("<4sIQ")
_CHUNK = 1 << 20
_JOINED = 1 << 16
"""Parts of fewer bytes in all are written at once: each write wakes the reader."""
MAX_HEAD = 64 << 20
MAX_BODY = 4 << 30
MAX_WEIGHT = 40 << 20
"""Bytes that the head of an answer may take once it is read."""
_SMALL_HEAD = 1 << 17
_ALIGNED = 8
"""Arrays begin at such places: what is read is used where it lies."""
_LARGE = 8 << 20
"""Parts of more bytes get memory of their own, which goes back to the system as a whole."""


class Closed(Exception):  # noqa: N818 - a state of the pipe, not a fault of the program
    """The other end is gone."""


class Late(Exception):  # noqa: N818 - a state of the pipe, not a fault of the program
    """The other end did not answer in time."""


@dataclass(slots=True)
class Message:
    """One message.

    Attributes
    ----------
    head : dict
        JSON values.
    arrays : list of ndarray
        Of numbers, in the order of the head's ``arrays``.
    blob : bytes
        Raw bytes behind the arrays (a file).
    """

    head: dict[str, Any]
    arrays: list[np.ndarray] = field(default_factory=list)
    blob: bytes | memoryview = b""


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest head and body that are read, and the memory that the head may take once it is read."""

    head: int = MAX_HEAD
    body: int = MAX_BODY
    weight: int = MAX_BODY


def pack(message: Message, region: Region | None = None, keep: bool = False) -> list[bytes | memoryview]:
    """The parts to write, in order; large arrays are put into the region where there is one (``Region.bring``)."""
    places = [None] * len(message.arrays) if region is None else region.bring(message.arrays, keep)
    shelf = region.shelf if region is not None and keep and not message.blob else None
    if region is not None and shelf is not None and region.same and (sent := shelf.again(message.head)):
        return [sent]
    parts: list[memoryview] = []
    for array, place in zip(message.arrays, places, strict=True):
        if place is None and array.size:
            parts.append(memoryview(np.ascontiguousarray(array).data).cast("B"))
            if gap := -len(parts[-1]) % _ALIGNED:
                parts.append(memoryview(bytes(gap)))
    size = sum(len(part) for part in parts) + len(message.blob)
    # what lies there with all its arrays has a version, for the worker to know it again
    values = message.head if shelf is None else {**message.head, "version": shelf.version}
    forms = [(array.dtype.str, array.shape, place) for array, place in zip(message.arrays, places, strict=True)]
    head = heads.written(values, forms, len(message.blob))
    first = _SIZES.pack(MAGIC, len(head), size) + head
    if region is not None and shelf is not None and region.same:
        shelf.note(message.head, first)
    return [first, *parts, message.blob]


def unpack(head: str, body: memoryview, window: Window | None = None, room: int = MAX_BODY) -> Message:
    """Rebuild a message; every array's size is compared with what is there.

    Parameters
    ----------
    head : str
    body : memoryview
    window : Window, optional
        Where arrays may lie that the head gives a place.
    room : int
        How many bytes those may have in all.

    Raises
    ------
    Closed
        If the bytes are not of that form.
    """
    try:
        values, described, blob = heads.taken_apart(head)
        arrays, position = [], 0
        for kind, shape, place in described:
            size = prod(shape) * kind.itemsize
            if place is not None and window is not None:
                room -= size
                if room < 0:
                    raise ValueError("more than was asked for")
                arrays.append(window.take(kind, shape, place))
                continue
            end = position + size
            if end > len(body):
                raise ValueError("an array that is not there")
            arrays.append(np.frombuffer(body[position:end], dtype=kind).reshape(shape))
            position = end + -size % _ALIGNED
        if position + blob != len(body):
            raise ValueError("bytes left over")
        _check_truth(arrays)
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise Closed(f"a message of the wrong form: {str(error)[:200]}") from error
    return Message(values, arrays, body[position:])


def _check_truth(arrays: Sequence[np.ndarray]) -> None:
    """Truth values are 0 or 1: numpy counts the ones of a mask by adding its bytes, and would overrun."""
    for array in arrays:
        if array.dtype.kind == "b" and array.size and int(array.view(np.uint8).max()) > 1:
            raise ValueError("truth values that are none")


def send(
    target: int, message: Message, deadline: float | None = None, region: Region | None = None, keep: bool = False
) -> None:
    """Write a message to a pipe, and its large arrays to the region where there is one.

    With ``keep``, arrays that seem to lie there are left as they are; ``Region.proved`` then says whether they do.

    Raises
    ------
    Closed
        If nobody reads any more.
    Late
        If the deadline (``time.monotonic``) passes; only for descriptors that do not block.
    """
    parts = pack(message, region, keep)
    if region is not None:
        region.leave()
    for part in parts if sum(map(len, parts)) > _JOINED else [b"".join(parts)]:
        view = memoryview(part)
        while view:
            try:
                view = view[os.write(target, view[:_CHUNK]) :]
            except BlockingIOError:
                _wait(target, select.POLLOUT, deadline)
            except OSError as error:
                raise Closed(str(error)) from error
    if region is not None:
        region.left()


def receive(source: int, limits: Limits, deadline: float | None = None, window: Window | None = None) -> Message:
    """Read a message from a pipe, and its large arrays from a window where there is one.

    Raises
    ------
    Closed
        If the other end is gone or sends something else than a message within the limits.
    Late
        If the deadline passes.
    """
    head, body = read(source, limits, deadline)
    return unpack(words(head, limits), body, window, limits.body - len(body))


def read(source: int, limits: Limits, deadline: float | None = None) -> tuple[bytes, memoryview]:
    """Read a message's head and body, not looked at yet; errors as ``receive``."""
    if deadline is not None and time.monotonic() > deadline:  # one that never stops talking never makes us wait
        raise Late("no end in time")
    (sizes,) = _read(source, (_SIZES.size,), deadline)
    magic, head_size, body_size = _SIZES.unpack(sizes)
    if magic != MAGIC or head_size > limits.head or body_size > limits.body:
        raise Closed("a message out of bounds")
    head, body = _read(source, (head_size, body_size), deadline)
    return bytes(head), body


def words(raw: bytes, limits: Limits) -> str:
    """The head as text, held against what it may take; the letters of our own writer are ASCII."""
    if len(raw) > _SMALL_HEAD and weight(raw) > limits.weight:
        raise Closed("a head that would grow out of bounds")
    try:
        return raw.decode("ascii")
    except UnicodeDecodeError as error:
        raise Closed("a head with letters that are none") from error


def _read(source: int, sizes: Sequence[int], deadline: float | None) -> list[memoryview]:
    """Exactly so many bytes, in parts; memory is touched as they arrive, not as the head announces them."""
    views = [_memory(size) for size in sizes]
    left = [view for view in views if len(view)]
    while left:
        try:
            count = os.readv(source, left)
        except BlockingIOError:
            _wait(source, select.POLLIN, deadline)
            continue
        except OSError as error:
            raise Closed(str(error)) from error
        if not count:
            raise Closed("the pipe is closed")
        while left and count >= len(left[0]):
            count -= len(left.pop(0))
        if left:
            left[0] = left[0][count:]
        if deadline is not None and time.monotonic() > deadline:
            raise Late("no end in time")
    return views


def _memory(size: int) -> memoryview:
    """Room for a part of a message; of no more than a little is written to before something arrives."""
    if size <= _JOINED:
        return memoryview(bytearray(size))
    if size <= _LARGE:
        return np.empty(size, dtype=np.uint8).data
    room = mmap.mmap(-1, size, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    with suppress(OSError):  # a system without large pages takes longer
        room.madvise(mmap.MADV_HUGEPAGE)
    return memoryview(room)


def arrives(source: int, seconds: float) -> bool:
    """Whether something comes through a pipe, or it is closed, within so many seconds."""
    poll = select.poll()
    poll.register(source, select.POLLIN)
    return bool(poll.poll(max(0.0, seconds) * 1000))


def _wait(descriptor: int, event: int, deadline: float | None) -> None:
    """Sleep until the pipe is ready or the deadline passes."""
    left = None if deadline is None else max(0.0, deadline - time.monotonic())
    poll = select.poll()
    poll.register(descriptor, event)
    if not poll.poll(None if left is None else left * 1000 + 1):
        raise Late("no answer in time")


def numbers(values: Sequence[float] | np.ndarray) -> np.ndarray:
    """An array of float64 for a message."""
    return np.ascontiguousarray(values, dtype=np.float64)
