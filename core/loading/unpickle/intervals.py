"""Intervals of pandas, as ``pandas.cut`` makes them: rebuilt from two ends that are numbers or points in time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from core.loading.unpickle.inert import Ref, spent
from core.loading.unpickle.numbers import wrong
from core.loading.unpickle.plain import label

if TYPE_CHECKING:
    from core.loading.unpickle.machine import Machine

_NAME = "an interval of pandas"
_CLOSED = ("left", "right", "both", "neither")
_PARTS = frozenset(("left", "right", "closed", "name"))
NUMBERS = (int, float, np.integer, np.floating)
"""What ends of intervals may be, beside points in time."""
_ENDS = (*NUMBERS, pd.Timestamp, pd.Timedelta)


def interval(_machine: Machine, args: tuple[Any, ...]) -> Any:
    """``Interval(left, right, closed)``."""
    if len(args) != 3 or args[2] not in _CLOSED or not all(isinstance(end, _ENDS) for end in args[:2]):
        raise wrong(_NAME)
    return pd.Interval(*args)


def index(_machine: Machine, args: tuple[Any, ...]) -> pd.IntervalIndex[Any]:
    """``_new_IntervalIndex(class, parts)``: two indexes of one type and length, compared by pandas."""
    if len(args) != 2 or args[0].__class__ is not Ref or not args[0].name.endswith(".IntervalIndex"):
        raise wrong(_NAME)
    parts: Any = args[1]
    if type(parts) is not dict or not set(parts) <= _PARTS or parts.get("closed") not in _CLOSED:
        raise wrong(_NAME)
    ends: list[Any] = [parts.get(side) for side in ("left", "right")]
    if not all(isinstance(end, pd.Index) and getattr(end.dtype, "kind", "") in "iufMm" for end in ends):
        raise wrong(_NAME)
    name = label(parts.get("name"))
    left, right = ends
    made: pd.IntervalIndex[Any] = pd.IntervalIndex.from_arrays(left, right, closed=parts["closed"], name=name)
    spent(parts, args[0])
    return made


CONSTRUCTORS: dict[str, Any] = {
    "pandas._libs.interval.Interval": interval,
    "pandas.core.indexes.interval._new_IntervalIndex": index,
}
