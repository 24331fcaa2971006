"""Where a nudge crosses the boundary: the profile of one changed feature, with both ends and the goal's line."""

from __future__ import annotations

from typing import Any

import pandas as pd

from core.results import Change, Profile
from core.types import Feature
from core.views import axis, profile, words
from core.views.view import View


def view(
    found: Profile, change: Change, others: int, *, feature: Feature | None = None, dark: bool | None = None
) -> View:
    """Draw the profile that ``core.counterfactual.crossing`` computed.

    Parameters
    ----------
    found : Profile
    change : Change
        The nudge's change of this feature.
    others : int
        How many other changes are made already.
    feature, dark
        As for any profile.

    Returns
    -------
    View
    """
    drawn = profile.view(found, feature=feature, dark=dark)
    decimals = feature.decimals if feature is not None and feature.kind == "numeric" else None
    rows = [dict(row) for row in drawn.rows]
    for row in rows:
        if row["role"] == "title":
            row["label"] = words.named(found.feature, 40)
        if row["role"] in ("own", "own gap"):
            row["label"] = f"nudge {row['cell']}: {words.figure(row['y'], found.scale)}"
        if row["role"] == "threshold" and found.threshold is not None:
            row["label"] = f"goal {words.figure(found.threshold, found.scale)}"
    start = axis.place(change.before) if found.ordered else None
    rows += [
        {**row, "role": "own", "label": f"now {row['cell']}"}
        for row in drawn.rows
        if row["role"] == "line" and found.ordered and start is not None and row["x"] == start
    ]
    sentence = _tell(found, change, others, decimals)
    spec = _aside(drawn.spec) if _right(found, change) else drawn.spec
    return View(spec, rows, drawn.table, sentence, f"{'Line' if found.ordered else 'Dot'} chart. {sentence}")


def _right(found: Profile, change: Change) -> bool:
    """True where the nudge lies in the right half of an ordered profile."""
    places = [place for cell in found.grid if found.ordered and (place := axis.place(cell)) is not None]
    at = axis.place(change.after) if places else None
    return at is None or at > (min(places) + max(places)) / 2


def _aside(spec: dict[str, Any]) -> dict[str, Any]:
    """The line's label at the left end of an ordered profile: at the right the nudge has its own label."""
    layers = []
    for layer in spec["layer"]:
        if layer["mark"].get("align") == "right" and "threshold" in layer["transform"][0]["filter"]:
            layer = {**layer, "mark": {**layer["mark"], "align": "left"}}
            layer["encoding"] = {**layer["encoding"], "x": {"value": 4}}
        layers.append(layer)
    return {**spec, "layer": layers}


def _tell(found: Profile, change: Change, others: int, decimals: int | None) -> str:
    """Where the answer crosses the goal's line on the way, in words."""
    name = words.named(found.feature)
    made = f"With the other change{'s' if others > 1 else ''} made" if others else "With nothing else changed"
    head = f"{made}, "
    ends = f"{words.cell(change.before, decimals)} to {words.cell(change.after, decimals)}"
    start, end = (axis.place(end) for end in (change.before, change.after)) if found.ordered else (None, None)
    if found.threshold is None or start is None or end is None:
        return f"{head}moving {name} from {ends} reaches the goal."
    line = words.figure(found.threshold, found.scale)
    spots = [spot for spot in profile.crossings(found) if min(start, end) <= spot <= max(start, end)]
    if not spots:
        return f"{head}moving {name} from {ends} reaches the goal of {line}."
    spot = min(spots, key=lambda at: abs(at - end))
    dates = any(isinstance(point, pd.Timestamp) for point in found.grid)
    where = axis.passed(spot, found.grid, dates, decimals)
    return f"{head}the answer crosses {line} near {name} = {where}; the nudge goes from {ends}."
