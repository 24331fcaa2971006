"""Periods of pandas, months and quarters say: rebuilt from whole numbers and a span that pandas knows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from core.loading.unpickle.inert import Ref, Slot, Stub, spent
from core.loading.unpickle.numbers import wrong
from core.loading.unpickle.plain import label

if TYPE_CHECKING:
    from core.loading.unpickle.machine import Machine

_NAME = "a period of pandas"
_TEXT = re.compile(r"period\[(\d{0,4})([A-Za-z]{1,3})(-[A-Z]{3})?\]")
_OLDER = {"A": "Y", "H": "h", "T": "min", "S": "s", "L": "ms", "U": "us", "N": "ns"}
"""How pandas called spans before 2.2."""
_A_YEAR = {"Y": 1, "Q": 4, "M": 12, "W": 53, "B": 366, "D": 366, "h": 8784, "min": 527_040, "s": 31_622_400}
_A_YEAR |= {"ms": 31_622_400_000, "us": 31_622_400_000_000, "ns": 31_622_400_000_000_000}
"""Spans and how many of them a year has at most."""
_YEARS, _MOST = 9_999, 10_000
_INDEX = frozenset(("data", "name", "freq"))


_OFFSETS = {"MonthEnd": "M", "QuarterEnd": "Q", "YearEnd": "Y", "Week": "W", "BusinessDay": "B", "Day": "D"}
_OFFSETS |= {"Hour": "h", "Minute": "min", "Second": "s", "Milli": "ms", "Micro": "us", "Nano": "ns"}
"""How pandas before 2 told spans."""
_MONTHS = ("", *["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"])
_ENDS = {"Q": _MONTHS, "Y": _MONTHS, "W": ("", *["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"])}


def _named(offset: Stub) -> str:
    """The name of a span that is told by an offset: how many, whether normalized, and where it ends."""
    span = _OFFSETS.get(offset.stands_for.rpartition(".")[2], "")
    count, _normalized, *end = (*offset.numbers, False, False)[: max(2, len(offset.numbers))]
    names = _ENDS.get(span)
    place = (end[0] + (span == "W") if end else 0) if names else 0
    if not span or not 0 < count < _MOST or not 0 <= place < len(names or ("",)):
        raise wrong("a pandas type")
    return f"period[{count}{span}{'-' + names[place] if names and place else ''}]"


def kind(_machine: Machine, args: tuple[Any, ...]) -> pd.PeriodDtype:
    """``PeriodDtype("period[M]")``."""
    told = _named(args[0]) if len(args) == 1 and args[0].__class__ is Stub else args[0] if len(args) == 1 else None
    found = _TEXT.fullmatch(told) if type(told) is str else None
    if found is None:
        raise wrong("a pandas type")
    count, span, end = found.groups()
    span = _OLDER.get(span, span)
    if span not in _A_YEAR or (count and not int(count)):
        raise wrong("a pandas type")
    return pd.PeriodDtype(f"{count}{span}{end or ''}")


def array(_machine: Machine, args: tuple[Any, ...]) -> Slot:
    """``PeriodArray``: whole numbers that lie within ten thousand years, or gaps."""
    if args:
        raise wrong(_NAME)

    def fill(state: Any) -> Any:
        parts: Any = state[:2] if type(state) is tuple and len(state) in (2, 3) else (None, None)
        told, numbers = parts[::-1] if isinstance(parts[0], np.ndarray) else parts
        if type(told) is not pd.PeriodDtype or not isinstance(numbers, np.ndarray) or numbers.dtype != np.int64:
            raise wrong(_NAME)
        span = re.sub(r"[^A-Za-z].*", "", told.name.removeprefix("period[").lstrip("0123456789"))
        filled = numbers[numbers != np.iinfo(np.int64).min]
        most = _A_YEAR[span] * _YEARS
        if not 1 <= numbers.ndim <= 2 or (filled.size and not -most <= int(filled.min()) <= int(filled.max()) <= most):
            raise wrong(_NAME)
        return pd.arrays.PeriodArray(numbers.copy(), dtype=told)

    return Slot(_NAME, fill)


def index(_machine: Machine, args: tuple[Any, ...]) -> Any:
    """``_new_PeriodIndex(class, parts)`` of older versions."""
    if len(args) != 2 or args[0].__class__ is not Ref or type(args[1]) is not dict or not set(args[1]) <= _INDEX:
        raise wrong("a pandas index")
    data: Any = args[1].get("data")
    if type(data) is not pd.arrays.PeriodArray or data.ndim != 1 or not isinstance(args[1].get("freq"), Stub | None):
        raise wrong("a pandas index")
    made = pd.Index(data, name=label(args[1].get("name")), dtype=data.dtype)
    spent(args[1], args[0])
    return made


CONSTRUCTORS: dict[str, Any] = {
    "pandas.core.dtypes.dtypes.PeriodDtype": kind,
    "pandas.core.arrays.period.PeriodArray": array,
    "pandas.core.indexes.period._new_PeriodIndex": index,
}
