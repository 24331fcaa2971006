"""Pictures of several answers on one axis."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core.export import draw_fairness, draw_row
from core.export.canvas import MAX_BARS, clean, labels, lines, short, title
from core.results import Attribution, Fairness, Importance, Profile, Together
from core.views import overlay
from core.views.overlay import aligned, merged_profile, pictures
from core.views.palette import MODELS, NEUTRAL

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def together(axes: Axes, result: Together) -> None:
    """Grouped bars, the first curves of performance that all have, or profiles."""
    first = result.results[0]
    if isinstance(first, Profile):
        draw_row.profile(axes, merged_profile(result), overlay.owners(result))
    elif isinstance(first, Attribution | Importance):
        _bars(axes, result)
    elif isinstance(first, Fairness):
        draw_fairness.draw(axes, draw_fairness.named(result), "check")
    else:
        shown = pictures(result)
        lines(axes, *overlay.lines(result, next(iter(shown), "")))
        title(axes, next(iter(shown.values()), "performance"))
        clean(axes)


def _bars(axes: Axes, result: Together) -> None:
    """Bars of every answer, feature by feature."""
    first = result.results[0]
    items = [item for item in result.results if isinstance(item, Attribution | Importance)]
    features, values = aligned(items)
    order = np.argsort(-np.nanmax(np.abs(values), axis=0), kind="stable")[:MAX_BARS]
    thick = 0.8 / len(items)
    for which, name in enumerate(result.names):
        places = np.arange(len(order))[::-1] + 0.4 - thick * (which + 0.5)
        spread = items[which].spread
        wide = dict(zip(items[which].features, [] if spread is None else spread.tolist(), strict=False))
        error = None if spread is None else [wide.get(features[place], 0.0) for place in order]
        colour = MODELS[which % len(MODELS)]
        axes.barh(places, np.nan_to_num(values[which, order]), thick, color=colour, xerr=error, ecolor=NEUTRAL)
        axes.text(1.0, 0.02 + 0.05 * which, short(name, 40), color=colour, transform=axes.transAxes, ha="right",
                  fontsize=8, parse_math=False)  # fmt: skip  # a legend that reads no formulas
    axes.axvline(0, color=NEUTRAL, linewidth=0.8)
    labels(axes, "y", np.arange(len(order))[::-1], [short(features[place]) for place in order])
    axes.set_xlabel(first.unit if isinstance(first, Importance) else first.scale)  # type: ignore[attr-defined]
    title(axes, "side by side")
    clean(axes)
