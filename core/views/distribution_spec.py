"""The constant specification of a distribution; every name is in the data."""

from __future__ import annotations

from typing import Any

from core.views import axis, palette


def spec(ordered: bool, dates: bool, mean: str | None, groups: bool, dark: bool | None) -> dict[str, Any]:
    """Bars, the instance's mark, and the mean on an axis of its own.

    Parameters
    ----------
    ordered, dates : bool
        Bins of numbers, of dates, or levels.
    mean : str or None
        What the line is, in our own words; None for none.
    groups : bool
        True where the bars are stacked by class.
    """
    ink = palette.INKS[dark]
    x = _axis(ordered, dates)
    layers: list[dict[str, Any]] = [{"layer": [_bars(x, ordered, groups), *_own(x)]}]
    if mean is not None:
        layers.append(_mean_layer(x, ordered, ink, mean))
    if ordered:
        layers.append(axis.title_below(ink))
    return {
        "width": "container",
        "height": 340 if ordered else 380,
        "padding": {"bottom": 36 if ordered else 5, "left": 5, "right": 5, "top": 5},
        "data": {"name": "rows"},
        "layer": layers,
        "resolve": {"scale": {"y": "independent"}},
        "config": {"view": {"stroke": None}},
    }


def means(ordered: bool, dates: bool, mean: str, dark: bool | None) -> dict[str, Any]:
    """The mean alone, on the usual side; parameters as of ``spec``."""
    ink = palette.INKS[dark]
    drawn = spec(ordered, dates, mean, False, dark)
    x = _axis(ordered, dates)
    line = _mean_layer(x, ordered, palette.CURVES[0], mean)
    line["encoding"]["y"]["axis"] = {"title": mean, "tickCount": 5}
    return {
        **{name: held for name, held in drawn.items() if name != "resolve"},
        "layer": [line, *_own(x), *([axis.title_below(ink)] if ordered else [])],
    }


def _axis(ordered: bool, dates: bool) -> dict[str, Any]:
    """Values along the axis, or levels, most frequent first."""
    if ordered:
        kind = "temporal" if dates else "quantitative"
        ticks = {"title": None, "tickCount": 8, "grid": False, **axis.feature_ticks(dates)}
        return {"field": "x", "type": kind, "axis": ticks, "scale": {"zero": False, "nice": False}}
    return {"field": "level", "type": "nominal", "sort": {"field": "order", "op": "min"}, "axis": axis.of_levels()}


def _bars(x: dict[str, Any], ordered: bool, groups: bool) -> dict[str, Any]:
    """A bar a bin and class, one upon the other."""
    mark: dict[str, Any] = {"type": "bar", "opacity": 0.75}
    columns = {"expr": f"{axis.SLIM} ? 1 : 3"}
    legend = {"title": None, "orient": "top", "columns": columns, "labelLimit": 220} if groups else None
    shade = {"field": "group", "type": "nominal", "sort": None, "scale": {"range": list(palette.CURVES)}}
    tips = [{"field": "cell", "title": "value"}, {"field": "group"}, {"field": "count", "title": "rows", "format": ","}]
    return {
        "transform": [{"filter": "datum.role === 'bar'"}],
        "mark": mark | {"binSpacing": 1} if ordered else mark,
        "encoding": {
            "x": x,
            **({"x2": {"field": "x2"}} if ordered else {}),
            "y": {"field": "low", "type": "quantitative", "axis": {"title": "rows", "tickCount": 5}},
            "y2": {"field": "high"},
            "color": {**shade, "legend": legend},
            "tooltip": tips,
        },
    }


def _own(x: dict[str, Any]) -> list[dict[str, Any]]:
    """Where the chosen instance sits."""
    filtered = [{"filter": "datum.role === 'own'"}]
    rule = {"type": "rule", "color": palette.MARK, "strokeWidth": 2.5}
    text: dict[str, Any] = {"type": "text", "color": palette.MARK, "fontWeight": 600, "baseline": "bottom"}
    label = {"x": x, "y": {"value": -4}, "text": {"field": "label"}}
    sides: list[dict[str, Any]] = [
        {
            "transform": [*filtered, {"filter": f"datum.side === '{side}'"}],
            "mark": {**text, "align": side},
            "encoding": label,
        }
        for side in ("left", "right")
    ]
    return [{"transform": filtered, "mark": rule, "encoding": {"x": x}}, *sides]


def _mean_layer(x: dict[str, Any], ordered: bool, ink: str, mean: str) -> dict[str, Any]:
    """The target's mean on an axis of its own, to the right."""
    look = {"title": mean, "orient": "right", "grid": False, "titleColor": ink, "tickCount": 5}
    line: dict[str, Any] = {"type": "line", "color": ink, "strokeWidth": 2}
    line["point"] = {"size": 45, "filled": True, "color": ink}
    return {
        "transform": [{"filter": "datum.role === 'mean'"}],
        "mark": line if ordered else {"type": "point", "filled": True, "size": 90, "color": ink},
        "encoding": {
            "x": x,
            "y": {"field": "mean", "type": "quantitative", "axis": look, "scale": {"zero": False}},
            "tooltip": [{"field": "cell", "title": "value"}, {"field": "said", "title": mean}],
        },
    }
