"""Arrays with hidden numbers: results of a parameter search, and nothing that compiled code reads.

Their least and largest number leave out what is hidden, while compiled code reads it: no look at an array would hold.
So they are no arrays while a file is read, and may lie nowhere but in a dictionary.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from core.loading.unpickle.inert import Slot
from core.loading.unpickle.numbers import array_of, shape_of, wrong

if TYPE_CHECKING:
    from core.loading.unpickle.machine import Machine

_NAME = "a masked array"


@dataclass(frozen=True, slots=True, eq=False)
class Masked:
    """Such an array, until everything is read."""

    array: np.ma.MaskedArray


def masked(_machine: Machine, args: tuple[Any, ...]) -> Slot:
    """``numpy.ma.core._mareconstruct``, filled by the state that follows."""
    if len(args) != 4 or getattr(args[0], "name", "") != "numpy.ma.MaskedArray" or args[1] is not np.ndarray:
        raise wrong(_NAME)
    if shape_of(args[2], _NAME) != (0,) or args[3] not in ("b", b"b"):
        raise wrong(_NAME)

    def fill(state: Any) -> Masked:
        if type(state) is not tuple or len(state) != 7:
            raise wrong(_NAME)
        version, shape, kind, fortran, data, mask, default = state
        if version != 1:
            raise wrong(_NAME)
        sizes = shape_of(shape, _NAME)
        values = array_of(data, kind, sizes, bool(fortran), _NAME)
        hidden = array_of(mask, np.dtype(bool), sizes, bool(fortran), _NAME)
        plain = isinstance(default, np.ndarray) and default.shape == () and default.dtype.kind != "O"
        return Masked(np.ma.MaskedArray(values, mask=hidden, fill_value=default[()] if plain else None))

    return Slot(_NAME, fill)


def uncovered(item: dict[Any, Any]) -> list[tuple[Any, Any]]:
    """What lies in a dictionary, with all numbers of its masked arrays, which are such arrays from here on."""
    found = []
    for name, part in item.items():
        if part.__class__ is Masked:
            item[name] = part.array
        found.append((name, np.asarray(part.array) if part.__class__ is Masked else part))
    return found
