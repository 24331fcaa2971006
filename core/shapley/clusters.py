"""A background of few rows that stand for many: the centres of k-means, each as often as it has rows.

A centre is one row in the table's own types: of a column of numbers the value of its rows that is nearest to their
mean, of other columns the level that most of them have. Every row of the background is replaced by its cluster's
centre, so that weights are honoured by every algorithm, exact or sampled, and values against the centres add up
exactly; rows that are equal are asked only once. ``shap.kmeans`` does the same for arrays of numbers; here numbers are
brought to one scale first (a column in cents would decide alone otherwise), and levels and gaps count, too.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from core.registry import Told, unheard
from core.types import Array

STARTS = 10
"""Times that k-means starts anew; the best is taken."""
ROUNDS = 300
"""Rounds of one start at most, as scikit-learn has it."""
WORK = 20_000_000
"""Distances between two signs of progress."""


def clustered(rows: pd.DataFrame, count: int, seed: int, progress: Told = unheard) -> pd.DataFrame:
    """Replace each row by the centre of its cluster.

    Parameters
    ----------
    rows : DataFrame, shape (n_rows, n_features)
    count : int
        Clusters; no more than there are different rows.
    seed : int
    progress : callable
        Called with the fraction done, before each start.

    Returns
    -------
    DataFrame, shape (n_rows, n_features)
        Types kept; ``count`` different rows at most.

    References
    ----------
    D. Arthur and S. Vassilvitskii, "k-means++: the advantages of careful seeding", SODA 2007.
    """
    points = placed(rows)
    distinct = len(np.unique(points, axis=0))
    if distinct <= 1 or count <= 1:
        label = np.zeros(len(rows), dtype=np.int64)
    else:
        random, best = np.random.RandomState(seed), np.inf  # what scikit-learn draws its starts from, one by one
        for start in range(STARTS):
            found = _start(points, min(count, distinct), random, partial(progress, start / STARTS))
            if found.inertia_ < best:
                best, label = float(found.inertia_), np.asarray(found.labels_, dtype=np.int64)
    columns = {name: rows[name].array.take(_centres(rows[name], label)[label]) for name in rows.columns}
    return pd.DataFrame(columns)


def _start(points: Array, count: int, random: np.random.RandomState, told: Callable[[], None]) -> Any:
    """K-means from one start; where rounds take long, a few at a time, each from where the last one ended."""
    from sklearn.cluster import KMeans

    step = max(2, WORK // (len(points) * count))
    told()
    found = KMeans(count, random_state=random, n_init=1, max_iter=min(step, ROUNDS)).fit(points)
    done = found.n_iter_
    while found.n_iter_ == step and done < ROUNDS:
        told()
        found = KMeans(count, init=found.cluster_centers_, n_init=1, max_iter=min(step, ROUNDS - done)).fit(points)
        done += found.n_iter_
    return found


def placed(rows: pd.DataFrame) -> Array:
    """Rows as points: numbers and dates in standard deviations from their mean, one axis a level, gaps at the mean.

    Returns
    -------
    ndarray, shape (n_rows, n_axes)
    """
    axes: list[Array] = []
    for name in rows.columns:
        column = rows[name]
        numbers = _numbers(column)
        if numbers is None:
            codes, levels = pd.factorize(column)
            axes.append((codes[:, None] == np.arange(len(levels))).astype(np.float64) / np.sqrt(2))
            continue
        known = np.isfinite(numbers)
        spread = float(numbers[known].std()) if known.any() else 0.0
        middle = float(numbers[known].mean()) if known.any() else 0.0
        axes.append(np.where(known, (numbers - middle) / (spread or 1.0), 0.0)[:, None])
    return np.concatenate([*axes, np.zeros((len(rows), 1))], axis=1)


def _numbers(column: pd.Series) -> Array | None:
    """Numbers and dates as floats, NaN where missing; None for levels and flags."""
    kind = getattr(column.dtype, "kind", "O")
    if kind in "Mm":
        days = (column - column.min()) / pd.Timedelta(days=1)
        return np.asarray(days.to_numpy(dtype=np.float64, na_value=np.nan))
    return column.to_numpy(dtype=np.float64, na_value=np.nan) if kind in "iuf" else None


def _centres(column: pd.Series, label: np.ndarray) -> np.ndarray:
    """Row whose cell stands for each cluster; a missing one only where the whole cluster misses it."""
    numbers, chosen = _numbers(column), np.zeros(label.max() + 1, dtype=np.int64)
    known = column.notna().to_numpy()
    for cluster in range(len(chosen)):
        own = np.flatnonzero(label == cluster)
        there = own[known[own]]
        if not len(there):
            chosen[cluster] = own[0]
        elif numbers is not None:
            chosen[cluster] = there[np.argmin(np.abs(numbers[there] - numbers[there].mean()))]
        else:
            codes, _ = pd.factorize(column.iloc[there])
            chosen[cluster] = there[np.flatnonzero(codes == np.bincount(codes).argmax())[0]]
    return chosen
