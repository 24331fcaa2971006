"""Colours that hold on white and on the dark theme, and for colour-blind eyes (blue and orange)."""

from __future__ import annotations

from typing import Any

UP = "#e8710a"
DOWN = "#2f7de1"
NEUTRAL = "#7f8590"
MARK = "#d6336c"
INKS = {None: "#787c85", False: "#31333f", True: "#fafafa"}
"""Text colour by ``dark``: None stands for unknown and is readable on both."""
CURVES = ("#2f7de1", "#e8710a", "#1a9e77", "#a55de0", "#c2255c", "#7a8a00", "#0b9bb8", "#b8632f")
"""One colour per curve, in order."""
MODELS = CURVES[2:] + CURVES[:2]
"""One colour per model or instance that stands beside others, in order: the same in bars, lines and dots; blue and
orange, which say down and up elsewhere, come last."""


def curves() -> dict[str, Any]:
    """The colour of each curve, without a legend."""
    return {"field": "curve", "type": "nominal", "sort": None, "scale": {"range": list(CURVES)}}


def models() -> dict[str, Any]:
    """The colour of each model, in records that say ``who``; without a legend."""
    return {"field": "who", "type": "nominal", "sort": None, "scale": {"range": list(MODELS)}}


def dashes() -> dict[str, Any]:
    """What tells the lines of one model apart, in records that say of which ``part`` each is."""
    legend = {"title": None, "orient": "top", "symbolType": "stroke", "symbolSize": 300, "labelLimit": 240}
    return {"strokeDash": {"field": "part", "type": "nominal", "sort": None, "legend": legend}}


def both_ways(middle: str) -> dict[str, Any]:
    """Shades of numbers around zero that are equally strong for equal sizes; the first record says the ``reach``."""
    end = "data('rows')[0].reach"
    ends = {"domainMin": {"expr": f"-{end}"}, "domainMid": 0, "domainMax": {"expr": end}}
    return {**ends, "range": [DOWN, middle, UP], "interpolate": "rgb"}


def reaching(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The records of such a drawing, the first with the largest size of all; all have the same fields."""
    sizes = [abs(row["value"]) for row in rows if row.get("value") is not None]
    reach = max(sizes, default=0.0) or 1.0
    return [{**row, "reach": None if place else reach} for place, row in enumerate(rows)]
