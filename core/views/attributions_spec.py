"""Constant specifications of the pictures of many rows' attributions; every name is in the data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from core.types import Scale
from core.views import palette, words
from core.views.axis import SLIM, of_names

MIDDLE = "#a66ba8"
"""Between low and high."""
_LABELS = {**of_names(110), "ticks": False, "domain": False}
_TIPS = [
    {"field": "name", "title": "row"},
    {"field": "label", "title": "feature"},
    {"field": "cell", "title": "value"},
    {"field": "text", "title": "contribution"},
]
_PICK = [{"name": "pick", "select": {"type": "point", "fields": ["feature", "row"]}}]


_SHADE = "isValid(datum.share) ? datum.share : -1"
"""Levels have no order; a gap would not be drawn at all."""


def _features() -> dict[str, Any]:
    """Features down the side, the largest first."""
    order = {"field": "place", "op": "min"}
    return {"field": "label", "type": "nominal", "sort": order, "title": None, "axis": dict(_LABELS)}


def _change(scale: Scale, field: str = "value") -> dict[str, Any]:
    """An axis of contributions."""
    axis: dict[str, Any] = {"title": words.AXIS_CHANGE[scale], "tickCount": 6}
    if scale == "probability":
        axis["labelExpr"] = "format(datum.value * 100, '.3~g')"
    return {"field": field, "type": "quantitative", "axis": axis}


def _page(height: Any, layers: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """What all have in common."""
    frame = {"width": "container", "height": height, "data": {"name": "rows"}, "layer": layers}
    return {**frame, **more, "config": {"view": {"stroke": None}}}


def swarm(scale: Scale, dark: bool | None) -> dict[str, Any]:
    """A dot a row, in one line a feature."""
    legend = {
        "title": "value of the feature",
        "orient": "top",
        "values": [0, 1],
        "labelExpr": "datum.value === 0 ? 'low' : 'high'",
        "gradientLength": 120,
    }
    shade: dict[str, Any] = {"field": "shade", "type": "quantitative", "legend": legend}
    shade["scale"] = {"domain": [0, 1], "range": [palette.DOWN, MIDDLE, palette.UP], "interpolate": "rgb"}
    offset = {"field": "offset", "type": "quantitative", "scale": {"domain": [-1.6, 1.6]}}
    shade["condition"] = {"test": "datum.shade < 0", "value": palette.NEUTRAL}
    dots = {
        "transform": [{"calculate": _SHADE, "as": "shade"}],
        "params": _PICK,
        "mark": {"type": "circle", "size": 26, "cursor": "pointer", "opacity": 0.8},
        "encoding": {"x": _change(scale), "y": _features(), "yOffset": offset, "tooltip": _TIPS, "color": shade},
    }
    zero = {"mark": {"type": "rule", "color": palette.INKS[dark]}, "encoding": {"x": {"datum": 0}}}
    return _page({"step": 38}, [zero, dots])


def _rows_axis() -> dict[str, Any]:
    """Rows along the axis, lowest output first."""
    axis = {"title": "rows, lowest output first", "labels": False, "ticks": False, "domain": False}
    return {"field": "at", "type": "ordinal", "axis": axis, "scale": {"paddingInner": 0, "paddingOuter": 0}}


def heat(scale: Scale, dark: bool | None) -> dict[str, Any]:
    """A coloured cell a row and feature."""
    middle = "#33363f" if dark else "#f3f3f6"
    shade: dict[str, Any] = {
        "field": "value",
        "type": "quantitative",
        "scale": palette.both_ways(middle),
        "legend": {"title": words.AXIS_CHANGE[scale], "orient": "top", "gradientLength": 160, "tickCount": 3},
    }
    if scale == "probability":
        shade["legend"]["labelExpr"] = "format(datum.value * 100, '.2~g')"
    cells = {
        "params": _PICK,
        "mark": {"type": "rect", "cursor": "pointer"},
        "encoding": {"x": _rows_axis(), "y": _features(), "color": shade, "tooltip": _TIPS},
    }
    return _page({"step": 26}, [cells])


def stack(scale: Scale, dark: bool | None) -> dict[str, Any]:
    """Pushes up above zero, pushes down below, one bar a row."""
    order = {"field": "place", "op": "min"}
    shade = {
        "field": "label",
        "type": "nominal",
        "sort": order,
        "scale": {"range": [*palette.CURVES[:7], palette.NEUTRAL]},
        "legend": {"title": None, "orient": "top", "columns": {"expr": f"{SLIM} ? 2 : 4"}},
    }
    bars = {
        "params": _PICK,
        "mark": {"type": "bar", "cursor": "pointer"},
        "encoding": {
            "x": _rows_axis(),
            "y": {**_change(scale), "stack": "zero"},
            "color": shade,
            "order": {"field": "place"},
            "tooltip": _TIPS,
        },
    }
    total = {
        "mark": {"type": "line", "color": palette.INKS[dark], "strokeWidth": 2},
        "encoding": {"x": _rows_axis(), "y": {**_change(scale), "aggregate": "sum"}},
    }
    return _page(320, [bars, total])


def paths(scale: Scale, _dark: bool | None) -> dict[str, Any]:
    """One line a row, from the baseline (below) to its output (above)."""
    axis: dict[str, Any] = {"title": words.AXIS[scale], "tickCount": 6}
    if scale == "probability":
        axis["labelExpr"] = "format(datum.value, '.0%')"
    x = {"field": "reached", "type": "quantitative", "axis": axis, "scale": {"zero": False}}
    shade: dict[str, Any] = {"field": "output", "type": "quantitative", "legend": None}
    shade["scale"] = {"range": [palette.DOWN, MIDDLE, palette.UP], "interpolate": "rgb"}
    lines = {
        "mark": {"type": "line", "strokeWidth": 1.4, "opacity": 0.6},
        "encoding": {
            "x": x,
            "y": _features(),
            "detail": {"field": "row"},
            "order": {"field": "step"},
            "color": shade,
        },
    }
    dots = {
        "params": _PICK,
        "mark": {"type": "circle", "size": 24, "cursor": "pointer"},
        "encoding": {"x": x, "y": _features(), "color": shade, "tooltip": _TIPS},
    }
    return _page({"step": 34}, [lines, dots])


SPECS: dict[str, Callable[[Scale, bool | None], dict[str, Any]]] = {
    "swarm": swarm,
    "heat": heat,
    "stack": stack,
    "paths": paths,
}
"""The specification of each picture of ``core.views.attributions``; bars have that of an importance."""
