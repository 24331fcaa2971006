"""Shapley values by the definition: every coalition, weighed."""

from __future__ import annotations

from math import factorial

import numpy as np
import numpy.typing as npt

from core.types import Array

MOST = 12
"""Players at most: 2^12 coalitions times a background of 100 are 409,600 predictions."""


def coalitions(players: int) -> npt.NDArray[np.bool_]:
    """All 2^players coalitions; row ``s`` holds the bits of ``s``, player 0 the lowest."""
    numbers = np.arange(2**players)[:, None]
    return (numbers >> np.arange(players)[None, :] & 1).astype(bool)


def shapley(worth: Array) -> Array:
    """Shapley values of a game given by the worth of every coalition.

    phi_j = sum over S without j of |S|! (p - |S| - 1)! / p! (v(S + j) - v(S)); L. S. Shapley, "A value for n-person
    games", 1953, doi:10.1515/9781400881970-018.

    Parameters
    ----------
    worth : ndarray, shape (2 ** players,)
        Ordered as ``coalitions`` orders them.

    Returns
    -------
    ndarray, shape (players,)

    Examples
    --------
    >>> shapley(np.array([0.0, 1.0, 3.0, 6.0]))
    array([2., 4.])
    """
    players = int(np.log2(len(worth)))
    weights = np.array([factorial(s) * factorial(players - s - 1) / factorial(players) for s in range(players)])
    sizes = coalitions(players).sum(axis=1)
    values = np.empty(players)
    for player in range(players):
        without = np.flatnonzero(np.arange(len(worth)) >> player & 1 == 0)
        values[player] = weights[sizes[without]] @ (worth[without + (1 << player)] - worth[without])
    return values
