"""The constant Vega-Lite specifications of profiles."""

from __future__ import annotations

from typing import Any

from core.types import Scale
from core.views import axis, palette, words

_TIPS = [
    {"field": "curve", "title": "instance"},
    {"field": "cell", "title": "value"},
    {"field": "said", "title": "the model says"},
    {"field": "change", "title": "change against now"},
]

_CHANCE = "datum.value < 0 || datum.value > 1 ? '' : format(datum.value * 100, '.3~g') + ' %'"
"""Ticks of a probability; the room beside the outermost dots is no chance below 0 or over 100 %."""

_WHOLE = [
    {"field": "curve", "title": "curve"},
    {"field": "cell", "title": "value"},
    {"field": "said", "title": "mean answer"},
    {"field": "change", "title": "against the mean"},
]

_SMALL = {"fontSize": 11, "dy": -7}


def spec(
    scale: Scale,
    ordered: bool,
    dates: bool,
    several: bool,
    dark: bool | None,
    *,
    bars: bool = False,
    change: bool = False,
    whole: bool = False,
    models: bool = False,
    parts: bool = False,
) -> dict[str, Any]:
    """A line chart for an ordered feature, a dot chart for levels.

    Parameters
    ----------
    scale : Scale
        Unit of the outputs.
    ordered, dates : bool
        The axis: numbers, dates or levels.
    several : bool
        Several curves: one colour each, with a legend.
    dark : bool or None
    bars : bool
        Levels as bars.
    change : bool
        Heights are changes of the output.
    whole : bool
        Curves of a model, not of instances.
    models : bool
        Curves of several models: one colour each.
    parts : bool
        Of each model several curves, told apart by dashes or shapes.
    """
    output: dict[str, Any] = {"field": "y", "type": "quantitative", "scale": {"zero": False}}
    output["axis"] = {"title": (words.AXIS_CHANGE if change else words.AXIS)[scale], "tickCount": 6}
    if scale == "probability":
        output["axis"]["labelExpr"] = _CHANCE
    legend = {"title": None, "orient": "top", "symbolOpacity": 1} if several else None
    color = {**(palette.models() if models else palette.curves()), "legend": legend}
    tips = _WHOLE if whole else _TIPS
    if ordered:
        layers = _ordered(output, color, dates, palette.INKS[dark], tips, parts)
    else:
        layers = _levels(output, color, several, dark, tips, bars, parts)
    return {
        "width": "container",
        "height": 300 if ordered else {"step": 26},
        "data": {"name": "rows"},
        "layer": layers,
        "config": {"view": {"stroke": None}},
    }


def _layer(role: str, mark: dict[str, Any], encoding: dict[str, Any]) -> dict[str, Any]:
    """A layer that draws the records of one role."""
    return {"transform": [{"filter": f"datum.role === '{role}'"}], "mark": mark, "encoding": encoding}


def _ordered(
    output: dict[str, Any], color: dict[str, Any], dates: bool, ink: str, shown: list[dict[str, str]], parts: bool
) -> list[dict[str, Any]]:
    """Shade, threshold, curves, gaps, crossings, own points, and invisible targets for the tooltips."""
    x: dict[str, Any] = {"field": "x", "type": "temporal" if dates else "quantitative", "axis": {"title": None}}
    x["axis"] |= axis.feature_ticks(dates)
    x["scale"] = {"nice": False, "padding": 14} | ({"type": "utc"} if dates else {"zero": False})
    here, left, bottom = {"x": x, "y": output}, {"x": {"value": 6}, "y": output}, {"value": "height"}
    name, tips = {"text": {"field": "label"}}, {"tooltip": shown}
    each = {**here, "detail": {"field": "curve"}, "order": {"field": "order"}}
    alone = {**each, **tips} | ({"color": color} if color["field"] == "who" else {})
    lined = {**each, "color": color} | (palette.dashes() if parts else {})
    crossed = {"tooltip": {"field": "cell", "title": "decision changes at"}}
    dot, text = {"type": "point", "filled": True, "opacity": 1}, {"type": "text", "color": ink, "fontWeight": 600}
    own = {**dot, "size": 150, "stroke": ink, "strokeWidth": 2}
    light = {**text, "fontWeight": 400}
    mark = {"color": palette.MARK}
    band = {"type": "rect", "color": palette.NEUTRAL, "opacity": 0.1}
    middle = {"value": {"expr": "width / 2"}}
    return [
        _layer("band", band, {"x": x, "x2": {"field": "x2"}, "tooltip": {"field": "label"}}),
        _layer("threshold", {"type": "rule", "color": ink, "strokeDash": [5, 4]}, {"y": output}),
        _layer("threshold", {**light, **_SMALL, "align": "right"}, {"y": output, "x": {"value": "width"}, **name}),
        _layer("single", {"type": "line", "strokeWidth": 1, "color": palette.NEUTRAL, "opacity": 0.5}, alone),
        _layer("line", {"type": "line", "strokeWidth": 2.5}, lined),
        _layer("gap", {**dot, "shape": "square", "size": 70}, {**left, "color": color, **tips}),
        _layer("gap", {**light, "align": "left", "dx": 8}, {**left, "text": {"field": "cell"}}),
        _layer("crossing", {"type": "rule", **mark, "strokeDash": [2, 3]}, {**here, "y2": bottom}),
        _layer("crossing", {**dot, **mark, "shape": "diamond", "size": 110}, {**here, **crossed}),
        _layer("crossing", {**text, **mark, "align": "left", "dx": 4, "dy": -5}, {"x": x, "y": bottom, **name}),
        _layer("line", {"type": "point", "filled": True, "size": 260, "opacity": 0}, {**here, **tips}),
        _layer("own", own, {**here, "color": color, **tips}),
        _layer("own", {**text, "dy": -15}, {**here, **name}),
        _layer("own gap", own, {**left, "color": color, **tips}),
        _layer("title", {**text, "dy": 36, "limit": {"expr": "width + 60"}}, {"x": middle, "y": bottom, **name}),
    ]


def _levels(
    output: dict[str, Any],
    color: dict[str, Any],
    several: bool,
    dark: bool | None,
    tips: list[dict[str, str]],
    bars: bool,
    parts: bool,
) -> list[dict[str, Any]]:
    """One row per level, one dot per curve, the instance's own level ringed."""
    ink = palette.INKS[dark]
    beside = {"expr": f"{axis.SLIM} ? 34 : 62"}  # half the threshold's words fit beside its line
    x = {**output, "scale": {"zero": False, "padding": beside}}
    x["axis"] = {**output["axis"], "tickCount": {"expr": f"{axis.SLIM} ? 3 : 6"}}
    y: dict[str, Any] = {"field": "cell", "type": "nominal", "sort": {"field": "order", "op": "max"}, "title": None}
    y["axis"] = {**axis.of_names(100, 170), "ticks": False, "domain": False, "grid": True}
    here, name = {"x": x, "y": y}, {"text": {"field": "label"}}
    dot = {"type": "point", "opacity": 1}
    text = {"type": "text", "color": ink, "fontWeight": 600}
    line = {**text, **_SMALL, "fontWeight": 400, "color": palette.MARK}
    own = {**dot, "size": 260, "color": ink, "strokeWidth": 2.5}
    alone, shade = {"x": x, "y": y, "tooltip": tips}, {"color": palette.NEUTRAL}
    if color["field"] == "who":
        alone, shade = {**alone, "color": color}, {}
    shapes = {"shape": {"field": "part", "type": "nominal", "sort": None, "legend": {"title": None, "orient": "top"}}}
    shapes = shapes if parts else {}
    labels = [] if several else [_layer("line", {**text, "align": "left", "dx": 14}, {**here, **name})]
    return [
        _layer("threshold", {"type": "rule", "color": palette.MARK, "strokeDash": [5, 4]}, {"x": x}),
        _layer("threshold", line, {"x": x, "y": {"value": 0}, **name}),
        _layer("single", {"type": "tick", "thickness": 2, "size": 12, "opacity": 0.5, **shade}, alone),
        _bars(here, color, tips)
        if bars
        else _layer("line", {**dot, "filled": True, "size": 110}, {**here, "color": color, "tooltip": tips} | shapes),
        _layer("own", own, {**here, "tooltip": tips}),
        *labels,
    ]


def _bars(here: dict[str, Any], color: dict[str, Any], tips: list[dict[str, str]]) -> dict[str, Any]:
    """A bar a level and curve, from the mean prediction to the level's."""
    side = {"field": "curve", "type": "nominal", "sort": None}
    bar = {"type": "bar", "cornerRadius": 2}
    return _layer("line", bar, {**here, "x2": {"field": "x2"}, "yOffset": side, "color": color, "tooltip": tips})
