"""Pickles that are well formed and lie: one value inside an honest object is another, as a forger would write it."""

from __future__ import annotations

import io
import pickle
from typing import Any

import numpy as np

_PLAIN: tuple[Any, ...] = (
    *(None, True, False, -1, 0, 1, 2**31, 2**63 - 1, 10**30, float("nan"), float("inf"), -1e308, 3.7, complex(1, 2)),
    *("", "x" * 1_000, "../../etc/passwd", b"\0" * 9, [], {}, (), slice(0, 10**9)),
    *(np.zeros(0), np.array(-1), np.array(["a", 1, None], dtype=object), np.zeros((3, 0))),
)
_WHOLE = (-1, 0, 1, 2, 127, 2**31 - 1, -(2**31), 2**62)
_REAL = (-1.0, 0.0, 1e308, float("nan"), float("inf"), float("-inf"))
_KINDS: tuple[Any, ...] = (np.float16, np.float32, np.int32, np.int64, np.uint8, bool, "U8", object)
_TRIES = 20


class _Forger(pickle._Pickler):  # type: ignore[name-defined,misc]  # the one in Python, whose parts can be replaced
    """Writes an object as it is, but for the parts of the one that it comes to as the ``at``-th."""

    def __init__(self, file: io.BytesIO, at: int, rng: np.random.Generator) -> None:
        super().__init__(file, protocol=4)
        self.at, self.rng, self.seen = at, rng, 0

    def reducer_override(self, item: Any) -> Any:
        """The parts that an object is written by, one of them changed where its turn has come."""
        if isinstance(item, type) or (callable(item) and hasattr(item, "__qualname__")):
            return NotImplemented
        self.seen += 1
        if self.seen - 1 != self.at:
            return NotImplemented
        parts = item.__reduce_ex__(4)
        if isinstance(parts, str):
            return NotImplemented
        if isinstance(item, np.ndarray):
            other = _value(item, self.rng)
            return other.__reduce_ex__(4) if isinstance(other, np.ndarray) else (list, (), None, iter([other]))
        maker, arguments, *rest = parts
        if rest and rest[0] is not None and self.rng.random() < 0.8:
            return maker, arguments, _changed(rest[0], self.rng), *rest[1:]
        return maker, tuple(_changed(tuple(arguments), self.rng)), *rest


def forged(item: Any, rng: np.random.Generator) -> bytes:
    """A pickle of an object with one value inside changed, wherever in it."""
    counted = _Forger(io.BytesIO(), -1, rng)
    counted.dump(item)
    for _try in range(_TRIES):
        file = io.BytesIO()
        try:
            _Forger(file, int(rng.integers(max(1, counted.seen))), rng).dump(item)
        except (pickle.PicklingError, TypeError, AttributeError, ValueError, IndexError, AssertionError):
            continue  # the writer itself does not take the value: another
        return file.getvalue()
    return file.getvalue()


def _changed(value: Any, rng: np.random.Generator) -> Any:
    """A state with one value somewhere inside left out, doubled, exchanged or replaced."""
    turn = rng.random()
    if isinstance(value, dict) and value and rng.random() < 0.93:
        keys = list(value)
        key, other = (keys[int(rng.integers(len(keys)))] for _ in range(2))
        if turn < 0.06:
            return {name: held for name, held in value.items() if name is not key}
        return {**value, key: value[other] if turn < 0.14 else _changed(value[key], rng)}
    if isinstance(value, list | tuple) and value and rng.random() < 0.85:
        parts, at = list(value), int(rng.integers(len(value)))
        if turn < 0.16:
            parts[at : at + 1] = [] if turn < 0.08 else [parts[at]] * 2
        else:
            parts[at] = _changed(parts[at], rng)
        return parts if isinstance(value, list) else tuple(parts)
    return _value(value, rng)


def _value(old: Any, rng: np.random.Generator) -> Any:
    """What stands in the place of a value: of an array mostly another that is much like it."""
    if isinstance(old, np.ndarray) and old.size and old.dtype != object and rng.random() < 0.75:
        return _array(old.copy(), rng)
    return _PLAIN[int(rng.integers(len(_PLAIN)))]


def _array(array: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """An array with one number changed, or of another length, form or type."""
    flat, turn = array.reshape(-1), int(rng.integers(12))
    at = int(rng.integers(flat.size))
    if array.dtype.names:
        field = flat[array.dtype.names[int(rng.integers(len(array.dtype.names)))]]
        field[at] = np.array(int(rng.choice([-1, 0, 1, 2, at, flat.size - 1, flat.size, 99_999]))).astype(field.dtype)
        return array
    ways = (flat[:-1], np.concatenate([flat, flat]), array.T, array[None], array[:0])
    if turn < len(ways):
        return ways[turn].copy()
    if turn == len(ways):
        return array.astype(_KINDS[int(rng.integers(len(_KINDS)))])
    if array.dtype.kind in "iuf":
        known = _REAL if array.dtype.kind == "f" else _WHOLE
        flat[at] = np.array(known[int(rng.integers(len(known)))]).astype(array.dtype)
    return array
