"""Shapley interaction values by the definition: every coalition, weighed."""

from __future__ import annotations

from itertools import combinations
from math import factorial

import numpy as np

from core.shapley.exact import coalitions, shapley
from core.types import Array


def interactions(worth: Array) -> Array:
    """Split each Shapley value into the feature's own part and its halves of what it does in pairs.

    For i != j, phi_ij = sum over S without i and j of |S|! (p - |S| - 2)! / (2 (p - 1)!) times
    (v(S + i + j) - v(S + i) - v(S + j) + v(S)); the diagonal takes what is left of phi_i. S. Lundberg et al., 2020,
    doi:10.1038/s42256-019-0138-9; M. Grabisch and M. Roubens, 1999, doi:10.1007/s001820050125.

    Parameters
    ----------
    worth : ndarray, shape (2 ** players,)
        Ordered as ``coalitions`` orders them.

    Returns
    -------
    ndarray, shape (players, players)
        Symmetric; rows sum to the Shapley values.

    Examples
    --------
    >>> interactions(np.array([0.0, 1.0, 3.0, 6.0]))
    array([[1., 1.],
           [1., 3.]])
    """
    players = int(np.log2(len(worth)))
    found = np.zeros((players, players))
    sizes, numbers = coalitions(players).sum(axis=1), np.arange(len(worth))
    weights = [factorial(s) * factorial(players - s - 2) / (2 * factorial(players - 1)) for s in range(players - 1)]
    for i, j in combinations(range(players), 2):
        one, two = 1 << i, 1 << j
        rest = numbers[numbers & (one | two) == 0]
        gain = worth[rest | one | two] - worth[rest | one] - worth[rest | two] + worth[rest]
        found[i, j] = found[j, i] = np.asarray(weights)[sizes[rest]] @ gain
    np.fill_diagonal(found, shapley(worth) - found.sum(axis=1))
    return found
