"""How good a model is: one picture at a time (ROC, lift, calibration, confusion …), the scores as a table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from core.errors import unknown_name
from core.results import Scores
from core.results.scores import Curve
from core.views import palette, words
from core.views.axis import SLIM, of_names
from core.views.overlay import part
from core.views.view import View

CONFUSION = "confusion"


def pictures(result: Scores) -> dict[str, str]:
    """What can be drawn: picture id to its title."""
    drawn = {curve.id: curve.title for curve in result.curves}
    return drawn if result.confusion is None else {CONFUSION: "Right and wrong", **drawn}


def view(result: Scores, *, picture: str | None = None, dark: bool | None = None) -> View:
    """Draw one picture of a model's performance.

    Parameters
    ----------
    result : Scores
    picture : str, optional
        A key of ``pictures(result)``; the first by default.
    dark : bool or None
        Theme that the text colour is made for; None fits both.

    Returns
    -------
    View

    Raises
    ------
    InputError
        If there is no such picture.
    """
    known = pictures(result)
    chosen = picture or next(iter(known), "")
    if known and chosen not in known:
        raise unknown_name("picture", chosen, known)
    sentence = tell(result)
    if chosen == CONFUSION:
        rows, spec = _cells(result), _confusion_spec(dark)
    else:
        rows, spec = lines([curve for curve in result.curves if curve.id == chosen], dark)
    return View(spec, rows, table(result), sentence, f"{known.get(chosen, 'No picture')}. {sentence}")


def place(result: Scores, name: str) -> int | None:
    """Position of the class that a cell of the confusion matrix names; None where there is none."""
    shown = names(result)
    return shown.index(name) if name in shown else None


def names(result: Scores) -> list[str]:
    """Class names that fit an axis, each different."""
    short = [words.short(name, 24) for name in result.classes]
    return [name if short.count(name) == 1 else f"{name} ({at})" for at, name in enumerate(short)]


def table(result: Scores) -> pd.DataFrame:
    """The scores with what each means."""
    return pd.DataFrame(
        {
            "score": [score.name for score in result.scores],
            "value": [score.value for score in result.scores],
            "what it means": [score.help for score in result.scores],
        }
    )


def tell(result: Scores) -> str:
    """The answer in words."""
    found = {score.name: score.value for score in result.scores}
    weighed = any(check.name == "weights" for check in result.checks)
    start = f"On {result.rows:,} rows with a known truth{', weighted,' if weighed else ''} "
    if "rmse" in found:
        explained = (
            f" and explains {words.percent(max(0.0, found['r2']))} of the differences" if found["r2"] > 0 else ""
        )
        half = words.number(found["mad"], 3)
        off = words.number(found["rmse"], 3)
        return f"{start}the model is typically off by {off}; half of the errors are below {half}{explained}."
    sentence = f"{start}the model is right in {words.percent(found['accuracy'])}."
    if result.cutoff is not None:
        sentence += (
            f" Of the true cases of {words.case(result.label)} it finds {words.percent(found['recall'])}, and"
            f" {words.percent(found['precision'])} of those it names are true (cutoff {words.percent(result.cutoff)})."
        )
    return sentence


def lines(
    curves: Sequence[Curve], dark: bool | None, whose: Sequence[str] = ()
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Records and specification of the lines of one picture.

    Parameters
    ----------
    curves : sequence of Curve
    dark : bool or None
    whose : sequence of str
        Of several models: whose each line is. A model has one colour, its lines differ by their dashes.
    """
    parts = [part(curve.name, name) for curve, name in zip(curves, whose, strict=True)] if whose else []
    return _points(curves, whose, parts), _curve_spec(curves, dark, bool(whose), len(set(parts)) > 1)


def _points(curves: Sequence[Curve], whose: Sequence[str], parts: Sequence[str]) -> list[dict[str, Any]]:
    """The points of every line."""
    owners = [{"who": words.short(name, 70), "part": words.short(one)} for name, one in zip(whose, parts, strict=True)]
    return [
        {"curve": words.short(curve.name, 70), "order": at, "x": float(x), "y": float(y) if math.isfinite(y) else None}
        | owner
        for curve, owner in zip(curves, owners or [{}] * len(curves), strict=True)
        for at, (x, y) in enumerate(zip(curve.x, curve.y, strict=True))
    ]


def _curve_spec(curves: Sequence[Curve], dark: bool | None, owned: bool, dashed: bool) -> dict[str, Any]:
    """The constant specification of one kind of curve; its titles are our own words."""
    x_title, y_title = (curves[0].x_title, curves[0].y_title) if curves else ("", "")
    x = {"field": "x", "type": "quantitative", "axis": {"title": x_title, "tickCount": 6}, "scale": {"nice": False}}
    y = {"field": "y", "type": "quantitative", "axis": {"title": y_title, "tickCount": 6}}
    color = palette.models() if owned else palette.curves()
    several = len({curve.name for curve in curves}) > 1
    columns = {"expr": f"{SLIM} ? 1 : 3"}  # on a narrow screen nothing is cut off
    marks = {"symbolOpacity": 1, "symbolType": "circle", "columns": columns, "labelLimit": 240}
    legend = {"title": None, "orient": "top", **marks} if several else None
    each: dict[str, Any] = {"order": {"field": "order"}, "detail": {"field": "curve"}}
    line = {"mark": {"type": "line", "strokeWidth": 2.5}, "encoding": each | (palette.dashes() if dashed else {})}
    dots = {
        "mark": {"type": "point", "size": 60, "filled": True, "opacity": 0.01},
        "encoding": {
            "tooltip": [{"field": "curve"}, {"field": "x", "title": x_title}, {"field": "y", "title": y_title}]
        },
    }
    layers: list[dict[str, Any]] = [line, dots]
    if curves and curves[0].diagonal:
        ends = {"values": [{"x": 0, "y": 0, "x2": 1, "y2": 1}]}
        dash = {"type": "rule", "strokeDash": [5, 4], "color": palette.INKS[dark]}
        places = {"x2": {"field": "x2"}, "y2": {"field": "y2"}, "color": None}
        layers.insert(0, {"data": ends, "mark": dash, "encoding": places})
    return {
        "width": "container",
        "height": 340,
        "data": {"name": "rows"},
        "encoding": {"x": x, "y": y, "color": {**color, "legend": legend}},
        "layer": layers,
        "config": {"view": {"stroke": None}},
    }


def _cells(result: Scores) -> list[dict[str, Any]]:
    """One record per pair of true and predicted class."""
    if result.confusion is None:
        return []
    shown = names(result)
    totals = result.confusion.sum(axis=1)
    return [
        {
            "truth": truth,
            "said": said,
            "order": row * len(shown) + column,
            "count": float(result.confusion[row, column]),
            "share": float(result.confusion[row, column] / totals[row]) if totals[row] else 0.0,
            "right": "right" if row == column else "wrong",
        }
        for row, truth in enumerate(shown)
        for column, said in enumerate(shown)
    ]


def _confusion_spec(dark: bool | None) -> dict[str, Any]:
    """The constant specification of the confusion matrix; a click picks a cell."""
    order = {"field": "order", "op": "min"}
    across = {"title": "the model says", "labelAngle": 0, "labelLimit": {"expr": "bandwidth('x') - 6"}}
    down = {"title": "the truth is", **of_names(80, 160)}
    ways = {"domain": ["right", "wrong"], "range": [palette.DOWN, palette.UP]}
    return {
        "width": "container",
        "height": {"step": 56},
        "data": {"name": "rows"},
        "encoding": {
            "x": {"field": "said", "type": "nominal", "sort": order, "axis": across},
            "y": {"field": "truth", "type": "nominal", "sort": order, "axis": down},
        },
        "layer": [
            {
                "params": [{"name": "pick", "select": {"type": "point", "fields": ["truth", "said"]}}],
                "mark": {"type": "rect", "cursor": "pointer", "stroke": palette.NEUTRAL, "strokeWidth": 0.5},
                "encoding": {
                    "color": {"field": "right", "type": "nominal", "scale": ways, "legend": None},
                    "opacity": {
                        "field": "share",
                        "type": "quantitative",
                        "scale": {"range": [0.05, 0.75]},
                        "legend": None,
                    },
                    "tooltip": [{"field": "truth"}, {"field": "said"}, {"field": "count"}],
                },
            },
            {
                "mark": {"type": "text", "fontWeight": 600, "fontSize": 14, "color": palette.INKS[dark]},
                "encoding": {"text": {"field": "count", "type": "quantitative", "format": ","}},
            },
        ],
        "config": {"view": {"stroke": None}},
    }
