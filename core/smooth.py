"""A smooth line through a cloud of points (LOWESS)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from core.registry import Told, unheard
from core.types import Array

CELLS = 500_000
"""Pairs of place and point at a time: bounds the memory to some 30 MB."""
HELD = 2_000_000
"""Pairs whose nearness is kept from one round to the next: 16 MB."""


def lowess(
    x: Array, y: Array, *, share: float = 2 / 3, rounds: int = 3, at: Array | None = None, told: Told = unheard
) -> Array:
    """Local linear regression with tricube weights, made robust by bisquare reweighting.

    Parameters
    ----------
    x, y : ndarray, shape (n,)
        Without missing values.
    share : float
        Share of the points that a local fit uses, above 0 up to 1.
    rounds : int
        Robust reweightings after the first fit.
    at : ndarray, shape (m,), optional
        Where to evaluate; at the points themselves by default.
    told : callable
        Called with the fraction done.

    Returns
    -------
    ndarray, shape (m,)

    References
    ----------
    W. Cleveland, 1979, doi:10.1080/01621459.1979.10481038.

    Examples
    --------
    >>> line = np.arange(10.0)
    >>> bool(np.allclose(lowess(line, 3 * line + 1), 3 * line + 1))
    True
    """
    neighbours = int(np.clip(np.ceil(share * len(x) - 1e-9), 2, len(x)))
    here = list(_near(x, x, neighbours)) if len(x) ** 2 <= HELD else None
    trust = np.ones(len(x))
    for turn in range(rounds):
        near = here or _near(x, x, neighbours, lambda done, turn=turn: told((turn + done) / rounds))  # type: ignore[misc]
        residual = np.abs(y - _fit(x, y, near, trust))
        size = 6.0 * float(np.median(residual))
        if size <= 1e-12 * max(1.0, float(np.abs(y).max())):
            break
        trust = np.clip(1.0 - (residual / size) ** 2, 0.0, 1.0) ** 2
    if at is None and here is not None:
        return _fit(x, y, here, trust)
    return _fit(x, y, _near(x, x if at is None else at, neighbours), trust)


def _near(x: Array, at: Array, neighbours: int, told: Told = unheard) -> Iterator[tuple[Array, Array]]:
    """Some places at a time, and how much each point counts there by its distance alone."""
    step = max(1, CELLS // max(1, len(x)))
    for start in range(0, max(1, len(at)), step):
        places = at[start : start + step]
        told(start / max(1, len(at)))
        yield places, _nearness(x, places, neighbours)


def _fit(x: Array, y: Array, near: Iterable[tuple[Array, Array]], trust: Array) -> Array:
    """Weighted straight lines through the nearest points of each place."""
    return np.concatenate([_lines(x, y, places, nearness, trust) for places, nearness in near])


def _nearness(x: Array, at: Array, neighbours: int) -> Array:
    """Tricube weights, shape (len(at), len(x))."""
    distance = np.abs(at[:, None] - x[None, :])
    reach = np.partition(distance, neighbours - 1, axis=1)[:, neighbours - 1]
    scaled = np.minimum(distance / np.where(reach > 0, reach, 1.0)[:, None], 1.0)
    left = 1.0 - scaled * scaled * scaled  # numpy's own power is ten times slower
    nearness: Array = left * left * left
    nearness[reach == 0] = (distance[reach == 0] == 0).astype(float)
    return nearness


def _lines(x: Array, y: Array, at: Array, nearness: Array, trust: Array) -> Array:
    """Weighted straight lines through the nearest points of a few places."""
    weights = nearness * trust
    total = weights.sum(axis=1)
    lost = total <= 0
    weights[lost] = nearness[lost]
    total = np.maximum(weights.sum(axis=1), 1e-300)
    mean_x, mean_y = weights @ x / total, weights @ y / total
    offset = x[None, :] - mean_x[:, None]
    pulls = weights * offset
    spread = np.einsum("ij,ij->i", pulls, offset)
    joint = pulls @ y - pulls.sum(axis=1) * mean_y
    flat = spread <= 1e-12 * total * max(float(np.ptp(x)), 1e-300) ** 2
    slope = np.where(flat, 0.0, joint / np.where(flat, 1.0, spread))
    return np.asarray(mean_y + slope * (at - mean_x))
