"""How ``machine``, ``marks`` and ``digits`` are compiled by numba: imported where they are needed, never at the head.

All is compiled when those modules are imported, or read from numba's cache beside them, and nothing later: a locked
worker may not write files, so the process that it comes from imports them first. Numba keeps what it compiled by the
age of the module's own file: touch ``machine.py``, ``marks.py`` and ``loading/formats/digits.py`` after a change here,
in ``instructions``, or in a piece that one takes from the other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numba
from numba.core import types as numba_types

from core.shapley.packed import NODE

types: Any = numba_types  # made at run time, unknown to a type checker
Function = TypeVar("Function", bound=Callable[..., Any])
NODES = numba.from_dtype(NODE)[::1]
NUMBERS, CODES, BYTES = types.float64[:, ::1], types.boolean[:, ::1], types.uint8[:, ::1]
ROOTS, EDGES, MASKS = types.int32[::1], types.int32[:, ::1], types.uint8[:, :, ::1]


def piece(back: Any, *kinds: Any, **how: Any) -> Callable[[Function], Function]:
    """Compile for arguments of these kinds. A piece that is called has the processor's registers for itself."""

    def build(function: Function) -> Function:
        signature, flags = [back(*kinds)], {"error_model": "numpy", "nogil": True, "_nrt": False, **how}
        try:
            made: Function = numba.njit(signature, cache=True, **flags)(function)
        except RuntimeError:  # no folder that could be written to
            made = numba.njit(signature, **flags)(function)
        return made

    return build


def compiled(*kinds: Any) -> Callable[[Function], Function]:
    """What Python calls."""
    return piece(types.void, *kinds)


def part(function: Function) -> Function:
    """A piece of those, compiled into them."""
    made: Function = numba.njit(inline="always", error_model="numpy", _nrt=False)(function)
    return made
