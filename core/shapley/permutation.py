"""Shapley values by sampled orderings, each walked forwards and backwards, with standard errors."""

from __future__ import annotations

import numpy as np

from core.asking import FIRST, PIECE, spans
from core.registry import Told, unheard
from core.shapley.game import Game, Ints, Shared
from core.types import Array


def estimate(played: Game, orderings: int, seed: int, progress: Told = unheard) -> Shared:
    """Estimate Shapley values against the whole background.

    Every background row gets the same number of orderings of its own. An ordering switches the features from the
    background's to the instance's values one by one; it is walked forwards and backwards (antithetic), so the sums
    are exact and most of the noise cancels. Where each walk starts and ends is asked once. E. Štrumbelj and
    I. Kononenko, 2014, doi:10.1007/s10115-013-0679-x; R. Mitchell et al., "Sampling permutations for Shapley value
    estimation", JMLR 23, 2022.

    Parameters
    ----------
    played : Game
    orderings : int
        In all; rounded up so that every background row gets at least one pair.
    seed : int
    progress : callable
        Called with the fraction done.

    Returns
    -------
    Shared
        Errors from the spread of the pairs within each background row; of a single pair a row, from that between the
        rows, which is larger.
    """
    players, rows = played.players, played.background
    pairs = max(2 if rows == 1 else 1, -(-orderings // (2 * rows)))
    random = np.random.default_rng(seed)
    walks = np.argsort(random.random((rows * pairs, players)), axis=1)
    owner = np.repeat(np.arange(1, rows + 1), pairs)
    itself = np.repeat(np.arange(rows + 1)[:, None], players, axis=1)  # the instance and every background row
    per_call = max(1, min(played.step, PIECE) // (2 * players))
    parts, ends = [], np.zeros(0)
    for at, end in spans(len(walks), per_call, True, max(1, FIRST // (2 * players))):
        ranks, sources = _between(walks[at:end], owner[at:end])
        outputs = played.ask(sources if at else np.concatenate([itself, sources]))
        if not at:
            ends, outputs = outputs[: rows + 1], outputs[rows + 1 :]
        parts.append(_gains(outputs, ranks, ends[owner[at:end]], float(ends[0])))
        progress(end / len(walks))
    found = np.concatenate(parts).reshape(rows, pairs, players)
    spread = found.var(axis=1, ddof=1).sum(axis=0) / pairs if pairs > 1 else found[:, 0].var(axis=0, ddof=1) * rows
    return Shared(found.mean(axis=(0, 1)), np.sqrt(spread) / rows, float(ends[1:].mean()), float(ends[0]))


def _between(walks: Ints, owner: Ints) -> tuple[Ints, Ints]:
    """When each feature is switched, forwards and backwards, and the hybrid rows between the ends of each walk.

    Returns
    -------
    ranks : ndarray of int, shape (n_walks, 2, n_features)
    sources : ndarray of int, shape (n_walks * 2 * (n_features - 1), n_features)
    """
    players = walks.shape[1]
    rank = np.empty_like(walks)
    np.put_along_axis(rank, walks, np.broadcast_to(np.arange(players), walks.shape), axis=1)
    ranks = np.stack([rank, players - 1 - rank], axis=1)
    switched = ranks[:, :, None, :] < np.arange(1, players)[None, None, :, None]
    return ranks, np.where(switched, 0, owner[:, None, None, None]).reshape(-1, players)


def _gains(outputs: Array, ranks: Ints, start: Array, end: float) -> Array:
    """Mean marginal contribution of each feature over both directions of each walk, shape (n_walks, n_features)."""
    count, _, players = ranks.shape
    whole = np.full((count, 2, players + 1), end)
    whole[:, :, 0] = start[:, None]
    whole[:, :, 1:-1] = outputs.reshape(count, 2, players - 1)
    gains = np.take_along_axis(np.diff(whole, axis=2), ranks, axis=2)
    return np.asarray(gains.mean(axis=1), dtype=np.float64)
