"""The hash by which CatBoost knows the levels of its categorical columns; ``core/assets/city.js`` does the same.

CityHash64 in its first version (G. Pike and J. Alakuijala, 2011), of which CatBoost keeps the low 32 bits; and the way
in which it makes one number of several columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from core.types import Array

_MASK = (1 << 64) - 1
_K0, _K1, _K2, _K3 = 0xC3A5C85C97CB3127, 0xB492B66FBE98F273, 0x9AE16A3B2F90404F, 0xC949D7C7509E6557
_MULTIPLIER = 0x9DDFEA08EB382D69
_HALF = float(1 << 31)
_JOIN = np.uint64(0x4906BA494954CB65)


def spelled(level: Any) -> str | None:
    """A level as CatBoost spells it: whole floats as integers, true as 1; None for no text, number or boolean."""
    if isinstance(level, bool) or (isinstance(level, float) and level.is_integer()):
        return str(int(level))
    return str(level) if isinstance(level, str | bool | int | float) else None


def level_hash(level: Any) -> float:
    """What CatBoost keeps of a level: a whole number of 32 bits with a sign; NaN for what it cannot spell."""
    text = spelled(level)
    if text is None:
        return float("nan")
    low = city64(text.encode("utf-8", errors="replace")) & 0xFFFFFFFF
    return float(low - (1 << 32) if low >= 1 << 31 else low)


def joined(columns: Sequence[Array]) -> npt.NDArray[np.uint64]:
    """One number of 64 bits for the values of several columns together: hashes of levels, and 0 or 1 for conditions.

    Parameters
    ----------
    columns : sequence of ndarray, each of shape (n_rows,)
        Whole numbers of 32 bits with a sign; what is missing counts as 0.
    """
    found = np.zeros(len(columns[0]), dtype=np.uint64)
    for column in columns:
        whole = np.clip(np.nan_to_num(column), -_HALF, _HALF).astype(np.int64)
        found = _JOIN * (found + _JOIN * whole.astype(np.uint64))
    return found


def city64(data: bytes) -> int:
    """CityHash64 of some bytes."""
    size = len(data)
    if size <= 16:
        return _short(data, size)
    if size <= 32:
        return _middle(data, size)
    return _longer(data, size) if size <= 64 else _long(data, size)


def _word(data: bytes, at: int, size: int = 8) -> int:
    """Eight bytes from a place on, which counts from the end where negative."""
    at = at + len(data) if at < 0 else at
    return int.from_bytes(data[at : at + size], "little")


def _turn(value: int, shift: int) -> int:
    """Bits rotated to the right."""
    value &= _MASK
    return (value >> shift | value << (64 - shift)) & _MASK


def _mix(value: int) -> int:
    """The upper bits into the lower."""
    value &= _MASK
    return value ^ value >> 47


def _pair(low: int, high: int) -> int:
    """Two numbers to one."""
    first = _mix((low ^ high & _MASK) * _MULTIPLIER)
    return _mix((high & _MASK ^ first) * _MULTIPLIER) * _MULTIPLIER & _MASK


def _short(data: bytes, size: int) -> int:
    """Up to 16 bytes."""
    if size > 8:
        first, last = _word(data, 0), _word(data, -8)
        return _pair(first, _turn(last + size, size)) ^ last
    if size >= 4:
        return _pair(size + (_word(data, 0, 4) << 3), _word(data, -4, 4))
    if size == 0:
        return _K2
    y, z = data[0] + (data[size >> 1] << 8), size + (data[-1] << 2)
    return _mix(y * _K2 ^ z * _K3) * _K2 & _MASK


def _middle(data: bytes, size: int) -> int:
    """17 to 32 bytes."""
    a, b = _word(data, 0) * _K1, _word(data, 8)
    c, d = _word(data, -8) * _K2, _word(data, -16) * _K0
    return _pair(_turn(a - b, 43) + _turn(c, 30) + d & _MASK, a + _turn(b ^ _K3, 20) - c + size)


def _half(start: int, words: tuple[int, int, int, int]) -> tuple[int, int]:
    """One half of 33 to 64 bytes."""
    a, b, c = start + words[0], _turn(start + words[0] + words[3], 52), _turn(start + words[0], 37)
    a += words[1]
    c += _turn(a, 7)
    a += words[2]
    return a + words[3], b + _turn(a, 31) + c


def _longer(data: bytes, size: int) -> int:
    """33 to 64 bytes."""
    first = (_word(data, 0), _word(data, 8), _word(data, 16), _word(data, 24))
    last = (_word(data, -32), _word(data, -24), _word(data, -16), _word(data, -8))
    vf, vs = _half((size + _word(data, -16)) * _K0, first)
    wf, ws = _half(_word(data, 16), last)
    mixed = _mix((vf + ws) * _K2 + (wf + vs) * _K0)
    return _mix(mixed * _K0 + vs) * _K2 & _MASK


def _weak(data: bytes, at: int, a: int, b: int) -> tuple[int, int]:
    """32 bytes and two seeds to two numbers."""
    w, x, y, z = (_word(data, at + 8 * place) for place in range(4))
    a += w
    b = _turn(b + a + z, 21)
    c = a
    a += x + y
    return a + z & _MASK, b + _turn(a, 44) + c & _MASK


def _long(data: bytes, size: int) -> int:
    """More than 64 bytes."""
    x, y, z = _word(data, 0), _word(data, -16) ^ _K1, _word(data, -56) ^ _K0
    v, w = _weak(data, size - 64, size, y), _weak(data, size - 32, size * _K1, _K0)
    z += _mix(v[1]) * _K1
    x, y = _turn(z + x, 39) * _K1, _turn(y, 33) * _K1
    for at in range(0, (size - 1) // 64 * 64, 64):
        x = _turn(x + y + v[0] + _word(data, at + 16), 37) * _K1
        y = _turn(y + v[1] + _word(data, at + 48), 42) * _K1
        x, y = (x ^ w[1]) & _MASK, (y ^ v[0]) & _MASK
        z = _turn(z ^ w[0], 33)
        v = _weak(data, at, v[1] * _K1, x + w[0])
        w = _weak(data, at + 32, z + w[1], y)
        z, x = x, z
    return _pair(_pair(v[0], w[0]) + _mix(y) * _K1 + z & _MASK, _pair(v[1], w[1]) + x & _MASK)
