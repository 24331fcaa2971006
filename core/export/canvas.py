"""What the pictures of all kinds share: labels that are never read as formulas, a clean frame."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from core.codec import plain
from core.results.scores import Curve
from core.shown import printable
from core.types import Array
from core.views import axis
from core.views.palette import CURVES, MODELS, NEUTRAL

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MAX_BARS = 15
"""Bars drawn at most."""
_DASHES = ("-", "--", ":", "-.", (0, (6, 2, 1, 2, 1, 2)))
"""What tells the lines of one model apart."""
_DAY = 86_400_000.0
"""Milliseconds of a day, which is what dates are counted in on a drawing."""


def short(value: object, limit: int = 48) -> str:
    """Text from outside, cut to a length that a picture can hold."""
    text = "missing" if plain(value) is None else f"{value:.6g}" if isinstance(value, float) else str(value)
    text = printable(text)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def along(axes: Axes, cells: Sequence[Any]) -> Array:
    """Where cells of an ordered feature lie along the axis, NaN for a gap; dates have ticks of dates."""
    if axis.dated(cells, True):
        axes.xaxis_date()
    places = [np.nan if (spot := axis.place(cell)) is None else spot for cell in cells]
    return spots(np.array(places, dtype=np.float64), cells)


def spots(places: Array, cells: Sequence[Any]) -> Array:
    """Places as a view has them where the drawing has them, on an axis of these cells."""
    return places / _DAY if axis.dated(cells, True) else places


def labels(axes: Axes, which: Literal["x", "y"], places: Any, texts: list[str]) -> None:
    """Tick labels that are never read as formulas."""
    side = axes.xaxis if which == "x" else axes.yaxis
    side.set_ticks(places, labels=texts)
    for label in side.get_ticklabels():
        label.set_parse_math(False)


def title(axes: Axes, text: str) -> None:
    """A title that is never read as a formula."""
    axes.set_title(text, loc="left", fontsize=11, parse_math=False)


def clean(axes: Axes) -> None:
    """No frame but the lower line."""
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)


def of_models(whose: Sequence[str]) -> list[dict[str, Any]]:
    """The look of each line: one colour a model, and a dash for each line that it has more."""
    names, seen = list(dict.fromkeys(whose)), dict.fromkeys(whose, 0)
    found = []
    for name in whose:
        colour, dash = MODELS[names.index(name) % len(MODELS)], _DASHES[seen[name] % len(_DASHES)]
        found.append({"color": colour, "linestyle": dash})
        seen[name] += 1
    return found


def lines(axes: Axes, curves: Sequence[Curve], whose: Sequence[str] = ()) -> None:
    """Curves of one picture of performance, each with its name; of several models in each model's own colour."""
    looks = of_models(whose) if whose else [{"color": CURVES[at % len(CURVES)]} for at in range(len(curves))]
    for place, (curve, look) in enumerate(zip(curves, looks, strict=True)):
        colour = look["color"]
        axes.plot(curve.x, curve.y, linewidth=1.8, **look)
        axes.text(0.98, 0.04 + 0.05 * place, short(curve.name, 40), color=colour, transform=axes.transAxes, ha="right",
                  fontsize=8, parse_math=False)  # fmt: skip  # a legend that reads no formulas
        axes.set_xlabel(curve.x_title)
        axes.set_ylabel(curve.y_title)
    if curves and curves[0].diagonal:
        axes.axline((0, 0), slope=1, color=NEUTRAL, linestyle="--", linewidth=1)
