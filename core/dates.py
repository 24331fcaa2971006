"""Dates that a person types: as the pages write them, in every ISO form, or as a table's column may be written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from core.errors import InputError
from core.loading.texts import date_form
from core.types import Feature


def read(texts: Sequence[str], feature: Feature, zone: Any = None) -> list[pd.Timestamp]:
    """Read dates in the order given.

    Parameters
    ----------
    texts : sequence of str
        ``2021-03-01``, ``2021-03-01 14:30``, ``2021-03``, ``2021``; or one form of a table's column for all of them
        (``01.03.2021``).
    feature : Feature
        The column, whose range a message tells.
    zone : tzinfo or str, optional
        Of the column: what is typed without an offset is meant there.

    Raises
    ------
    InputError
        If one of them is no date, or has an offset where the column has none.

    Examples
    --------
    >>> read(["2021-03-01", "2021"], Feature("since", "datetime", 0.0, 1e9))
    [Timestamp('2021-03-01 00:00:00'), Timestamp('2021-01-01 00:00:00')]
    """
    form = date_form(list(texts)) if texts else None
    return [_one(text, form or "ISO8601", feature, zone) for text in texts]


def _one(text: str, form: str, feature: Feature, zone: Any) -> pd.Timestamp:
    """One date in the column's time."""
    try:
        stamp = pd.to_datetime(text, format=form) if text[:1].isdigit() else None  # "now" is no answer that stays
    except ValueError:
        stamp = None
    if stamp is None:
        raise InputError(f"{text[:60]!r} is no date.", _range(feature), "Write for example 2024-01-31, 2024-02-29.")
    if stamp.tz is not None and zone is None:
        raise InputError(
            f"{text[:60]!r} has a time zone.",
            f"The times of {feature.name[:60]!r} have none.",
            "Leave the zone out.",
        )
    if stamp.tz is not None:
        return stamp.tz_convert(zone)
    # an hour that the clocks skip or repeat in autumn and spring is an hour all the same
    return stamp if zone is None else stamp.tz_localize(zone, ambiguous=True, nonexistent="shift_forward")


def _range(feature: Feature) -> str:
    """What the column's dates are, in words."""
    if feature.low is None or feature.high is None:
        return f"{feature.name[:60]!r} holds dates."
    low, high = (pd.Timestamp(round(end), unit="s") for end in (feature.low, feature.high))
    return f"{feature.name[:60]!r} holds dates from {low:%Y-%m-%d} to {high:%Y-%m-%d}."
