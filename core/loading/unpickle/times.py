"""Points in time and spans of pandas: rebuilt from whole numbers, a unit that pandas knows and at most a fixed zone."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from core.loading.unpickle.inert import Ref, Slot, Stub, spent
from core.loading.unpickle.numbers import wrong
from core.loading.unpickle.plain import label

if TYPE_CHECKING:
    from core.loading.unpickle.machine import Machine

_NAME = "a point in time of pandas"
_RESOLUTIONS = {7: "s", 8: "ms", 9: "us", 10: "ns"}
_KINDS = {"DatetimeArray": "M", "TimedeltaArray": "m"}
ARRAYS = (pd.arrays.DatetimeArray, pd.arrays.TimedeltaArray)
_INDEX = frozenset(("data", "name", "freq", "tz"))


def point(_machine: Machine, args: tuple[Any, ...]) -> Any:
    """``_unpickle_timestamp(value, freq, tz, resolution)``."""
    if len(args) not in (3, 4) or type(args[0]) is not int or not _is_zone(args[2]):
        raise wrong(_NAME)
    unit = _RESOLUTIONS.get(args[3] if len(args) == 4 else 10)
    if unit is None or not abs(args[0]) < 1 << 63:
        raise wrong(_NAME)
    number: Any = np.int64(args[0])
    made = pd.Timestamp(number.view(f"M8[{unit}]"))
    return made if args[2] is None or pd.isna(made) else made.tz_localize("UTC").tz_convert(_fixed(args[2]))


def span(_machine: Machine, args: tuple[Any, ...]) -> Any:
    """``_timedelta_unpickle(value, resolution)``, and ``Timedelta(value)`` of pandas 1."""
    told = args[1] if len(args) == 2 else 10
    unit = _RESOLUTIONS.get(told) if 1 <= len(args) <= 2 and type(told) is int else None
    if unit is None or type(args[0]) is not int or not abs(args[0]) < 1 << 63:
        raise wrong(_NAME)
    number: Any = np.int64(args[0])
    return pd.Timedelta(number.view(f"m8[{unit}]"))


def _is_zone(zone: Any) -> bool:
    """True for no time zone, for a fixed offset, and for what stands for a zone of a place."""
    return zone is None or type(zone) is datetime.timezone or zone.__class__ is Stub


def _fixed(zone: Any) -> datetime.timezone:
    """A fixed offset; UTC for the zone of a place, whose clocks lie in files of the system: the points are the same."""
    known: datetime.timezone = datetime.UTC if zone.__class__ is Stub else zone
    return known


def zoned(_machine: Machine, args: tuple[Any, ...]) -> Slot:
    """``DatetimeTZDtype``: its state names the unit and the zone."""
    if args:
        raise wrong("a pandas type")

    def fill(state: Any) -> pd.DatetimeTZDtype:
        if type(state) is not dict or state.get("unit") not in ("s", "ms", "us", "ns"):
            raise wrong("a pandas type")
        if state.get("tz") is None or not _is_zone(state["tz"]):
            raise wrong("a pandas type")
        return pd.DatetimeTZDtype(state["unit"], _fixed(state["tz"]))

    return Slot("a pandas type", fill)


def array(name: str) -> Slot:
    """``DatetimeArray`` and ``TimedeltaArray``, filled by the state that follows."""

    def fill(state: Any) -> Any:
        parts: Any = state[:2] if type(state) is tuple and len(state) in (2, 3) else (None, None)
        values, kind = parts if isinstance(parts[0], np.ndarray) else parts[::-1]
        if not isinstance(values, np.ndarray) or values.dtype.kind != _KINDS[name] or not 1 <= values.ndim <= 2:
            raise wrong(_NAME)
        unit, count = np.datetime_data(values.dtype)
        in_zone = type(kind) is pd.DatetimeTZDtype and name == "DatetimeArray"
        plain = np.dtype(f"M8[{kind.unit}]") if in_zone else kind
        if plain != values.dtype or unit not in _RESOLUTIONS.values() or count != 1 or not values.dtype.isnative:
            raise wrong(_NAME)
        made: Any = getattr(pd.arrays, name)._simple_new(values, dtype=kind)
        return made

    return Slot(_NAME, fill)


def index(_machine: Machine, args: tuple[Any, ...]) -> Any:
    """``_new_DatetimeIndex(class, parts)`` and its like for spans; a regular step is not kept."""
    if len(args) != 2 or args[0].__class__ is not Ref or type(args[1]) is not dict or not set(args[1]) <= _INDEX:
        raise wrong("a pandas index")
    data: Any = args[1].get("data")
    if type(data) not in ARRAYS or data.ndim != 1 or not isinstance(args[1].get("freq"), Stub | None):
        raise wrong("a pandas index")
    made = pd.Index(data, name=label(args[1].get("name")), dtype=data.dtype)
    spent(args[1], args[0])
    return made


CONSTRUCTORS: dict[str, Any] = {
    "pandas._libs.tslibs.timestamps._unpickle_timestamp": point,
    **{f"pandas._libs.tslibs.timedeltas.{name}": span for name in ("Timedelta", "_timedelta_unpickle")},
    "pandas.core.dtypes.dtypes.DatetimeTZDtype": zoned,
    "pandas.core.indexes.datetimes._new_DatetimeIndex": index,
    "pandas.core.indexes.timedeltas._new_TimedeltaIndex": index,
    "pandas.core.arrays.datetimes.DatetimeArray": lambda _machine, args: _begun(args, "DatetimeArray"),
    "pandas.core.arrays.timedeltas.TimedeltaArray": lambda _machine, args: _begun(args, "TimedeltaArray"),
}


def _begun(args: tuple[Any, ...], name: str) -> Slot:
    """An array that is created without arguments, as older versions write it."""
    if args:
        raise wrong(_NAME)
    return array(name)
