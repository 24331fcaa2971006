"""How strongly two columns go together, whatever their kinds: one number from 0 (or -1) to 1."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.conditions import ordered_values
from core.types import Array, Feature

Measure = Literal["spearman", "pearson"]


def association(first: Coded, second: Coded, measure: Measure = "spearman") -> float:
    """How strongly two columns go together, over the rows where both are known.

    Two numbers: their correlation, -1 to 1. A number and levels: the correlation ratio eta, 0 to 1 (of ranks for
    Spearman). Two columns of levels: Cramér's V, 0 to 1.

    Returns
    -------
    float
        NaN where fewer than three rows are known in both, or one of them does not vary there.

    References
    ----------
    H. Cramér, *Mathematical Methods of Statistics*, 1946, chapter 21; R. Fisher, *Statistical Methods for Research
    Workers*, 1925 (eta).
    """
    known = first.known & second.known
    if known.sum() < 3:
        return float("nan")
    one, two = first.values[known], second.values[known]
    if np.ptp(one) == 0 or np.ptp(two) == 0:
        return float("nan")
    if first.ordered and second.ordered:
        return _correlation(*(_ranked(values, measure) for values in (one, two)))
    if first.ordered or second.ordered:
        number, level = (one, two) if first.ordered else (two, one)
        return _ratio(_ranked(number, measure), level.astype(np.int64))
    return _cramer(one.astype(np.int64), two.astype(np.int64))


class Coded:
    """A column as numbers: its values where it has an order, codes of its levels otherwise.

    Attributes
    ----------
    values : ndarray, shape (n_rows,)
    known : ndarray of bool, shape (n_rows,)
    ordered : bool
    """

    __slots__ = ("known", "ordered", "values")

    def __init__(self, values: Array, ordered: bool) -> None:
        self.values, self.ordered = values, ordered
        self.known: npt.NDArray[np.bool_] = np.isfinite(values)


def coded(column: pd.Series[Any], feature: Feature) -> Coded:
    """A column ready to be compared with others; yes or no counts as 0 or 1."""
    if feature.is_ordered:
        return Coded(ordered_values(column, feature), True)
    codes, levels = pd.factorize(column, sort=True)
    values = np.where(codes < 0, np.nan, codes.astype(np.float64))
    return Coded(values, len(levels) <= 2 and feature.kind == "boolean")


def _ranked(values: Array, measure: Measure) -> Array:
    """Ranks for Spearman, the values themselves for Pearson."""
    from scipy.stats import rankdata

    return np.asarray(rankdata(values)) if measure == "spearman" else values


def _centred(values: Array) -> Array:
    """Values about their mean, at most 1 in size: squares of huge or tiny numbers stay numbers."""
    scaled = values / np.abs(values).max()
    about = scaled - scaled.mean()
    return np.asarray(about / (np.abs(about).max() or 1.0))


def _correlation(one: Array, two: Array) -> float:
    """Pearson's correlation."""
    one, two = _centred(one), _centred(two)
    scale = float(np.sqrt((one**2).sum() * (two**2).sum()))
    return float(np.clip((one * two).sum() / scale, -1, 1)) if scale > 0 else float("nan")


def _ratio(number: Array, level: npt.NDArray[np.int64]) -> float:
    """Square root of the share of a number's variance that lies between the levels."""
    number = _centred(number)
    counts = np.bincount(level)
    means = np.bincount(level, number) / np.maximum(counts, 1)
    total = float((number**2).sum())
    between = float((counts * means**2)[counts > 0].sum())
    return float(np.sqrt(min(1.0, between / total))) if total > 0 else float("nan")


def _cramer(one: npt.NDArray[np.int64], two: npt.NDArray[np.int64]) -> float:
    """Cramér's V: the chi-squared statistic of the table of counts, as a share of its largest possible value."""
    one, two = (np.unique(codes, return_inverse=True)[1] for codes in (one, two))
    shape = (int(one.max()) + 1, int(two.max()) + 1)
    if shape[0] * shape[1] > 4_000_000:
        return float("nan")
    table = np.bincount(one * shape[1] + two, minlength=shape[0] * shape[1]).reshape(shape).astype(np.float64)
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0, keepdims=True) / table.sum()
    chi = float(((table - expected) ** 2 / expected).sum())
    return float(np.sqrt(min(1.0, chi / (table.sum() * (min(shape) - 1)))))
