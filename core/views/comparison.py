"""Several attributions on one axis: one instance under several models, or several instances under one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from core.errors import InputError
from core.results import Attribution
from core.types import Scale
from core.views import palette, words
from core.views.view import View

MOST = 5
COLOURS = palette.CURVES[2:] + palette.CURVES[:2]
"""Not those of up and down first: a bar's colour says whose it is, its side which way it pushes."""


def view(results: Sequence[Attribution], names: Sequence[str], *, k: int = 8, dark: bool | None = None) -> View:
    """Draw attributions side by side, feature by feature, on one axis range for all.

    Parameters
    ----------
    results : sequence of Attribution
        Two to five, of the same features and in the same scale.
    names : sequence of str
        What each one is.
    k : int
        Features drawn at most, by the largest bar that any of them has; the table holds all.
    dark : bool or None
        Theme that the text colour is made for; None fits both.

    Returns
    -------
    View
        Clicking a bar sets the selection parameter ``pick`` (field ``feature``).

    Raises
    ------
    InputError
        If scales or features differ: log-odds and probability never share an axis.
    """
    _fit(results)
    features = results[0].features
    values = np.stack([[item.values[item.features.index(name)] for name in features] for item in results])
    ranked = np.argsort(-np.abs(values).max(axis=0), kind="stable")
    titles = _titles(names)
    rows = [
        _record(result, titles[which], which, features[place], float(values[which, place]), order)
        for order, place in enumerate(ranked[:k])
        for which, result in enumerate(results)
    ]
    table = pd.DataFrame({"feature": [features[place] for place in ranked]})
    for which, result in enumerate(results):
        table[f"{titles[which]} ({result.scale})"] = values[which, ranked]
    sentence = tell(results, titles)
    return View(spec(results[0].scale, dark), rows, table, sentence, f"Grouped bar chart. {sentence}")


def _fit(results: Sequence[Attribution]) -> None:
    """Refuse what cannot share an axis."""
    if not 2 <= len(results) <= MOST:
        raise InputError(f"{len(results)} answers cannot be compared.", f"Two to {MOST} can.", "Choose other ones.")
    first = results[0]
    if any(set(item.features) != set(first.features) for item in results):
        raise InputError("These answers cannot be compared.", "They speak of different features.")
    if any(item.scale != first.scale for item in results):
        scales = words.listed(sorted({item.scale for item in results}))
        raise InputError(
            "These answers cannot share an axis.",
            f"Their units differ: {scales}.",
            "Ask both for the scale 'probability'.",
        )


def _titles(names: Sequence[str]) -> list[str]:
    """A different short name for each."""
    titles: list[str] = []
    for name in names:
        text = words.short(name, 40)
        titles.append(
            text + "\N{ZERO WIDTH SPACE}" * sum(other.rstrip("\N{ZERO WIDTH SPACE}") == text for other in titles)
        )
    return titles


def _record(result: Attribution, title: str, which: int, feature: str, value: float, order: int) -> dict[str, Any]:
    """One bar."""
    cell = words.cell(result.data[result.features.index(feature)])
    return {
        "order": order,
        "feature": feature,
        "label": words.short(feature, 60),
        "who": title,
        "which": which,
        "cell": cell,
        "value": value,
        "text": words.amount(value, result.scale),
    }


def spec(scale: Scale, dark: bool | None = None) -> dict[str, Any]:
    """The constant Vega-Lite specification of a comparison in a scale."""
    axis: dict[str, Any] = {"title": words.AXIS_CHANGE[scale], "grid": True, "tickCount": 5}
    if scale == "probability":
        axis["labelExpr"] = "format(datum.value * 100, '.3~g')"
    y: dict[str, Any] = {"field": "label", "type": "nominal", "sort": {"field": "order", "op": "min"}, "title": None}
    y["axis"] = {"labelLimit": 160, "ticks": False, "domain": False}
    tips = [
        {"field": "who", "title": "of"},
        {"field": "label", "title": "feature"},
        {"field": "cell", "title": "value"},
        {"field": "text", "title": "contribution"},
    ]
    who = {"field": "which", "type": "nominal", "sort": "ascending"}
    return {
        "width": "container",
        "height": {"step": 13, "for": "offset"},
        "data": {"name": "rows"},
        "encoding": {"y": y},
        "layer": [
            {
                "params": [{"name": "pick", "select": {"type": "point", "fields": ["feature"]}}],
                "mark": {"type": "bar", "cornerRadius": 2, "cursor": "pointer"},
                "encoding": {
                    "x": {"field": "value", "type": "quantitative", "axis": axis, "scale": {"padding": 12}},
                    "yOffset": who,
                    "color": {
                        "field": "who",
                        "type": "nominal",
                        "sort": {"field": "which", "op": "min"},
                        "scale": {"range": list(COLOURS)},
                        "legend": {"orient": "top", "title": None, "labelLimit": 260, "columns": 1},
                    },
                    "opacity": {"condition": {"param": "pick", "value": 1}, "value": 0.35},
                    "tooltip": tips,
                },
            },
            {"mark": {"type": "rule", "color": palette.INKS[dark]}, "encoding": {"x": {"datum": 0}, "y": None}},
        ],
        "config": {"view": {"stroke": None}},
    }


def tell(results: Sequence[Attribution], names: Sequence[str]) -> str:
    """What each says, and where they differ most, in words."""
    said = [
        f"{name}: {words.output(result.output, result.scale, result.label)}"
        for name, result in zip(names, results, strict=True)
    ]
    features = results[0].features
    values = np.stack([[item.values[item.features.index(name)] for name in features] for item in results])
    spread = values.max(axis=0) - values.min(axis=0)
    place = int(spread.argmax())
    if spread[place] == 0:
        return f"{'; '.join(said)}. Every feature pushes equally."
    parts = [
        f"{words.amount_words(float(value), result.scale)} for {name}"
        for value, name, result in zip(values[:, place], names, results, strict=True)
    ]
    return f"{'; '.join(said)}. They differ most in {words.short(features[place], 60)}: {words.listed(parts)}."
