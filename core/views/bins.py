"""Bins and levels of a distribution in words."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from core.results import Distribution
from core.views import axis, words


def is_share(result: Distribution) -> bool:
    """True where the means are shares of a class."""
    return result.mean_title.startswith("share")


def name(result: Distribution, place: int) -> str:
    """A bin or level in words."""
    if not result.ordered:
        return words.cell(result.bins[place])
    start, end = result.bins[place : place + 2]
    if not axis.whole((start, end)):  # one kind for all
        return f"{cell(start)} to {cell(end)}"
    return words.cell(start) if end == start + 1 else f"{words.cell(start)} to {words.cell(end - 1)}"


def whole(result: Distribution) -> bool:
    """True for bins of whole numbers: each ends before the next one's first number."""
    return result.ordered and axis.whole(result.bins)


def edges(result: Distribution) -> list[float]:
    """Where the edges lie along the axis; of whole numbers between them, so that no number is on the border."""
    shift = 0.5 if whole(result) else 0.0
    return [(axis.place(axis.told(edge, True)) or 0.0) - shift for edge in result.bins]


def cell(edge: Any) -> str:
    """An edge in words."""
    return words.cell(pd.Timestamp(edge)) if isinstance(edge, str) else words.own_number(float(edge))


def tell_means(result: Distribution) -> str:
    """Where the target is lowest and highest, among bins with enough rows."""
    if result.means is None:
        return ""
    totals = result.counts.sum(axis=0)
    firm = np.isfinite(result.means) & (totals >= max(5, 0.01 * totals.sum()))
    if firm.sum() < 2:
        return ""
    means = np.where(firm, result.means, np.nan)
    ends = [int(np.nanargmin(means)), int(np.nanargmax(means))]
    share = is_share(result)
    low, high = (words.percent(float(means[at])) if share else words.number(float(means[at])) for at in ends)
    return (
        f"The {words.short(result.mean_title)} goes from {low} (at {name(result, ends[0])}) to {high} "
        f"(at {name(result, ends[1])})."
    )


def tell_missing(result: Distribution) -> str:
    """How many rows have no value."""
    count = result.missing
    return f"{count:,} {'row has' if count == 1 else 'rows have'} no value." if count else ""
