"""Cells that are made to slow programs down: pandas and Arrow look them up by a hash without a secret, so anybody can
choose a hundred thousand that all look for one place, and counting the distinct ones takes hours.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.errors import InputError

LOOKED_AT = 4_096
"""Rows of a column that are looked at; fewer cells that collide than show among so many do no harm."""
MAX_ALIKE = 6
"""Different cells of these that may have one hash of 32 bits: by chance there are two in one of 500 columns."""
MAX_SPELT_ALIKE = 64
"""The same of texts that pandas itself looks up: a few short codes of small and capital letters are alike."""
_LETTERS = 4 << 20
Words = npt.NDArray[np.uint64]
_LOW, _FACTOR, _SEED = np.uint64(0xFFFFFFFF), np.uint64(0x5BD1E995), np.uint64(0xC70F6907 ^ 4)
_LAST, _FIRST = np.uint64(11400714785074694791), np.uint64(14029467366897019727)


def check(frame: pd.DataFrame) -> None:
    """Refuse a table with a column of such cells: numbers, and texts of 4 to 16 bytes (XXH3 looks up longer ones).

    The rows are drawn anew each time, for rows that are known could be left honest. An honest column passes whatever
    is drawn.

    Raises
    ------
    InputError
    """
    drawn = np.random.default_rng().integers(0, len(frame), LOOKED_AT) if len(frame) > LOOKED_AT else None
    for place in range(frame.shape[1]):
        column = frame.iloc[:, place]
        looked_at = column if drawn is None else column.iloc[drawn]
        if _most_alike(looked_at) > MAX_ALIKE or _spelt_alike(looked_at) > MAX_SPELT_ALIKE:
            raise InputError(
                f"Column '{frame.columns[place]}' is refused.",
                "Its cells are made to slow down programs that look them up.",
                "Leave the column out.",
            )


def _most_alike(column: pd.Series) -> int:
    """How many different cells have the most frequent hash."""
    if isinstance(column.dtype, pd.CategoricalDtype):  # of the rows that are drawn, so as many as are looked at
        column = pd.Series(column.cat.remove_unused_categories().cat.categories)
    kind = column.dtype
    if isinstance(kind, pd.StringDtype):
        hashes = of_texts({text.encode() for text in column.dropna().tolist()})
    elif isinstance(kind, np.dtype) and kind.kind == "O":
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


def _spelt_alike(column: pd.Series) -> int:
    """How many texts have the most frequent hash, where they lie as Python's own: Arrow's are looked up by Arrow."""
    if not isinstance(column.dtype, np.dtype) or column.dtype.kind != "O":
        return 0
    odd = {cell.encode(errors="replace").partition(b"\0")[0] for cell in column if isinstance(cell, str)} - {b""}
    return int(np.unique(of_words(list(odd)), return_counts=True)[1].max()) if odd else 0


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


def of_texts(texts: Iterable[bytes]) -> Words:
    """Arrow's hash of texts of 4 to 16 bytes (``ComputeStringHash``): of their first and last half, which overlap.

    Shorter ones have hashes of their own.
    """
    found = []
    given = list(texts)
    for half, kind in ((4, "<u4"), (8, "<u8")):
        part = [text for text in given if (4 <= len(text) <= 8 if half == 4 else 8 < len(text) <= 16)]
        last = np.frombuffer(b"".join(text[-half:] for text in part), kind).astype(np.uint64) * _LAST
        first = np.frombuffer(b"".join(text[:half] for text in part), kind).astype(np.uint64) * _FIRST
        found.append(np.array([len(text) for text in part], np.uint64) ^ last.byteswap() ^ first.byteswap())
    return np.concatenate(found)


def of_words(texts: Sequence[bytes]) -> Words:
    """Pandas' hash of texts (``__ac_X31_hash_string``): each letter, and 31 times what was before it.

    Only of the first of them, where they are long.
    """
    lengths = np.array([len(text) for text in texts])
    count = max(1, int((lengths.cumsum() <= _LETTERS).sum()))
    ends = lengths[:count].cumsum()
    powers = np.full(int(lengths[:count].max()), 31, np.uint64)
    powers[0] = 1
    behind = np.repeat(ends, lengths[:count]) - 1 - np.arange(int(ends[-1]))
    letters = np.frombuffer(b"".join(texts[:count]), np.int8).astype(np.int64).view(np.uint64)
    return np.add.reduceat(letters * powers.cumprod()[behind], ends - lengths[:count]) & _LOW
