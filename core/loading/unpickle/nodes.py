"""Are these nodes trees? Thousands of small ones are looked at together, since each alone takes dozens of steps."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from core.loading.unpickle.inert import Refused

_AT_ONCE = 1 << 15
"""Nodes after which those that wait are checked."""
Numbers = npt.NDArray[np.integer[Any]]
_Tree = tuple[Numbers, Numbers, npt.NDArray[np.bool_], Numbers, int, str]


class Nodes:
    """Nodes of trees that were read, until they are checked."""

    __slots__ = ("_count", "_waiting")

    def __init__(self) -> None:
        self._waiting: list[_Tree] = []
        self._count = 0

    def add(
        self, left: Numbers, right: Numbers, leaf: npt.NDArray[np.bool_], feature: Numbers, columns: int, name: str
    ) -> None:
        """Put the nodes of one tree to the others; at times all are checked.

        Parameters
        ----------
        left, right, feature : ndarray of int, shape (n_nodes,)
            Both children and the column of each node; those of leaves may be anything.
        leaf : ndarray of bool, shape (n_nodes,)
        columns : int
        name : str
            What it is, for a refusal.

        Raises
        ------
        Refused
            If one of those that waited is no tree, or splits on a column that does not exist.
        """
        self._waiting.append((left, right, leaf, feature, columns, name))
        self._count += len(left)
        if self._count >= _AT_ONCE:
            self.check()

    def check(self) -> None:
        """Check all that wait: every node but the root has exactly one parent, and a walk from the root meets all.

        Raises
        ------
        Refused
            If one is no tree, or splits on a column that does not exist.
        """
        waiting, self._waiting, self._count = self._waiting, [], 0
        for name in dict.fromkeys(tree[-1] for tree in waiting):
            _check([tree for tree in waiting if tree[-1] == name], name)


def _check(trees: list[_Tree], name: str) -> None:
    """Check some trees of one kind."""
    left, right, leaf, feature = (np.concatenate([tree[part] for tree in trees]) for part in range(4))
    sizes = np.array([len(tree[0]) for tree in trees])
    first = np.cumsum(sizes) - sizes
    parents = np.flatnonzero(~leaf)
    whose = np.repeat(np.arange(len(trees)), sizes)[parents]
    children = np.concatenate([left[parents], right[parents]]).astype(np.int64)
    owners = np.concatenate([whose, whose])
    wrong = (2 * np.bincount(whose, minlength=len(trees)) != sizes - 1).any()
    if wrong or (children < 1).any() or (children >= sizes[owners]).any():
        raise Refused(f"{name} in it has children that do not exist", name)
    if np.bincount(children + first[owners], minlength=1).max() > 1:
        raise Refused(f"{name} in it has nodes with two parents", name)
    back = owners[children + first[owners] <= np.concatenate([parents, parents])]
    if any(_has_cycle(*trees[tree][:3]) for tree in _each(back)):
        raise Refused(f"{name} in it runs in a circle", name)
    asked = feature[parents]
    if (asked < 0).any() or (asked >= np.array([tree[4] for tree in trees])[whose]).any():
        raise Refused(f"{name} in it splits on a column that does not exist", name)


def _each(trees: Numbers) -> Iterable[int]:
    """Every number of some, once."""
    return np.unique(trees).tolist() if trees.size else ()


def _has_cycle(left: Numbers, right: Numbers, leaf: npt.NDArray[np.bool_]) -> bool:
    """Walk level by level from the root; a tree reaches every node."""
    level, reached = np.zeros(1, dtype=np.int64), 0
    while level.size:
        reached += level.size
        inner = level[~leaf[level]]
        level = np.concatenate([left[inner], right[inner]]).astype(np.int64)
    return reached != len(leaf)
