"""CatBoost's cbm: what can be checked from outside; the library verifies the inner buffer itself."""

from __future__ import annotations

import struct

MAGIC = b"CBM1"


def check(data: bytes) -> None:
    """Check the frame of a model before ``catboost`` parses it.

    Raises
    ------
    ValueError
        If the magic or the sizes do not fit.
    """
    if data[:4] != MAGIC or len(data) < 16:
        raise ValueError("it does not begin as a CatBoost model does")
    size = struct.unpack("<I", data[4:8])[0]
    if not 8 <= size <= len(data) - 8:
        raise ValueError("it ends too early")
    root = struct.unpack("<I", data[8:12])[0]
    if not 4 <= root <= size - 4:
        raise ValueError("its inner buffer has no root")
