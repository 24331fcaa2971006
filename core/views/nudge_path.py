"""The way to one nudge: a bar for each change, from the prediction before it to the one after."""

from __future__ import annotations

from typing import Any

import pandas as pd

from core.results import Change, Nudges
from core.views import palette, words
from core.views.view import View

ARROW = "\N{RIGHTWARDS ARROW}"


def view(result: Nudges, place: int = 0, *, dark: bool | None = None) -> View:
    """Draw the prediction as a nudge's changes are made one at a time, with the goal's line.

    Parameters
    ----------
    result : Nudges
    place : int
        Which nudge; its ``path`` must be known.
    dark : bool or None
        Theme that the text colour is made for; None fits both.

    Returns
    -------
    View
        No rows where the path is not known.
    """
    nudge = result.nudges[place]
    if len(nudge.path) != len(nudge.changes) + 1:
        return View(spec(result, dark), [], pd.DataFrame(), "", "")
    steps: list[Change | None] = [None, *nudge.changes]
    rows = [_step(result, order, step, nudge.path) for order, step in enumerate(steps)]
    if result.line is not None:
        label = f"goal {words.figure(result.line, result.scale)}"
        rows.append({**dict.fromkeys(rows[0]), "role": "goal", "end": result.line, "said": label})
    table = pd.DataFrame(
        {
            "step": [row["label"] for row in rows if row["role"] == "step"],
            f"prediction ({result.scale})": list(nudge.path),
        }
    )
    sentence = _tell(result, nudge.changes, nudge.path)
    return View(spec(result, dark), rows, table, sentence, f"Bar chart of the steps. {sentence}")


def _step(result: Nudges, order: int, change: Change | None, path: tuple[float, ...]) -> dict[str, Any]:
    """The record of one step."""
    before, after = path[max(0, order - 1)], path[order]
    label = "as it is"
    if change is not None:
        ends = [words.short(words.cell(end), 20) for end in (change.before, change.after)]
        label = f"{words.named(change.name, 30)}: {ends[0]} {ARROW} {ends[1]}"
    return {
        "role": "step",
        "order": order,
        "label": label,
        "start": before,
        "end": after,
        "way": "none" if change is None else "up" if after >= before else "down",
        "said": words.figure(after, result.scale),
        "moved": words.amount(after - before, result.scale),
    }


def _tell(result: Nudges, changes: tuple[Change, ...], path: tuple[float, ...]) -> str:
    """The steps in words."""
    said = [
        f"{words.named(change.name, 30)} takes it to {words.figure(output, result.scale)}"
        for change, output in zip(changes, path[1:], strict=True)
    ]
    return f"From {words.output(path[0], result.scale, result.label)}: {words.listed(said)}."


_TIPS = [
    {"field": "label", "title": "change"},
    {"field": "said", "title": "the model then says"},
    {"field": "moved", "title": "moved by"},
]
_COLOR = {
    "field": "way",
    "type": "nominal",
    "legend": None,
    "scale": {"domain": ["up", "down", "none"], "range": [palette.UP, palette.DOWN, palette.NEUTRAL]},
}


def spec(result: Nudges, dark: bool | None = None) -> dict[str, Any]:
    """The constant Vega-Lite specification of a path (one for each scale)."""
    x: dict[str, Any] = {"field": "end", "type": "quantitative", "scale": {"zero": False, "padding": 44}}
    x["axis"] = {"title": words.AXIS[result.scale], "tickCount": 5, "grid": False}
    if result.scale == "probability":
        inside = "datum.value >= 0 && datum.value <= 1"  # the scale is wider, so that labels find room
        x["axis"]["labelExpr"] = f"{inside} ? format(datum.value * 100, '.3~g') + ' %' : ''"
    return {
        "width": "container",
        "height": {"step": 46},
        "data": {"name": "rows"},
        "layer": _layers(x, palette.INKS[dark]),
        "config": {"view": {"stroke": None}},
    }


def _layers(x: dict[str, Any], ink: str) -> list[dict[str, Any]]:
    """The goal's line, then of each step the bar, its end, what changes and what the model then says."""
    y = {"field": "order", "type": "ordinal", "axis": None, "scale": {"paddingInner": 0.1}}
    text = {"type": "text", "color": ink, "fontWeight": 600}
    here = {"x": x, "y": y}
    return [
        _part("goal", {"type": "rule", "color": palette.MARK, "strokeDash": [5, 4], "strokeWidth": 2}, {"x": x}),
        _part(
            "goal",
            {**text, "color": palette.MARK, "dy": -6, "baseline": "bottom"},
            {"x": x, "y": {"value": 0}, "text": {"field": "said"}},
        ),
        _part(
            "step",
            {"type": "bar", "height": 9, "yOffset": 9},
            {**here, "x2": {"field": "start"}, "color": _COLOR, "tooltip": _TIPS},
        ),
        _part(
            "step",
            {"type": "point", "filled": True, "opacity": 1, "size": 110, "yOffset": 9},
            {**here, "color": _COLOR, "tooltip": _TIPS},
        ),
        _part(
            "step",
            {**text, "dy": -8, "align": "left", "limit": {"expr": "width"}},
            {"x": {"value": 0}, "y": y, "text": {"field": "label"}},
        ),
        *(
            _part(
                "step",
                {**text, "dy": 9, "align": "right" if down else "left", "dx": -9 if down else 9},
                {**here, "text": {"field": "said"}},
                f" && (datum.way === 'down') === {str(down).lower()}",
            )
            for down in (True, False)
        ),
    ]


def _part(role: str, mark: dict[str, Any], encoding: dict[str, Any], more: str = "") -> dict[str, Any]:
    """A layer that draws the records of one role, under a further condition."""
    return {"transform": [{"filter": f"datum.role === '{role}'{more}"}], "mark": mark, "encoding": encoding}
