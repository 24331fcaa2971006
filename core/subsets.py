"""The subsets of rows where a model is worst, with a guard against finding them by luck."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.conditions import mask, ordered_values
from core.results.subsets import Part, Subset
from core.types import Array, Feature, Schema

LEVELS = 12
"""Levels of a feature that make a subset, the most frequent ones."""
Bools = npt.NDArray[np.bool_]
Found = tuple[tuple[int, ...], float, float, float, float]
"""Positions of the conditions, rows, mean, variance, chance."""


def cuts(frame: pd.DataFrame, feature: Feature, bins: int) -> list[Part]:
    """The parts of one feature: bins of about equal size, levels, and the rows without a value."""
    column = frame[feature.name]
    parts: list[Part] = []
    if feature.is_ordered:
        values = ordered_values(column, feature)
        known = values[np.isfinite(values)]
        edges = np.unique(np.quantile(known, np.linspace(0, 1, bins + 1)))[1:-1] if len(known) else np.empty(0)
        if feature.kind == "integer":
            edges = np.unique(np.floor(edges))  # the same rows, in whole numbers
        bounds = [None, *(float(edge) for edge in edges), None]
        if len(edges):
            parts += [Part(feature.name, low, high) for low, high in pairwise(bounds)]
    else:
        parts += [Part(feature.name, level=str(level)) for level in column.dropna().value_counts().index[:LEVELS]]
    if column.isna().any() and not column.isna().all():
        parts.append(Part(feature.name, missing=True))
    return parts


def search(
    frame: pd.DataFrame, schema: Schema, loss: Array, *, bins: int, least: int, pairs: bool
) -> tuple[Subset, ...]:
    """Mean loss of every part and of pairs of parts, those least likely to be chance first.

    Parameters
    ----------
    frame : DataFrame, shape (n_rows, n_features)
    schema : Schema
    loss : ndarray, shape (n_rows,)
    bins : int
        Bins of an ordered feature.
    least : int
        Rows of a subset at least; the rest must have as many.
    pairs : bool
        Pairs of conditions too. Only pairs that are worse than each of their two conditions alone are kept; all are
        counted in the correction.

    References
    ----------
    Welch's test of each subset against the rest (B. Welch, 1947, doi:10.1093/biomet/34.1-2.28), one-sided, corrected
    by S. Holm, 1979, doi:10.2307/4615733, which holds whatever the overlap of the subsets.
    """
    parts = [part for feature in schema.features for part in cuts(frame, feature, bins)]
    if not parts:
        return ()
    held = np.stack([mask(frame, schema, [part]) for part in parts]).astype(np.float64)
    singles = _moments(held.sum(axis=1), held @ loss, held @ loss**2)
    chances, usable = welch(*singles, loss, least)
    found = [_found((int(at),), singles, chances) for at in np.flatnonzero(usable)]
    if pairs:
        found += _pairs(parts, held, loss, singles[1], least)
    adjusted = holm(np.array([one[-1] for one in found]))
    subsets = [
        Subset(tuple(parts[at] for at in one[0]), int(one[1]), one[2], float(np.sqrt(one[3] / one[1])), float(chance))
        for one, chance in zip(found, adjusted, strict=True)
        if len(one[0]) == 1 or one[2] > max(singles[1][at] for at in one[0])
    ]
    return tuple(sorted(subsets, key=lambda one: (one.chance, -one.loss)))


def _pairs(parts: list[Part], held: Array, loss: Array, alone: Array, least: int) -> list[Found]:
    """Every pair of conditions on two features with enough rows: places, rows, mean, variance, chance."""
    moments = _moments(held @ held.T, (held * loss) @ held.T, (held * loss**2) @ held.T)
    chances, usable = welch(*moments, loss, least)
    names = np.array([part.feature for part in parts])
    usable &= (names[:, None] != names[None, :]) & np.triu(np.ones(usable.shape, dtype=bool), 1)
    return [_found((int(one), int(two)), moments, chances) for one, two in zip(*np.nonzero(usable), strict=True)]


def _found(places: tuple[int, ...], moments: tuple[Array, Array, Array], chances: Array) -> Found:
    """One subset's numbers."""
    count, mean, variance = (float(item[places]) for item in moments)
    return places, count, mean, variance, float(chances[places])


def _moments(count: Array, total: Array, square: Array) -> tuple[Array, Array, Array]:
    """Rows, mean and unbiased variance of the loss."""
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = total / count
        variance = np.maximum(square - count * mean**2, 0.0) / (count - 1)
    return count, mean, variance


def welch(count: Array, mean: Array, variance: Array, loss: Array, least: int) -> tuple[Array, Bools]:
    """One-sided chance that subsets are worse than the rest only by luck, and which have enough rows on both sides."""
    from scipy.stats import t as student

    whole, total = len(loss), float(loss.sum())
    rest, square = whole - count, float((loss**2).sum())
    inside = variance * (count - 1) + count * mean**2
    _, other, spread = _moments(rest, total - count * mean, square - inside)
    usable = (count >= max(2, least)) & (rest >= max(2, least))
    with np.errstate(invalid="ignore", divide="ignore"):
        first, second = variance / count, spread / rest
        error = np.sqrt(first + second)
        freedom = (first + second) ** 2 / (first**2 / (count - 1) + second**2 / (rest - 1))
        chance = student.sf((mean - other) / error, np.where(np.isfinite(freedom), freedom, 1.0))
    flat = usable & (error <= 1e-12 * max(1.0, float(np.abs(loss).max())))
    return np.where(flat, np.where(mean > other, 0.0, 1.0), chance), np.asarray(usable)


def holm(chances: Array) -> Array:
    """Chances corrected for how many were looked at, shape (n,)."""
    order = np.argsort(chances, kind="stable")
    steps = np.minimum(1.0, np.maximum.accumulate(chances[order] * np.arange(len(chances), 0, -1)))
    adjusted = np.empty(len(chances))
    adjusted[order] = steps
    return adjusted
