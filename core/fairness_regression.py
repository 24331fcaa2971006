"""Three criteria of fairness for models of numbers: does the prediction, or the truth beside it, tell the group?"""

from __future__ import annotations

import numpy as np

from core.fairness import WIDE, Bools
from core.registry import Told, unheard
from core.row_weights import mean
from core.types import Array

CRITERIA = ("independence", "separation", "sufficiency")
STEPS = 25
CLOSE = 1e-10


def criteria(
    said: Array,
    known: Array,
    first: Bools,
    weights: Array | None = None,
    rounds: int = 0,
    seed: int = 0,
    progress: Told = unheard,
) -> Array:
    """Ratios of the three criteria between two groups, with 95 % intervals from a bootstrap.

    Parameters
    ----------
    said, known : ndarray, shape (n_rows,)
        Predictions and truth of the rows of both groups.
    first : ndarray of bool, shape (n_rows,)
        Rows of the group that the other is compared with.
    weights : ndarray, shape (n_rows,), optional
    rounds, seed : int
        Of the bootstrap, within each group; none: intervals are NaN.
    progress : callable
        Called with the fraction done, before each round.

    Returns
    -------
    ndarray, shape (3, 3)
        Ratio, lower and upper end by criterion; NaN where predictions or truth do not vary, or a group has one row.

    References
    ----------
    D. Steinberg, A. Reid and S. O'Callaghan, 2020, arXiv:2001.06089: the chance of the group is modelled by logistic
    regressions (ridge penalty 1, as scikit-learn's) on prediction, truth, and both.
    """
    own = np.ones(len(said)) if weights is None else weights / weights.mean()
    columns = [_standard(known, own), _standard(said, own)]
    if any(column is None for column in columns) or min(int(first.sum()), int((~first).sum())) < 2:
        return np.full((3, 3), np.nan)
    truth, prediction = (column for column in columns if column is not None)
    shapes = [np.column_stack(parts) for parts in ((prediction,), (truth,), (truth, prediction))]
    fits = [fitted(shape, first, own) for shape in shapes]
    found = _ratios(shapes, fits, first, own)
    if not rounds:
        return np.column_stack([found, np.full((3, 2), np.nan)])
    random = np.random.default_rng(seed)
    drawn = []
    for turn in range(rounds):
        progress(turn / rounds)
        again = own * _redrawn(first, random)
        drawn.append(
            _ratios(shapes, [fitted(*one, start) for one, start in _with(shapes, first, again, fits)], first, again)
        )
    spread = WIDE * np.log(np.array(drawn)).std(axis=0, ddof=1)
    return np.column_stack([found, found * np.exp(-spread), found * np.exp(spread)])


def _with(
    shapes: list[Array], first: Bools, weights: Array, fits: list[Array]
) -> list[tuple[tuple[Array, Bools, Array], Array]]:
    """Each regression again, from where it ended on all rows."""
    return [((shape, first, weights), fit) for shape, fit in zip(shapes, fits, strict=True)]


def _standard(values: Array, weights: Array) -> Array | None:
    """Values in standard deviations about their mean; None where they do not vary."""
    about = values - mean(values, weights)
    spread = float(np.sqrt(mean(about**2, weights)))
    return about / spread if spread > 1e-12 * max(1.0, float(np.abs(values).max())) else None


def _redrawn(first: Bools, random: np.random.Generator) -> Array:
    """How often each row is drawn, each group keeping its number of rows."""
    times = np.zeros(len(first))
    for group in (first, ~first):
        rows = np.flatnonzero(group)
        times[rows] = np.bincount(random.integers(0, len(rows), len(rows)), minlength=len(rows))
    return times


def _ratios(shapes: list[Array], fits: list[Array], first: Bools, weights: Array) -> Array:
    """Independence, separation, sufficiency from the odds of the group."""
    by_said, by_truth, by_both = (np.exp(_logits(shape, fit)) for shape, fit in zip(shapes, fits, strict=True))
    odds = float(weights[~first].sum() / weights[first].sum())
    return np.array(
        [odds * mean(by_said, weights), mean(by_both / by_truth, weights), mean(by_both / by_said, weights)]
    )


def _logits(shape: Array, fit: Array) -> Array:
    """Log-odds of the group, bounded so that their exponential is a number."""
    return np.asarray(np.clip(shape @ fit[1:] + fit[0], -300, 300))


def fitted(shape: Array, first: Bools, weights: Array, start: Array | None = None) -> Array:
    """Logistic regression with a ridge penalty of 1 on all but the intercept, by Newton's steps.

    Parameters
    ----------
    shape : ndarray, shape (n_rows, n_columns)
    first : ndarray of bool, shape (n_rows,)
    weights : ndarray, shape (n_rows,)
    start : ndarray, shape (n_columns + 1,), optional

    Returns
    -------
    ndarray, shape (n_columns + 1,)
        Intercept first.
    """
    rows = np.column_stack([np.ones(len(shape)), shape])
    fit = np.zeros(rows.shape[1]) if start is None else start.copy()
    ridge = np.diag([1e-9, *np.ones(shape.shape[1])])
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-_logits(shape, fit)))
        slope = rows.T @ (weights * (chance - first)) + ridge @ fit
        bend = (rows * (weights * chance * (1 - chance))[:, None]).T @ rows + ridge
        step = np.linalg.solve(bend, slope)
        fit = fit - step * min(1.0, 4.0 / max(float(np.abs(step).max()), 1e-300))
        if np.abs(step).max() < CLOSE:
            break
    return fit
