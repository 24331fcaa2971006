"""A number for each pair of names: coloured cells, the numbers in them where there is room."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from core.errors import unknown_name
from core.results import Matrix
from core.views import palette, words
from core.views.axis import of_names
from core.views.view import View

ROOM = 14
"""Columns up to which the cells hold their numbers."""
NARROW = 9
"""Pixels of a column under which names below would lie on each other."""
SMALL = 0.1
"""Numbers that are all below this are written with two digits, wherever these begin."""
PICTURES = {"cells": "Heat map", "lines": "Lines"}


def view(result: Matrix, *, picture: str = "cells", dark: bool | None = None) -> View:
    """Draw a matrix.

    Parameters
    ----------
    result : Matrix
    picture : {"cells", "lines"}
        Coloured cells; or a line for each row, at most eight of them.
    dark : bool or None
        Theme that the text colour is made for; None fits both.

    Returns
    -------
    View
        Clicking a cell sets the selection parameter ``pick`` (fields ``feature`` and ``other``).
    """
    if picture not in PICTURES:
        raise unknown_name("picture", picture, PICTURES)
    down, across = _labels(result.rows), _labels(result.columns)
    known = np.abs(result.values[np.isfinite(result.values)])
    small = bool(len(known)) and float(known.max()) < SMALL
    places = 1 - math.floor(math.log10(float(known.max()))) if small and known.max() > 0 else 2
    shown = _spread_out(len(down)) if picture == "lines" else range(len(down))
    rows = [
        {
            "feature": result.rows[row],
            "other": result.columns[column],
            "row": down[row],
            "column": across[column],
            "row place": row,
            "column place": column,
            "value": _plain(result.values[row, column]),
            "text": _text(result.values[row, column], small),
            "cell": _text(round(float(result.values[row, column]), places), small),
            "role": "cell",
        }
        for row in shown
        for column in range(len(across))
    ]
    rows[:1] = [{**row, "longest": max(len(str(one["cell"])) for one in rows)} for row in rows[:1]]
    named = not is_square(result)
    if named:
        rows.append(_name(result.row_title, result.column_title))
    sentence = tell(result)
    if picture == "lines":
        return View(lines(dark), rows, table(result), sentence, f"Lines, {len(shown)} of them. {sentence}")
    rows = palette.reaching(rows)
    drawn = spec(result.signed, len(across) <= ROOM, _limit(result), dark, named)
    return View(drawn, rows, table(result), sentence, f"Heat map of {len(down)} by {len(across)}. {sentence}")


def is_square(result: Matrix) -> bool:
    """True where rows and columns are the same features; else they are values of two of them."""
    return result.rows == result.columns


def _spread_out(count: int) -> list[int]:
    """Rows that get a line of their own: at most eight, the ends among them."""
    return sorted({round(at) for at in np.linspace(0, count - 1, min(count, len(palette.CURVES)))})


def _name(down: str, across: str) -> dict[str, Any]:
    """The names of the axes: from outside, so drawn from the data."""
    text = f"\N{UPWARDS ARROW} {words.named(down)}    \N{RIGHTWARDS ARROW} {words.named(across)}"
    blank = dict.fromkeys(("feature", "other", "row", "column", "row place", "column place", "value", "cell"))
    return {**blank, "text": text, "role": "name"}


def _labels(names: tuple[str, ...]) -> list[str]:
    """Names that fit an axis, each different."""
    return words.apart(names, 80)


def _plain(value: float) -> float | None:
    """A number that JSON can hold."""
    return float(value) if math.isfinite(float(value)) else None


def _text(value: float, small: bool) -> str:
    """A cell's number, short."""
    if not math.isfinite(float(value)):
        return ""
    return words.number(float(value), 2) if small else words.number(round(float(value), 2), 3)


def _limit(result: Matrix) -> float | None:
    """1 where the numbers are correlations, else None: the data's own range."""
    known = result.values[np.isfinite(result.values)]
    shares = is_square(result) and not np.allclose(np.diag(result.values), 1.0, equal_nan=True)
    limited = len(known) > 0 and float(np.abs(known).max()) <= 1.0 + 1e-9
    return 1.0 if result.signed and limited and not shares else None


def spec(signed: bool, numbers: bool, limit: float | None, dark: bool | None, named: bool = False) -> dict[str, Any]:
    """The constant specification.

    Parameters
    ----------
    signed : bool
        True where zero is the middle of the colours.
    numbers : bool
        True where the cells hold their numbers.
    limit : float or None
        Ends of the colours; None for the data's own range.
    dark : bool or None
    named : bool
        True where the axes are two features' values and have names.
    """
    middle = "#33363f" if dark else "#f3f3f6"
    scale = palette.both_ways(middle) if signed else {"range": [middle, palette.UP], "interpolate": "rgb"}
    if signed and limit is not None:
        scale = {"domain": [-limit, 0, limit], "range": scale["range"], "interpolate": "rgb"}
    fits = "bandwidth('x') > {} * data('rows')[0].longest"
    x_axis = {"title": None, "labelAngle": -45, **of_names(70, 120), "labelOverlap": False}
    x_axis["labelOpacity"] = {"expr": f"bandwidth('x') < {NARROW} ? 0 : 1"}  # they stand at the side in the same order
    y_axis = {"title": None, **of_names(90, 180)}
    x = {"field": "column", "type": "nominal", "sort": {"field": "column place", "op": "min"}, "axis": x_axis}
    y = {"field": "row", "type": "nominal", "sort": {"field": "row place", "op": "min"}, "axis": y_axis}
    legend: dict[str, Any] = {"title": None, "orient": "top", "gradientLength": 160, "tickCount": 2}
    if signed and limit is not None:
        legend["values"] = [-limit, 0, limit]
    tips = [{"field": "row", "title": "of"}, {"field": "column", "title": "and"}, {"field": "text", "title": "value"}]
    cells = {
        "transform": [{"filter": "isValid(datum.value)"}],
        "params": [{"name": "pick", "select": {"type": "point", "fields": ["feature", "other"]}}],
        "mark": {"type": "rect", "cursor": "pointer"},
        "encoding": {"color": {"field": "value", "type": "quantitative", "scale": scale, "legend": legend}},
    }
    text = {
        "transform": [{"filter": "datum.role === 'cell'"}],
        "mark": {
            "type": "text",
            "fontSize": {"expr": f"{fits.format(6.6)} ? 11 : 8"},
            "opacity": {"expr": f"{fits.format(4.6)} ? 1 : 0"},  # numbers that would run together are left to the tip
            "color": palette.INKS[dark],
        },
        "encoding": {"text": {"field": "cell"}},
    }
    layers = [cells, text] if numbers else [cells]
    return {
        "width": "container",
        "height": {"step": 28},
        "data": {"name": "rows"},
        "encoding": {"x": x, "y": y, "tooltip": tips},
        "layer": [*layers, _names(dark)] if named else layers,
        "config": {"view": {"stroke": None}},
    }


def _names(dark: bool | None) -> dict[str, Any]:
    """The names of both axes, from the data."""
    mark = {"type": "text", "color": palette.INKS[dark], "fontWeight": 600, "align": "left", "baseline": "bottom"}
    return {
        "transform": [{"filter": "datum.role === 'name'"}],
        "mark": {**mark, "dy": -6, "limit": {"expr": "width"}},
        "encoding": {"x": {"value": 0}, "y": {"value": 0}, "text": {"field": "text"}, "tooltip": None},
    }


def lines(dark: bool | None) -> dict[str, Any]:
    """The constant specification of lines, one a row of the matrix."""
    order = {"field": "column place", "op": "min"}
    x = {"field": "column", "type": "nominal", "sort": order, "axis": {"title": None, "labelAngle": -45}}
    y = {"field": "value", "type": "quantitative", "scale": {"zero": False}, "axis": {"title": None, "tickCount": 6}}
    legend = {"title": None, "orient": "top", "symbolOpacity": 1, "labelLimit": 120}
    color = {"field": "row", "type": "nominal", "sort": {"field": "row place", "op": "min"}, "legend": legend}
    line = {
        "transform": [{"filter": "datum.role === 'cell' && isValid(datum.value)"}],
        "mark": {"type": "line", "point": True, "strokeWidth": 2.5},
        "encoding": {
            "x": x,
            "y": y,
            "color": {**color, "scale": {"range": list(palette.CURVES)}},
            "tooltip": [{"field": "row"}, {"field": "column"}, {"field": "text", "title": "value"}],
        },
    }
    return {
        "width": "container",
        "height": 320,
        "data": {"name": "rows"},
        "layer": [line, _names(dark)],
        "config": {"view": {"stroke": None}},
    }


def table(result: Matrix) -> pd.DataFrame:
    """The matrix with its names."""
    frame = pd.DataFrame(result.values, columns=_labels(result.columns))
    frame.insert(0, result.row_title, _labels(result.rows), allow_duplicates=True)
    return frame


def tell(result: Matrix, most: int = 3) -> str:
    """The answer in words: the pairs with the largest numbers, each pair once."""
    if not is_square(result):
        return _tell_pair(result)
    sizes = np.where(np.isfinite(result.values), np.abs(result.values), -1.0)
    sizes = np.where(np.tri(len(result.rows), k=-1, dtype=bool), sizes, -1.0)
    order = [np.unravel_index(at, sizes.shape) for at in np.argsort(-sizes, axis=None, kind="stable")[:most]]
    parts = [
        f"{words.named(result.columns[column], 40)} and {words.named(result.rows[row], 40)} "
        f"({words.number(round(float(result.values[row, column]), 3), 3)})"
        for row, column in order
        if sizes[row, column] > 0
    ]
    if not parts:
        return f"There is no pair to compare: {result.unit}."
    return f"Strongest ({result.unit}): {words.listed(parts)}."


def _tell_pair(result: Matrix) -> str:
    """The answer in words for two features' values: where it is lowest and highest."""
    if not np.isfinite(result.values).any():
        return f"There is no number to show: {result.unit}."
    down, across = words.named(result.row_title, 40), words.named(result.column_title, 40)
    share = result.unit.startswith("mean answer (probability of")
    parts = []
    for end in (np.nanargmin, np.nanargmax):
        row, column = np.unravel_index(int(end(result.values)), result.values.shape)
        value = float(result.values[row, column])
        number = words.percent(value) if share else words.number(value, 3)
        parts.append(f"{number} where {down} is {result.rows[row]} and {across} is {result.columns[column]}")
    return f"From {parts[0]} to {parts[1]}: {result.unit}."
