"""Pictures of groups of features, drawn from the records of their view."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core.export import draw_model, draw_row
from core.export.canvas import clean, labels, short, title
from core.results import Aspects, Attribution
from core.views.aspects import records, whole
from core.views.palette import CURVES, DOWN, MARK, NEUTRAL, UP

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def groups(axes: Axes, result: Aspects) -> None:
    """The groups as bars."""
    flat = whole(result)
    if isinstance(flat, Attribution):
        draw_row.attribution(axes, flat)
    else:
        draw_model.importance(axes, flat)


def aspects(axes: Axes, result: Aspects) -> None:
    """Bars of single features on the left, the dendrogram on the right."""
    rows = records(result)
    bars = [row for row in rows if row["role"] == "bar"]
    place = {row["label"]: row["order"] for row in bars}
    values = np.array([row["value"] if row["value"] is not None else 0.0 for row in bars])
    most = float(np.abs(values).max()) or 1.0
    low = min(float(values.min()) / most, 0.0)
    zero = -1.0 + 0.8 * -low / (1 - low)
    left = zero + 0.8 * values / most / (1 - low)
    for at, row in enumerate(bars):
        colour = UP if row["way"] == "up" else DOWN
        axes.barh(at, left[at] - zero, left=zero, color=colour, height=0.6)
        axes.text(left[at], at, f" {row['text']}", va="center", fontsize=7, parse_math=False)
    for row in rows:
        colour = NEUTRAL if row["shade"] in (None, "apart") else CURVES[int(row["shade"])]
        if row["role"] == "along":
            axes.plot([row["x"], row["x2"]], [place[row["label"]]] * 2, color=colour, linewidth=1.6)
        elif row["role"] == "across":
            axes.plot([row["x"]] * 2, [place[row["label"]], place[row["other"]]], color=colour, linewidth=1.6)
        elif row["role"] == "joint":
            axes.text(row["x"], place[row["label"]] - 0.12, f"{row['text']} ", ha="right", fontsize=7, parse_math=False)
        elif row["role"] == "cut":
            axes.axvline(row["x"], color=MARK, linestyle="--", linewidth=1)
    labels(axes, "y", np.arange(len(bars)), [short(row["feature"], 30) for row in bars])
    labels(axes, "x", np.array([0, 0.25, 0.5, 0.75, 1.0]), ["0", "0.25", "0.5", "0.75", "1"])
    axes.invert_yaxis()
    axes.set_xlabel("alone                    1 - association")
    title(axes, f"{short(result.label, 30)}: features that go together")
    clean(axes)
