"""The inner loops of ``numerals``: import this module where they are needed, never at the head (``compiled``)."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from core.loading.formats.numerals import BLANK
from core.shapley.compiled import piece, types

Letters = npt.NDArray[np.uint8]

_TEXT = types.Array(types.uint8, 1, "C", readonly=True)
_WHOLES = types.int64[::1]
_DIGITS = 18


@piece(types.int64, _TEXT, _TEXT)
def counted(text: Letters, kinds: Letters) -> Any:
    """How many numbers stand in a text, by the kinds of ``numerals``; -1 where something must be looked at closely."""
    kind = kinds[text[0]]
    if kind & 15 >= 2:
        return -1
    blanks, wrong = 0, 0
    for at in range(1, len(text)):
        before, kind = kind, kinds[text[at]]
        wrong |= kind & 15 > before >> 4
        blanks += kind == BLANK
    return -1 if wrong or (kind & 15 != 0 and kind & 15 != 2) else blanks + 1


@piece(types.int64, _TEXT, types.int64, _WHOLES, types.int64)
def read(text: Letters, separator: int, found: npt.NDArray[np.int64], at: int) -> Any:
    """Write whole numbers, one letter between them, from a place on; the place behind them, -1 for anything else."""
    value, digits, sign = 0, 0, 1
    for letter in text:
        if 48 <= letter <= 57 and digits < _DIGITS:
            value = value * 10 + (letter - 48)
            digits += 1
        elif letter == 45 and digits == 0 and sign == 1:
            sign = -1
        elif letter == separator and digits:
            found[at] = sign * value
            at += 1
            value, digits, sign = 0, 0, 1
        else:
            return -1
    if digits == 0:
        return -1
    found[at] = sign * value
    return at + 1
