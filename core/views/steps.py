"""An attribution as a staircase: from the baseline to the output, one bar after the other (a waterfall)."""

from __future__ import annotations

from typing import Any

from core.results import Attribution
from core.types import Scale
from core.views import palette, words
from core.views.attribution import REST, labels, order, table, tell
from core.views.axis import of_names
from core.views.view import View


def view(result: Attribution, *, k: int = 10, dark: bool | None = None) -> View:
    """Draw each contribution where the one before it ended.

    Parameters
    ----------
    result : Attribution
        A path (``steps``) keeps its order; otherwise the largest contribution comes first.
    k : int
        Steps drawn at most; the rest are one step.
    dark : bool or None

    Returns
    -------
    View
        Clicking a bar sets the selection parameter ``pick`` (field ``feature``).
    """
    rows = records(result, k)
    sentence = tell(result)
    alt = f"Waterfall from top to bottom. {words.spoken(rows)}."
    return View(spec(result.scale, dark), rows, table(result), sentence, alt)


def records(result: Attribution, k: int) -> list[dict[str, Any]]:
    """The baseline, the steps and the end, from top to bottom."""
    ranked = list(range(len(result.values))) if result.steps else order(result)
    shown = ranked if len(ranked) <= k + 1 else ranked[:k]
    names = labels(result)
    steps = [(result.features[item], names[item], float(result.values[item])) for item in shown]
    hidden = [item for item in ranked if item not in shown]
    if hidden:
        steps.append(("", f"{len(hidden)} {REST}", float(result.values[hidden].sum())))
    rows = [_end("start: before looking", 0, result.base, result.scale)]
    height = result.base
    for place, (feature, label, value) in enumerate(steps, start=1):
        way = "up" if value >= 0 else "down"
        text = words.amount(value, result.scale)
        rows.append(_row(place, feature, label, height, height + value, way, text))
        height += value
    said = "end: the prediction" if result.additive else "end: the local model"
    rows.append(_end(said, len(rows), height, result.scale))
    return rows


def _end(label: str, place: int, value: float, scale: Scale) -> dict[str, Any]:
    """The first or the last bar: a tick where the walk starts or ends."""
    return _row(
        place, "", label, value, value, "rest", words.number(value, 4) if scale != "probability" else f"{value:.1%}"
    )


def _row(place: int, feature: str, label: str, start: float, stop: float, way: str, text: str) -> dict[str, Any]:
    """One record."""
    return {
        "order": place,
        "feature": feature,
        "label": label,
        "from": start,
        "to": stop,
        "high": max(start, stop),
        "way": way,
        "text": text,
    }


def spec(scale: Scale, dark: bool | None = None) -> dict[str, Any]:
    """The constant Vega-Lite specification."""
    ink = palette.INKS[dark]
    axis = _axis(scale)
    y = {"field": "label", "type": "nominal", "sort": {"field": "order", "op": "min"}, "title": None}
    ways = {"domain": ["up", "down", "rest"], "range": [palette.UP, palette.DOWN, palette.NEUTRAL]}
    room = [0, {"expr": "max(width - 56, 60)"}]
    colour = {"field": "way", "type": "nominal", "scale": ways, "legend": None}
    tips = [{"field": "label", "title": "what"}, {"field": "text", "title": "contribution"}]
    x = {"field": "from", "type": "quantitative", "axis": axis, "scale": {"zero": False, "nice": False, "range": room}}
    bars = {
        "params": [{"name": "pick", "select": {"type": "point", "fields": ["feature"]}}],
        "mark": {"type": "bar", "cornerRadius": 2, "cursor": "pointer"},
        "encoding": {
            "x": x,
            "x2": {"field": "to"},
            "color": colour,
            "opacity": {"condition": {"param": "pick", "value": 1}, "value": 0.35},
            "tooltip": tips,
        },
    }
    ends = {
        "mark": {"type": "tick", "thickness": 2, "size": 22, "color": ink},
        "encoding": {"x": {"field": "to", "type": "quantitative"}},
    }
    texts = {
        "mark": {"type": "text", "align": "left", "dx": 6, "color": ink, "fontWeight": 600},
        "encoding": {"x": {"field": "high", "type": "quantitative"}, "text": {"field": "text"}},
    }
    return {
        "width": "container",
        "height": {"step": 26},
        "data": {"name": "rows"},
        "encoding": {"y": {**y, "axis": {**of_names(), "ticks": False, "domain": False}}},
        "layer": [bars, ends, texts],
        "config": {"view": {"stroke": None}},
    }


def _axis(scale: Scale) -> dict[str, Any]:
    """The output's axis; probabilities in percent."""
    percent = scale == "probability"
    axis: dict[str, Any] = {"title": f"output ({'%' if percent else words.AXIS[scale]})", "grid": True, "tickCount": 5}
    return {**axis, "labelExpr": "format(datum.value * 100, '.3~g')"} if percent else axis
