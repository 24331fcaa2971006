"""Accumulated local effects: changes of the answer across the bins of a feature, added up from the left."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.asking import in_parts
from core.conditions import ordered_values
from core.grid import Grid, moved, places, plain
from core.registry import Job
from core.row_weights import mean, part
from core.types import Array, Feature


def accumulated(
    job: Job, feature: Feature, rows: pd.DataFrame, said: Array, points: Grid, given: Array | None
) -> Array:
    """Accumulated local effects on the grid, centred on the mean prediction of these rows.

    A row counts at the middle of its bin, and at its own level where there are levels.

    Parameters
    ----------
    job : Job
        Its model is asked; two predictions a row.
    feature : Feature
        The one that moves.
    rows : DataFrame, shape (n_rows, n_features)
    said : ndarray, shape (n_rows,)
        Predictions of the rows as they are.
    points : tuple
        The grid, ascending for numbers.
    given : ndarray, shape (n_rows,), or None
        Weights of the rows, see ``core.row_weights``.

    Returns
    -------
    ndarray, shape (n_points,)

    References
    ----------
    D. Apley and J. Zhu, 2020, doi:10.1111/rssb.12377.
    """
    if len(points) < 2:
        return np.full(len(points), mean(said, given))
    place = _bins(feature, rows[feature.name], points)
    edges = _filled(place, len(points)) if feature.is_ordered else np.arange(len(points))
    kept = [points[edge] for edge in edges]
    place = _bins(feature, rows[feature.name], tuple(kept))
    known = place >= 0
    inside = rows[known].reset_index(drop=True)
    left = np.clip(place[known], 0, len(kept) - 2)
    ends = [_at(inside, feature.name, tuple(kept), left + side) for side in (0, 1)]
    low, high = in_parts(job, pd.concat(ends, ignore_index=True), "moving the feature")[:, job.output].reshape(2, -1)
    inner = part(given, known)
    own = np.ones(len(left)) if inner is None else inner
    count = np.bincount(left, own, minlength=len(kept) - 1)
    rise = np.bincount(left, (high - low) * own, minlength=len(kept) - 1) / np.where(count > 0, count, 1.0)
    curve = np.concatenate([[0.0], np.cumsum(rise)])
    middle = (curve[left] + curve[left + 1]) / 2 if feature.is_ordered else curve[place[known]]
    centred = curve - mean(middle, inner) + mean(said, given)
    if len(kept) == len(points):
        return np.asarray(centred)
    return np.asarray(np.interp(places(feature, points), places(feature, tuple(kept)), centred))


def _filled(place: npt.NDArray[np.int64], count: int) -> npt.NDArray[np.int64]:
    """Grid positions between which there are rows: a bin without any joins the next, the last ones the one before."""
    used = np.unique(np.clip(place[place >= 0], 0, count - 2))
    edges = np.unique([0, *(used + 1)])
    edges[-1] = count - 1
    return edges.astype(np.int64)


def _bins(feature: Feature, column: pd.Series, points: Grid) -> npt.NDArray[np.int64]:
    """The grid interval that each row lies in, -1 for a missing value."""
    if feature.is_ordered:
        numbers = ordered_values(column, feature)
        place = np.searchsorted(places(feature, points), numbers, side="left") - 1
        return np.where(np.isnan(numbers), -1, np.clip(place, 0, len(points) - 2)).astype(np.int64)
    order = {point: at for at, point in enumerate(points)}
    return np.array([order.get(plain(cell), -1) for cell in column], dtype=np.int64)


def _at(rows: pd.DataFrame, name: str, points: Grid, places: npt.NDArray[np.int64]) -> pd.DataFrame:
    """Rows with the grid values at the given places."""
    values = moved(rows.iloc[:1], name, points)[name].array.take(places)
    changed = rows.copy(deep=False)
    changed[name] = values
    return changed
