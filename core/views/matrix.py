"""A number for each pair of names: coloured cells, the numbers in them where there is room."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from core.results import Matrix
from core.views import palette, words
from core.views.view import View

ROOM = 14
"""Columns up to which the cells hold their numbers."""


def view(result: Matrix, *, dark: bool | None = None) -> View:
    """Draw a matrix.

    Parameters
    ----------
    result : Matrix
    dark : bool or None
        Theme that the text colour is made for; None fits both.

    Returns
    -------
    View
        Clicking a cell sets the selection parameter ``pick`` (fields ``feature`` and ``other``).
    """
    down, across = _labels(result.rows), _labels(result.columns)
    rows = [
        {
            "feature": result.rows[row],
            "other": result.columns[column],
            "row": down[row],
            "column": across[column],
            "row place": row,
            "column place": column,
            "value": _plain(result.values[row, column]),
            "text": _text(result.values[row, column]),
        }
        for row in range(len(down))
        for column in range(len(across))
    ]
    sentence = tell(result)
    drawn = spec(result.signed, len(across) <= ROOM, _limit(result), dark)
    return View(drawn, rows, table(result), sentence, f"Heat map of {len(down)} by {len(across)}. {sentence}")


def _labels(names: tuple[str, ...]) -> list[str]:
    """Names that fit an axis, each different."""
    short = [words.short(name, 40) for name in names]
    return [name + "\N{ZERO WIDTH SPACE}" * short[:at].count(name) for at, name in enumerate(short)]


def _plain(value: float) -> float | None:
    """A number that JSON can hold."""
    return float(value) if math.isfinite(float(value)) else None


def _text(value: float) -> str:
    """A cell's number, short."""
    return words.number(round(float(value), 2), 3) if math.isfinite(float(value)) else ""


def _limit(result: Matrix) -> float | None:
    """1 where the numbers are correlations, else None: the data's own range."""
    known = result.values[np.isfinite(result.values)]
    return 1.0 if result.signed and len(known) and float(np.abs(known).max()) <= 1.0 + 1e-9 else None


def spec(signed: bool, numbers: bool, limit: float | None, dark: bool | None) -> dict[str, Any]:
    """The constant specification.

    Parameters
    ----------
    signed : bool
        True where zero is the middle of the colours.
    numbers : bool
        True where the cells hold their numbers.
    limit : float or None
        Ends of the colours; None for the data's own range.
    """
    middle = "#33363f" if dark else "#f3f3f6"
    ends = [palette.DOWN, middle, palette.UP] if signed else [middle, palette.UP]
    scale: dict[str, Any] = {"range": ends, "interpolate": "rgb"}
    if signed:
        scale |= {"domain": [-limit, 0, limit]} if limit is not None else {"domainMid": 0}
    narrow = "containerSize()[0] < 520"
    x_axis = {"title": None, "labelAngle": -45, "labelLimit": {"expr": f"{narrow} ? 70 : 120"}, "labelOverlap": False}
    y_axis = {"title": None, "labelLimit": {"expr": f"{narrow} ? 90 : 180"}}
    x = {"field": "column", "type": "nominal", "sort": {"field": "column place", "op": "min"}, "axis": x_axis}
    y = {"field": "row", "type": "nominal", "sort": {"field": "row place", "op": "min"}, "axis": y_axis}
    legend = {"title": None, "orient": "top", "gradientLength": 160, "tickCount": 3}
    tips = [{"field": "row", "title": "of"}, {"field": "column", "title": "and"}, {"field": "text", "title": "value"}]
    cells = {
        "transform": [{"filter": "isValid(datum.value)"}],
        "params": [{"name": "pick", "select": {"type": "point", "fields": ["feature", "other"]}}],
        "mark": {"type": "rect", "cursor": "pointer"},
        "encoding": {"color": {"field": "value", "type": "quantitative", "scale": scale, "legend": legend}},
    }
    text = {
        "mark": {"type": "text", "fontSize": {"expr": f"{narrow} ? 8 : 11"}, "color": palette.INKS[dark]},
        "encoding": {"text": {"field": "text"}},
    }
    return {
        "width": "container",
        "height": {"step": 28},
        "data": {"name": "rows"},
        "encoding": {"x": x, "y": y, "tooltip": tips},
        "layer": [cells, text] if numbers else [cells],
        "config": {"view": {"stroke": None}},
    }


def table(result: Matrix) -> pd.DataFrame:
    """The matrix with its names."""
    frame = pd.DataFrame(result.values, columns=_labels(result.columns))
    frame.insert(0, result.row_title, _labels(result.rows), allow_duplicates=True)
    return frame


def tell(result: Matrix, most: int = 3) -> str:
    """The answer in words: the pairs with the largest numbers, each pair once."""
    square = result.rows == result.columns
    sizes = np.where(np.isfinite(result.values), np.abs(result.values), -1.0)
    if square:
        sizes = np.where(np.tri(len(result.rows), k=-1, dtype=bool), sizes, -1.0)
    order = [np.unravel_index(at, sizes.shape) for at in np.argsort(-sizes, axis=None, kind="stable")[:most]]
    parts = [
        f"{words.short(result.columns[column], 30)} and {words.short(result.rows[row], 30)} "
        f"({words.number(round(float(result.values[row, column]), 3), 3)})"
        for row, column in order
        if sizes[row, column] > 0
    ]
    if not parts:
        return f"There is no pair to compare: {result.unit}."
    return f"Strongest ({result.unit}): {words.listed(parts)}."
