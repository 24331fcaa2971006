"""Box plots of the rounds of an importance, the orderings of Shapley values, the rows behind each Break Down step."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from core.results import Attribution, Importance
from core.types import Array
from core.views import attribution, palette, words
from core.views.axis import of_names
from core.views.view import View

PERCENT = "format(datum.value * 100, '.3~g')"
FAR = 1.5
"""Whiskers end at the last point within this many times the box's length."""


def of_attribution(result: Attribution, *, k: int = 10, dark: bool | None = None) -> View:
    """Draw how far single orderings lie apart; of a path, where the background rows stand after each step.

    Parameters
    ----------
    result : Attribution
        With ``draws``.
    k : int
        Features drawn at most, those with the largest contributions (all steps of a path).
    dark : bool or None
    """
    assert result.draws is not None
    names = attribution.labels(result)
    ranked = list(range(len(names))) if result.steps else attribution.order(result)[:k]
    after = "%" if result.scale == "probability" else words.AXIS[result.scale]
    title = f"output after each step ({after})" if result.steps else words.AXIS_CHANGE[result.scale]
    means = result.base + np.cumsum(result.values) if result.steps else result.values
    boxes = [box(result.draws[:, at], float(means[at]), names[at], result.features[at]) for at in ranked]
    what = "background rows after each step" if result.steps else "single orderings"
    drawn = _view(boxes, title, attribution.tell(result), f"{len(result.draws):,} {what}", result.steps, dark)
    if result.scale == "probability":
        drawn.spec["layer"][0 if result.steps else 1]["encoding"]["x"]["axis"]["labelExpr"] = PERCENT
    return drawn


def of_importance(result: Importance, *, k: int = 15, dark: bool | None = None) -> View:
    """Draw the rounds of each feature, the largest mean first."""
    assert result.rounds is not None
    ranked = np.argsort(-result.values, kind="stable")[:k]
    labels = words.apart(result.features, 80)
    boxes = [box(result.rounds[at], float(result.values[at]), labels[at], result.features[at]) for at in ranked]
    count = result.rounds.shape[1]
    said = f"The rounds of each feature, {count:,} of them; the dot is their mean, which the bars show."
    return _view(boxes, result.unit, said, f"{count:,} rounds", False, dark)


def box(points: Array, mean: float, label: str, feature: str) -> dict[str, Any]:
    """Quartiles, whiskers and mean of some numbers; quartiles between two points are interpolated."""
    first, middle, third = (float(value) for value in np.quantile(points, [0.25, 0.5, 0.75]))
    reach = FAR * (third - first)
    inside = points[(points >= first - reach) & (points <= third + reach)]
    return {
        "feature": feature,
        "label": label,
        "low": float(min(inside.min(initial=np.inf), first)),
        "q1": first,
        "median": middle,
        "q3": third,
        "high": float(max(inside.max(initial=-np.inf), third)),
        "mean": mean,
        "least": float(points.min()),
        "most": float(points.max()),
    }


def _view(boxes: list[dict[str, Any]], title: str, said: str, what: str, path: bool, dark: bool | None) -> View:
    """Boxes as a view."""
    for place, label in enumerate(words.distinct([row["label"] for row in boxes])):
        boxes[place].update(order=place, label=label)
    told = "; ".join(f"{row['label']}: {row['q1']:.3g} to {row['q3']:.3g}" for row in boxes)
    sentence = f"{said} Each box holds the middle half of {what}."
    columns = ("feature", "mean", "least", "q1", "median", "q3", "most")
    table = pd.DataFrame({name: [row[name] for row in boxes] for name in columns})
    return View(spec(title, zero=not path, dark=dark), boxes, table, sentence, f"Box plots. {told}.")


def spec(title: str, *, zero: bool, dark: bool | None) -> dict[str, Any]:
    """The Vega-Lite specification of horizontal boxes; ``title`` is of our own words."""
    ink = palette.INKS[dark]
    x = {"type": "quantitative", "scale": {"zero": zero, "nice": True}, "axis": {"title": title, "tickCount": 5}}
    y = {"field": "label", "type": "nominal", "sort": {"field": "order", "op": "min"}, "title": None}
    tips = [{"field": "label", "title": "what"}]
    tips += [{"field": name, "format": ".4~g"} for name in ("mean", "least", "q1", "median", "q3", "most")]
    layers: list[dict[str, Any]] = [
        {
            "mark": {"type": "rule", "color": ink},
            "encoding": {"x": {"field": "low", **x}, "x2": {"field": "high"}},
        },
        {
            "params": [{"name": "pick", "select": {"type": "point", "fields": ["feature"]}}],
            "mark": {"type": "bar", "height": 14, "color": palette.DOWN, "cursor": "pointer", "cornerRadius": 2},
            "encoding": {"x": {"field": "q1", "type": "quantitative"}, "x2": {"field": "q3"}, "tooltip": tips},
        },
        {
            "mark": {"type": "tick", "size": 14, "thickness": 2, "color": "white"},
            "encoding": {"x": {"field": "median", "type": "quantitative"}},
        },
        {
            "mark": {"type": "point", "filled": True, "size": 36, "color": palette.UP, "opacity": 1},
            "encoding": {"x": {"field": "mean", "type": "quantitative"}},
        },
    ]
    if zero:
        layers.insert(0, {"mark": {"type": "rule", "color": ink}, "encoding": {"x": {"datum": 0}, "y": None}})
    return {
        "width": "container",
        "height": {"step": 28},
        "data": {"name": "rows"},
        "encoding": {"y": {**y, "axis": {**of_names(), "ticks": False, "domain": False}}},
        "layer": layers,
        "config": {"view": {"stroke": None}},
    }
