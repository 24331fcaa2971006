"""Pictures of answers about a whole model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core.export.canvas import MAX_BARS, clean, labels, lines, short, title
from core.results import Importance, Points, Scores, Subsets, Trials
from core.views.palette import DOWN, NEUTRAL, UP
from core.views.subsets import conditions

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def importance(axes: Axes, result: Importance) -> None:
    """Bars with the spread over the rounds, largest first."""
    order = np.argsort(-np.abs(result.values), kind="stable")[:MAX_BARS]
    places = np.arange(len(order))[::-1]
    spread = None if result.spread is None else result.spread[order]
    colours = [UP if result.signed and value > 0 else DOWN for value in result.values[order]]
    axes.barh(places, result.values[order], xerr=spread, color=colours, height=0.7, ecolor=NEUTRAL)
    axes.axvline(0, color=NEUTRAL, linewidth=0.8)
    labels(axes, "y", places, [short(result.features[index]) for index in order])
    axes.tick_params(left=False)
    axes.set_xlabel(result.unit)
    title(axes, f"{short(result.label)}: what the model relies on")
    clean(axes)


def scores(axes: Axes, result: Scores) -> None:
    """The first kind of curve that there is, and the scores as text beside it."""
    first = result.curves[0].id if result.curves else ""
    lines(axes, [curve for curve in result.curves if curve.id == first])
    numbers = "\n".join(f"{score.name}: {score.value:.4g}" for score in result.scores)
    axes.text(1.02, 1.0, numbers, transform=axes.transAxes, va="top", fontsize=9)
    title(axes, f"{short(result.label)}: performance on {result.rows:,} rows")
    clean(axes)


def points(axes: Axes, result: Points) -> None:
    """Dots and the smooth line."""
    if result.ordered:
        axes.plot([float(x) for x in result.x], result.y, ".", color=DOWN, alpha=0.5)
        axes.plot(result.line_x, result.line_y, color=UP, linewidth=2)
    else:
        levels = list(dict.fromkeys(str(x) for x in result.x))
        axes.plot([levels.index(str(x)) for x in result.x], result.y, ".", color=DOWN, alpha=0.5)
        labels(axes, "x", np.arange(len(levels)), [short(level, 16) for level in levels])
    axes.set_xlabel(short(result.x_title), parse_math=False)
    axes.set_ylabel(short(result.y_title), parse_math=False)
    title(axes, f"{short(result.y_title)} against {short(result.x_title)}")
    clean(axes)


def subsets(axes: Axes, result: Subsets) -> None:
    """The subsets least likely to be chance, with their standard errors."""
    shown = result.subsets[:MAX_BARS]
    for place, one in enumerate(reversed(shown)):
        colour = UP if one.chance <= result.level else NEUTRAL
        axes.errorbar(one.loss, place, xerr=1.96 * one.error, fmt="o", color=colour, linewidth=1.5)
    axes.axvline(result.overall, color=NEUTRAL, linestyle="--", linewidth=1)
    labels(axes, "y", np.arange(len(shown)), [short(conditions(one.parts), 60) for one in reversed(shown)])
    axes.set_xlabel(result.unit)
    title(axes, f"{short(result.label)}: where the model is worst ({result.rows:,} rows)")
    clean(axes)


def trials(axes: Axes, result: Trials) -> None:
    """A dot for each trial with its spread, the best so far, and the model's own settings."""
    known = [trial for trial in result.trials if not trial.problem]
    places, losses = [trial.number for trial in known], [trial.loss for trial in known]
    axes.axhline(result.original.loss, color=NEUTRAL, linestyle="--", linewidth=1, label="the model's own settings")
    if known:
        spread = np.nan_to_num([trial.spread for trial in known])
        axes.errorbar(places, losses, yerr=spread, fmt="o", color=DOWN, ecolor=NEUTRAL, elinewidth=0.8)
        axes.step(places, np.minimum.accumulate(losses), where="post", color=UP, linewidth=2, label="best so far")
    axes.legend(frameon=False, fontsize=8)
    axes.set_xlabel("trial")
    axes.set_ylabel(f"{result.unit} (lower is better)")
    title(axes, f"{short(result.label)}: {len(result.trials)} trials")
    clean(axes)
