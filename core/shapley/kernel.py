"""Kernel SHAP: a weighted regression on paired coalitions, constrained to add up, with standard errors."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
import numpy.typing as npt

from core.registry import Told
from core.shapley.exact import coalitions
from core.shapley.game import Game, Shared, coalition_values
from core.types import Array

Ints = npt.NDArray[np.int64]
Masks = npt.NDArray[np.bool_]
ENUMERATED = 20_000
"""Coalitions of one size up to which all are listed and some are chosen; beyond, equal draws are thrown away."""


def estimate(played: Game, samples: int, seed: int, progress: Told | None = None) -> Shared:
    """Fit an additive game to sampled coalitions by the Shapley kernel's weights.

    All coalitions are taken, and the answer is exact, where there are no more than ``samples``. Otherwise coalitions
    are chosen in pairs with their complements, by ``draw``. S. Lundberg and S.-I. Lee, 2017, arXiv:1705.07874;
    I. Covert and S.-I. Lee, "Improving KernelSHAP", AISTATS 2021, arXiv:2012.01536.

    Parameters
    ----------
    played : Game
    samples : int
        Coalitions at most.
    seed : int
    progress : callable, optional
        Called with the fraction done.

    Returns
    -------
    Shared
        Errors of the regression, robust, by pair and stratum; 0 where every coalition was taken.
    """
    players = played.players
    if players == 1:
        base, output = coalition_values(played, np.array([[False], [True]])).tolist()
        return Shared(np.array([output - base]), np.zeros(1), base, output)
    if 2**players - 2 <= samples:
        every = coalitions(players)
        worth = coalition_values(played, every, progress)
        masks, sizes = every[1:-1], every[1:-1].sum(axis=1)
        choices = np.array([comb(players, int(size)) for size in range(players + 1)], dtype=np.float64)
        weights = (players - 1) / (choices[sizes] * sizes * (players - sizes))
        found = _fit(masks, worth[1:-1] - worth[0], weights, float(worth[-1] - worth[0]))[0]
        return Shared(found, np.zeros(players), float(worth[0]), float(worth[-1]))
    drawn = draw(players, max(2, samples // 2), seed)
    both = np.concatenate([drawn.masks, ~drawn.masks])
    ends = np.array([[False] * players, [True] * players])
    worth = coalition_values(played, np.concatenate([ends, both]), progress)
    base, output, worth = float(worth[0]), float(worth[1]), worth[2:] - worth[0]
    values, inverse = _fit(both, worth, np.concatenate([drawn.weights, drawn.weights]), output - base)
    return Shared(values, _errors(drawn, worth, values, inverse), base, output)


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """One coalition of each pair, player 0 inside or (size below half) either way.

    Attributes
    ----------
    masks : ndarray of bool, shape (n_pairs, n_players)
    weights : ndarray, shape (n_pairs,)
        Each size's share of the Shapley kernel, divided by the pairs of that size that were drawn.
    size : ndarray of int, shape (n_pairs,)
    pairs : ndarray, shape (n_players // 2 + 1,)
        Pairs that exist, by size.
    """

    masks: Masks
    weights: Array
    size: Ints
    pairs: Array


def draw(players: int, pairs: int, seed: int) -> Drawn:
    """Choose distinct coalitions: small sizes whole while they fit their share, then a stratified sample.

    A pair is a coalition and its complement. Sizes are strata; each gets pairs by its share of the kernel
    ``1 / (s (p - s))``, and a stratum that would be overdrawn is taken whole, which leaves more for the others
    (S. Lundberg's shap enumerates small sizes likewise; strata in place of independent draws are ours).
    """
    random = np.random.default_rng(seed)
    sizes = np.arange(1, players // 2 + 1)
    there = np.array([comb(players, int(size)) for size in sizes], dtype=np.float64)
    share = 1.0 / (sizes * (players - sizes))
    if players % 2 == 0:
        there[-1], share[-1] = there[-1] / 2, share[-1] / 2
    counts = _allot(share, there, pairs)
    masks = [
        _of_size(players, int(size), int(count), int(most), random)
        for size, count, most in zip(sizes, counts, there, strict=True)
    ]
    size = np.repeat(sizes, counts)
    weights = (share / np.maximum(counts, 1))[size - 1]
    return Drawn(np.concatenate(masks), weights, size, np.concatenate([[0.0], there]))


def _allot(share: Array, there: Array, pairs: int) -> Ints:
    """Pairs of each size: by share, at least two (or all there are), none more than there are."""
    counts = np.minimum(there, 2.0)
    whole = np.zeros(len(share), dtype=bool)
    while True:
        left = pairs - there[whole].sum()
        wanted = np.where(whole, there, left * share / max(1e-12, share[~whole].sum()))
        full = ~whole & (wanted >= there)
        if not full.any():
            break
        whole |= full
    return np.maximum(counts, np.where(whole, there, np.floor(wanted))).astype(np.int64)


def _of_size(players: int, size: int, count: int, there: int, random: np.random.Generator) -> Masks:
    """Distinct coalitions of one size; of half the players, only those with player 0."""
    halved = 2 * size == players
    if there <= ENUMERATED:
        first = combinations(range(1, players), size - 1) if halved else combinations(range(players), size)
        every = np.array([(0, *members) if halved else members for members in first])
        chosen = every if count == there else every[np.sort(random.choice(there, count, replace=False))]
        masks = np.zeros((count, players), dtype=bool)
        np.put_along_axis(masks, chosen, True, axis=1)
        return masks
    masks = np.zeros((0, players), dtype=bool)
    while len(masks) < count:
        more = np.argsort(np.argsort(random.random((count, players)), axis=1), axis=1) < size
        if halved:
            more[~more[:, 0]] ^= True
        masks = np.concatenate([masks, more])
        masks = masks[np.sort(np.unique(masks, axis=0, return_index=True)[1])]
    return masks[:count]


def _fit(masks: Masks, worth: Array, weights: Array, whole: float) -> tuple[Array, Array]:
    """Weighted least squares under the constraint that the values sum to ``whole``; also the bread of the sandwich."""
    last = masks[:, -1:].astype(np.float64)
    design = masks[:, :-1] - last
    left = design.T @ (weights[:, None] * design)
    inverse: Array = np.linalg.pinv(left, hermitian=True).astype(np.float64)
    free = inverse @ (design.T @ (weights * (worth - last[:, 0] * whole)))
    return np.append(free, whole - free.sum()), inverse


def _errors(drawn: Drawn, worth: Array, values: Array, inverse: Array) -> Array:
    """Standard errors by the sandwich formula over pairs; strata that were taken whole add nothing.

    A fit lies nearer to the pairs that it was made of than to others, so what is left of each is divided by one less
    its leverage (HC3: J. MacKinnon and H. White, 1985, doi:10.1016/0304-4076(85)90158-7).
    """
    masks, half = drawn.masks, len(drawn.masks)
    residuals = worth - np.concatenate([masks, ~masks]) @ values
    signed: Array = masks[:, :-1] - masks[:, -1:].astype(np.float64)
    leverage = 2 * drawn.weights * np.einsum("ij,jk,ik->i", signed, inverse, signed)
    apart = (residuals[:half] - residuals[half:]) / np.maximum(1.0 - leverage, 0.1)
    scores = signed * (apart * drawn.weights)[:, None]
    meat = np.zeros((scores.shape[1], scores.shape[1]))
    for size in np.unique(drawn.size):
        own = scores[drawn.size == size]
        missed = 1.0 - len(own) / drawn.pairs[size]
        if missed > 0:
            meat += missed * len(own) * np.cov(own, rowvar=False).reshape(meat.shape)
    spread = inverse @ meat @ inverse
    variance = np.append(np.diag(spread), spread.sum())
    return np.asarray(np.sqrt(np.maximum(variance, 0.0)), dtype=np.float64)
