"""A simple model that mimics the whole one: a tree as an outline of its questions, a line as bars."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from core.results import Importance, Surrogate
from core.views import importance, palette, words
from core.views.attributions_spec import MIDDLE
from core.views.axis import SLIM
from core.views.view import View


def view(result: Surrogate, *, dark: bool | None = None) -> View:
    """Draw a surrogate.

    Parameters
    ----------
    result : Surrogate
    dark : bool or None
        Theme that the text colour is made for; None fits both.
    """
    sentence = tell(result)
    if result.form == "tree":
        alt = f"Outline of a tree with {len(result.nodes)} nodes. {sentence}"
        return View(spec(dark), _lines(result), table(result), sentence, alt)
    unit = "change of the answer for one standard deviation, or for having the level"
    bars = importance.view(Importance(result.features, result.weights, unit, result.label, signed=True), dark=dark)
    return View(bars.spec, bars.rows, table(result), sentence, f"Bar chart. {sentence}")


def _lines(result: Surrogate) -> list[dict[str, Any]]:
    """One line a node, each below its parent."""
    depth: list[int] = []
    rows = []
    for at, node in enumerate(result.nodes):
        depth.append(0 if node.parent < 0 else depth[node.parent] + 1)
        rule = words.named(node.rule, 90) or "all rows"
        said = words.figure(node.value, result.scale)
        asked = result.nodes[node.parent].feature if node.parent >= 0 else ""
        rows.append(
            {
                "line": at,
                "above": max(node.parent, 0),
                "depth": depth[at],
                "out": max(depth[at] - 1, 0),
                "feature": node.feature,
                "value": node.value,
                "rows": node.rows,
                "said": said,
                "label": f"{rule}: {said}" if not node.feature else rule,
                "near": _near(asked, node.rule or "all rows") + (f": {said}" if not node.feature else ""),
                "leaf": "answer" if not node.feature else "question",
            }
        )
    return rows


def _near(feature: str, rule: str) -> str:
    """A rule for a narrow drawing: the feature and the level are cut, what is asked of them is not."""
    if not feature or not rule.startswith(feature):
        return words.named(rule, 30)
    return f"{words.named(feature, 16)} {words.named(rule.removeprefix(feature).strip(), 18)}"


def spec(dark: bool | None) -> dict[str, Any]:
    """The constant specification of the outline."""
    ink = palette.INKS[dark]
    narrow = SLIM
    across: dict[str, Any] = {
        "type": "quantitative",
        "axis": None,
        "scale": {"range": [10, {"expr": f"{narrow} ? 70 : 240"}], "zero": True, "nice": False},
    }
    down: dict[str, Any] = {"type": "ordinal", "axis": None}
    x, y = {"field": "depth", **across}, {"field": "line", **down}
    colours = {"range": [palette.DOWN, MIDDLE, palette.UP], "interpolate": "rgb"}
    shade = {"field": "value", "type": "quantitative", "scale": colours, "legend": None}
    size = {"field": "rows", "type": "quantitative", "scale": {"range": [40, 420]}, "legend": None}
    tips = [{"field": "label", "title": "where"}, {"field": "said", "title": "mean answer"}, {"field": "rows"}]
    text = {"type": "text", "align": "left", "dx": 16, "color": ink, "limit": {"expr": f"{narrow} ? 230 : 620"}}
    return {
        "width": "container",
        "height": {"step": 30},
        "data": {"name": "rows"},
        "layer": [
            *_branches(across, down),
            {
                "params": [{"name": "pick", "select": {"type": "point", "fields": ["feature"]}}],
                "mark": {"type": "circle", "opacity": 1, "cursor": "pointer"},
                "encoding": {"x": x, "y": y, "color": shade, "size": size, "tooltip": tips},
            },
            {
                "transform": [{"calculate": f"{narrow} ? datum.near : datum.label", "as": "shown"}],
                "mark": text,
                "encoding": {
                    "x": x,
                    "y": y,
                    "text": {"field": "shown"},
                    "opacity": {"condition": {"test": "datum.leaf === 'answer'", "value": 1}, "value": 0.8},
                },
            },
        ],
        "config": {"view": {"stroke": None}},
    }


def _branches(across: dict[str, Any], down: dict[str, Any]) -> list[dict[str, Any]]:
    """From each line up to its parent's, and along to its own mark."""
    branch = {
        "transform": [{"filter": "datum.line > 0"}],
        "mark": {"type": "rule", "color": palette.NEUTRAL, "opacity": 0.7},
    }
    out, line = {"field": "out", **across}, {"field": "line", **down}
    return [
        {**branch, "encoding": {"x": out, "y": {"field": "above", **down}, "y2": {"field": "line"}}},
        {**branch, "encoding": {"x": out, "x2": {"field": "depth"}, "y": line}},
    ]


def table(result: Surrogate) -> pd.DataFrame:
    """The tree's answers with the whole path to each, or the linear terms, largest first."""
    if result.form == "tree":
        leaves = [at for at, node in enumerate(result.nodes) if not node.feature]
        return pd.DataFrame(
            {
                "where": [" and ".join(_path(result, at)) or "all rows" for at in leaves],
                f"answer ({result.scale})": [result.nodes[at].value for at in leaves],
                "rows": [result.nodes[at].rows for at in leaves],
            }
        )
    order = np.argsort(-np.abs(result.weights), kind="stable")
    return pd.DataFrame(
        {
            "term": ["intercept", *(result.features[at] for at in order)],
            f"weight ({result.scale})": [result.base, *result.weights[order]],
        }
    )


def _path(result: Surrogate, at: int) -> list[str]:
    """The conditions that lead to a node."""
    found = []
    while result.nodes[at].parent >= 0:
        found.append(result.nodes[at].rule)
        at = result.nodes[at].parent
    return found[::-1]


def tell(result: Surrogate) -> str:
    """The answer in words: how faithful, and the path to the highest and the lowest answer."""
    share = words.percent(max(0.0, min(1.0, result.fidelity)))
    start = f"A simple {result.form} repeats {share} of what the model says on rows kept apart."
    if result.form == "linear":
        order = np.argsort(-np.abs(result.weights), kind="stable")[:3]
        parts = [
            f"{words.short(result.features[at], 40)} ({words.amount(float(result.weights[at]), result.scale)})"
            for at in order
            if result.weights[at] != 0
        ]
        return f"{start} It moves most with {words.listed(parts)}." if parts else f"{start} No term moves it."
    leaves = [at for at, node in enumerate(result.nodes) if not node.feature]
    if len(leaves) < 2:
        return f"{start} It asks nothing: the answer hardly varies."
    ends = [end(leaves, key=lambda at: result.nodes[at].value) for end in (max, min)]
    high, low = (
        f"{words.output(result.nodes[at].value, result.scale, result.label)} where {words.listed(_path(result, at))}"
        for at in ends
    )
    return f"{start} Its highest answer is {high}; its lowest {low}."
