"""What lies on the way to every node of an ensemble: which players are asked, and by which edges.

A player is a feature as the person knows it; the encoded columns made of it (one-hot, missing flags) act together.
An edge is named by the node it leads to. A row passes a player at a node when it takes every edge of that player on
the way there; ``edges`` names the deepest of them, ``previous`` chains the others.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.portable import Portable, Trees

Ints = npt.NDArray[np.int64]
Small = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Paths:
    """The ways through an ensemble.

    Attributes
    ----------
    trees : Trees
    levels : tuple of ndarray of int
        Nodes by depth, the roots first.
    parent : ndarray of int, shape (n_nodes,)
        -1 at a root.
    is_left : ndarray of bool, shape (n_nodes,)
        The node is its parent's left child.
    player : ndarray of int, shape (n_nodes,)
        Feature that the edge into the node asks; -1 at a root.
    slot : ndarray of int, shape (n_nodes,)
        Place of that player among the players on the way, in order of first meeting.
    count : ndarray of int, shape (n_nodes,)
        How many players are on the way.
    previous : ndarray of int, shape (n_nodes,)
        The edge of the same player before this one, -1 if this is its first.
    edges : ndarray of int, shape (n_nodes, most)
        Deepest edge of each player on the way, by slot; -1 beyond ``count``.
    """

    trees: Trees
    levels: tuple[Ints, ...]
    parent: Ints
    is_left: npt.NDArray[np.bool_]
    player: Ints
    slot: Ints
    count: Ints
    previous: Ints
    edges: Small


def follow(portable: Portable) -> Paths:
    """Walk all trees level by level.

    Parameters
    ----------
    portable : Portable
        Its body is ``Trees``.
    """
    trees = portable.body
    if not isinstance(trees, Trees):
        raise TypeError("only trees have paths")
    nodes = len(trees.feature)
    player_of = portable.sources
    parent = np.full(nodes, -1)
    is_left = np.zeros(nodes, dtype=bool)
    player, slot, count, previous = (
        np.full(nodes, -1),
        np.full(nodes, -1),
        np.zeros(nodes, dtype=np.int64),
        np.full(nodes, -1),
    )
    levels = _levels(trees, parent, is_left)
    most = 0
    tables: list[Small] = [np.zeros((len(trees.roots), 0), dtype=np.int32)]
    place = np.zeros(nodes, dtype=np.int64)
    place[levels[0]] = np.arange(len(levels[0]))
    for level in levels[1:]:
        above = parent[level]
        asked = player_of[trees.feature[above]]
        table = tables[-1][place[above]]
        same = (player[table] == asked[:, None]) & (table >= 0)
        known = same.any(axis=1)
        new = count[above]
        at = np.where(known, same.argmax(axis=1) if table.shape[1] else 0, new)
        if len(level) and int(at.max()) >= table.shape[1]:
            table = np.pad(table, ((0, 0), (0, 1)), constant_values=-1)
        own = np.arange(len(level))
        previous[level] = np.where(known, table[own, at], -1)
        table[own, at] = level
        player[level], slot[level], count[level] = asked, at, np.where(known, new, new + 1)
        place[level] = own
        tables.append(table)
        most = max(most, table.shape[1])
    edges = np.full((nodes, most), -1, dtype=np.int32)
    for level, table in zip(levels, tables, strict=True):
        edges[level, : table.shape[1]] = table
    return Paths(trees, levels, parent, is_left, player, slot, count, previous, edges)


def _levels(trees: Trees, parent: Ints, is_left: npt.NDArray[np.bool_]) -> tuple[Ints, ...]:
    """Nodes by depth; fills in who their parents are."""
    levels = [np.asarray(trees.roots, dtype=np.int64)]
    while True:
        inner = levels[-1][trees.left[levels[-1]] >= 0]
        if not len(inner):
            return tuple(levels)
        left, right = trees.left[inner], trees.right[inner]
        parent[left], parent[right] = inner, inner
        is_left[left] = True
        levels.append(np.stack([left, right], axis=1).ravel())
