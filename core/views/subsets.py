"""Where a model is worst: the subsets with their errors, or the funnel of luck around the mean."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from core.errors import unknown_name
from core.results import Part, Subset, Subsets
from core.types import Schema
from core.views import palette, words
from core.views.axis import lines, of_names
from core.views.view import View

PICTURES = {"worst": "The worst", "funnel": "Funnel"}
WIDE = 1.96
"""Standard errors that a whisker and the funnel reach."""


def view(
    result: Subsets, *, picture: str = "worst", k: int = 15, schema: Schema | None = None, dark: bool | None = None
) -> View:
    """Draw the subsets.

    Parameters
    ----------
    result : Subsets
    picture : {"worst", "funnel"}
        The subsets least likely to be chance, one a line; or all of them by their size.
    k : int
        Lines drawn at most.
    schema : Schema, optional
        Writes bounds of dates as dates.
    dark : bool or None
        Theme that the text colour is made for; None fits both.

    Returns
    -------
    View
        Clicking a mark sets the selection parameter ``pick`` (field ``place``).
    """
    if picture not in PICTURES:
        raise unknown_name("picture", picture, PICTURES)
    shown = result.subsets[:k] if picture == "worst" else result.subsets
    rows = [_record(result, one, at, schema) for at, one in enumerate(shown)]
    rows.append(_blank("whole", value=result.overall, text=f"all rows {_figure(result, result.overall)}"))
    if picture == "funnel":
        rows += _band(result)
    sentence = tell(result, schema)
    paired = any(len(one.parts) > 1 for one in shown)
    spec = _worst(result, dark, paired) if picture == "worst" else _funnel(result, dark)
    alt = f"{PICTURES[picture]}: {len(shown)} subsets. {sentence}"
    return View(spec, rows, table(result, schema), sentence, alt)


def _blank(role: str, **given: Any) -> dict[str, Any]:
    """A record with every field."""
    fields = ("label", "order", "rows", "value", "low", "high", "text", "luck", "worse", "place")
    return {"role": role, **dict.fromkeys(fields), **given}


def _figure(result: Subsets, value: float) -> str:
    """A loss in words."""
    return words.percent(value) if result.unit.startswith("share") else words.number(value, 3)


def _record(result: Subsets, one: Subset, at: int, schema: Schema | None) -> dict[str, Any]:
    """One subset."""
    label = words.named(conditions(one.parts, schema), 110)
    return _blank(
        "subset",
        label=label,
        order=at,
        place=at,
        rows=one.rows,
        value=one.loss,
        low=one.loss - WIDE * one.error,
        high=one.loss + WIDE * one.error,
        text=f"{_figure(result, one.loss)} of {one.rows:,} rows",
        luck=words.percent(one.chance),
        worse="worse beyond luck" if one.chance <= result.level else "could be luck",
    )


def _band(result: Subsets) -> list[dict[str, Any]]:
    """The funnel: where the mean of so many rows lies by luck."""
    sizes = [one.rows for one in result.subsets]
    if not sizes:
        return []
    marks = np.geomspace(max(2, min(sizes)), max(result.rows, 3), 60)
    return [
        _blank(
            "band",
            rows=float(mark),
            low=result.overall - WIDE * result.deviation / math.sqrt(mark),
            high=result.overall + WIDE * result.deviation / math.sqrt(mark),
        )
        for mark in marks
    ]


_COLOUR = {
    "field": "worse",
    "type": "nominal",
    "scale": {"domain": ["worse beyond luck", "could be luck"], "range": [palette.UP, palette.NEUTRAL]},
    "legend": {"title": None, "orient": "top", "columns": 1},  # side by side they are cut in a narrow panel
}
_TIPS = [
    {"field": "label", "title": "rows where"},
    {"field": "text", "title": "loss"},
    {"field": "luck", "title": "chance (corrected)"},
]


def _subset(mark: dict[str, Any], encoding: dict[str, Any], pick: bool = False) -> dict[str, Any]:
    """A layer that draws the subsets."""
    layer = {"transform": [{"filter": "datum.role === 'subset'"}], "mark": mark, "encoding": encoding}
    if pick:
        layer["params"] = [{"name": "pick", "select": {"type": "point", "fields": ["place"]}}]
    return layer


def _axis(result: Subsets) -> dict[str, Any]:
    """The axis of losses: our own words."""
    axis: dict[str, Any] = {"title": lines(result.unit), "tickCount": 5, "titleAnchor": "end"}
    if result.unit.startswith("share"):
        axis["labelExpr"] = "format(datum.value * 100, '.3~g') + ' %'"
    return {"type": "quantitative", "axis": axis, "scale": {"zero": False, "padding": 10}}


def _base(layers: list[dict[str, Any]], height: Any) -> dict[str, Any]:
    """What both pictures share."""
    return {
        "width": "container",
        "height": height,
        "data": {"name": "rows"},
        "layer": layers,
        "config": {"view": {"stroke": None}},
    }


def _worst(result: Subsets, dark: bool | None, paired: bool) -> dict[str, Any]:
    """One subset a line, its mean loss with the standard errors; of pairs each condition has a line of its own."""
    ink, across = palette.INKS[dark], _axis(result)
    y: dict[str, Any] = {"field": "label", "type": "nominal", "sort": {"field": "order", "op": "min"}, "title": None}
    y["axis"] = {**of_names(165, 420, " and " if paired else ""), "ticks": False, "domain": False}
    whole: dict[str, Any] = {
        "transform": [{"filter": "datum.role === 'whole'"}],
        "encoding": {"x": {"field": "value", **across}},
    }
    dot = {"type": "point", "filled": True, "size": 110, "cursor": "pointer", "opacity": 1}
    return _base(
        [
            {**whole, "mark": {"type": "rule", "strokeDash": [5, 4], "color": ink}},
            {
                **whole,
                "mark": {"type": "text", "color": ink, "dy": -8, "fontSize": 11},
                "encoding": {**whole["encoding"], "y": {"value": 0}, "text": {"field": "text"}},
            },
            _subset(
                {"type": "rule", "strokeWidth": 2},
                {"y": y, "x": {"field": "low", **across}, "x2": {"field": "high"}, "color": _COLOUR},
            ),
            _subset(dot, {"y": y, "x": {"field": "value", **across}, "color": _COLOUR, "tooltip": _TIPS}, pick=True),
        ],
        {"step": 26},
    )


def _funnel(result: Subsets, dark: bool | None) -> dict[str, Any]:
    """Every subset by its size; outside the band luck does not reach."""
    across = {"type": "quantitative", "scale": {"type": "log", "nice": False}, "axis": {"tickCount": 5}}
    x = {"field": "rows", **across, "title": "rows of the subset"}
    up = _axis(result)
    band = {"transform": [{"filter": "datum.role === 'band'"}]}
    dot = {"type": "point", "filled": True, "size": 60, "cursor": "pointer", "opacity": 0.85}
    return _base(
        [
            {
                **band,
                "mark": {"type": "area", "color": palette.NEUTRAL, "opacity": 0.14},
                "encoding": {"x": x, "y": {"field": "low", **up}, "y2": {"field": "high"}},
            },
            {
                "transform": [{"filter": "datum.role === 'whole'"}],
                "mark": {"type": "rule", "strokeDash": [5, 4], "color": palette.INKS[dark]},
                "encoding": {"y": {"field": "value", **up}},
            },
            _subset(dot, {"x": x, "y": {"field": "value", **up}, "color": _COLOUR, "tooltip": _TIPS}, pick=True),
        ],
        360,
    )


def table(result: Subsets, schema: Schema | None = None) -> pd.DataFrame:
    """Every subset, those least likely to be chance first."""
    return pd.DataFrame(
        {
            "rows where": [conditions(one.parts, schema) for one in result.subsets],
            "rows": [one.rows for one in result.subsets],
            result.unit: [one.loss for one in result.subsets],
            "standard error": [one.error for one in result.subsets],
            "chance (corrected)": [one.chance for one in result.subsets],
        }
    )


def tell(result: Subsets, schema: Schema | None = None) -> str:
    """The answer in words: the mean, and the subsets that stand out."""
    start = f"Over {result.rows:,} rows the {result.unit} is {_figure(result, result.overall)}."
    worse = [one for one in result.subsets if one.chance <= result.level]
    if not worse:
        return f"{start} No subset is worse than the other rows beyond luck."
    parts = [
        f"{words.short(conditions(one.parts, schema), 80)} ({_figure(result, one.loss)} of {one.rows:,} rows)"
        for one in worse[:3]
    ]
    return f"{start} Worse beyond luck where {'; where '.join(parts)}."


def conditions(parts: Sequence[Part], schema: Schema | None = None) -> str:
    """Conditions in words: ``age above 50 and job is cook``."""
    return " and ".join(_condition(part, schema) for part in parts)


def _condition(part: Part, schema: Schema | None) -> str:
    """One condition in words."""
    name = words.named(part.feature, 40)
    if part.missing:
        return f"{name} is missing"
    if part.level is not None:
        return f"{name} is {words.short(part.level, 40)}"
    dates = schema is not None and schema[part.feature].kind == "datetime"
    low, high = (
        None if end is None else words.moment(pd.Timestamp(end, unit="s")) if dates else words.number(end)
        for end in (part.low, part.high)
    )
    if low is None:
        return f"{name} at most {high}"
    return f"{name} above {low}" if high is None else f"{name} above {low}, at most {high}"
