"""Exact Shapley values of trees against a background ("interventional"), from tables made of the background once.

A leaf is reached by the coalition S for a background row when every player on the way is passed by the instance (in
S) or by that row (not in S). With u players that only the instance passes and v that only the row passes, the leaf's
game is worth ``(u - 1)! v! / (u + v)!`` to each of the u and ``- u! (v - 1)! / (u + v)!`` to each of the v. Only the
pattern of passed players counts, so the mean over the background is one table per leaf. After S. Lundberg et al.,
"From local explanations to global understanding with explainable AI for trees", 2020, doi:10.1038/s42256-019-0138-9.
"""

from __future__ import annotations

from functools import cache
from math import factorial

import numpy as np

from core.shapley.conditions import conditions, place_of
from core.shapley.paths import Paths
from core.shapley.tables import Ints, Lookup, build
from core.shapley.tips import Tips
from core.types import Array


@cache
def pair_weights(players: int) -> Array:
    """Shapley values of a leaf worth 1 for every pair of patterns.

    Returns
    -------
    ndarray, shape (2 ** players, 2 ** players * players)
        Row: pattern of the background row. Column: pattern of the instance, then the player.
    """
    size = 1 << players
    bits = (np.arange(size)[:, None] >> np.arange(players)) & 1
    only_row = bits[:, None, :] * (1 - bits)[None, :, :]
    only_instance = (1 - bits)[:, None, :] * bits[None, :, :]
    reached = np.maximum(bits[:, None, :], bits[None, :, :]).min(axis=2)
    u, v = only_instance.sum(axis=2), only_row.sum(axis=2)
    gain, loss = (_by_counts(players, share) for share in ("gain", "loss"))
    values = only_instance * gain[u, v][:, :, None] - only_row * loss[u, v][:, :, None]
    weights: Array = (values * reached[:, :, None]).reshape(size, size * players)
    return weights


def _by_counts(players: int, share: str) -> Array:
    """What each of the u, or of the v, gets; 0 where there is none."""
    table = np.zeros((players + 1, players + 1))
    for u in range(players + 1):
        for v in range(players + 1 - u):
            if share == "gain" and u:
                table[u, v] = factorial(u - 1) * factorial(v) / factorial(u + v)
            if share == "loss" and v:
                table[u, v] = factorial(u) * factorial(v - 1) / factorial(u + v)
    return table


def lookup(paths: Paths, tips: Tips, worth: Array, background: Array, features: int, base: float, own: float) -> Lookup:
    """Make the tables of an ensemble against a background.

    Parameters
    ----------
    paths : Paths
    tips : Tips
    worth : ndarray, shape (n_nodes,)
        Leaf values of the output explained.
    background : ndarray, shape (n_background, n_columns)
        Encoded.
    features : int
    base : float
        Mean output over the background.
    own : float
        The ensemble's own base for this output.
    """
    ways = paths.edges[tips.leaf].astype(np.int64)
    tested = conditions(paths, ways[ways >= 0], np.zeros(0, dtype=np.int64))
    passed = tested.test(background)

    def weigh(leaves: Ints, players: int) -> Array:
        edges = paths.edges[leaves, :players].astype(np.int64)
        pattern = np.zeros((len(leaves), len(background)), dtype=np.int64)
        for slot, place in enumerate(place_of(tested, edges).T):
            pattern |= passed[place].astype(np.int64) << slot
        cell = pattern + (np.arange(len(leaves)) << players)[:, None]
        seen = np.bincount(cell.ravel(), minlength=len(leaves) << players).reshape(len(leaves), -1)
        return (seen @ pair_weights(players) / len(background)).reshape(len(leaves), 1 << players, players)

    return build(paths, tips, worth, weigh, features, base, own)
