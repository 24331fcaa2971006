"""Pictures of answers about a whole model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from core.export.canvas import MAX_BARS, along, clean, labels, lines, short, spots, title
from core.results import Importance, Points, Scores, Subsets, Trials
from core.types import Array
from core.views.axis import cell_at
from core.views.palette import CURVES, DOWN, MARK, NEUTRAL, UP
from core.views.points import GOLDEN, ranks, shaded, shades, strips
from core.views.subsets import conditions
from core.views.words import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes


LETTERS = 80
"""Letters that fit side by side below the axis."""


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
    numbers = "\n".join(f"{score.name}: {number(score.value)}" for score in result.scores)
    axes.text(1.02, 1.0, numbers, transform=axes.transAxes, va="top", fontsize=9)
    title(axes, f"{short(result.label)}: performance on {result.rows:,} rows")
    clean(axes)


def points(axes: Axes, result: Points) -> None:
    """Dots and the smooth line, or strips of levels; the third variable as colours, the instance as a ring."""
    if result.ordered:
        x = along(axes, result.x)
        axes.plot(spots(result.line_x, result.x), result.line_y, color=MARK, linewidth=2, zorder=3)
    else:
        x = _strips(axes, result)
    _dots(axes, result, x)
    if result.chosen is not None:
        own = result.rows.index(result.chosen)
        axes.plot(x[own], result.y[own], "o", markersize=13, markeredgewidth=2, color=MARK, fillstyle="none", zorder=4)
    axes.set_xlabel(short(result.x_title), parse_math=False)
    axes.set_ylabel(short(result.y_title), parse_math=False)
    title(axes, f"{short(result.y_title)} against {short(result.x_title)}")
    clean(axes)


def _strips(axes: Axes, result: Points) -> Array:
    """Each row above its level, a little to the side; names that would run into each other are turned."""
    stood = strips(result)
    levels = list(dict.fromkeys(stood))
    names = [short(level, 16) for level in levels]
    labels(axes, "x", np.arange(len(levels)), names)
    if len(names) * max(map(len, names), default=0) > LETTERS:
        axes.tick_params(axis="x", labelrotation=45)
        for name in axes.get_xticklabels():
            name.set_horizontalalignment("right")
    aside = np.array(result.rows) * GOLDEN % 1.0 - 0.5
    return np.array([levels.index(level) for level in stood]) + 0.4 * aside


def _dots(axes: Axes, result: Points, x: Array) -> None:
    """The rows, in the colours of the third variable."""
    look: dict[str, Any] = {"s": 14, "alpha": 0.6, "linewidths": 0}
    if not result.colour:
        axes.scatter(x, result.y, color=DOWN, **look)
        return
    if shaded(result):
        from matplotlib.colors import LinearSegmentedColormap

        shade = np.array([np.nan if cell is None else float(cell) for cell in result.colour])
        known = np.isfinite(shade)
        axes.scatter(x[~known], result.y[~known], color=NEUTRAL, **look)
        if not known.any():
            return
        colours = LinearSegmentedColormap.from_list("shades", [DOWN, UP])
        drawn = axes.scatter(x[known], result.y[known], c=shade[known], cmap=colours, **look)
        bar = axes.figure.colorbar(drawn, ax=axes, shrink=0.7)
        if result.colour_dates:
            ends = np.linspace(shade[known].min(), shade[known].max(), 4)
            bar.set_ticks(list(ends), labels=[cell_at(end, True) for end in ends])
        bar.set_label(short(result.colour_title), parse_math=False)
        return
    names = [one["shade"] for one in shades(result)]
    for name, place in ranks(result, names).items():
        own = np.array([other == name for other in names])
        colour = CURVES[place % len(CURVES)]
        axes.scatter(x[own], result.y[own], color=colour, label=short(name, 24), **look)
    legend = axes.legend(frameon=False, fontsize=8, loc="upper left", bbox_to_anchor=(1.01, 1.0))
    legend.set_title(short(result.colour_title, 24))
    for text in (legend.get_title(), *legend.get_texts()):
        text.set_parse_math(False)


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
