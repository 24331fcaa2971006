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
    return bool(numbers.min() >= -_LARGEST and numbers.max() <= _LARGEST)


def check_children(name: str, left: Ints, right: Ints, inner: npt.NDArray[np.bool_], nodes: int | None = None) -> None:
    """Check that each inner node has two children in range and that no node has two parents.

    The root (node 0) being nobody's child, every path from it then ends.

    Parameters
    ----------
    left, right : ndarray of int, shape (n_nodes,)
    inner : ndarray of bool, shape (n_nodes,)
    nodes : int, optional
        How many nodes there are where ``left`` and ``right`` name inner ones only.

    Raises
    ------
    ModelError
        If it is no tree.
    """
    children = np.concatenate([left[inner], right[inner]])
    if children.size and (children.min() < 1 or children.max() >= (nodes or len(left))):
        raise damaged(name, "A tree points to a node that is not there")
    if children.size and np.bincount(children).max() > 1:
        raise damaged(name, "A tree has a cycle: two nodes share a child")
