"""What a table of attributions says of a single feature: how large they are, and how they go with its value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from core.errors import unknown_name
from core.results import Attributions, Importance, Points
from core.smooth import lowess
from core.types import Array
from core.views import words

WINDOWS = 10
WIDEST = 50


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
    ordered = values is not None and not any(hasattr(cell, "isoformat") for cell in cells)
    known = np.isfinite(values) if ordered and values is not None else np.ones(len(cells), dtype=bool)
    kept = np.flatnonzero(known)
    line_x, line_y = (
        _line(values[kept], heights[kept]) if ordered and values is not None else (np.empty(0), np.empty(0))
    )
    colour = column(result, other) if other else []
    return Points(
        x=tuple(float(values[at]) if ordered and values is not None else words.cell(cells[at]) for at in kept),
        y=heights[kept],
        rows=tuple(result.rows[at] for at in kept),
        names=tuple(result.names[at] for at in kept),
        x_title=name,
        y_title=words.AXIS_CHANGE[result.scale],
        line_x=line_x,
        line_y=line_y,
        ordered=ordered,
        colour=tuple(_shade(colour[at]) for at in kept) if other else (),
        colour_title=other,
        checks=result.checks,
        provenance=result.provenance,
    )


def _shade(cell: Any) -> Any:
    """A cell that a colour scale takes: a number, or text."""
    if isinstance(cell, bool) or hasattr(cell, "isoformat"):
        return words.cell(cell)
    return cell


def _line(x: Array, y: Array) -> tuple[Array, Array]:
    """A smooth line at up to 60 places."""
    places = np.unique(np.linspace(x.min(), x.max(), 60)) if len(x) > 5 else np.empty(0)
    return (places, lowess(x, y, share=0.4, at=places)) if len(places) > 2 else (np.empty(0), np.empty(0))
