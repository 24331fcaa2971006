"""Groups of features that go together: a triplot (bars, dendrogram, numbers of its branches), or the groups as bars."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from core.aspects import leaves, members
from core.aspects_words import named
from core.errors import unknown_name
from core.results import Aspects, Attribution, Importance
from core.types import Array
from core.views import attribution, importance, palette, words
from core.views.view import View

PICTURES = {"tree": "Dendrogram", "groups": "Groups"}
APART = "apart"


def view(result: Aspects, *, picture: str = "tree", dark: bool | None = None) -> View:
    """Draw groups of features.

    Parameters
    ----------
    result : Aspects
    picture : {"tree", "groups"}
        The dendrogram with what features and branches count for; or bars of the groups.
    dark : bool or None
        Theme that the text colour is made for; None fits both.

    Returns
    -------
    View
        Of the dendrogram: clicking a bar sets the selection parameter ``pick`` (field ``feature``).
    """
    if picture not in PICTURES:
        raise unknown_name("picture", picture, PICTURES)
    bars, numbers = _bars(result, dark), table(result)
    sentence = f"{_grouping(result)} {bars.sentence}"
    if picture == "groups":
        return replace(bars, table=numbers, sentence=sentence, alt=f"Bars of groups. {sentence}")
    rows = records(result)
    return View(
        spec(result, dark), rows, numbers, sentence, f"Dendrogram of {len(result.features)} features. {sentence}"
    )


def _bars(result: Aspects, dark: bool | None) -> View:
    """The groups as an attribution or an importance of their own."""
    flat = whole(result)
    return attribution.view(flat, dark=dark) if isinstance(flat, Attribution) else importance.view(flat, dark=dark)


def whole(result: Aspects) -> Attribution | Importance:
    """The groups' numbers as if each group were a feature."""
    names = group_names(result)
    if result.base is None or result.output is None:
        return Importance(names, result.values, result.unit, result.label, spread=result.spread)
    held = members(result.merges)
    cells = tuple(", ".join(words.cell(result.data[at]) for at in held[node][:3]) for node in result.groups)
    return Attribution(
        names, result.values, cells, result.base, result.output, result.scale, result.label, spread=result.spread
    )


def group_names(result: Aspects) -> tuple[str, ...]:
    """What the groups are called, each different."""
    held = members(result.merges)
    return tuple(words.apart(named(result.features, [held[at] for at in result.groups]), 100))


def _grouping(result: Aspects) -> str:
    """How many groups, and what makes one."""
    least = words.number(1 - result.height, 2)
    several = sum(node >= len(result.features) for node in result.groups)
    if not several:
        return f"At an association of at least {least} no two of the {len(result.features)} features go together."
    made = f"{len(result.groups)} group{'' if len(result.groups) == 1 else 's'}"
    return f"At an association of at least {least}, {len(result.features)} features make {made}."


def records(result: Aspects) -> list[dict[str, Any]]:
    """Bars of single features, and the dendrogram: branches, joints with their numbers, the cut."""
    count, order = len(result.features), leaves(result.merges)
    lines = dict(zip(order, words.apart([result.features[at] for at in order], 60), strict=True))
    group = _group_of(result)
    rows = [
        _record("bar", line, order=place, feature=result.features[at], **_worth(result, at), shade=group[at])
        for place, (at, line) in enumerate(lines.items())
    ]
    place, heights = dict(lines), [0.0] * count
    for step, (left, right, height) in enumerate(result.merges.tolist()):
        node, ends = count + step, (int(left), int(right))
        upper, lower = sorted((place[at] for at in ends), key=list(lines.values()).index)
        rows += [_record("along", place[at], x=heights[at], x2=height, shade=group[at]) for at in ends]
        rows.append(_record("across", upper, other=lower, x=height, shade=group[node]))
        rows.append(_record("joint", lower, x=height, **_worth(result, node), shade=group[node]))
        place[node] = upper
        heights.append(height)
    rows.append(_record("cut", None, x=result.height, text=f"cut at {words.number(result.height, 2)}"))
    return rows


def _record(role: str, line: str | None, **given: Any) -> dict[str, Any]:
    """A record with every field."""
    fields = ("order", "feature", "other", "x", "x2", "value", "text", "way", "shade")
    return {"role": role, "label": line, **dict.fromkeys(fields), **given}


def _worth(result: Aspects, node: int) -> dict[str, Any]:
    """A node's number."""
    value = float(result.nodes[node])
    if not math.isfinite(value):
        return {"value": None, "text": "", "way": "down"}
    signed = result.base is not None
    text = words.amount(value, result.scale) if signed else words.number(_rounded(value, result.nodes), 2)
    return {"value": value, "text": text, "way": "up" if signed and value > 0 else "down"}


def _rounded(value: float, nodes: Array) -> float:
    """A number without digits that say nothing beside the largest."""
    most = float(np.nanmax(np.abs(nodes)))
    return round(value, 2 - math.floor(math.log10(most))) if most > 0 else value


def _group_of(result: Aspects) -> list[str]:
    """The colour of each node: its group's, or that of what joins groups."""
    held = members(result.merges)
    found = [APART] * len(held)
    for number, group in enumerate(result.groups):
        for node, inside in enumerate(held):
            if set(inside) <= set(held[group]):
                found[node] = str(number % len(palette.CURVES)) if len(held[group]) > 1 else APART
    return found


def spec(result: Aspects, dark: bool | None) -> dict[str, Any]:
    """The constant specification of the triplot; the unit is our own words."""
    ink, narrow = palette.INKS[dark], "containerSize()[0] < 520"
    title = words.AXIS_CHANGE[result.scale] if result.base is not None else result.unit
    y: dict[str, Any] = {"field": "label", "type": "nominal", "sort": {"field": "order", "op": "min"}, "title": None}
    y["axis"] = {"labelLimit": {"expr": f"{narrow} ? 110 : 240"}, "ticks": False, "domain": False}
    bar_axis: dict[str, Any] = {
        "title": title,
        "tickCount": 3,
        "titleAnchor": "start",
        "orient": "top",
        "titleLimit": 300,
    }
    if result.base is not None and result.scale == "probability":
        bar_axis["labelExpr"] = "format(datum.value * 100, '.3~g')"
    bar_scale = {"range": [{"expr": "10"}, {"expr": "width * 0.34"}], "nice": False}
    tree_axis = {"title": "1 \N{MINUS SIGN} association", "tickCount": 4, "titleAnchor": "end"}
    tree_scale = {"domain": [0, 1], "range": [{"expr": "width * 0.44"}, {"expr": "width - 30"}], "nice": False}
    bar_x = {"type": "quantitative", "axis": bar_axis, "scale": bar_scale}
    tree_x = {"type": "quantitative", "axis": tree_axis, "scale": tree_scale}
    shades = {"domain": [*map(str, range(len(palette.CURVES))), APART], "range": [*palette.CURVES, palette.NEUTRAL]}
    shade = {"field": "shade", "type": "nominal", "scale": shades, "legend": None}
    ways = {"domain": ["up", "down"], "range": [palette.UP, palette.DOWN]}
    way = {"field": "way", "type": "nominal", "scale": ways, "legend": None}
    tips = [{"field": "label", "title": "feature"}, {"field": "text", "title": "alone"}]
    return {
        "width": "container",
        "height": {"step": 26},
        "data": {"name": "rows"},
        "resolve": {"scale": {"x": "independent", "color": "independent"}},
        "layer": [
            {
                "encoding": {"y": y},
                "layer": [
                    {
                        "transform": _only("bar"),
                        "params": [{"name": "pick", "select": {"type": "point", "fields": ["feature"]}}],
                        "mark": {"type": "bar", "cursor": "pointer", "cornerRadius": 2, "height": 15},
                        "encoding": {"x": {"field": "value", **bar_x}, "color": way, "tooltip": tips},
                    }
                ],
            },
            {"encoding": {"y": y}, "layer": _tree(tree_x, y, shade, ink)},
        ],
        "config": {"view": {"stroke": None}},
    }


def _only(role: str) -> list[dict[str, Any]]:
    """Records of one role."""
    return [{"filter": f"datum.role === '{role}'"}]


def _tree(x: dict[str, Any], y: dict[str, Any], shade: dict[str, Any], ink: str) -> list[dict[str, Any]]:
    """Branches along and across, joints with their numbers, and the cut."""
    rule = {"type": "rule", "strokeWidth": 2}
    start, point = {"field": "x", **x}, {"type": "point", "filled": True, "size": 45, "opacity": 1}
    joint = [*_only("joint"), {"filter": "isValid(datum.value)"}]
    tips = [{"field": "text", "title": "as one group"}, {"field": "x", "title": "joined at", "format": ".2f"}]
    text = {"type": "text", "align": "right", "dx": -6, "dy": -7, "fontSize": 10, "color": ink}
    cut = {"type": "rule", "strokeDash": [5, 4], "color": palette.MARK}
    said = {"type": "text", "dy": -8, "fontSize": 10, "color": palette.MARK}
    return [
        {"transform": _only("along"), "mark": rule, "encoding": {"x": start, "x2": {"field": "x2"}, "color": shade}},
        {
            "transform": _only("across"),
            "mark": rule,
            "encoding": {"x": start, "y2": {"field": "other"}, "color": shade},
        },
        {"transform": _only("joint"), "mark": point, "encoding": {"x": start, "color": shade, "tooltip": tips}},
        {"transform": joint, "mark": text, "encoding": {"x": start, "text": {"field": "text"}}},
        {
            "transform": _only("cut"),
            "mark": cut,
            "encoding": {"x": start, "y": {"value": 0}, "y2": {"value": "height"}},
        },
        {
            "transform": _only("cut"),
            "mark": said,
            "encoding": {"x": start, "y": {"value": 0}, "text": {"field": "text"}},
        },
    ]


def table(result: Aspects) -> pd.DataFrame:
    """Every branch: the groups at this height first, then all joints and single features."""
    held = members(result.merges)
    heights = [*np.zeros(len(result.features)), *result.merges[:, 2]]
    chosen = dict(zip(result.groups, result.values, strict=True))
    unit = result.unit or words.AXIS_CHANGE[result.scale]
    rest = [node for node in range(len(held)) if node not in chosen]
    lines = [
        {
            "features": ", ".join(result.features[at] for at in held[node]),
            "what": "group" if node in chosen else "feature" if len(held[node]) == 1 else "branch",
            unit: float(chosen.get(node, result.nodes[node])),
            "joined at": float(heights[node]),
        }
        for node in [*sorted(chosen, key=lambda node: -abs(chosen[node])), *rest]
    ]
    return pd.DataFrame(lines)
