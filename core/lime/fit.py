"""The local linear model: weights by distance, a choice of columns, a ridge, and how far its weights would stray."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.types import Array

GROUPS = 20
"""Parts of the neighbourhood that are left out in turn (delete-a-group jackknife)."""
PENALTY, PICKING_PENALTY = 1.0, 0.01
"""Ridge penalties of the ``lime`` package: of the local model, and of the one that ranks columns."""

_ROUNDING = 8 * float(np.finfo(np.float64).eps)
"""Relative differences up to which answers are one and the same."""

Picked = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Weighted sums of a design, by group: all that a weighted ridge needs.

    Attributes
    ----------
    weight, answer, square : ndarray, shape (n_groups,)
        Sums of w, w y and w y².
    mean : ndarray, shape (n_groups, p)
        Sums of w x.
    cross : ndarray, shape (n_groups, p)
        Sums of w x y.
    gram : ndarray, shape (n_groups, p, p)
        Sums of w x xᵀ.
    """

    weight: Array
    answer: Array
    square: Array
    mean: Array
    cross: Array
    gram: Array


@dataclass(frozen=True, slots=True, eq=False)
class Local:
    """A fitted local model.

    Attributes
    ----------
    picked : ndarray of int, shape (k,)
        Columns in it, largest weight first.
    coefficients, spread : ndarray, shape (k,)
        Weights, and the standard deviation they would show over seeds.
    intercept, r2 : float
        R² is weighted by nearness.
    """

    picked: Picked
    coefficients: Array
    spread: Array
    intercept: float
    r2: float


def nearness(design: Array, metric: str, width: float) -> Array:
    """Weights by distance from the first row, shape (n,): ``sqrt(exp(-d² / width²))``.

    Parameters
    ----------
    design : ndarray, shape (n, p)
    metric : {"euclidean", "manhattan", "cosine"}
    width : float
    """
    own = design[0]
    if metric == "cosine":
        lengths = np.linalg.norm(design, axis=1) * np.linalg.norm(own)
        distance = 1 - np.divide(design @ own, lengths, out=np.zeros(len(design)), where=lengths > 0)
    elif metric == "manhattan":
        distance = np.abs(design - own).sum(axis=1)
    else:
        distance = np.sqrt(((design - own) ** 2).sum(axis=1))
    return np.asarray(np.exp(-0.5 * (distance / width) ** 2))


def moments(design: Array, answers: Array, weights: Array) -> Moments:
    """Sum a design by groups of every ``GROUPS``-th row."""
    size, p = design.shape
    pad = -size % GROUPS
    if pad:  # rows of no weight
        design = np.vstack([design, np.zeros((pad, p))])
        answers, weights = np.append(answers, np.zeros(pad)), np.append(weights, np.zeros(pad))
    x = design.reshape(-1, GROUPS, p).transpose(1, 0, 2)
    y, w = answers.reshape(-1, GROUPS).T, weights.reshape(-1, GROUPS).T
    heavy = x * w[:, :, None]
    return Moments(
        w.sum(axis=1),
        (w * y).sum(axis=1),
        (w * y * y).sum(axis=1),
        heavy.sum(axis=1),
        np.einsum("gnp,gn->gp", heavy, y),
        heavy.transpose(0, 2, 1) @ x,
    )


def total(parts: Moments) -> tuple[Array, Array, float, Array, float]:
    """Centred Gram matrix, centred cross products, centred sum of squares, and the means of x and y."""
    weight = parts.weight.sum()
    mean, answer = parts.mean.sum(axis=0) / weight, float(parts.answer.sum() / weight)
    gram = parts.gram.sum(axis=0) - weight * np.outer(mean, mean)
    cross = parts.cross.sum(axis=0) - weight * mean * answer
    return gram, cross, float(parts.square.sum() - weight * answer**2), mean, answer


def fit(design: Array, answers: Array, weights: Array, count: int, selection: str) -> Local:
    """Choose columns and fit the weighted ridge, as the ``lime`` package does, in closed form.

    Parameters
    ----------
    design : ndarray, shape (n, p)
        First row: the instance.
    answers : ndarray, shape (n,)
        The model's, probability or target units.
    weights : ndarray, shape (n,)
    count : int
        Columns at most.
    selection : {"auto", "highest_weights", "forward_selection", "lasso_path", "none"}

    Returns
    -------
    Local
    """
    level, answers = _centred(answers, weights)
    parts = moments(design, answers, weights)
    gram, cross, square, mean, answer = total(parts)
    picked = _pick(gram, cross, design, answers, weights, count, selection)
    coefficients = _ridge(gram, cross, picked, PENALTY)
    explained = 2 * cross[picked] @ coefficients - coefficients @ gram[np.ix_(picked, picked)] @ coefficients
    order = np.argsort(-np.abs(coefficients), kind="stable")
    return Local(
        picked[order],
        coefficients[order],
        _strays(parts, picked)[order],
        float(level + (answer - mean[picked] @ coefficients)),
        float(explained / square) if square > 0 else 1.0,
    )


def _centred(answers: Array, weights: Array) -> tuple[float, Array]:
    """Their mean, and what is left of them: their squares then keep their digits, however high the mean lies."""
    level = float(weights @ answers / weights.sum())
    flat = np.ptp(answers) <= _ROUNDING * float(np.abs(answers).max())
    return level, np.zeros(len(answers)) if flat else answers - level


def _ridge(gram: Array, cross: Array, picked: Picked, penalty: float) -> Array:
    """Ridge weights of some columns from centred moments."""
    return np.asarray(np.linalg.solve(gram[np.ix_(picked, picked)] + penalty * np.eye(len(picked)), cross[picked]))


def _strays(parts: Moments, picked: Picked) -> Array:
    """Standard deviation of the weights by leaving out each group in turn, shape (k,)."""
    weight = parts.weight.sum() - parts.weight
    mean = (parts.mean.sum(axis=0) - parts.mean)[:, picked] / weight[:, None]
    answer = (parts.answer.sum() - parts.answer) / weight
    inner = np.ix_(np.arange(GROUPS), picked, picked)
    gram = (parts.gram.sum(axis=0) - parts.gram)[inner] - weight[:, None, None] * mean[:, :, None] * mean[:, None, :]
    cross = (parts.cross.sum(axis=0) - parts.cross)[:, picked] - (weight * answer)[:, None] * mean
    fitted = np.linalg.solve(gram + PENALTY * np.eye(len(picked)), cross[:, :, None])[:, :, 0]
    return np.asarray(np.sqrt((GROUPS - 1) / GROUPS * ((fitted - fitted.mean(axis=0)) ** 2).sum(axis=0)))


def _pick(
    gram: Array, cross: Array, design: Array, answers: Array, weights: Array, count: int, selection: str
) -> Picked:
    """Choose columns by one of the ways of the ``lime`` package."""
    p = len(cross)
    everything = np.arange(p, dtype=np.int64)
    if selection == "auto":
        selection = "forward_selection" if count <= 6 else "highest_weights"
    if selection == "none":
        return everything
    if selection == "forward_selection":
        return _forward(gram, cross, min(count, p))
    if selection == "lasso_path":
        return _lasso(design, answers, weights, count)
    strength = np.abs(_ridge(gram, cross, everything, PICKING_PENALTY) * design[0])
    return np.argsort(-strength, kind="stable")[:count].astype(np.int64)


def _forward(gram: Array, cross: Array, count: int) -> Picked:
    """Add the column that explains most, take its share out of all others, and again."""
    left, aim = gram.copy(), cross.copy()
    least = 1e-10 * max(float(np.diag(gram).max(initial=0.0)), 1e-300)
    free = np.ones(len(cross), dtype=bool)
    picked: list[int] = []
    for _ in range(count):
        own = np.diag(left)
        gain = np.where(free & (own > least), aim**2 / np.maximum(own, least), np.where(free, 0.0, -1.0))
        best = int(np.argmax(gain))
        picked.append(best)
        free[best] = False
        if own[best] > least:
            line = left[best] / own[best]
            aim, left = aim - line * aim[best], left - np.outer(line, left[best])
    return np.array(picked, dtype=np.int64)


def _lasso(design: Array, answers: Array, weights: Array, count: int) -> Picked:
    """The columns on the lasso's path where no more than ``count`` are in; the strongest one at least."""
    from sklearn.linear_model import lars_path

    root = np.sqrt(weights)
    x = (design - np.average(design, axis=0, weights=weights)) * root[:, None]
    y = (answers - np.average(answers, weights=weights)) * root
    _, _, path = lars_path(x, y, method="lasso")
    for step in range(path.shape[1] - 1, 0, -1):
        chosen = np.flatnonzero(path[:, step])
        if 0 < len(chosen) <= count:
            return chosen.astype(np.int64)
    return np.array([int(np.argmax(np.abs(x.T @ y)))], dtype=np.int64)
