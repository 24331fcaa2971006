"""Shapley values by the definition, slowly: what every fast path here is compared with."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from math import comb

import numpy as np
import pandas as pd

from core.portable import Portable, Trees


def subsets(players: int) -> list[frozenset[int]]:
    return [frozenset(chosen) for size in range(players + 1) for chosen in combinations(range(players), size)]


def from_worth(worth: dict[frozenset[int], float], players: int) -> np.ndarray:
    """Average marginal contribution: sizes first, then the coalitions of that size."""
    values = np.zeros(players)
    for player in range(players):
        for coalition in worth:
            if player not in coalition:
                share = 1 / (players * comb(players - 1, len(coalition)))
                values[player] += share * (worth[coalition | {player}] - worth[coalition])
    return values


def marginal(
    of: Callable[[pd.DataFrame], np.ndarray], instance: pd.DataFrame, background: pd.DataFrame
) -> tuple[np.ndarray, float, float]:
    """Values, base and output of the game "features outside take the background's values", all coalitions."""
    players = instance.shape[1]
    plain = background.reset_index(drop=True)
    repeated = instance.iloc[np.zeros(len(plain), dtype=int)].reset_index(drop=True).astype(dict(plain.dtypes))
    both, rows = pd.concat([plain, repeated], ignore_index=True), np.arange(len(plain))
    asked = {
        name: both[name].array.take(np.concatenate([rows + len(rows) * (at in inside) for inside in subsets(players)]))
        for at, name in enumerate(both.columns)
    }
    outputs = of(pd.DataFrame(asked)).reshape(-1, len(background)).mean(axis=1)
    worth = dict(zip(subsets(players), outputs.tolist(), strict=True))
    values = from_worth(worth, players)
    return values, worth[frozenset()], worth[frozenset(range(players))]


def along_covers(portable: Portable, row: np.ndarray, output: int) -> tuple[np.ndarray, float, float]:
    """Values, base and output of the path-dependent game, by walking down both ways for every coalition.

    ``row`` holds the encoded inputs; players are the person's features.
    """
    trees = portable.body
    assert isinstance(trees, Trees)
    sources = portable.sources
    if trees.float32:
        row = row.astype(np.float32).astype(np.float64)

    def left(node: int) -> bool:
        value, limit = row[trees.feature[node]], trees.threshold[node]
        if np.isnan(value):
            return bool(trees.missing_left[node])
        if node in trees.categories:
            return int(value) in trees.categories[node]
        return bool(value < limit if trees.strict else value <= limit)

    def walk(node: int, coalition: frozenset[int]) -> float:
        if trees.left[node] < 0:
            return float(trees.value[node, output])
        low, high = int(trees.left[node]), int(trees.right[node])
        if int(sources[trees.feature[node]]) in coalition:
            return walk(low if left(node) else high, coalition)
        shares = trees.cover[[low, high]] / trees.cover[node]  # float32 covers need not sum to their parent's
        return float(shares[0] * walk(low, coalition) + shares[1] * walk(high, coalition))

    players = len(portable.features)
    worth = {
        coalition: float(trees.base[output]) + sum(walk(int(root), coalition) for root in trees.roots)
        for coalition in subsets(players)
    }
    return from_worth(worth, players), worth[frozenset()], worth[frozenset(range(players))]
