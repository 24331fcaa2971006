"""The constant Vega-Lite specification of a triplot: bars of features on the left, their dendrogram on the right."""

from __future__ import annotations

from typing import Any

from core.views import palette
from core.views.axis import lines, of_names

APART = "apart"
"""The colour of branches that join groups, and of features that are a group alone."""


def spec(unit: str, shares: bool, dark: bool | None) -> dict[str, Any]:
    """The constant specification.

    Parameters
    ----------
    unit : str
        What the bars count, in our own words.
    shares : bool
        Whether they are probabilities, drawn in percentage points.
    dark : bool or None
    """
    y: dict[str, Any] = {"field": "label", "type": "nominal", "sort": {"field": "order", "op": "min"}, "title": None}
    y["axis"] = {**of_names(110, 240), "ticks": False, "domain": False}
    return {
        "width": "container",
        "height": {"step": 26},
        "data": {"name": "rows"},
        "resolve": {"scale": {"x": "independent", "color": "independent"}},
        "layer": [
            {"encoding": {"y": y}, "layer": [_bars(unit, shares)]},
            {"encoding": {"y": y}, "layer": _tree(palette.INKS[dark])},
        ],
        "config": {"view": {"stroke": None}},
    }


def _bars(unit: str, shares: bool) -> dict[str, Any]:
    """Single features, on the left third."""
    axis: dict[str, Any] = {"title": lines(unit), "tickCount": 3, "titleAnchor": "start", "orient": "top"}
    if shares:
        axis["labelExpr"] = "format(datum.value * 100, '.3~g')"
    scale = {"range": [{"expr": "10"}, {"expr": "width * 0.34"}], "nice": False}
    ways = {"domain": ["up", "down"], "range": [palette.UP, palette.DOWN]}
    return {
        "transform": _only("bar"),
        "params": [{"name": "pick", "select": {"type": "point", "fields": ["feature"]}}],
        "mark": {"type": "bar", "cursor": "pointer", "cornerRadius": 2, "height": 15},
        "encoding": {
            "x": {"field": "value", "type": "quantitative", "axis": axis, "scale": scale},
            "color": {"field": "way", "type": "nominal", "scale": ways, "legend": None},
            "tooltip": [{"field": "label", "title": "feature"}, {"field": "text", "title": "alone"}],
        },
    }


def _only(role: str) -> list[dict[str, Any]]:
    """Records of one role."""
    return [{"filter": f"datum.role === '{role}'"}]


def _tree(ink: str) -> list[dict[str, Any]]:
    """Branches along and across, joints with their numbers, and the cut."""
    axis = {"title": "1 \N{MINUS SIGN} association", "tickCount": 4, "titleAnchor": "end"}
    scale = {"domain": [0, 1], "range": [{"expr": "width * 0.44"}, {"expr": "width - 30"}], "nice": False}
    start: dict[str, Any] = {"field": "x", "type": "quantitative", "axis": axis, "scale": scale}
    shades = {"domain": [*map(str, range(len(palette.CURVES))), APART], "range": [*palette.CURVES, palette.NEUTRAL]}
    shade = {"field": "shade", "type": "nominal", "scale": shades, "legend": None}
    coloured = {"x": start, "color": shade}
    rule, point = {"type": "rule", "strokeWidth": 2}, {"type": "point", "filled": True, "size": 45, "opacity": 1}
    joint = [*_only("joint"), {"filter": "isValid(datum.value)"}]
    tips = [{"field": "text", "title": "as one group"}, {"field": "x", "title": "joined at", "format": ".2f"}]
    text = {"type": "text", "align": "right", "dx": -6, "dy": -7, "fontSize": 10, "color": ink}
    cut = {"type": "rule", "strokeDash": [5, 4], "color": palette.MARK}
    said = {"type": "text", "dy": -8, "fontSize": 10, "color": palette.MARK}
    top = {"x": start, "y": {"value": 0}}
    return [
        {"transform": _only("along"), "mark": rule, "encoding": {**coloured, "x2": {"field": "x2"}}},
        {"transform": _only("across"), "mark": rule, "encoding": {**coloured, "y2": {"field": "other"}}},
        {"transform": _only("joint"), "mark": point, "encoding": {**coloured, "tooltip": tips}},
        {"transform": joint, "mark": text, "encoding": {"x": start, "text": {"field": "text"}}},
        {"transform": _only("cut"), "mark": cut, "encoding": {**top, "y2": {"value": "height"}}},
        {"transform": _only("cut"), "mark": said, "encoding": {**top, "text": {"field": "text"}}},
    ]
