"""Exact path-dependent Shapley values of trees: a feature outside the coalition takes both branches, by their cover.

The worth of a leaf is then a product over the players on the way: 1 or 0 (passed or not) inside the coalition, the
share of training weight along that player's edges outside. Only the pattern of passed players counts, so every leaf
has one small table, whatever the data. S. Lundberg et al., 2020, doi:10.1038/s42256-019-0138-9; the integral form is
that of P. Yu et al., "Linear TreeSHAP", NeurIPS 2022, arXiv:2209.08192.
"""

from __future__ import annotations

import numpy as np

from core.shapley.paths import Paths
from core.shapley.tables import Ints, Tables, build
from core.shapley.tips import Tips
from core.types import Array


def shares(paths: Paths) -> Array:
    """Share of training weight that takes all edges of this edge's player up to it, shape (n_nodes,); 1 at roots."""
    cover = paths.trees.cover
    share = np.ones(len(cover))
    for level in paths.levels[1:]:
        above = cover[paths.parent[level]]
        own = np.divide(cover[level], above, out=np.zeros(len(level)), where=above > 0)
        earlier = paths.previous[level]
        share[level] = own * np.where(earlier >= 0, share[earlier], 1.0)
    return share


def expectation(paths: Paths, worth: Array, share: Array) -> float:
    """Value of the empty coalition: leaf values weighed by their shares, without the ensemble's base."""
    leaf = np.flatnonzero(paths.trees.left < 0)
    edges = paths.edges[leaf]
    reach = np.where(edges >= 0, share[edges], 1.0).prod(axis=1)
    return float(worth[leaf] @ reach)


def quadrature(players: int) -> tuple[Array, Array]:
    """Points and weights on (0, 1) that integrate polynomials below degree ``players`` exactly."""
    points, weights = np.polynomial.legendre.leggauss(max(1, (players + 1) // 2))
    return (points + 1) / 2, weights / 2


def tables(paths: Paths, tips: Tips, worth: Array, features: int, own: float) -> Tables:
    """Make the tables of an ensemble from its covers.

    Parameters
    ----------
    paths : Paths
    tips : Tips
    worth : ndarray, shape (n_nodes,)
        Leaf values of the output explained.
    features : int
    own : float
        The ensemble's own base for this output.
    """
    share = shares(paths)

    def weigh(leaves: Ints, players: int) -> Array:
        return product_game(share[paths.edges[leaves, :players]])

    return build(paths, tips, worth, weigh, features, own + expectation(paths, worth, share), own)


def product_game(outside: Array) -> Array:
    """Shapley values of ``v(S) = prod(passed in S) * prod(outside not in S)`` for every pattern of passed players.

    phi_j = integral over t of (a_j - z_j) prod_{i != j} (t a_i + (1 - t) z_i), exact by Gauss-Legendre points.

    Parameters
    ----------
    outside : ndarray, shape (n, players)

    Returns
    -------
    ndarray, shape (n, 2 ** players, players)
    """
    count, players = outside.shape
    bits = ((np.arange(1 << players)[:, None] >> np.arange(players)) & 1).astype(np.float64)
    values = np.zeros((count, 1 << players, players))
    for point, weight in zip(*quadrature(players), strict=True):
        factor = point * bits[None] + (1 - point) * outside[:, None, :]
        before = np.full((count, 1 << players), weight)
        for player in range(players):
            values[:, :, player] += before * _after(factor, player)
            before = before * factor[:, :, player]
    return values * (bits[None] - outside[:, None, :])


def _after(factor: Array, player: int) -> Array:
    """Product of the factors of later players."""
    product: Array = factor[:, :, player + 1 :].prod(axis=2)
    return product
