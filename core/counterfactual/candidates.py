"""What each feature may become: a short list of values that are worth a try."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.counterfactual.coding import Coder
from core.counterfactual.constraints import Constraints
from core.counterfactual.distance import gower
from core.types import Array

GRID = 24
LEVELS = 200
TUPLES = 400


@dataclass(frozen=True, slots=True, eq=False)
class Unit:
    """A feature, or tied features, with the values it may take instead of its own.

    Attributes
    ----------
    features : tuple of int
    values : ndarray, shape (n_values, len(features))
        Coded; nearest first.
    """

    features: tuple[int, ...]
    values: Array


def units(code: Coder, constraints: Constraints, real: Array) -> list[Unit]:
    """The units that can move, with candidate values from the data.

    Parameters
    ----------
    real : ndarray, shape (n_rows, p)
        Coded rows of the table.
    """
    tied = constraints.tied
    single = [(place,) for place in range(len(constraints.limits)) if place not in tied]
    made = [Unit(place, _values(code, constraints, place[0], real)) for place in single]
    made += [
        Unit(group, _thinned(combinations(code, constraints, which))) for which, group in enumerate(constraints.ties)
    ]
    return [unit for unit in made if len(unit.values)]


def _values(code: Coder, constraints: Constraints, place: int, real: Array) -> Array:
    """One feature's candidates, shape (n, 1): levels by frequency, or observed values spread over their quantiles."""
    limit, own = constraints.limits[place], constraints.origin[place]
    if not limit.movable:
        return np.empty((0, 1))
    if limit.levels is not None:
        values = np.flatnonzero(limit.levels)[:LEVELS].astype(np.float64)
    else:
        values = spread(code, place, real[:, place], limit.low, limit.high)
    if limit.may_miss:
        values = np.append(values, np.nan)
    fits = constraints.permits(code, place, values) & ~((values == own) | (np.isnan(values) & np.isnan(own)))
    kept = values[fits]
    return np.asarray(kept[np.argsort(np.abs(kept - own), kind="stable")][:, None])


def spread(code: Coder, place: int, observed: Array, low: float, high: float) -> Array:
    """Observed values within bounds, thinned to quantiles, and the bounds themselves; at the data's precision."""
    inside = np.unique(observed[(observed >= low) & (observed <= high)])
    if len(inside) > GRID:
        picked = np.linspace(0, len(inside) - 1, GRID // 2).round().astype(np.int64)
        ranked = np.quantile(observed[(observed >= low) & (observed <= high)], np.linspace(0, 1, GRID // 2))
        inside = np.concatenate([inside[picked], ranked])
    ends = [bound for bound in (low, high) if np.isfinite(bound)]
    rounded = code.round(place, np.concatenate([inside, ends]))
    return np.unique(rounded[(rounded >= low) & (rounded <= high)])


def combinations(code: Coder, constraints: Constraints, which: int) -> Array:
    """Combinations of a tie that real rows hold and the limits permit, its own apart, nearest first."""
    places, values = list(constraints.ties[which]), constraints.combos[which]
    own = constraints.origin[places]
    fits = np.ones(len(values), dtype=np.bool_)
    same = (values == own) | (np.isnan(values) & np.isnan(own))
    for column, place in enumerate(places):
        fits &= same[:, column] | constraints.permits(code, place, values[:, column])
    kept = values[fits & ~same.all(axis=1)]
    rows = np.repeat(constraints.origin[None, :], len(kept), axis=0)
    rows[:, places] = kept
    order = np.argsort(gower(code, rows, constraints.origin, constraints.weights), kind="stable")
    return np.asarray(kept[order])


def _thinned(values: Array) -> Array:
    """All of them, or the nearest and some of the others, evenly spread."""
    if len(values) <= TUPLES:
        return values
    rest = np.linspace(TUPLES // 2, len(values) - 1, TUPLES // 2).round().astype(np.int64)
    return np.asarray(values[np.concatenate([np.arange(TUPLES // 2), rest])])
