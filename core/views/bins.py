"""Bins and levels of a distribution in words."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from core.results import Distribution
from core.views import words


def is_share(result: Distribution) -> bool:
    """True where the means are shares of a class."""
    return result.mean_title.startswith("share")


def name(result: Distribution, place: int) -> str:
    """A bin or level in words."""
    if result.ordered:
        start, end = (cell(item) for item in result.bins[place : place + 2])
        return f"{start} to {end}"
    return words.cell(result.bins[place])


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
