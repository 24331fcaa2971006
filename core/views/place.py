"""Where one prediction lies among all predictions of the table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from core.results import Check, Distribution
from core.types import Array, Scale
from core.views import palette, words
from core.views.view import View

BINS = 40


@dataclass(frozen=True, slots=True, eq=False)
class Crowd:
    """All predictions of one output, counted once per model and table.

    Attributes
    ----------
    edges : ndarray, shape (n_bins + 1,)
    counts : ndarray, shape (n_bins,)
    ranked : ndarray, shape (n_rows,)
        All predictions, ascending.
    """

    edges: Array
    counts: Array
    ranked: Array


def crowd(predictions: Array, probability: bool) -> Crowd:
    """Count the predictions of one output; probabilities on 0 to 1, others on their own range.

    Parameters
    ----------
    predictions : ndarray, shape (n_rows,)
    """
    ranked = np.sort(predictions[np.isfinite(predictions)])
    low, high = (0.0, 1.0) if probability or not len(ranked) else (float(ranked[0]), float(ranked[-1]))
    counts, edges = np.histogram(ranked, BINS, (low, high if high > low else low + 1.0))
    return Crowd(edges, counts.astype(np.float64), ranked)


def below(everyone: Crowd, value: float) -> float:
    """Share of the other rows that are predicted lower, 0 to 1; equal ones count half."""
    count = len(everyone.ranked)
    left, right = (int(np.searchsorted(everyone.ranked, value, side)) for side in ("left", "right"))
    return (left + right) / 2 / count if count else 0.5


def view(everyone: Crowd, value: float, scale: Scale, label: str, dark: bool | None = None) -> View:
    """Draw all predictions as a strip of bars and mark this one.

    Parameters
    ----------
    everyone : Crowd
    value : float
        This instance's prediction.
    scale : Scale
        ``"probability"`` or ``"target"``.
    label : str
        The class or the target.
    """
    tallest = max(float(everyone.counts.max()), 1.0)
    rows: list[dict[str, Any]] = [
        {
            "role": "bar",
            "x": float(everyone.edges[place]),
            "x2": float(everyone.edges[place + 1]),
            "share": float(count) / tallest,
            "count": float(count),
            "said": f"{words.figure(float(everyone.edges[place]), scale)} to "
            f"{words.figure(float(everyone.edges[place + 1]), scale)}",
        }
        for place, count in enumerate(everyone.counts)
    ]
    said = words.figure(value, scale)
    rows.append({"role": "own", "x": value, "x2": value, "share": 1.0, "count": 1.0, "said": said})
    sentence = tell(everyone, value, scale, label)
    frame = pd.DataFrame(rows[:-1])[["x", "x2", "count"]].rename(columns={"x": "from", "x2": "to", "count": "rows"})
    return View(spec(scale, dark), rows, frame, sentence, f"Histogram of all predictions. {sentence}")


def spread(everyone: Crowd, value: float, scale: Scale, label: str) -> Distribution:
    """All predictions and this one as an answer of its own, which has every file that answers have."""
    name = f"predicted {_what(scale, label)}"
    sentence = tell(everyone, value, scale, label)
    return Distribution(
        feature=name,
        bins=tuple(float(edge) for edge in everyone.edges),
        counts=everyone.counts[None, :],
        groups=("all instances",),
        missing=0,
        ordered=True,
        at=value if np.isfinite(value) else None,
        checks=(Check("place", None, below(everyone, value), sentence),),
    )


def tell(everyone: Crowd, value: float, scale: Scale, label: str) -> str:
    """The place in words."""
    count = len(everyone.ranked)
    if count < 2:
        return "There is only one instance, so there is nothing to compare it with."
    share = below(everyone, value)
    what = _what(scale, label)
    if value >= everyone.ranked[-1]:
        return f"The highest {what} of all {count:,} instances."
    if value <= everyone.ranked[0]:
        return f"The lowest {what} of all {count:,} instances."
    side, part = ("higher", share) if share >= 0.5 else ("lower", 1 - share)
    return f"A {side} {what} than {min(99, round(part * 100))} % of all {count:,} instances."


def _what(scale: Scale, label: str) -> str:
    """What is predicted, in words."""
    return f"chance of {words.case(label, longest=40)}" if scale == "probability" else words.named(label, 40)


def spec(scale: Scale, dark: bool | None = None) -> dict[str, Any]:
    """The constant Vega-Lite specification of the strip."""
    axis: dict[str, Any] = {"title": None, "grid": False, "tickCount": 5, "domain": False, "ticks": False}
    if scale == "probability":
        axis["format"] = ".0%"
    x = {"field": "x", "type": "quantitative", "axis": axis, "scale": {"nice": False, "zero": False, "padding": 4}}
    if scale == "probability":
        x["scale"] = {"domain": [0, 1]}
    y = {"field": "share", "type": "quantitative", "axis": None, "scale": {"domain": [0, 1.05]}}
    tips = [{"field": "said", "title": "predicted"}, {"field": "count", "title": "instances", "format": ",.0f"}]
    return {
        "width": "container",
        "height": 76,
        "data": {"name": "rows"},
        "layer": [
            {
                "transform": [{"filter": "datum.role === 'bar'"}],
                "mark": {"type": "bar", "color": palette.NEUTRAL, "opacity": 0.45, "binSpacing": 1},
                "encoding": {"x": x, "x2": {"field": "x2"}, "y": y, "y2": {"datum": 0}, "tooltip": tips},
            },
            {
                "transform": [{"filter": "datum.role === 'own'"}],
                "mark": {"type": "rule", "color": palette.MARK, "strokeWidth": 3},
                "encoding": {"x": {"field": "x", "type": "quantitative"}},
            },
            {
                "transform": [{"filter": "datum.role === 'own'"}],
                "mark": {"type": "point", "shape": "triangle-down", "filled": True, "size": 90, "color": palette.MARK,
                         "opacity": 1, "yOffset": -2},
                "encoding": {"x": {"field": "x", "type": "quantitative"}, "y": {"value": 2}},
            },
        ],
        "config": {"view": {"stroke": None}},
    }  # fmt: skip  # one layer a line reads as the table it is
