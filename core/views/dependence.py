"""What a table of attributions says of a single feature: how large they are, and how they go with its value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from core import cloud
from core.errors import unknown_name
from core.results import Attributions, Importance, Points
from core.types import Array
from core.views import axis, words

WINDOWS = 10
WIDEST = 50
SHARE = 0.4
"""Share of the rows that each piece of the smooth line uses."""


def column(result: Attributions, name: str) -> list[Any]:
    """One feature's values, in the order of the rows.

    Raises
    ------
    InputError
        If there is no such feature.
    """
    if name not in result.features:
        raise unknown_name("feature", name, result.features)
    place = result.features.index(name)
    return [row[place] for row in result.data]


def numbers(cells: Sequence[Any]) -> Array | None:
    """Cells as numbers (dates: seconds), NaN where missing, shape (n,); None where they have no order."""
    known = [cell for cell in cells if cell is not None]
    if any(isinstance(cell, str) for cell in known):
        return None
    if any(hasattr(cell, "isoformat") for cell in known):
        moments = pd.to_datetime(pd.Series(list(cells), dtype=object), utc=True, errors="coerce")
        return np.asarray((moments - pd.Timestamp(0, tz="UTC")) / pd.Timedelta(seconds=1), dtype=np.float64)
    try:
        return np.array([np.nan if cell is None else float(cell) for cell in cells])
    except (TypeError, ValueError):
        return None


def shares(cells: Sequence[Any]) -> list[float | None]:
    """Where each cell lies among the others, 0 (lowest) to 1 (highest); None for levels and gaps."""
    from scipy.stats import rankdata

    values = numbers(cells)
    if values is None:
        return [None] * len(cells)
    known = np.isfinite(values)
    placed = np.full(len(values), np.nan)
    if known.any():
        ranks = rankdata(values[known])
        placed[known] = (ranks - ranks.min()) / (np.ptp(ranks) or 1.0) if np.ptp(ranks) else 0.5
    return [float(value) if np.isfinite(value) else None for value in placed]


def mean_size(result: Attributions) -> Importance:
    """Mean size of each feature's attribution: SHAP importance.

    Returns
    -------
    Importance
        Of every feature, with the spread of the sizes over the rows left out: it is no uncertainty.
    """
    sizes = np.abs(result.values)
    unit = f"mean size of the attribution, {UNITS[result.scale]}"
    return Importance(
        result.features, sizes.mean(axis=0), unit, result.label, checks=result.checks, provenance=result.provenance
    )


UNITS = {
    "probability": "as probability",
    "log-odds": "in log-odds",
    "score": "in class score",
    "target": "in the target's units",
    "log-target": "in log units of the target",
}


def strongest_partner(result: Attributions, name: str) -> str:
    """The feature whose value best tells apart rows with equal values of another: its likely interaction partner.

    Rows are sorted by the feature; within windows of neighbours, where its own value hardly varies, its attribution is
    correlated with each other feature, and the sizes are summed (as ``shap.approximate_interactions`` does).

    Returns
    -------
    str
        Name of a feature; empty where there is none.
    """
    own = _codes(column(result, name))
    attribution = result.values[:, result.features.index(name)]
    order = np.argsort(own, kind="stable")
    size = max(1, min(len(order) // WINDOWS, WIDEST))
    best, strongest = "", 0.0
    for other in result.features:
        if other == name:
            continue
        codes = _codes(column(result, other))[order]
        strength = sum(
            _related(codes[start : start + size], attribution[order][start : start + size])
            for start in range(0, len(order), size)
        )
        if strength > strongest:
            best, strongest = other, strength
    return best


def _codes(cells: Sequence[Any]) -> Array:
    """Cells as numbers, levels by their code, gaps as the lowest value."""
    values = numbers(cells)
    if values is None:
        values = pd.factorize(pd.Series([str(cell) for cell in cells]), sort=True)[0].astype(np.float64)
    lowest = np.nanmin(values) if np.isfinite(values).any() else 0.0
    return np.where(np.isfinite(values), values, lowest)


def _related(codes: Array, attribution: Array) -> float:
    """Size of the correlation in one window; 0 where either does not vary."""
    if len(codes) < 2 or codes.std() <= 0 or attribution.std() <= 0:
        return 0.0
    return float(abs(np.corrcoef(codes, attribution)[0, 1]))


def points(result: Attributions, name: str, partner: str | None = None) -> Points:
    """A feature's attribution against its value, coloured by the feature that it interacts with most.

    Parameters
    ----------
    result : Attributions
    name : str
    partner : str, optional
        The feature that colours the dots; empty for none, None to find the strongest.

    Raises
    ------
    InputError
        If there is no such feature.
    """
    cells, heights = column(result, name), result.values[:, result.features.index(name)]
    other = strongest_partner(result, name) if partner is None else partner
    values = numbers(cells)
    ordered = values is not None
    kept = np.arange(len(cells)) if values is None else np.flatnonzero(np.isfinite(values))
    dates = ordered and any(hasattr(cell, "isoformat") for cell in cells)
    shown = tuple(cells[at] if dates else float(cells[at]) if ordered else words.cell(cells[at]) for at in kept)
    line_x, line_y = cloud.line(cloud.Along(np.ones(len(kept), dtype=bool), shown, ordered), heights[kept], SHARE)
    colour, colour_dates = _colour(column(result, other)) if other else ([], False)
    return Points(
        x=shown,
        y=heights[kept],
        rows=tuple(result.rows[at] for at in kept),
        names=tuple(result.names[at] for at in kept),
        x_title=name,
        y_title=words.AXIS_CHANGE[result.scale],
        line_x=line_x,
        line_y=line_y,
        ordered=ordered,
        colour=tuple(colour[at] for at in kept) if other else (),
        colour_title=other,
        colour_dates=colour_dates,
        checks=result.checks,
        provenance=result.provenance,
    )


def _colour(cells: Sequence[Any]) -> tuple[list[Any], bool]:
    """Cells that a colour scale takes: numbers (dates in milliseconds since 1970) or text; whether they are dates."""
    if any(hasattr(cell, "isoformat") for cell in cells):
        return [axis.place(cell) for cell in cells], True
    return [words.cell(cell) if isinstance(cell, bool) else cell for cell in cells], False
