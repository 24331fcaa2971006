"""Conditions on rows: in words, as values, and the rows that meet them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from core import dates
from core.errors import InputError, unknown_name
from core.results.subsets import Part
from core.types import Array, Feature, Schema

Bools = npt.NDArray[np.bool_]
_CONDITION = re.compile(r"^(.*?)(<=|>=|<|>|=|\bis missing$)(.*)$", re.DOTALL)


def ordered_values(column: pd.Series[Any], feature: Feature) -> Array:
    """A column as numbers (dates: seconds since 1970), NaN where missing, shape (n_rows,)."""
    if feature.kind == "datetime":
        moments = pd.to_datetime(column, errors="coerce", utc=True)
        seconds = (moments - pd.Timestamp(0, tz="UTC")) / pd.Timedelta(seconds=1)
        return np.asarray(seconds, dtype=np.float64)
    return pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)


def parse(text: str, schema: Schema) -> tuple[Part, ...]:
    """Read conditions: ``age > 50; job = cook; income is missing``.

    Parameters
    ----------
    text : str
        Separated by ``;``, all of them must hold; empty for none.
    schema : Schema

    Raises
    ------
    InputError
        If a condition cannot be read, or names no feature.
    """
    return tuple(_condition(piece.strip(), schema) for piece in text.split(";") if piece.strip())


def _condition(text: str, schema: Schema) -> Part:
    """One condition."""
    found = _CONDITION.match(text)
    if found is None:
        raise InputError(
            f"The condition {text[:60]!r} cannot be read.",
            "It has no =, <, <=, > or >=.",
            "Write for example: age > 50; job = cook; income is missing.",
        )
    name, sign, value = (part.strip() for part in found.groups())
    if name not in schema.names:
        raise unknown_name("feature", name, schema.names)
    if sign == "is missing":
        return Part(name, missing=True)
    if not schema[name].is_ordered:
        if sign != "=":
            raise InputError(f"{name[:60]!r} has no order.", "It has levels.", "Write = and a level.")
        return Part(name, level=value)
    number = _number(value, schema[name])
    before = float(np.nextafter(number, -np.inf))
    bounds = {"=": (before, number), "<=": (None, number), "<": (None, before), ">": (number, None)}
    return Part(name, *bounds.get(sign, (before, None)))


def _number(text: str, feature: Feature) -> float:
    """A bound; dates are written as dates."""
    try:
        if feature.kind == "datetime":
            return float(dates.read([text], feature, "UTC")[0].timestamp())
        return float(text)
    except ValueError:
        raise InputError(
            f"{text[:60]!r} is not a value of {feature.name[:60]!r}.", "It has an order.", "Write one."
        ) from None


def mask(frame: pd.DataFrame, schema: Schema, parts: Sequence[Part]) -> Bools:
    """Which rows meet all conditions, shape (n_rows,)."""
    held = np.ones(len(frame), dtype=bool)
    for part in parts:
        held &= _mask(frame[part.feature], schema[part.feature], part)
    return held


def _mask(column: pd.Series, feature: Feature, part: Part) -> Bools:
    """Which rows meet one condition."""
    if part.missing:
        return column.isna().to_numpy(dtype=bool)
    if part.level is not None:
        return (column.astype("str") == part.level).fillna(False).to_numpy(dtype=bool) & column.notna().to_numpy(bool)
    values = ordered_values(column, feature)
    low, high = (-np.inf if part.low is None else part.low), (np.inf if part.high is None else part.high)
    return np.asarray((values > low) & (values <= high) | ((values == low) & (part.low is None)), dtype=bool)
