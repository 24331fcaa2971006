"""Bars of several answers on one axis: attributions or importances, feature by feature."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from core.results import Attribution, Importance, Together
from core.types import Array, Scale
from core.views import palette, words
from core.views.axis import of_names
from core.views.overlay import aligned
from core.views.view import View

_TIPS = [
    {"field": "who", "title": "of"},
    {"field": "label", "title": "feature"},
    {"field": "cell", "title": "value"},
    {"field": "text", "title": "size"},
]


def attributions(found: Together, *, k: int = 8, dark: bool | None = None) -> View:
    """Draw attributions side by side, feature by feature, on one axis range for all.

    Parameters
    ----------
    found : Together
        Of attributions.
    k : int
        Features drawn at most, by the largest bar that any of them has; the table holds all.
    dark : bool or None
        Theme that the text colour is made for; None fits both.

    Returns
    -------
    View
        Clicking a bar sets the selection parameter ``pick`` (field ``feature``).
    """
    results = [item for item in found.results if isinstance(item, Attribution)]
    features, values = aligned(results)
    ranked = np.argsort(-np.abs(values).max(axis=0), kind="stable")
    scale = results[0].scale
    called = words.apart(features, 60)
    rows = [
        _record(found.names[which], which, features[place], order, float(values[which, place]))
        | {
            "label": called[place],
            "cell": words.cell(result.data[result.features.index(features[place])]),
            "text": words.amount(float(values[which, place]), scale),
        }
        for order, place in enumerate(ranked[:k])
        for which, result in enumerate(results)
    ]
    table = _table(found.names, features, values[:, ranked], ranked, scale)
    sentence = tell(results, found.names)
    return View(spec(words.AXIS_CHANGE[scale], scale, dark), rows, table, sentence, f"Grouped bar chart. {sentence}")


def importances(found: Together, *, k: int = 12, dark: bool | None = None) -> View:
    """Draw importances side by side, feature by feature, with the spread over the rounds.

    Parameters and returns are those of ``attributions``.
    """
    results = [item for item in found.results if isinstance(item, Importance)]
    features, values = aligned(results)
    size = np.abs(values) if any(item.signed for item in results) else values
    ranked = np.argsort(-np.nanmax(size, axis=0), kind="stable")
    called = words.apart(features, 60)
    rows = [
        _importance(item, found.names[which], which, features[place], order) | {"label": called[place]}
        for order, place in enumerate(ranked[:k])
        for which, item in enumerate(results)
        if np.isfinite(values[which, place])
    ]
    table = _table(found.names, features, values[:, ranked], ranked, results[0].unit)
    first = [int(np.nanargmax(line)) for line in values]
    parts = [
        f"{name} relies most on {words.short(features[place])} ({words.number(float(line[place]), 3)})"
        for name, line, place in zip(found.names, values, first, strict=True)
    ]
    sentence = f"{'; '.join(parts)}. Each number is the {results[0].unit}."
    if len(features) > k:
        sentence += f" The {len(features) - k} smallest are left to the table."
    return View(spec(results[0].unit, "target", dark), rows, table, sentence, f"Grouped bar chart. {sentence}")


def _importance(item: Importance, name: str, which: int, feature: str, order: int) -> dict[str, Any]:
    """One bar of an importance."""
    own = item.features.index(feature)
    value = float(item.values[own])
    spread = None if item.spread is None else float(item.spread[own])
    cell = "" if spread is None else f"± {words.number(spread, 3)} over the rounds"
    record = _record(name, which, feature, order, value, spread)
    return record | {"cell": cell, "text": words.number(value, 3)}


def _table(names: tuple[str, ...], features: tuple[str, ...], values: Array, ranked: Any, unit: str) -> pd.DataFrame:
    """Every feature, largest first, one column an answer."""
    frame = pd.DataFrame({"feature": [features[place] for place in ranked]})
    for which, name in enumerate(names):
        frame[f"{name} ({unit})"] = values[which]
    return frame


def _record(
    who: str, which: int, feature: str, order: int, value: float, spread: float | None = None
) -> dict[str, Any]:
    """One bar."""
    return {
        "order": order,
        "feature": feature,
        "who": who,
        "which": which,
        "value": value,
        "low": None if spread is None else value - spread,
        "high": None if spread is None else value + spread,
    }


def spec(title: str, scale: Scale, dark: bool | None = None) -> dict[str, Any]:
    """The constant Vega-Lite specification of a comparison; the title is our own words."""
    axis: dict[str, Any] = {"title": title, "grid": True, "tickCount": 5}
    if scale == "probability":
        axis["labelExpr"] = "format(datum.value * 100, '.3~g')"
    y: dict[str, Any] = {"field": "label", "type": "nominal", "sort": {"field": "order", "op": "min"}, "title": None}
    y["axis"] = {**of_names(120, 180), "ticks": False, "domain": False}
    who = {"field": "which", "type": "nominal", "sort": "ascending"}
    ink = palette.INKS[dark]
    x = {"type": "quantitative", "axis": axis, "scale": {"padding": 12}}
    whisker = {
        "transform": [{"filter": "isValid(datum.low)"}],
        "mark": {"type": "rule", "color": ink, "strokeWidth": 1.5},
        "encoding": {"x": {"field": "low", **x}, "x2": {"field": "high"}, "yOffset": who},
    }
    bar = {
        "params": [{"name": "pick", "select": {"type": "point", "fields": ["feature"]}}],
        "mark": {"type": "bar", "cornerRadius": 2, "cursor": "pointer"},
        "encoding": {
            "x": {"field": "value", **x},
            "yOffset": who,
            "color": {
                **palette.models(),
                "sort": {"field": "which", "op": "min"},
                "legend": {"orient": "top", "title": None, "labelLimit": 260, "columns": 1},
            },
            "opacity": {"condition": {"param": "pick", "value": 1}, "value": 0.35},
            "tooltip": _TIPS,
        },
    }
    zero = {"mark": {"type": "rule", "color": ink}, "encoding": {"x": {"datum": 0}, "y": None}}
    return {
        "width": "container",
        "height": {"step": 13, "for": "offset"},
        "data": {"name": "rows"},
        "encoding": {"y": y},
        "layer": [bar, zero, whisker],
        "config": {"view": {"stroke": None}},
    }


def tell(results: list[Attribution], names: tuple[str, ...]) -> str:
    """What each says, and where they differ most, in words."""
    said = [
        f"{name}: {words.output(result.output, result.scale, result.label)}"
        for name, result in zip(names, results, strict=True)
    ]
    features, values = aligned(results)
    spread = values.max(axis=0) - values.min(axis=0)
    place = int(spread.argmax())
    if spread[place] == 0:
        return f"{'; '.join(said)}. Every feature pushes equally."
    parts = [
        f"{words.amount_words(float(value), result.scale)} for {name}"
        for value, name, result in zip(values[:, place], names, results, strict=True)
    ]
    return f"{'; '.join(said)}. They differ most in {words.short(features[place], 60)}: {words.listed(parts)}."
