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
from core.shapley.tables import Ints, Tables, build
from core.shapley.tips import BITS, Tips
from core.types import Array


@cache
def pair_weights(players: int) -> Array:
    """Shapley values of a leaf worth 1 for every pair of patterns.

    Returns
    -------
    ndarray, shape (2 ** players, 2 ** players * players)
        Row: pattern of the background row. Column: pattern of the instance, then the player.
    """
    rows = [against(players, np.array([row]))[0].ravel() for row in range(1 << players)]
    return np.stack(rows)


def against(players: int, rows: Ints) -> Array:
    """Shapley values of a leaf worth 1 against background rows of given patterns.

    Parameters
    ----------
    players : int
    rows : ndarray of int, shape (n,)
        Pattern of players that each row passes.

    Returns
    -------
    ndarray, shape (n, 2 ** players, players)
        By the instance's pattern, then the player.
    """
    full = (1 << players) - 1
    own, row = np.arange(1 << players)[None, :], rows[:, None]
    gain, loss = share_by_counts(players)
    u, v = np.bitwise_count(own & ~row & full), np.bitwise_count(row & ~own & full)
    reached = (own | row) == full
    gains, losses = gain[u, v] * reached, loss[u, v] * reached
    values = np.empty((len(rows), 1 << players, players))
    for player in range(players):
        mine, theirs = own >> player & 1, row >> player & 1
        values[:, :, player] = gains * (mine & ~theirs) - losses * (theirs & ~mine)
    return values


@cache
def share_by_counts(players: int) -> tuple[Array, Array]:
    """What each of u players gains and each of v loses, indexed [u, v]; 0 where there is none."""
    gain, loss = np.zeros((players + 1, players + 1)), np.zeros((players + 1, players + 1))
    for u in range(players + 1):
        for v in range(players + 1 - u):
            if u:
                gain[u, v] = factorial(u - 1) * factorial(v) / factorial(u + v)
            if v:
                loss[u, v] = factorial(u) * factorial(v - 1) / factorial(u + v)
    return gain, loss


def tables(paths: Paths, tips: Tips, worth: Array, background: Array, features: int, base: float, own: float) -> Tables:
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
        if players > BITS:
            return np.stack([_mean_against(players, row) for row in pattern])
        cell = pattern + (np.arange(len(leaves)) << players)[:, None]
        seen = np.bincount(cell.ravel(), minlength=len(leaves) << players).reshape(len(leaves), -1)
        return (seen @ pair_weights(players) / len(background)).reshape(len(leaves), 1 << players, players)

    return build(paths, tips, worth, weigh, features, base, own)


def _mean_against(players: int, rows: Ints) -> Array:
    """Mean of ``against`` over background rows, shape (2 ** players, players); equal patterns are taken once."""
    patterns, counts = np.unique(rows, return_counts=True)
    total = np.zeros((1 << players, players))
    for pattern, count in zip(patterns, counts, strict=True):
        total += count * against(players, np.array([pattern]))[0]
    return total / len(rows)
