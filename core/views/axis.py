"""Cells on an axis: numbers and dates as numbers, and where a curve passes a threshold."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from core.types import Array
from core.views import words

FEATURE_TICKS = "abs(datum.value) < 10000 ? replace(datum.label, ',', '') : datum.label"
"""Ticks of a feature's own numbers as cells are written: a year is 1995, not 1,995."""

_LETTER = 6.2
"""Pixels of a letter of an axis, on average."""
_SPARE = 1.15
"""Room for names with wide letters, so that what was cut in its middle is not cut at its end as well."""
LINE = 32
"""Letters of a title that fit under a narrow drawing."""
_LEVEL = 110
"""Pixels of a level's name at most."""


SLIM = "width >= 0 && 520 > containerSize()[0]"
"""True in a narrow drawing; it names the width so that it is asked again when the drawing is resized."""


def feature_ticks(dates: bool = False) -> dict[str, str]:
    """The part of an axis that says how its ticks are written: a feature's own numbers; dates as Vega writes them."""
    return {} if dates else {"labelExpr": FEATURE_TICKS}


def whole(cells: Iterable[Any]) -> bool:
    """True for cells of a column of whole numbers; gaps aside."""
    known = [cell for cell in cells if cell is not None]
    return bool(known) and all(isinstance(cell, int) and not isinstance(cell, bool) for cell in known)


_TWO_LINES = {"labelOverlap": False, "labelLineHeight": 11, "labelOffset": {"expr": f"{SLIM} ? -5 : 0"}}
"""Both around the middle of their row."""


def lines(title: str) -> str | list[str]:
    """A title of our own words as Vega takes it: a long one in several lines, that nothing is cut in a narrow drawing.

    Examples
    --------
    >>> lines("share of rows"), lines("rise of the cross-entropy on rows kept apart")
    ('share of rows', ['rise of the cross-entropy', 'on rows kept apart'])
    """
    found = textwrap.wrap(title, LINE)
    if len(found) < 2:
        return title
    even = next(width for width in range(1, LINE + 1) if len(textwrap.wrap(title, width)) == len(found))
    return textwrap.wrap(title, even)


BELOW = 32
"""Pixels from an axis to the name under it."""


def title_below(ink: str, below: Any = BELOW, spare: int = 60) -> dict[str, Any]:
    """The layer that names what lies along an axis: a name from outside, so drawn from the row of role ``title``.

    Parameters
    ----------
    ink : str
    below : int or dict
        Pixels under the axis, or an expression of Vega's for them.
    spare : int
        Pixels that the name may take beyond the drawing's width.
    """
    return {
        "transform": [{"filter": "datum.role === 'title'"}],
        "mark": {
            "type": "text",
            "color": ink,
            "fontWeight": 600,
            "baseline": "top",
            "dy": below,
            "limit": {"expr": f"width + {spare}"},
        },
        "encoding": {
            "x": {"value": {"expr": "width / 2"}},
            "y": {"value": {"expr": "height"}},
            "text": {"field": "label"},
        },
    }


def of_names(narrow: int = 120, wide: int = 200, joint: str = "") -> dict[str, Any]:
    """The part of an axis that names features: long names are cut in their middle, since many begin alike.

    Parameters
    ----------
    narrow, wide : int
        Room in pixels, in a drawing of under 520 pixels and in a wider one.
    joint : str
        What stands between two names, each of which has a line of its own in a narrow drawing.
    """
    letters = f"({SLIM} ? {round(narrow / _LETTER)} : {round(wide / _LETTER)})"
    whole = f"truncate(datum.label, {letters}, 'center')"
    if joint:
        halves = f"split(datum.label, '{joint}')"
        cut = [f"truncate({halves}[{at}], {letters}, 'center')" for at in (0, 1)]
        whole = f"{SLIM} && length({halves}) === 2 ? [{cut[0]}, '{joint.strip()} ' + {cut[1]}] : {whole}"
    return {
        "labelLimit": {"expr": f"{SLIM} ? {round(narrow * _SPARE)} : {round(wide * _SPARE)}"},
        "labelExpr": whole,
        **(_TWO_LINES if joint else {}),
    }


TIGHT = "bandwidth('x') < data('rows')[0].wide"
"""True in a drawing whose levels stand closer than their names are wide; its records carry ``wide``."""


def of_levels() -> dict[str, Any]:
    """The part of a level axis from left to right: names that would run into each other are turned."""
    return {
        "title": None,
        "labelLimit": _LEVEL,
        "labelAngle": {"expr": f"{TIGHT} ? -45 : 0"},
        "labelAlign": {"expr": f"{TIGHT} ? 'right' : 'center'"},
        "labelBaseline": {"expr": f"{TIGHT} ? 'middle' : 'top'"},
        "labelOverlap": False,
    }


def widest(names: Iterable[str]) -> int:
    """Pixels that the longest of these names takes on such an axis, and a gap."""
    return round(min(_LEVEL, _LETTER * max(map(len, names), default=0))) + 10


def is_date(value: Any) -> bool:
    """True for a date, also one that went through JSON as ISO text."""
    return hasattr(value, "isoformat") or isinstance(value, str)


def dated(cells: Iterable[Any], ordered: bool) -> bool:
    """True where an ordered axis is one of dates."""
    return ordered and any(is_date(cell) for cell in cells)


def told(value: Any, ordered: bool) -> Any:
    """A cell ready for words: a date that went through JSON as ISO text is one again."""
    return pd.Timestamp(value) if ordered and isinstance(value, str) else value


def place(value: Any) -> float | None:
    """Where a cell lies on an ordered axis (dates: milliseconds since 1970); None for a gap.

    Parameters
    ----------
    value : object
        A number, a date, or ISO text of one.
    """
    if value is None or value is pd.NaT or value is pd.NA:
        return None
    if is_date(value):
        return pd.Timestamp(value).timestamp() * 1000
    number = float(value)
    return number if np.isfinite(number) else None


def cell_at(position: float, dates: bool, decimals: int | None = None) -> str:
    """A position between the points of an ordered axis in words: the day, or four digits."""
    if dates:
        return pd.Timestamp(round(position), unit="ms").strftime("%Y-%m-%d")
    return words.own_number(position if decimals is None else round(position, decimals))


def passed(position: float, grid: Sequence[Any], dates: bool, decimals: int | None = None) -> str:
    """Where a curve passes a line, in words: the whole numbers on both sides where both were asked.

    Examples
    --------
    >>> passed(44.4, (43, 44, 45), False), passed(44.4, (40, 50), False), passed(44.4, (40.0, 50.0), False)
    ('44 to 45', '44', '44.4')
    """
    if dates or not whole(grid):
        return cell_at(position, dates, decimals)
    ends = (math.floor(position), math.ceil(position))
    if ends[0] < ends[1] and set(ends) <= set(grid):
        return " to ".join(words.cell(end) for end in ends)
    return cell_at(position, False, 0)


def passages(positions: Sequence[float], grid: Sequence[Any], dates: bool, decimals: int | None = None) -> str:
    """Several of them in a sentence: ``near 5 and 16.67``, ``between 44 and 45``."""
    told = [passed(position, grid, dates, decimals) for position in positions]
    if not any(" to " in text for text in told):
        return f"near {words.listed(told)}"
    return words.listed(
        [f"between {text.replace(' to ', ' and ')}" if " to " in text else f"near {text}" for text in told]
    )


def crossings(positions: Sequence[float | None], values: Array, threshold: float) -> list[float]:
    """Where a curve passes a threshold, by straight lines between its points.

    Parameters
    ----------
    positions : sequence of float or None, length g
        Ascending; None (a missing cell) belongs to no line.
    values : ndarray, shape (g,)
    threshold : float

    Returns
    -------
    list of float
        In ascending order. A point exactly at the threshold counts as above it, as the decision does.
    """
    keep = [item for item, position in enumerate(positions) if position is not None]
    x = np.array([positions[item] for item in keep], dtype=np.float64)
    y = np.asarray(values, dtype=np.float64)[keep]
    above = y >= threshold
    found = []
    for item in np.flatnonzero(above[1:] != above[:-1]):
        share = (threshold - y[item]) / (y[item + 1] - y[item])
        found.append(float(x[item] + share * (x[item + 1] - x[item])))
    return found
