"""Simple models that mimic a whole one: a small tree, or a straight line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from core.conditions import ordered_values
from core.grid import plain
from core.results import Surrogate, TreeNode
from core.types import Array, Feature
from core.views import words

LEVELS = 20
"""Levels of a feature that get a column of their own, the most frequent ones."""
_ROUNDING = 1e-29
"""Share of the sum of squares that rounding alone may leave of answers that are all the same."""


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """One column of the simple model.

    Attributes
    ----------
    feature : Feature
    level : object
        The level it stands for (1 where the cell has it); None for the numbers themselves.
    gap : bool
        True for the column that is 1 where the cell is missing.
    """

    feature: Feature
    level: Any = None
    gap: bool = False

    @property
    def name(self) -> str:
        """The term in words."""
        if self.gap:
            return f"{self.feature.name} is missing"
        return self.feature.name if self.feature.is_ordered else f"{self.feature.name} = {words.cell(self.level)}"

    def rule(self, threshold: float, below: bool) -> str:
        """The condition of one side of a split."""
        name = words.short(self.feature.name, 40)
        if self.gap:
            return f"{name} {'is known' if below else 'is missing'}"
        if not self.feature.is_ordered:
            return f"{name} {'is not' if below else 'is'} {words.cell(self.level)}"
        limit = _limit(self.feature, threshold)
        return f"{name} {'at most' if below else 'above'} {limit}"


def _limit(feature: Feature, threshold: float) -> str:
    """A threshold in the feature's own units."""
    if feature.kind == "datetime":
        return words.cell(pd.Timestamp(round(threshold), unit="s"))
    if feature.kind == "integer":
        return words.cell(int(np.floor(threshold)))
    return words.number(threshold)


def terms(frame: pd.DataFrame, features: Sequence[Feature]) -> list[Term]:
    """The columns that a simple model of some rows has: numbers, one per level, one per column with gaps."""
    found = []
    for feature in features:
        column = frame[feature.name]
        if feature.is_ordered:
            found.append(Term(feature))
        else:
            levels = [plain(level) for level in column.value_counts().index[:LEVELS]]
            # of two levels one column tells all
            found += [Term(feature, level) for level in (levels[1:] if len(levels) == 2 else levels)]
        if column.isna().any():
            found.append(Term(feature, gap=True))
    return found


def encoded(frame: pd.DataFrame, columns: Sequence[Term], fill: dict[str, float]) -> Array:
    """The terms' values, shape (n_rows, n_terms); a missing number takes the given one."""
    parts = []
    for term in columns:
        column = frame[term.feature.name]
        if term.gap:
            parts.append(column.isna().to_numpy(dtype=np.float64))
        elif term.feature.is_ordered:
            values = ordered_values(column, term.feature)
            parts.append(np.where(np.isfinite(values), values, fill.get(term.feature.name, 0.0)))
        else:
            same = (column == term.level).fillna(False)
            parts.append(same.to_numpy(dtype=np.float64))
    return np.stack(parts, axis=1) if parts else np.empty((len(frame), 0))


def medians(frame: pd.DataFrame, features: Sequence[Feature]) -> dict[str, float]:
    """What a missing number is taken for."""
    found = {}
    for feature in features:
        if feature.is_ordered:
            values = ordered_values(frame[feature.name], feature)
            known = values[np.isfinite(values)]
            found[feature.name] = float(np.median(known)) if len(known) else 0.0
    return found


def fidelity(said: Array, mimicked: Array) -> float:
    """R2 of the simple model's answers to the model's own: 1 repeats it, 0 is no better than its mean."""
    spread = float(((said - said.mean()) ** 2).sum())
    missed = float(((said - mimicked) ** 2).sum())
    size = float((said**2).sum())
    if spread <= _ROUNDING * size:
        return 1.0 if missed <= 1e-12 * size else 0.0
    return 1.0 - missed / spread


def units(said: Array) -> tuple[float, float]:
    """Mean and deviation to fit a tree in: scikit-learn's takes what varies by less than 1e-8 for one and the same."""
    spread = float(said.std())
    return float(said.mean()), spread if spread > np.sqrt(_ROUNDING) * float(np.abs(said).max(initial=0.0)) else 1.0


def nodes(tree: Any, columns: Sequence[Term], mean: float = 0.0, spread: float = 1.0) -> tuple[TreeNode, ...]:
    """The nodes of a fitted ``DecisionTreeRegressor``, parents before children; answers in ``units``."""
    found: list[TreeNode] = []
    waiting: list[tuple[int, int, str]] = [(0, -1, "")]
    inner = tree.tree_
    while waiting:
        at, parent, rule = waiting.pop()
        leaf = int(inner.children_left[at]) < 0
        term = None if leaf else columns[int(inner.feature[at])]
        place = len(found)
        found.append(
            TreeNode(
                rule,
                mean + spread * float(inner.value[at].ravel()[0]),
                int(inner.n_node_samples[at]),
                parent,
                "" if term is None else term.feature.name,
            )
        )
        if term is not None:
            limit = float(inner.threshold[at])
            waiting.append((int(inner.children_right[at]), place, term.rule(limit, below=False)))
            waiting.append((int(inner.children_left[at]), place, term.rule(limit, below=True)))
    return tuple(found)


def layout(result: Surrogate) -> list[tuple[float, float]]:
    """Where each node of a surrogate tree stands: leaves side by side, parents above the middle of their children.

    Returns
    -------
    list of (float, float)
        Horizontal place in leaves, and depth, per node.
    """
    children: list[list[int]] = [[] for _ in result.nodes]
    depth = [0] * len(result.nodes)
    for at, node in enumerate(result.nodes):
        if node.parent >= 0:
            children[node.parent].append(at)
            depth[at] = depth[node.parent] + 1
    across = [0.0] * len(result.nodes)
    free = 0

    def place(at: int) -> float:
        """Place a node's branch and return its own place."""
        nonlocal free
        if children[at]:
            across[at] = sum(place(child) for child in children[at]) / len(children[at])
        else:
            across[at] = float(free)
            free += 1
        return across[at]

    if result.nodes:
        place(0)
    return [(across[at], float(depth[at])) for at in range(len(result.nodes))]
