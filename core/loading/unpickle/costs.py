"""What rebuilding an object costs, in instructions: a file may name its largest part again and again in a few bytes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from core.loading.unpickle.extension import Buffer
from core.loading.unpickle.frames import Part, Parts
from core.loading.unpickle.inert import Ref, Slot

if TYPE_CHECKING:
    from core.loading.unpickle.machine import Machine

BYTES = 64
"""Bytes that are copied or looked through in the time of an instruction."""
COLUMN = 500
"""Instructions that one column of a table takes: pandas builds each by itself."""
_RAW = (bytes, bytearray, str)
_NOTHING = frozenset((int, float, bool, type(None), type, Ref))
_DEEPEST = 4


def pay(machine: Machine, parts: Any) -> None:
    """Count what a constructor is about to look through: bytes, numbers, and objects one by one."""
    spent = _cost(parts, 0)
    if spent > 1:
        machine.spend(spent)


def _cost(item: Any, depth: int) -> int:
    """Instructions for one argument and those in it; lists are counted, not walked."""
    kind = type(item)
    if kind in _NOTHING:
        return 0
    if kind in _RAW:
        return len(item) // BYTES
    if isinstance(item, np.ndarray):
        return int(item.size if item.dtype.hasobject else item.nbytes // BYTES)
    if isinstance(item, np.dtype):
        return 0
    if kind is tuple and depth < _DEEPEST and len(item) <= 16:
        return _costs(item, depth + 1)
    if kind is dict and depth < _DEEPEST and len(item) <= 64:
        return _costs(item.values(), depth + 1)
    if kind is list:
        return len(item) + (_costs(item, depth + 1) if len(item) <= 16 and depth < _DEEPEST else 0)
    if kind in (tuple, dict, set, frozenset):
        return len(item)
    return _table(item, depth)


def _costs(parts: Iterable[Any], depth: int) -> int:
    """Instructions for some objects; most are numbers, which count nothing."""
    spent = 0
    for part in parts:
        if type(part) not in _NOTHING:
            spent += _cost(part, depth)
    return spent


def _table(item: Any, depth: int) -> int:
    """Instructions for what pandas and Arrow build of parts that were built before."""
    if type(item) is Part:
        return _cost(item.values, depth + 1) + COLUMN * len(item.places)
    if type(item) is Parts:
        return len(item.blocks) + sum(_cost(part, depth) for part in (*item.blocks, *item.axes))
    if type(item) is Buffer:
        return len(item.content) // BYTES
    if type(item).__module__ == "pyarrow.lib" and hasattr(item, "nbytes"):
        return len(item) + int(item.nbytes) // BYTES
    if type(item) is Slot:
        return _cost(item.value, depth + 1) if depth < _DEEPEST else 0
    if type(item) is Ref or not isinstance(item, pd.Index | pd.api.extensions.ExtensionArray):
        return 0
    return 0 if isinstance(item, pd.RangeIndex) else len(item)
