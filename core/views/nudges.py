"""What would change the model's mind: before and after of every change, one block per nudge."""

from __future__ import annotations

from typing import Any

import pandas as pd

from core.results import Change, Nudge, Nudges
from core.types import Schema
from core.views import axis, palette, words
from core.views.view import View

ARROW = "\N{RIGHTWARDS ARROW}"


OBSERVED, ALONE = "observed range of each feature", "range of these changes"
"""What a change is drawn on; a stored answer knows no table."""


def view(result: Nudges, *, k: int = 5, schema: Schema | None = None, dark: bool | None = None) -> View:
    """Draw nudges as a table-like chart: numbers move along their observed range, levels are named.

    Parameters
    ----------
    result : Nudges
    k : int
        Nudges drawn at most; the table holds all.
    schema : Schema, optional
        Observed ranges; without it a number's range is what the nudges span.
    dark : bool or None
        Theme that the text colour is made for; None fits both.

    Returns
    -------
    View
        Clicking a change sets the selection parameter ``pick`` (fields ``feature`` and ``nudge``).
    """
    rows = [row for place, nudge in enumerate(result.nudges[:k]) for row in _block(result, nudge, place, schema)]
    rows = [row | {"order": place} for place, row in enumerate(rows)]
    sentence = tell(result)
    listed = " ".join(f"Nudge {place + 1}: {_steps(nudge)}." for place, nudge in enumerate(result.nudges[:k]))
    return View(spec(dark, observed=schema is not None), rows, table(result), sentence, f"{sentence} {listed}".strip())


def _block(result: Nudges, nudge: Nudge, place: int, schema: Schema | None) -> list[dict[str, Any]]:
    """A heading with the new prediction, then one record per change."""
    blank: dict[str, Any] = dict.fromkeys(("feature", "before", "after", "start", "end", "way"))
    count = len(nudge.changes)
    head = f"Nudge {place + 1}: {words.output(nudge.output, result.scale, result.label)}"
    head += f" ({count} change{'' if count == 1 else 's'})"
    rows = [{"role": "head", "key": f"{place}", "nudge": place, "label": "", "text": head, **blank}]
    for step, change in enumerate(nudge.changes):
        start, end = _span(result, change, schema)
        row = {
            "role": "change",
            "key": f"{place}.{step}",
            "nudge": place,
            "label": words.named(change.name, 32),
            "text": f"{_end(change.before)} {ARROW} {_end(change.after)}",
            "feature": change.name,
            "before": words.cell(change.before),
            "after": words.cell(change.after),
            "start": start,
            "end": end,
            "way": None if start is None or end is None else ("up" if end >= start else "down"),
        }
        rows.append(row)
    return rows


def _end(value: Any) -> str:
    """One end of a change, short enough that both find room."""
    return words.short(words.cell(value), 40)


def _moves(change: Change) -> bool:
    """True when both ends are numbers or dates, so that the change has a direction and a length."""
    ends = (change.before, change.after)
    return all(not isinstance(end, bool | str) and axis.place(end) is not None for end in ends)


def _span(result: Nudges, change: Change, schema: Schema | None) -> tuple[float | None, float | None]:
    """Both ends of a change on the feature's observed range, 0 to 1; None for levels and gaps."""
    if not _moves(change):
        return None, None
    ends = (axis.place(change.before) or 0.0, axis.place(change.after) or 0.0)
    low, high = _range(result, change, schema)
    width = high - low
    return (0.5, 0.5) if width <= 0 else ((ends[0] - low) / width, (ends[1] - low) / width)


def _range(result: Nudges, change: Change, schema: Schema | None) -> tuple[float, float]:
    """The range that a feature is drawn on, widened to hold every end of its changes."""
    same = [other for nudge in result.nudges for other in nudge.changes if other.name == change.name and _moves(other)]
    values = [axis.place(end) or 0.0 for other in same for end in (other.before, other.after)]
    if schema is not None and change.name in schema.names:
        feature = schema[change.name]
        unit = 1000.0 if feature.kind == "datetime" else 1.0
        values += [end * unit for end in (feature.low, feature.high) if end is not None]
    return min(values), max(values)


_TIPS = [
    {"field": "label", "title": "feature"},
    {"field": "before", "title": "now"},
    {"field": "after", "title": "after"},
]
_CHANGE = "datum.role === 'change'"
_NUMBER = f"{_CHANGE} && isValid(datum.start)"
_LEVEL = f"{_CHANGE} && !isValid(datum.start)"
"""What has no way along a range: the change stands where the way would be."""


def spec(dark: bool | None = None, observed: bool = True) -> dict[str, Any]:
    """The constant Vega-Lite specification of nudges; ``observed`` where the table says how far a feature goes."""
    hidden = {"labels": False, "ticks": False, "domain": False, "grid": False}
    y = {"field": "key", "type": "nominal", "sort": {"field": "order", "op": "min"}, "title": None, "axis": hidden}
    ink = palette.INKS[dark]
    text = {"type": "text", "align": "left", "color": ink, "limit": {"expr": "width - 16"}}
    head = {**text, "fontWeight": 700, "dy": 8, "fontSize": 12, "limit": {"expr": "width + 16"}}
    line = {**text, "fontWeight": 600, "dx": 8, "dy": -9}
    panel = {
        "params": [{"name": "pick", "select": {"type": "point", "fields": ["feature", "nudge"]}}],
        "transform": [{"filter": _CHANGE}],
        "mark": {"type": "bar", "color": palette.NEUTRAL, "opacity": 0.08, "cursor": "pointer"},
        "encoding": {"x": {"value": 0}, "x2": {"value": "width"}, "tooltip": _TIPS},
    }
    return {
        "width": "container",
        "height": {"step": 46},
        "data": {"name": "rows"},
        "encoding": {"y": y},
        "layer": [
            panel,
            _part("datum.role === 'head'", head, {"x": {"value": 0}, "text": {"field": "text"}}),
            _part(_NUMBER, line, {"x": {"value": 0}, "text": {"field": "shown"}}),
            _part(_LEVEL, line, {"x": {"value": 0}, "text": {"field": "label"}}),
            _part(_LEVEL, {**line, "fontWeight": 400, "dy": 8}, {"x": {"value": 0}, "text": {"field": "text"}}),
            *_dumbbell(observed),
        ],
        "transform": [{"calculate": "datum.label + ':  ' + datum.text", "as": "shown"}],
        "config": {"view": {"stroke": None}},
    }


def _dumbbell(observed: bool) -> list[dict[str, Any]]:
    """The observed range, or that of the changes alone, and the way from before to after on it."""
    place: dict[str, Any] = {"type": "quantitative", "scale": {"domainMin": 0, "domainMax": 1, "padding": 8}}
    place["axis"] = {"title": OBSERVED if observed else ALONE, "values": [0, 1], "grid": False}
    place["axis"]["labelExpr"] = "datum.value === 0 ? 'lowest' : 'highest'"
    start, end = {**place, "field": "start"}, {**place, "field": "end"}
    ways = {"domain": ["up", "down"], "range": [palette.UP, palette.DOWN]}
    color = {"field": "way", "type": "nominal", "scale": ways, "legend": None}
    rule = {"type": "rule", "yOffset": 10}
    dot = {"type": "point", "filled": True, "opacity": 1, "yOffset": 10, "tooltip": True}
    grey = {"color": palette.NEUTRAL}
    return [
        _part(_NUMBER, {**rule, **grey, "opacity": 0.4}, {"x": {**place, "datum": 0}, "x2": {"datum": 1}}),
        _part(_NUMBER, {**rule, "strokeWidth": 4}, {"x": start, "x2": {"field": "end"}, "color": color}),
        _part(_NUMBER, {**dot, **grey, "size": 70}, {"x": start, "tooltip": _TIPS}),
        _part(_NUMBER, {**dot, "size": 130}, {"x": end, "color": color, "tooltip": _TIPS}),
    ]


def _part(condition: str, mark: dict[str, Any], encoding: dict[str, Any]) -> dict[str, Any]:
    """A layer that draws the records under a condition."""
    return {"transform": [{"filter": condition}], "mark": mark, "encoding": encoding}


def table(result: Nudges) -> pd.DataFrame:
    """One line per change of every nudge, with the nudge's prediction and distance."""
    records = [
        {
            "nudge": place + 1,
            "feature": change.name,
            "now": words.cell(change.before),
            "after": words.cell(change.after),
            f"prediction ({result.scale})": nudge.output,
            "distance": nudge.distance,
            **{str(name): words.cell(value) for name, value in nudge.extra.items()},
        }
        for place, nudge in enumerate(result.nudges)
        for change in nudge.changes
    ]
    names = ["nudge", "feature", "now", "after", f"prediction ({result.scale})", "distance"]
    return pd.DataFrame(records) if records else pd.DataFrame(columns=names)


def _steps(nudge: Nudge) -> str:
    """The changes of one nudge in words."""
    return words.listed(
        [
            f"{words.named(change.name)} from {words.cell(change.before)} to {words.cell(change.after)}"
            for change in nudge.changes
        ]
    )


def tell(result: Nudges) -> str:
    """The answer in words: the smallest change and what the model says after it, or why there is none."""
    now = words.output(result.output, result.scale, result.label)
    if not result.nudges:
        return f"No change was found that reaches {result.goal}. {result.reason}".strip()
    best = result.nudges[0]
    then = words.output(best.output, result.scale, result.label)
    if not best.changes:
        return f"Nothing needs to change: the model already says {now}, the goal being {result.goal}."
    more = len(result.nudges) - 1
    others = (
        f" {more} more way{'' if more == 1 else 's'} of getting there follow{'s' if more == 1 else ''}." if more else ""
    )
    return f"To reach {result.goal}, change {_steps(best)}: the model then says {then} (now {now}).{others}"
