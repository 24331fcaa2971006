"""Measures of a classifier for each group, ratios between groups with their intervals, and what they add up to."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.results import Fairness
from core.types import Array

MEASURES = {
    "TPR": "found: of the true cases, the share that is named",
    "TNR": "left alone: of the others, the share that is not named",
    "PPV": "right when named: of those named, the share that is true",
    "NPV": "right when not named: of those not named, the share that is none",
    "FNR": "missed: of the true cases, the share that is not named",
    "FPR": "false alarms: of the others, the share that is named",
    "FDR": "wrong when named: of those named, the share that is none",
    "FOR": "wrong when not named: of those not named, the share that is true",
    "ACC": "right: share of all rows",
    "STP": "named: share of all rows, right or wrong",
}
"""What each measure of a table of right and wrong says."""
CHECKED = ("TPR", "ACC", "PPV", "FPR", "STP")
"""Equal opportunity, accuracy equality, predictive parity, predictive equality, statistical parity."""
WIDE = 1.959964
"""Standard errors of a 95 % interval."""
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
_PARTS = ((0,), (2,), (0,), (2,), (3,), (1,), (1,), (3,), (0, 2), (0, 1))
_WHOLES = ((0, 3), (1, 2), (0, 1), (2, 3), (0, 3), (1, 2), (0, 1), (2, 3), (0, 1, 2, 3), (0, 1, 2, 3))


def tallies(named: Bools, true: Bools, codes: Ints, groups: int, weights: Array | None = None) -> Array:
    """Rows of each group that are rightly named, wrongly named, rightly left, wrongly left; shape (n_groups, 4).

    Parameters
    ----------
    named, true : ndarray of bool, shape (n_rows,)
    codes : ndarray of int, shape (n_rows,)
    groups : int
    weights : ndarray, shape (n_rows,), optional
        Then each row counts so much.
    """
    cell = np.where(named, np.where(true, 0, 1), np.where(true, 3, 2))
    counted = np.bincount(codes * 4 + cell, weights=weights, minlength=groups * 4)
    return counted.reshape(groups, 4).astype(np.float64)


def measured(cells: Array) -> tuple[Array, Array]:
    """Every measure of tallies of shape (..., 4), NaN where it rests on nothing; and what it rests on.

    Returns
    -------
    (ndarray, ndarray)
        Of shape (..., n_measures), in the order of ``MEASURES``.
    """
    parts = np.stack([cells[..., list(places)].sum(axis=-1) for places in _PARTS], axis=-1)
    wholes = np.stack([cells[..., list(places)].sum(axis=-1) for places in _WHOLES], axis=-1)
    return np.divide(parts, wholes, out=np.full(wholes.shape, np.nan), where=wholes > 0), wholes


def wilson(share: Array, count: Array) -> tuple[Array, Array]:
    """95 % interval of a share; NaN where nothing was counted.

    References
    ----------
    E. B. Wilson, 1927, doi:10.1080/01621459.1927.10502953.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        square = WIDE**2 / count
        middle = (share + square / 2) / (1 + square)
        half = WIDE * np.sqrt(share * (1 - share) / count + square / (4 * count)) / (1 + square)
    return np.clip(middle - half, 0.0, 1.0), np.clip(middle + half, 0.0, 1.0)


def over(scores: Array, first: Array) -> Array:
    """Scores over the first group's: infinite over 0, NaN for 0 over 0 and what is not defined."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(scores / first)


def ratio_interval(score: Array, low: Array, high: Array) -> tuple[Array, Array]:
    """95 % interval of each group's ratio to the first group, from the intervals of both.

    Parameters
    ----------
    score, low, high : ndarray, shape (n_groups, n_measures)

    References
    ----------
    A. Donner and G. Zou, 2012, equation 9, doi:10.1177/0962280210383082 (independent groups).
    """
    base, base_low, base_high = score[:1], low[:1], high[:1]
    product = score * base

    def end(own: Array, other: Array) -> tuple[Array, Array, Array]:
        mine, theirs = own * (2 * score - own), other * (2 * base - other)
        return mine, theirs, np.sqrt(np.maximum(product**2 - mine * theirs, 0.0))

    with np.errstate(invalid="ignore", divide="ignore"):
        mine, _, root = end(low, base_high)
        below = np.where(mine > 0, mine / (product + root), 0.0)
        _, theirs, root = end(high, base_low)
        above = np.where(theirs > 0, (product + root) / theirs, np.inf)
    below[0] = above[0] = 1.0  # over itself
    unknown = np.isnan(score) | np.isnan(base)
    return np.where(unknown, np.nan, below), np.where(unknown, np.nan, above)


def parity_loss(ratios: Array) -> Array:
    """Sum over the groups of the size of the ratio's logarithm, shape (..., n_measures); NaN where a ratio has none.

    Parameters
    ----------
    ratios : ndarray, shape (..., n_groups, n_measures)
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        size = np.abs(np.log(ratios))
    return np.asarray(np.where(np.isfinite(size), size, np.nan).sum(axis=-2))


def tallies_by_cutoff(
    chance: Array, true: Bools, codes: Ints, groups: int, cutoffs: Array, weights: Array | None
) -> Array:
    """``tallies`` at many cutoffs, shape (n_cutoffs, n_groups, 4); a row is named from its cutoff on."""
    own = np.ones(len(chance)) if weights is None else weights
    found = np.zeros((len(cutoffs), groups, 4))
    for group in range(groups):
        for held, (yes, no) in ((true, (0, 3)), (~true, (1, 2))):
            rows = np.flatnonzero((codes == group) & held)
            order = rows[np.argsort(chance[rows], kind="stable")]
            heaped = np.concatenate([[0.0], np.cumsum(own[order])])
            below = heaped[np.searchsorted(chance[order], cutoffs, side="left")]
            found[:, group, no], found[:, group, yes] = below, heaped[-1] - below
    return found


def pivot(chance: Array, cutoff: Array, first: Bools, reach: float) -> Array:
    """Turn decisions near the cutoff: named rows of the first group to not named, the others' the other way.

    Parameters
    ----------
    chance, cutoff : ndarray, shape (n_rows,)
        Probability of the favourable class, and the row's cutoff.
    first : ndarray of bool, shape (n_rows,)
        Rows of the group that the others are compared with.
    reach : float
        How near: less than this.

    References
    ----------
    F. Kamiran, A. Karim and X. Zhang, 2012, doi:10.1109/ICDM.2012.45.
    """
    near = np.abs(chance - cutoff) < reach
    turned = near & np.where(first, chance > cutoff, chance <= cutoff)
    return np.clip(np.where(turned, 2 * cutoff - chance, chance), 0.0, 1.0)


def judged(result: Fairness) -> Bools:
    """Ratios that can be judged: of a checked measure, defined, resting on enough rows in both groups."""
    enough = (result.bases >= result.least) & (result.bases[:1] >= result.least)
    checked = np.array([name in result.checked for name in result.measures])
    found = enough & checked & ~np.isnan(result.ratios)
    found[0] = False
    return np.asarray(found)


def outside(result: Fairness) -> Bools:
    """Ratios out of bounds, judged or not, shape (n_groups, n_measures)."""
    with np.errstate(invalid="ignore"):
        return np.asarray((result.ratios < result.epsilon) | (result.ratios > 1 / result.epsilon))


def beyond_chance(result: Fairness) -> Bools:
    """Ratios whose whole interval is out of bounds."""
    with np.errstate(invalid="ignore"):
        return np.asarray((result.ratio_high < result.epsilon) | (result.ratio_low > 1 / result.epsilon))


def exceeded(result: Fairness) -> tuple[str, ...]:
    """Checked measures that are out of bounds for some group."""
    wrong = judged(result) & outside(result)
    return tuple(name for at, name in enumerate(result.measures) if wrong[:, at].any())


def verdict(result: Fairness) -> str:
    """``"fair"``, ``"open"`` or ``"not fair"``; ``"none"`` where nothing can be judged."""
    if not judged(result).any():
        return "none"
    count = len(exceeded(result))
    return "fair" if not count else "not fair" if count >= result.unfair_from else "open"
