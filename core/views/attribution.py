"""What pushed one row's output up and down: bars, sorted by size, the small ones summed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from core.results import Attribution
from core.types import Scale
from core.views import palette, words
from core.views.alike import PAIR, told_apart
from core.views.axis import lines, of_names
from core.views.view import View

REST = "others"
_END = (
    "!isValid(datum.low) ? datum.value : datum.value < 0 ? min(datum.value, datum.low) : max(datum.value, datum.high)"
)
"""Where a bar ends, its whisker included: the value's text stands beside it."""


def view(result: Attribution, *, k: int = 10, dark: bool | None = None) -> View:
    """Draw an attribution as horizontal bars.

    Parameters
    ----------
    result : Attribution
    k : int
        Bars drawn at most; the remaining features are summed in one more bar, so that all bars add up to
        ``output - base`` (``fitted - base`` of a local model).
    dark : bool or None
        Theme that the text colour is made for; None fits both.

    Returns
    -------
    View
        Clicking a bar sets the selection parameter ``pick`` (field ``feature``).
    """
    rows = records(result, k)
    sentence = tell(result)
    alt = f"Bar chart, largest first. {words.spoken(rows)}. {sentence}" if rows else sentence
    return View(spec(result.scale, dark), rows, table(result), sentence, alt)


def order(result: Attribution) -> list[int]:
    """Positions of the features, largest absolute value first; ties keep the table's order."""
    return [int(item) for item in np.argsort(-np.abs(result.values), kind="stable")]


def labels(result: Attribution) -> list[str]:
    """What each bar is called: ``age = 54``, or the rule; made different where two would read the same."""
    names = []
    for position, feature in enumerate(
        told_apart(result.features)
    ):  # before the values, which would hide what is alike
        rule = result.rules[position] if result.rules else ""
        cell = words.cell(result.data[position])
        names.append(words.short(rule, 80) if rule else f"{words.named(feature, max(80 - len(cell), 20))} = {cell}")
    return words.apart(names, 100)


def records(result: Attribution, k: int) -> list[dict[str, Any]]:
    """One record per bar, in drawing order; the last sums what is left out, if anything is."""
    ranked, names = order(result), labels(result)
    shown = ranked if len(ranked) <= k + 1 else ranked[:k]
    rows = [_record(result, names, position, place) for place, position in enumerate(shown)]
    hidden = ranked[len(shown) :]
    if hidden:
        total = float(result.values[hidden].sum())
        label = f"{len(hidden)} {REST}"
        row = {
            "order": len(shown),
            "feature": "",
            "label": label + "\N{ZERO WIDTH SPACE}" * (label in names),
            "cell": "",
            "value": total,
            "text": words.amount(total, result.scale),
            "way": "rest",
            "low": None,
            "high": None,
        }
        rows.append(row)
    return rows


def _record(result: Attribution, names: list[str], position: int, place: int) -> dict[str, Any]:
    """The record of one feature's bar."""
    value = float(result.values[position])
    spread = None if result.spread is None else float(result.spread[position])
    return {
        "order": place,
        "feature": result.features[position],
        "label": names[position],
        "cell": words.cell(result.data[position]),
        "value": value,
        "text": words.amount(value, result.scale),
        "way": "up" if value >= 0 else "down",
        "low": None if spread is None else value - spread,
        "high": None if spread is None else value + spread,
    }


def spec(
    scale: Scale, dark: bool | None = None, title: str | None = None, both: bool = True, joint: bool = False
) -> dict[str, Any]:
    """The constant Vega-Lite specification of bars in a scale.

    ``title`` (our own words) names another unit; ``both`` is false where no bar can point to the left; ``joint`` is
    true where bars are of two features together.
    """
    y: dict[str, Any] = {"field": "label", "type": "nominal", "sort": {"field": "order", "op": "min"}, "title": None}
    names = of_names(120, 320, PAIR) if joint else of_names()
    y["axis"] = {**names, "ticks": False, "domain": False}
    ink = palette.INKS[dark]
    end = {"field": "end", "type": "quantitative"}
    whisker = {
        "transform": [{"filter": "isValid(datum.low)"}],
        "mark": {"type": "rule", "color": ink, "strokeWidth": 2},
        "encoding": {"x": {"field": "low", "type": "quantitative"}, "x2": {"field": "high"}},
    }
    return {
        "width": "container",
        "height": {"step": 26},
        "data": {"name": "rows"},
        "encoding": {"y": y},
        "layer": [
            _bar(scale, title, both),
            {"mark": {"type": "rule", "color": ink}, "encoding": {"x": {"datum": 0}, "y": None}},
            whisker,
            _text("datum.value >= 0", "left", 5, ink, end),
            _text("datum.value < 0", "right", -5, ink, end),
        ],
        "transform": [{"calculate": _END, "as": "end"}],
        "config": {"view": {"stroke": None}},
    }


def _bar(scale: Scale, title: str | None, both: bool) -> dict[str, Any]:
    """The bars themselves: a click picks one."""
    axis: dict[str, Any] = {"title": lines(title or words.AXIS_CHANGE[scale]), "grid": True, "tickCount": 5}
    if scale == "probability":
        axis["labelExpr"] = "format(datum.value * 100, '.3~g')"
    near, far = (58, 74) if scale == "probability" else (46, 60)  # pixels for the value labels beside the bars
    beside = f"(width < 160 ? {near} : {far})"
    room = [{"expr": beside if both else "8"}, {"expr": f"max(width - {beside}, 60)"}]
    ways = {"domain": ["up", "down", "rest"], "range": [palette.UP, palette.DOWN, palette.NEUTRAL]}
    return {
        "params": [{"name": "pick", "select": {"type": "point", "fields": ["feature"]}}],
        "mark": {"type": "bar", "cornerRadius": 2, "cursor": "pointer"},
        "encoding": {
            "x": {"field": "value", "type": "quantitative", "axis": axis, "scale": {"range": room, "nice": False}},
            "color": {"field": "way", "type": "nominal", "scale": ways, "legend": None},
            "opacity": {"condition": {"param": "pick", "value": 1}, "value": 0.35},
            "tooltip": [
                {"field": "label", "title": "what"},
                {"field": "cell", "title": "value"},
                {"field": "text", "title": "contribution"},
            ],
        },
    }


def _text(condition: str, align: str, dx: int, ink: str, x: dict[str, Any]) -> dict[str, Any]:
    """The value labels on one side."""
    return {
        "transform": [{"filter": condition}],
        "mark": {"type": "text", "align": align, "dx": dx, "color": ink, "fontWeight": 600, "baseline": "middle"},
        "encoding": {"x": x, "text": {"field": "text"}},
    }


def table(result: Attribution) -> pd.DataFrame:
    """Every feature with its value and its contribution, largest first; columns that do not apply are left out."""
    ranked = order(result)
    columns: dict[str, Any] = {
        "feature": [result.features[item] for item in ranked],
        "value": [words.cell(result.data[item]) for item in ranked],
    }
    if result.rules:
        columns["rule"] = [result.rules[item] for item in ranked]
    columns[f"contribution ({result.scale})"] = result.values[ranked]
    if result.spread is not None:
        columns["spread"] = result.spread[ranked]
    return pd.DataFrame(columns)


def tell(result: Attribution, most: int = 3, chance: float | None = None, target: str | None = None) -> str:
    """The answer in words: what the model says, then what pushed it up and down most.

    ``chance`` is the probability that a class score makes, where the scores of the other classes are known; ``target``
    the column of the true class, by which a class that is a number is called.
    """
    said = words.output(result.output, result.scale, result.label, target)
    if result.scale == "score" and chance is not None:
        said = f"{words.output(chance, 'probability', result.label, target)}, by {said}"
    names = labels(result)
    start = f"The model says {said}"
    if result.fitted is None:
        base = words.output(result.base, result.scale, result.label, target)
        start += f"; before looking at this instance it starts from {base}."
    else:
        mimic = words.output(result.fitted, result.scale, result.label, target)
        start += f"; the simple local model that mimics it here says {mimic}."
    sides = []
    for sign, lead in ((1, "Pushed up most by"), (-1, "Pushed down most by")):
        chosen = [item for item in order(result) if result.values[item] * sign > 0][:most]
        if chosen:
            parts = [
                f"{names[item]} ({words.amount_words(float(result.values[item]), result.scale)})" for item in chosen
            ]
            sides.append(f"{lead} {words.listed(parts)}.")
    return " ".join([start, *(sides or ["No feature moved it."])])
