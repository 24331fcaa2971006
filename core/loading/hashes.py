"""Numbers that are made to slow programs down: pandas looks them up by a hash without a secret, so anybody can choose
a hundred thousand that all look for one place, and counting the distinct ones takes hours.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.errors import InputError

LOOKED_AT = 4_096
"""Rows of a column that are looked at; fewer numbers that collide than show among so many do no harm."""
MAX_ALIKE = 6
"""Different numbers of these that may have one hash of 32 bits: by chance there are two in one of 500 columns."""
Words = npt.NDArray[np.uint64]
_LOW, _FACTOR, _SEED = np.uint64(0xFFFFFFFF), np.uint64(0x5BD1E995), np.uint64(0xC70F6907 ^ 4)


def check(frame: pd.DataFrame) -> None:
    """Refuse a table with a column of such numbers.

    The rows are drawn anew each time, for rows that are known could be left honest. An honest column passes whatever
    is drawn.

    Raises
    ------
    InputError
    """
    drawn = np.random.default_rng().integers(0, len(frame), LOOKED_AT) if len(frame) > LOOKED_AT else None
    for place in range(frame.shape[1]):
        column = frame.iloc[:, place]
        if _most_alike(column if drawn is None else column.iloc[drawn]) > MAX_ALIKE:
            raise InputError(
                f"Column '{frame.columns[place]}' is refused.",
                "Its numbers are made to slow down programs that look them up.",
                "Leave the column out.",
            )


def _most_alike(column: pd.Series) -> int:
    """How many different cells have the most frequent hash."""
    kind = column.dtype
    if isinstance(kind, np.dtype) and kind.kind == "O":
        odd = {cell for cell in column if isinstance(cell, int | float)}
        found = np.array([hash(cell) & 0xFFFFFFFFFFFFFFFF for cell in odd], dtype=np.uint64)
        hashes = found ^ (found >> np.uint64(32))
    else:
        numbers = getattr(kind, "numpy_dtype", kind)
        if not isinstance(numbers, np.dtype) or numbers.kind not in "iufmM" or numbers.itemsize != 8:
            return 0  # shorter numbers have hashes of their own
        cells = column.dropna().to_numpy(dtype=numbers)
        words = np.unique(cells.view(np.uint64))
        hashes = of_floats(words) if numbers.kind == "f" else of_integers(words)
    return int(np.unique(hashes & _LOW, return_counts=True)[1].max()) if len(hashes) else 0


def of_integers(words: Words) -> Words:
    """Pandas' hash of 64-bit integers and times, in the low half (``kh_int64_hash_func``)."""
    return (words >> np.uint64(33)) ^ words ^ (words << np.uint64(11))


def of_floats(words: Words) -> Words:
    """Pandas' hash of floats, given as their bits (``murmur2_64to32``)."""
    found = np.full(words.shape, _SEED)
    for part in (words & _LOW, words >> np.uint64(32)):
        mixed = part * _FACTOR & _LOW
        mixed = (mixed ^ (mixed >> np.uint64(24))) * _FACTOR & _LOW
        found = (found * _FACTOR & _LOW) ^ mixed
    found = (found ^ (found >> np.uint64(13))) * _FACTOR & _LOW
    return found ^ (found >> np.uint64(15))
