"""The trees of a CatBoost model: symmetric ones, which ask the same on a level, and such with nodes of their own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from core.loading.formats.flatbuffer import FlatTable
from core.portable.forest import Tree, stack
from core.portable.form import Bools, Ints, Trees
from core.portable.inputs import refuse
from core.types import Array

_MOST_NODES = 4_000_000
_STEP = np.dtype([("left", "<u2"), ("right", "<u2")])


@dataclass(frozen=True, slots=True, eq=False)
class Questions:
    """What each of a model's splits asks: more than a border leads right.

    Attributes
    ----------
    column : ndarray of int, shape (n_splits,)
        Column of the trees.
    border : ndarray, shape (n_splits,)
    missing_left : ndarray of bool, shape (n_splits,)
    """

    column: Ints
    border: Array
    missing_left: Bools


def trees_of(raw: FlatTable, asked: Questions) -> Trees:
    """All trees with the model's scale and bias.

    Parameters
    ----------
    raw : FlatTable
        ``TModelTrees`` of a model that was checked.
    asked : Questions

    Raises
    ------
    NotApplicable
        If they have too many nodes.
    """
    outputs = raw.whole(0, 1)
    several = raw.array(16, "<f8")
    base = several if several.size else np.full(outputs, raw.real(15, 0.0, "<f8"))
    if len(base) != outputs:
        raise refuse("It has another number of biases than of outputs.")
    values = raw.array(8, "<f8").reshape(-1, outputs) * raw.real(14, 1.0, "<f8")
    weights = raw.array(9, "<f8")
    weights = weights if len(weights) == len(values) else np.zeros(len(values))
    if 2 * len(values) > _MOST_NODES:
        raise refuse(f"It has {len(values):,} leaves.")
    grown = _branching if raw.array(10, "<u4").size else _even
    return stack(list(grown(raw, asked, values, weights)), base, strict=False, float32=True)


def _even(raw: FlatTable, asked: Questions, values: Array, weights: Array) -> Iterator[Tree]:
    """Symmetric trees."""
    splits, leaf, at = raw.array(1, "<i4").astype(np.int64), 0, 0
    for depth in raw.array(2, "<i4").tolist():
        mine = slice(leaf, leaf + (1 << depth))
        yield _symmetric(asked, splits[at : at + depth], values[mine], weights[mine])
        leaf, at = leaf + (1 << depth), at + depth


def _symmetric(asked: Questions, splits: Ints, values: Array, weights: Array) -> Tree:
    """One symmetric tree without the questions whose answer changes nothing.

    Bit i of a leaf's number is the answer to question i, and the last question comes first, as in CatBoost's own
    ShapValues. Nodes lie level by level, the children of node n at 2n + 1 and 2n + 2. Leaves that no training row
    reached say 0: where both sides of a question are alike it is left out.
    """
    depth = len(splits)
    value, cover, plain = values, weights, np.ones(1 << depth, dtype=np.bool_)
    levels = [(value, cover, plain)]
    for _ in range(depth):
        plain = plain[::2] & plain[1::2] & (value[::2] == value[1::2]).all(axis=1)
        value, cover = value[::2], cover[::2] + cover[1::2]
        levels.insert(0, (value, cover, plain))
    value, cover, plain = (np.concatenate(parts) for parts in zip(*levels, strict=True))
    kept = np.ones(len(plain), dtype=np.bool_)
    for level in range(1, depth + 1):
        above = slice((1 << level - 1) - 1, (1 << level) - 1)
        kept[(1 << level) - 1 : (2 << level) - 1] = np.repeat(kept[above] & ~plain[above], 2)
    question = np.concatenate([np.repeat(splits[::-1], 1 << np.arange(depth)), np.zeros(1 << depth, np.int64)])
    number = np.cumsum(kept) - 1
    here = np.arange(len(plain))
    inside = ~plain
    left, right = (np.where(inside, number[np.where(inside, 2 * here + side, 0)], -1) for side in (1, 2))
    return _tree(asked, question[kept], left[kept], right[kept], value[kept], cover[kept])


def _branching(raw: FlatTable, asked: Questions, values: Array, weights: Array) -> Iterator[Tree]:
    """Trees with nodes of their own: steps onward to either side, and a leaf where a side has none."""
    splits = raw.array(1, "<i4").astype(np.int64)
    steps = raw.array(10, "<u4").view(_STEP)
    left, right = steps["left"].astype(np.int64), steps["right"].astype(np.int64)
    ends = raw.array(11, "<u4").astype(np.int64) // values.shape[1]
    at = 0
    for size in raw.array(2, "<i4").tolist():
        mine = slice(at, at + size)
        yield _branched(asked, splits[mine], (left[mine], right[mine]), ends[mine], values, weights)
        at += size


def _branched(
    asked: Questions, splits: Ints, steps: tuple[Ints, Ints], ends: Ints, values: Array, weights: Array
) -> Tree:
    """One such tree: a node that steps to one side only holds the other side's leaf itself."""
    nodes = len(splits)
    here = np.arange(nodes)
    halves = np.flatnonzero((steps[0] == 0) != (steps[1] == 0))
    added = np.zeros(nodes, dtype=np.int64)
    added[halves] = nodes + np.arange(len(halves))
    inner = (steps[0] > 0) | (steps[1] > 0)
    left, right = (np.where(inner, np.where(step > 0, here + step, added), -1) for step in steps)
    tail = np.full(len(halves), -1, dtype=np.int64)
    leaf = np.concatenate([np.where(inner, 0, ends), ends[halves]])
    is_leaf = np.concatenate([~inner, np.ones(len(halves), dtype=np.bool_)])
    cover = np.where(is_leaf, weights[leaf], 0.0).tolist()
    for node in range(nodes - 1, -1, -1):  # children have larger numbers than their parent
        if inner[node]:
            cover[node] = cover[left[node]] + cover[right[node]]
    left, right = np.concatenate([left, tail]), np.concatenate([right, tail])
    question = np.concatenate([splits, np.zeros(len(halves), np.int64)])
    return _tree(asked, question, left, right, values[leaf], np.array(cover))


def _tree(asked: Questions, question: Ints, left: Ints, right: Ints, value: Array, cover: Array) -> Tree:
    """Nodes with what their splits ask."""
    if not len(asked.column):  # a model that only knows a constant
        nothing = np.full(len(question), -1, dtype=np.int64)
        return Tree(nothing, np.zeros(len(question)), left, right, nothing < 0, value, cover)
    column, border, missing_left = asked.column[question], asked.border[question], asked.missing_left[question]
    return Tree(column, border, left, right, missing_left, value, cover)
