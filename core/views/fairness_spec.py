"""Constant Vega-Lite specifications of the pictures of fairness; names of groups and models are in the data."""

from __future__ import annotations

from typing import Any

from core.views import palette
from core.views.axis import SLIM, of_names
from core.views.fairness_rows import EDGE, HEAD, STATES

_COLOURS = list(palette.CURVES)
_TIPS = [
    {"field": "who", "title": "model"},
    {"field": "label", "title": "group"},
    {"field": "text", "title": "value (95 %)"},
    {"field": "base", "title": "rests on"},
    {"field": "state", "title": "verdict"},
]
_LOSS_TIPS = [{"field": "who", "title": "of"}, {"field": "measure"}, {"field": "text", "title": "parity loss"}]


def _base(layers: list[dict[str, Any]], height: Any, **more: Any) -> dict[str, Any]:
    """What all share."""
    return {
        "width": "container",
        "height": height,
        "data": {"name": "rows"},
        "layer": layers,
        "config": {"view": {"stroke": None}},
        **more,
    }


def _columns(wide: int) -> dict[str, str]:
    """Columns of a legend: on a narrow screen one, so that nothing is cut off."""
    return {"expr": f"{SLIM} ? 1 : {wide}"}


def _only(role: str) -> list[dict[str, Any]]:
    """Records of one role."""
    return [{"filter": f"datum.role === '{role}'"}]


def _who(sort: str = "which") -> dict[str, Any]:
    """Colour by model or group."""
    legend = {"title": None, "orient": "top", "labelLimit": 260, "columns": _columns(3)}
    ranked = {"field": sort, "op": "min"}
    return {**palette.models(), "sort": ranked, "legend": legend}


def _lines(dark: bool | None) -> dict[str, Any]:
    """Groups from top to bottom, under their measures."""
    head = f"datum.value[0] === '{HEAD}'"
    axis = {
        **of_names(150, 320),
        "labelFontWeight": {"condition": {"test": head, "value": 700}, "value": 400},
        "labelColor": palette.INKS[dark],
        "ticks": False,
        "domain": False,
        "title": None,
    }
    return {"field": "label", "type": "nominal", "sort": {"field": "order", "op": "min"}, "axis": axis}


def dots(picture: str, several: bool, shares: bool, dark: bool | None) -> dict[str, Any]:
    """Ratios with the bounds (``"check"``), or measures (``"scores"``), each with its interval."""
    y = _lines(dark)
    x = _ratio_axis(shares) if picture == "check" else _score_axis(shares)
    colour = _who() if several else _state(picture)
    place: dict[str, Any] = {"y": y}
    if several:
        place["yOffset"] = {"field": "which", "type": "nominal"}
    whisker = {
        "transform": [*_only("dot"), {"filter": "isValid(datum.low) && isValid(datum.value)"}],
        "mark": {"type": "rule", "strokeWidth": 2},
        "encoding": {**place, "x": {"field": "low", **x}, "x2": {"field": "high"}, "color": colour},
    }
    dot = {
        "transform": [*_only("dot"), {"filter": "isValid(datum.value)"}],
        "mark": {"type": "point", "filled": True, "size": 80, "opacity": 1},
        "encoding": {**place, "x": {"field": "value", **x}, "color": colour, "tooltip": _TIPS},
    }
    none = {
        "transform": [*_only("dot"), {"filter": "!isValid(datum.value)"}],
        "mark": {"type": "text", "align": "left", "color": palette.NEUTRAL, "fontSize": 11},
        "encoding": {**place, "x": {"value": 4}, "text": {"field": "text"}, "tooltip": _TIPS},
    }
    heads = {"transform": _only("head"), "mark": {"type": "point", "opacity": 0}, "encoding": {"y": y}}
    layers = [*(_bounds(x, dark) if picture == "check" else []), heads, whisker, dot, none]
    return _base(layers, {"step": 26 if several else 20, "for": "position"})


def _bounds(x: dict[str, Any], dark: bool | None) -> list[dict[str, Any]]:
    """The band within bounds, and the line of equal treatment."""
    band = {
        "transform": _only("band"),
        "mark": {"type": "rect", "color": palette.NEUTRAL, "opacity": 0.16},
        "encoding": {"x": {"field": "low", **x}, "x2": {"field": "high"}},
    }
    even = {
        "mark": {"type": "rule", "strokeDash": [5, 4], "color": palette.INKS[dark]},
        "encoding": {"x": {"datum": 1, **x}},
    }
    return [band, even]


def _ratio_axis(shares: bool) -> dict[str, Any]:
    """Ratios on a logarithmic axis: twice and half are as far from 1."""
    marks = [1 / EDGE, 0.25, 0.5, 0.65, 0.8, 1, 1.25, 1.5, 2, 4, EDGE]
    axis = {
        "title": "times the group compared with" if shares else "ratio (1: nothing tells the group)",
        "values": marks,
        "labelExpr": "'×' + format(datum.value, '~g')",
    }
    scale = {"type": "log", "nice": False, "padding": 10}
    return {"type": "quantitative", "axis": {**axis, "labelOverlap": "greedy", "titleAnchor": "end"}, "scale": scale}


def _score_axis(shares: bool) -> dict[str, Any]:
    """Shares from 0 to 100 %, or the target's units."""
    if not shares:
        return {
            "type": "quantitative",
            "axis": {"title": "in units of the target", "tickCount": 5},
            "scale": {"padding": 8},
        }
    axis = {"title": "share", "tickCount": 5, "labelExpr": "format(datum.value * 100, '.3~g') + ' %'"}
    return {"type": "quantitative", "axis": axis, "scale": {"domain": [0, 1]}}


def _state(picture: str) -> dict[str, Any]:
    """Colour by what is known of a ratio, or by whether the others are compared with this group."""
    if picture == "check":
        domain, colours = list(STATES), [_COLOURS[2], "#c99a2e", palette.UP, palette.NEUTRAL]
    else:
        domain, colours = ["compared with", "others"], [palette.NEUTRAL, palette.DOWN]
    legend = {"title": None, "orient": "top", "columns": _columns(2), "labelLimit": 260}
    return {"field": "state", "type": "nominal", "scale": {"domain": domain, "range": colours}, "legend": legend}


def stacked() -> dict[str, Any]:
    """Parity losses of the measures on top of each other, one bar a group or model."""
    axis = {**of_names(130, 280), "ticks": False, "domain": False, "title": None}
    legend = {"title": None, "orient": "top", "columns": _columns(3), "labelLimit": 200}
    x = {"field": "value", "type": "quantitative", "stack": "zero"}
    measure = {"field": "measure", "type": "nominal", "sort": {"field": "order", "op": "min"}}
    bar = {
        "mark": {"type": "bar", "height": 20},
        "encoding": {
            "x": {**x, "axis": {"title": "parity loss, summed", "tickCount": 5}},
            "y": {"field": "who", "type": "nominal", "sort": {"field": "which", "op": "min"}, "axis": axis},
            "color": {**measure, "scale": {"range": _COLOURS}, "legend": legend},
            "order": {"field": "order"},
            "tooltip": _LOSS_TIPS,
        },
    }
    return _base([bar], {"step": 30})


def heat(dark: bool | None) -> dict[str, Any]:
    """Parity loss of every measure as coloured cells."""
    x = {"field": "measure", "type": "nominal", "sort": {"field": "order", "op": "min"}}
    y = {"field": "who", "type": "nominal", "sort": {"field": "which", "op": "min"}}
    narrow = SLIM
    placed = {
        "x": {
            **x,
            "axis": {
                "title": None,
                "labelAngle": -45,
                "labelOverlap": False,
                "labelLimit": {"expr": f"{narrow} ? 80 : 160"},
            },
        },
        "y": {**y, "axis": {"title": None, **of_names(90, 240)}},
    }
    middle = "#33363f" if dark else "#f3f3f6"
    shade = {
        "field": "value",
        "type": "quantitative",
        "scale": {"range": [middle, palette.UP]},
        "legend": {"title": "parity loss"},
    }
    cell = {"mark": {"type": "rect"}, "encoding": {**placed, "color": shade, "tooltip": _LOSS_TIPS}}
    text = {
        "mark": {"type": "text", "fontSize": 11, "opacity": {"expr": f"{narrow} ? 0 : 1"}, "color": palette.INKS[dark]},
        "encoding": {**placed, "text": {"field": "text"}},
    }
    return _base([cell, text], {"step": 34})


def radar(dark: bool | None) -> dict[str, Any]:
    """A web with one polygon a group or model: the smaller, the more alike groups are treated."""
    wide = "1.25 * max(1, width / height)"
    tall = "1.25 * max(1, height / width)"

    def axis(field: str, reach: str) -> dict[str, Any]:
        scale = {"domainMin": {"expr": f"-({reach})"}, "domainMax": {"expr": reach}, "nice": False, "zero": False}
        return {"field": field, "type": "quantitative", "axis": None, "scale": scale}

    where = {"x": axis("x", wide), "y": axis("y", tall)}
    order = {"field": "step"}
    web = {
        "transform": _only("ring"),
        "mark": {"type": "line", "color": palette.NEUTRAL, "strokeWidth": 0.7, "opacity": 0.6},
        "encoding": {**where, "order": order, "detail": {"field": "line"}},
    }
    sizes = {
        "transform": [*_only("ring"), {"filter": "datum.step === 0"}],
        "mark": {"type": "text", "align": "left", "dx": 4, "dy": -5, "fontSize": 10, "color": palette.NEUTRAL},
        "encoding": {**where, "text": {"field": "text"}},
    }
    names = {
        "transform": _only("name"),
        "mark": {"type": "text", "fontSize": 11, "color": palette.INKS[dark]},
        "encoding": {**where, "text": {"field": "measure"}},
    }
    lines = {
        "transform": _only("line"),
        "mark": {"type": "line", "strokeWidth": 2.5, "point": {"size": 45, "filled": True}},
        "encoding": {**where, "order": order, "color": _who("line"), "tooltip": _LOSS_TIPS},
    }
    return _base([web, sizes, names, lines], 380)


def performance(dark: bool | None) -> dict[str, Any]:
    """How good against how unequal; the best are at the top on the right."""
    share = {"title": "right (share of rows)", "tickCount": 5, "labelExpr": "format(datum.value * 100, '.3~g') + ' %'"}
    loss = {"title": "parity loss, summed (lower is fairer)", "tickCount": 5}
    where = {
        "x": {"field": "x", "type": "quantitative", "axis": share, "scale": {"zero": False, "padding": 30}},
        "y": {
            "field": "y",
            "type": "quantitative",
            "axis": loss,
            "scale": {"reverse": True, "padding": 20, "zero": False},
        },
    }
    tips = [
        {"field": "who", "title": "of"},
        {"field": "x", "title": "right", "format": ".3~p"},
        {"field": "text", "title": "unequal"},
    ]
    dot: dict[str, Any] = {
        "mark": {"type": "point", "filled": True, "size": 120, "opacity": 1},
        "encoding": {**where, "color": {**_who(), "legend": None}, "tooltip": tips},
    }
    name = {
        "mark": {"type": "text", "dy": -13, "fontSize": 11, "limit": 180, "color": palette.INKS[dark]},
        "encoding": {**where, "text": {"field": "who"}},
    }
    return _base([dot, name], 360)
