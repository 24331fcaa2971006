"""Shapley values by sampled orderings, each walked forwards and backwards, with standard errors."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from core.shapley.game import Game, Ints
from core.types import Array


def estimate(
    played: Game, orderings: int, seed: int, progress: Callable[[float], None] = lambda _done: None
) -> tuple[Array, Array]:
    """Estimate Shapley values against the whole background.

    Every background row gets the same number of orderings of its own. An ordering switches the features from the
    background's to the instance's values one by one; it is walked forwards and backwards (antithetic), so the sums
    are exact and most of the noise cancels. E. Štrumbelj and I. Kononenko, 2014, doi:10.1007/s10115-013-0679-x;
    R. Mitchell et al., "Sampling permutations for Shapley value estimation", JMLR 23, 2022.

    Parameters
    ----------
    played : Game
    orderings : int
        In all; rounded up so that every background row gets at least two pairs.
    seed : int
    progress : callable
        Called with the fraction done.

    Returns
    -------
    values : ndarray, shape (n_features,)
    errors : ndarray, shape (n_features,)
        Standard errors, from the spread of the pairs within each background row.
    """
    pairs = max(2, -(-orderings // (2 * played.background)))
    players = played.players
    random = np.random.default_rng(seed)
    walks = np.argsort(random.random((played.background * pairs, players)), axis=1)
    rows = np.repeat(np.arange(1, played.background + 1), pairs)
    per_call = max(1, played.step // (2 * (players + 1)))
    parts = []
    for at in range(0, len(walks), per_call):
        parts.append(_pairs(played, walks[at : at + per_call], rows[at : at + per_call]))
        progress(min(1.0, (at + per_call) / len(walks)))
    found = np.concatenate(parts).reshape(played.background, pairs, players)
    errors = np.sqrt((found.var(axis=1, ddof=1) / pairs).sum(axis=0)) / played.background
    return found.mean(axis=(0, 1)), errors


def _pairs(played: Game, walks: Ints, rows: Ints) -> Array:
    """Mean marginal contribution of each feature over both directions of each walk, shape (n_walks, n_features)."""
    count, players = walks.shape
    rank = np.empty_like(walks)
    np.put_along_axis(rank, walks, np.broadcast_to(np.arange(players), walks.shape), axis=1)
    ranks = np.stack([rank, players - 1 - rank], axis=1)
    switched = ranks[:, :, None, :] < np.arange(players + 1)[None, None, :, None]
    sources = np.where(switched, 0, rows[:, None, None, None]).reshape(-1, players)
    outputs = played.ask(sources).reshape(count, 2, players + 1)
    gains = np.take_along_axis(np.diff(outputs, axis=2), ranks, axis=2)
    return np.asarray(gains.mean(axis=1), dtype=np.float64)
