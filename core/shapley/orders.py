"""Single orderings against the whole background: what box plots of a Shapley value are drawn from."""

from __future__ import annotations

import numpy as np

from core.shapley.game import Game, coalition_values
from core.types import Array


def contributions(played: Game, orderings: int, seed: int) -> Array:
    """Walk random orderings, each coalition asked once against every background row.

    The Shapley value is the mean over all orderings, so how far single ones lie apart says how much the features act
    together (E. Štrumbelj and I. Kononenko, 2014, doi:10.1007/s10115-013-0679-x; P. Biecek and T. Burzykowski,
    *Explanatory Model Analysis*, chapter 8, 2021, doi:10.1201/9780429027192).

    Parameters
    ----------
    played : Game
    orderings, seed : int

    Returns
    -------
    ndarray, shape (orderings, n_features)
        Each row sums to the output minus the base.
    """
    players = played.players
    random = np.random.default_rng(seed)
    rank = np.argsort(random.random((orderings, players)), axis=1)
    masks = rank[:, None, :] < np.arange(players + 1)[None, :, None]
    distinct, place = np.unique(masks.reshape(-1, players), axis=0, return_inverse=True)
    worth = coalition_values(played, distinct)[place.ravel()].reshape(orderings, players + 1)
    return np.asarray(np.take_along_axis(np.diff(worth, axis=1), rank, axis=1), dtype=np.float64)
