"""Gower distance between coded rows: what "small" means.

Mean over features of |difference| / observed range; 0 or 1 for levels, and 1 where exactly one of the two is missing
(Gower 1971, doi:10.2307/2528823). Weights turn the mean into a weighted mean.
"""

from __future__ import annotations

import numpy as np

from core.counterfactual.coding import Coder
from core.types import Array

_CELLS = 4_000_000


def parts(coder: Coder, rows: Array, origin: Array) -> Array:
    """Distance of each feature, 0 to 1 within the observed range; shape of ``rows`` broadcast with ``origin``."""
    gap = np.abs(rows - origin)
    shares = np.where(coder.ordered, gap / coder.ranges, gap != 0)
    one_missing = np.isnan(rows) != np.isnan(origin)
    shares = np.where(np.isnan(gap), one_missing, shares)
    return np.asarray(shares, dtype=np.float64)


def gower(coder: Coder, rows: Array, origin: Array, weights: Array | None = None) -> Array:
    """Distance of many rows to one, shape (n_rows,)."""
    shares = parts(coder, rows, origin)
    if weights is None:
        return np.asarray(shares.mean(axis=1))
    total = weights.sum()
    return np.asarray(shares @ weights / (total if total > 0 else 1.0))


def nearest(coder: Coder, rows: Array, others: Array) -> tuple[Array, np.ndarray]:
    """For each row the distance to the nearest of the others and its position; both of shape (n_rows,)."""
    best = np.full(len(rows), np.inf)
    place = np.zeros(len(rows), dtype=np.int64)
    if not len(others):
        return best, place
    size = max(1, _CELLS // max(1, others.size))
    for start in range(0, len(rows), size):
        chunk = rows[start : start + size]
        distances = np.zeros((len(chunk), len(others)))
        for position in range(rows.shape[1]):
            distances += _column(coder, position, chunk[:, position, None], others[None, :, position])
        place[start : start + size] = distances.argmin(axis=1)
        best[start : start + size] = distances.min(axis=1) / rows.shape[1]
    return best, place


def _column(coder: Coder, position: int, first: Array, second: Array) -> Array:
    """One feature's share of the distance, broadcast."""
    gap = np.abs(first - second)
    share = gap / coder.ranges[position] if coder.ordered[position] else (gap != 0).astype(np.float64)
    if np.isnan(gap).any():
        share = np.where(np.isnan(gap), np.isnan(first) != np.isnan(second), share)
    return np.asarray(share)
