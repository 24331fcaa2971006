"""Sparse matrices and arrays of scipy, in all seven forms: rebuilt from arrays whose every index was looked at."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from core.loading.unpickle.inert import Slot
from core.loading.unpickle.numbers import wrong

if TYPE_CHECKING:
    from core.loading.unpickle.machine import Machine

_NAME = "a sparse matrix"
_NUMBERS = (int, float, complex, bool, np.number, np.bool_)
KINDS = ("matrix", "array")
FORMS = ("csr", "csc", "coo", "bsr", "dia", "lil")
"""Those that are created empty and filled by a state."""


def sparse(kind: str) -> Any:
    """A matrix or array of a form, filled by the state that follows."""

    def make(machine: Machine, args: tuple[Any, ...]) -> Slot:
        if args:
            raise wrong(_NAME)
        return Slot(_NAME, lambda state: _filled(machine, kind, state))

    return make


def keyed(kind: str) -> Any:
    """``dok``: a dictionary of places, in the state or, before scipy 1.13, before it."""

    def make(_machine: Machine, args: tuple[Any, ...]) -> Slot:
        if len(args) != 1 or type(args[0]) is not dict:
            raise wrong(_NAME)
        return Slot(_NAME, lambda state: _by_place(kind, args[0], state))

    return make


def _shape(state: Any) -> tuple[int, int]:
    """Lines and columns."""
    shape: Any = state.get("_shape") if type(state) is dict else None
    if type(shape) is not tuple or len(shape) != 2 or not all(type(n) is int and 0 <= n < 2**31 for n in shape):
        raise wrong(_NAME)
    return shape[0], shape[1]


def _numbers(state: Any, dimensions: int = 1) -> np.ndarray:
    """The numbers of a matrix."""
    data = state.get("data")
    if not isinstance(data, np.ndarray) or data.ndim != dimensions or data.dtype.kind not in "biufc":
        raise wrong(_NAME)
    return data


def _index(found: Any, limit: int) -> np.ndarray:
    """An array of indices below a limit."""
    if not isinstance(found, np.ndarray) or found.ndim != 1 or found.dtype.kind != "i":
        raise wrong(_NAME)
    if found.size and (int(found.min()) < 0 or int(found.max()) >= limit):
        raise wrong(_NAME)
    return found


def _compressed(state: Any, data: np.ndarray, major: int, minor: int) -> tuple[Any, ...]:
    """Numbers, their place in each line, and where the lines begin."""
    indices, pointers = _index(state.get("indices"), minor), _index(state.get("indptr"), len(data) + 1)
    if len(pointers) != major + 1 or pointers[0] != 0 or (np.diff(pointers) < 0).any():
        raise wrong(_NAME)
    if len(indices) != len(data):
        raise wrong(_NAME)
    return data, indices, pointers


def _coordinates(state: Any, shape: tuple[int, int]) -> tuple[Any, ...]:
    """``coo``."""
    found: Any = state.get("coords") or (state.get("row"), state.get("col"))
    return _numbers(state), (_index(found[0], shape[0]), _index(found[1], shape[1]))


def _blocks(state: Any, shape: tuple[int, int]) -> tuple[Any, ...]:
    """``bsr``: blocks of one size, by lines of blocks."""
    data = _numbers(state, 3)
    high, wide = data.shape[1:]
    if not high or not wide or shape[0] % high or shape[1] % wide:
        raise wrong(_NAME)
    return _compressed(state, data, shape[0] // high, shape[1] // wide)


def _diagonals(state: Any, shape: tuple[int, int]) -> tuple[Any, ...]:
    """``dia``: each diagonal once, and within the matrix."""
    data, offsets = _numbers(state, 2), state.get("offsets")
    if not isinstance(offsets, np.ndarray) or offsets.shape != data.shape[:1] or offsets.dtype.kind != "i":
        raise wrong(_NAME)
    if offsets.size and not -shape[0] < int(offsets.min()) <= int(offsets.max()) < max(1, shape[1]):
        raise wrong(_NAME)
    if len(np.unique(offsets)) != len(offsets):
        raise wrong(_NAME)
    return data, offsets


def _lists(machine: Machine, state: Any, shape: tuple[int, int]) -> Any:
    """``lil``: for each line, the columns in rising order and their numbers."""
    lines, data = state.get("rows"), state.get("data")
    if not all(isinstance(part, np.ndarray) and part.shape == shape[:1] for part in (lines, data)):
        raise wrong(_NAME)
    rows: list[Any] = []
    columns: list[Any] = []
    numbers: list[Any] = []
    for row, (places, values) in enumerate(zip(lines, data, strict=True)):
        if type(places) is not list or type(values) is not list or len(places) != len(values):
            raise wrong(_NAME)
        machine.spend(len(places))
        if not _whole(places) or any(left >= right for left, right in pairwise(places)):
            raise wrong(_NAME)
        rows += [row] * len(places)
        columns += places
        numbers += values
    return _placed(rows, columns, numbers, state.get("dtype"), shape)


def _by_place(kind: str, before: dict[Any, Any], state: Any) -> Any:
    """``dok``: numbers by line and column."""
    import scipy.sparse

    shape = _shape(state)
    held = state.get("_dict", before)
    if type(held) is not dict or not all(type(place) is tuple and len(place) == 2 for place in held):
        raise wrong(_NAME)
    rows, columns = [place[0] for place in held], [place[1] for place in held]
    if not _whole(rows) or not _whole(columns):
        raise wrong(_NAME)
    return getattr(scipy.sparse, kind)(_placed(rows, columns, list(held.values()), state.get("dtype"), shape))


def _whole(numbers: list[Any]) -> bool:
    """True for whole numbers alone."""
    return all(type(number) is int or isinstance(number, np.integer) for number in numbers)


def _placed(rows: list[Any], columns: list[Any], numbers: list[Any], kind: Any, shape: tuple[int, int]) -> Any:
    """A matrix from whole numbers for lines and columns, and plain numbers."""
    from scipy.sparse import coo_array

    if not isinstance(kind, np.dtype) or kind.kind not in "biufc" or not all(isinstance(n, _NUMBERS) for n in numbers):
        raise wrong(_NAME)
    places = (_index(np.array(rows, dtype=np.int64), shape[0]), _index(np.array(columns, dtype=np.int64), shape[1]))
    return coo_array((np.array(numbers, dtype=kind), places), shape=shape)


def _filled(machine: Machine, kind: str, state: Any) -> Any:
    """Check the parts of a matrix and build it, of arrays of its own: scipy sorts and sums up places where they lie."""
    import scipy.sparse

    shape = _shape(state)
    cls, form = getattr(scipy.sparse, kind), kind.partition("_")[0]
    if form == "lil":
        return cls(_lists(machine, state, shape))
    if form in ("csr", "csc"):
        major, minor = shape if form == "csr" else shape[::-1]
        return cls(_compressed(state, _numbers(state), major, minor), shape=shape, copy=True)
    parts = {"coo": _coordinates, "bsr": _blocks, "dia": _diagonals}[form](state, shape)
    return cls(parts, shape=shape, copy=True)


CONSTRUCTORS: dict[str, Any] = {
    **{
        f"scipy.sparse._{form}.{form}_{kind}": sparse(f"{form}_{kind}")
        for form in FORMS
        for kind in ("matrix", "array")
    },
    **{f"scipy.sparse._dok.dok_{kind}": keyed(f"dok_{kind}") for kind in ("matrix", "array")},
}
