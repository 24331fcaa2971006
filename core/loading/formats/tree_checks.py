"""Is this set of nodes a tree? Native predictors walk children without asking, and loop for ever in a cycle."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from core.errors import ModelError

Ints = npt.NDArray[np.int64]
_LARGEST = 2**40
_AT_ONCE = 1 << 13
DEEPEST = 4_096
"""Levels of a tree: native code calls itself at each, and SHAP's time grows with their square."""


def damaged(name: str, why: str) -> ModelError:
    """The refusal of a file whose parts do not fit together."""
    return ModelError(
        f"'{name}' is damaged.", f"{why[:200]}.", "Save the model again with its own library and upload that file."
    )


def whole_numbers(name: str, values: Any, what: str) -> Ints:
    """An array of whole numbers.

    Raises
    ------
    ModelError
        If it is not.
    """
    try:
        found = np.asarray(values)
        if found.dtype.kind in "iu" and found.ndim == 1 and (found.size == 0 or _small(found)):
            return found.astype(np.int64, copy=False)
        numbers = found.astype(np.float64) if found.size else np.zeros(0)
    except (TypeError, ValueError, OverflowError) as error:
        raise damaged(name, f"{what} are no numbers") from error
    if numbers.ndim != 1 or not np.isfinite(numbers).all() or (numbers != np.floor(numbers)).any():
        raise damaged(name, f"{what} are no whole numbers")
    if numbers.size and np.abs(numbers).max() > _LARGEST:
        raise damaged(name, f"{what} are too large")
    return numbers.astype(np.int64)


def groups(sizes: Sequence[int]) -> Iterator[slice]:
    """Neighbouring trees to check at once: enough to be quick, few enough for their numbers to need no new memory."""
    start, nodes = 0, 0
    for at, size in enumerate(sizes, 1):
        nodes += size
        if nodes >= _AT_ONCE or at == len(sizes):
            yield slice(start, at)
            start, nodes = at, 0


def _small(numbers: npt.NDArray[np.integer[Any]]) -> bool:
    """True for numbers that lie in bounds."""
    return numbers.itemsize <= 4 or bool(numbers.min() >= -_LARGEST and numbers.max() <= _LARGEST)


def check_children(name: str, inner: Ints, left: Ints, right: Ints, nodes: int, largest: int) -> None:
    """Check that all children are there, that no node has two parents, and that no path is endless.

    The roots being nobody's children, every path from them then ends.

    Parameters
    ----------
    inner, left, right : ndarray of int, shape (n_inner,)
        Numbers of the inner nodes, and of the two children of each.
    nodes : int
        How many nodes there are.
    largest : int
        Inner nodes of the largest tree among these: no path is longer.

    Raises
    ------
    ModelError
        If they are no trees, or one is deeper than ``DEEPEST``.
    """
    children = np.concatenate([left, right])
    if children.size and (children.min() < 1 or children.max() >= nodes):
        raise damaged(name, "A tree points to a node that is not there")
    parents = np.bincount(children, minlength=nodes)
    if children.size and parents.max() > 1:
        raise damaged(name, "A tree has a cycle: two nodes share a child")
    if largest <= DEEPEST:
        return
    places = np.full(nodes, -1)
    places[inner] = np.arange(len(inner))
    level = places[inner[parents[inner] == 0]]
    for _ in range(DEEPEST):
        below = places[np.concatenate([left[level], right[level]])]
        level = below[below >= 0]
    if level.size:
        raise damaged(name, f"A tree is deeper than {DEEPEST:,} levels")
