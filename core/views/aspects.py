"""Groups of features that go together: a triplot (bars, dendrogram, numbers of its branches), or the groups as bars."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from core.aspects import leaves, members
from core.errors import unknown_name
from core.results import Aspects, Attribution, Importance
from core.types import Array
from core.views import attribution, importance, palette, words
from core.views.aspects_spec import APART, spec
from core.views.view import View

PICTURES = {"tree": "Dendrogram", "groups": "Groups"}
LISTED = 3
"""Features that a group's name holds at most."""


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
        spec(_unit(result), _shares(result), dark),
        rows,
        numbers,
        sentence,
        f"Dendrogram of {len(result.features)} features. {sentence}",
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


def named(features: Sequence[str], held: Sequence[Sequence[int]]) -> list[str]:
    """What each group is called: its features with plus signs, many of them counted."""
    return [called([features[at] for at in group]) for group in held]


def called(features: Sequence[str]) -> str:
    """One group's name."""
    longest = 60 if len(features) == 1 else 26
    shown = [words.named(name, longest) for name in features[:LISTED]]
    return " + ".join([*shown, *([f"{len(features) - LISTED} more"] if len(features) > LISTED else [])])


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


def _unit(result: Aspects) -> str:
    """What one is, in our own words."""
    return result.unit if result.base is None else words.AXIS_CHANGE[result.scale]


def _shares(result: Aspects) -> bool:
    """Whether numbers are percentage points."""
    return result.base is not None and result.scale == "probability"


def table(result: Aspects) -> pd.DataFrame:
    """Every branch: the groups at this height first, then all joints and single features."""
    held = members(result.merges)
    heights = [*np.zeros(len(result.features)), *result.merges[:, 2]]
    chosen = dict(zip(result.groups, result.values, strict=True))
    unit = _unit(result)
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
