"""Nodes of trees, many together, against a walk through each."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.loading.unpickle import nodes as nodes_module
from core.loading.unpickle.inert import Refused
from core.loading.unpickle.nodes import Nodes

COLUMNS = 3
Tree = list[tuple[int, int, int]]
"""Left child, right child and column of each node; a leaf has the children -1."""


@st.composite
def grown(draw: st.DrawFn, most: int = 6) -> Tree:
    """A tree: leaves are split one after another, so that children come behind their parent."""
    tree: Tree = [(-1, -1, -2)]
    for _ in range(draw(st.integers(0, most))):
        leaf = draw(st.sampled_from([at for at, node in enumerate(tree) if node[0] == -1]))
        tree[leaf] = (len(tree), len(tree) + 1, draw(st.integers(0, COLUMNS - 1)))
        tree += [(-1, -1, -2), (-1, -1, -2)]
    return tree


def relabelled(tree: Tree, order: list[int]) -> Tree:
    """The same tree with its nodes in another order, the root first."""
    place = {old: new for new, old in enumerate(order)}
    return [(place.get(tree[old][0], -1), place.get(tree[old][1], -1), tree[old][2]) for old in order]


def fine(tree: Tree) -> bool:
    """Whether a walk from the root meets every node once, by columns that exist."""
    pending, met = [0], []
    while pending:
        at = pending.pop()
        if not 0 <= at < len(tree) or at in met:
            return False
        met.append(at)
        left, right, column = tree[at]
        if left != -1:
            if not 0 <= column < COLUMNS:
                return False
            pending += [left, right]
    return len(met) == len(tree)


def checked(trees: list[Tree], name: str = "a tree") -> None:
    waiting = Nodes()
    for tree in trees:
        left, right, column = (np.array([node[part] for node in tree]) for part in range(3))
        waiting.add(left, right, left == -1, column, COLUMNS, name)
    waiting.check()


@given(st.lists(grown(), max_size=5), st.data())
def test_trees_pass_in_any_order_of_their_nodes(trees: list[Tree], data: st.DataObject) -> None:
    for tree in trees:
        order = [0, *data.draw(st.permutations(range(1, len(tree))))]
        assert fine(relabelled(tree, order))
    checked(trees)
    checked([relabelled(tree, [0, *data.draw(st.permutations(range(1, len(tree))))]) for tree in trees])


@given(st.lists(grown(), min_size=1, max_size=4), st.data())
def test_a_changed_node_is_noticed_when_a_walk_notices_it(trees: list[Tree], data: st.DataObject) -> None:
    which = data.draw(st.integers(0, len(trees) - 1))
    tree = [*trees[which]]
    at, far = data.draw(st.integers(0, len(tree) - 1)), len(tree) + 3
    sides = st.tuples(st.integers(-3, far), st.integers(-3, far)).filter(
        lambda pair: (pair[0] == -1) == (pair[1] == -1)
    )
    tree[at] = (*data.draw(sides), data.draw(st.integers(-2, COLUMNS)))
    changed = [*trees[:which], tree, *trees[which + 1 :]]
    if all(map(fine, changed)):
        checked(changed)
        return
    with pytest.raises(Refused, match="a tree in it"):
        checked(changed)


@pytest.mark.parametrize(
    ("tree", "why"),
    [
        ([(1, 2, 0), (-1, -1, 0)], "children that do not exist"),
        ([(1, 1, 0), (-1, -1, 0), (-1, -1, 0)], "two parents"),
        ([(1, 2, 0), (-1, -1, 0), (-1, -1, 0), (5, 6, 0), (-1, -1, 0), (3, 4, 0), (-1, -1, 0)], "runs in a circle"),
        ([(1, 2, 3), (-1, -1, 0), (-1, -1, 0)], "a column that does not exist"),
    ],
)
def test_the_reason_is_told(tree: Any, why: str) -> None:
    leaf: Tree = [(-1, -1, -2)]
    with pytest.raises(Refused, match=why):
        checked([leaf, tree, leaf])


@pytest.mark.parametrize("first", [0, 1, 9])
def test_a_bad_one_is_found_before_and_behind_a_check_in_between(first: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nodes_module, "_AT_ONCE", 5)
    good: Tree = [(1, 2, 0), (-1, -1, 0), (-1, -1, 0)]
    checked([good] * 10)
    trees = [good] * 10
    trees[first] = [(1, 3, 0), (-1, -1, 0), (-1, -1, 0)]
    with pytest.raises(Refused, match="do not exist"):
        checked(trees)
