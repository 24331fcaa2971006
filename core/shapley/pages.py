"""Arrays that a walk reads here and there, in few pages of memory.

A processor remembers where some thousand pages lie, of 4,096 bytes as a rule. A walk through a deep forest touches as
many, and looks each up anew after anything else ran: that took a quarter of a row's time. Blocks of 4 MB and more are
given to NumPy in pages of 2 MB where the system has them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

LINE, LARGE = 64, 1 << 21
"""Bytes of a line of the cache; of a large page."""


def rooms(*wanted: tuple[Any, tuple[int, ...]]) -> list[npt.NDArray[Any]]:
    """Arrays of zeros, side by side, each from the begin of a line on; a line behind each may be read, too.

    Parameters
    ----------
    *wanted : tuple of (dtype, tuple of int)
        Kind and shape of each.
    """
    sizes = [np.dtype(kind).itemsize * int(np.prod(shape)) for kind, shape in wanted]
    ends = np.cumsum([-(-size // LINE) * LINE + LINE for size in sizes])
    block = np.empty(max(int(ends[-1]), 2 * LARGE) + LARGE, dtype=np.uint8)
    start, found = -block.ctypes.data % LARGE, []
    for (kind, shape), size, begin in zip(wanted, sizes, (0, *ends[:-1]), strict=True):
        some = block[start + begin : start + begin + size + LINE]
        some.fill(0)
        found.append(some[:size].view(kind).reshape(shape))
    return found
