"""Kernel SHAP: a weighted regression on paired coalitions, constrained to add up, with standard errors."""

from __future__ import annotations

from math import comb

import numpy as np
import numpy.typing as npt

from core.shapley.exact import coalitions
from core.shapley.game import Game, coalition_values
from core.types import Array

Masks = npt.NDArray[np.bool_]


def estimate(played: Game, samples: int, seed: int) -> tuple[Array, Array]:
    """Fit an additive game to sampled coalitions by the Shapley kernel's weights.

    All coalitions are taken, and the answer is exact, where there are no more than ``samples``. Otherwise coalitions
    are drawn in pairs with their complements. S. Lundberg and S.-I. Lee, 2017, arXiv:1705.07874; I. Covert and
    S.-I. Lee, "Improving KernelSHAP", AISTATS 2021, arXiv:2012.01536.

    Parameters
    ----------
    played : Game
    samples : int
        Coalitions at most.
    seed : int

    Returns
    -------
    values : ndarray, shape (n_features,)
    errors : ndarray, shape (n_features,)
        Standard errors of the regression, robust, clustered by pair; 0 where every coalition was taken.
    """
    players = played.players
    ends = coalition_values(played, np.array([[False] * players, [True] * players]))
    whole = float(ends[1] - ends[0])
    if players == 1:
        return np.array([whole]), np.zeros(1)
    if 2**players - 2 <= samples:
        masks = coalitions(players)[1:-1]
        sizes = masks.sum(axis=1)
        choices = np.array([comb(players, int(size)) for size in range(players + 1)], dtype=np.float64)
        weights = (players - 1) / (choices[sizes] * sizes * (players - sizes))
        worth = coalition_values(played, masks) - ends[0]
        return _fit(masks, worth, weights, whole)[0], np.zeros(players)
    masks, weights = _draw(players, samples // 2, seed)
    worth = coalition_values(played, np.concatenate([masks, ~masks])) - ends[0]
    both = np.concatenate([weights, weights])
    values, inverse = _fit(np.concatenate([masks, ~masks]), worth, both, whole)
    return values, _errors(masks, worth, weights, values, inverse)


def _draw(players: int, pairs: int, seed: int) -> tuple[Masks, Array]:
    """Distinct coalitions, one of each pair, and how often each pair was drawn."""
    random = np.random.default_rng(seed)
    sizes = np.arange(1, players)
    chances = 1.0 / (sizes * (players - sizes))
    drawn = random.choice(sizes, size=pairs, p=chances / chances.sum())
    ranks = np.argsort(random.random((pairs, players)), axis=1)
    masks = ranks < drawn[:, None]
    masks[~masks[:, 0]] ^= True
    masks, counts = np.unique(masks, axis=0, return_counts=True)
    return masks, counts.astype(np.float64)


def _fit(masks: Masks, worth: Array, weights: Array, whole: float) -> tuple[Array, Array]:
    """Weighted least squares under the constraint that the values sum to ``whole``; also the bread of the sandwich."""
    last = masks[:, -1:].astype(np.float64)
    design = masks[:, :-1] - last
    left = design.T @ (weights[:, None] * design)
    inverse: Array = np.linalg.pinv(left, hermitian=True).astype(np.float64)
    free = inverse @ (design.T @ (weights * (worth - last[:, 0] * whole)))
    return np.append(free, whole - free.sum()), inverse


def _errors(masks: Masks, worth: Array, weights: Array, values: Array, inverse: Array) -> Array:
    """Standard errors by the sandwich formula, each pair one cluster drawn ``weights`` times."""
    residuals = worth - np.concatenate([masks, ~masks]) @ values
    half = len(masks)
    signed: Array = masks[:, :-1] - masks[:, -1:].astype(np.float64)
    scores = signed * (residuals[:half] - residuals[half:])[:, None]
    meat = scores.T @ (weights[:, None] * scores)
    spread = inverse @ meat @ inverse
    total = weights.sum()
    variance = np.append(np.diag(spread), spread.sum()) * total / max(1.0, total - (masks.shape[1] - 1))
    return np.asarray(np.sqrt(np.maximum(variance, 0.0)), dtype=np.float64)
