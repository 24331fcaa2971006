"""Is it a tree? One question for every library's node arrays."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def whole(values: object, count: int | None = None) -> npt.NDArray[np.int64]:
    """Whole numbers as an array, of a given length.

    Raises
    ------
    ValueError
        If they are not.
    """
    found = np.asarray(values)
    if found.size == 0:
        found = found.astype(np.int64)
    if found.ndim != 1 or found.dtype.kind not in "biu" or (count is not None and len(found) != count):
        raise ValueError("a list of numbers of the wrong length or kind")
    return found.astype(np.int64)


def real(values: object, count: int) -> npt.NDArray[np.float64]:
    """Numbers as an array, of a given length; raises ValueError."""
    found = np.asarray(values, dtype=np.float64)
    if found.shape != (count,):
        raise ValueError("a list of numbers of the wrong length")
    return found


def check_tree(left: npt.NDArray[np.int64], right: npt.NDArray[np.int64], leaf: npt.NDArray[np.bool_]) -> None:
    """Walk from the root, level by level: children exist and no node is reached twice.

    Parameters
    ----------
    left, right : ndarray, shape (n_nodes,)
        Child indices; read only where ``leaf`` is False.
    leaf : ndarray of bool, shape (n_nodes,)

    Raises
    ------
    ValueError
        If a child does not exist or the nodes run in a circle.
    """
    count, reached = len(leaf), 0
    level = np.zeros(min(1, count), dtype=np.int64)
    seen = np.zeros(count, dtype=bool)
    while level.size:
        if level.min() < 0 or level.max() >= count:
            raise ValueError("a tree has a child that does not exist")
        reached += level.size
        seen[level] = True
        if int(seen.sum()) != reached if reached > count or level.size > 1 else False:
            raise ValueError("a tree runs in a circle")
        if reached > count:
            raise ValueError("a tree runs in a circle")
        inner = level[~leaf[level]]
        level = np.concatenate([left[inner], right[inner]])
    if int(seen.sum()) != reached:
        raise ValueError("a tree runs in a circle")
