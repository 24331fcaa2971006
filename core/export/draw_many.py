"""Pictures of answers about many rows, the data, and surrogates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core.codec import plain
from core.export.canvas import MAX_BARS, along, clean, labels, short, title
from core.results import Attributions, Distribution, Matrix, Surrogate
from core.surrogates import layout
from core.views import bins
from core.views.attributions_spec import MIDDLE
from core.views.dependence import column, shares
from core.views.palette import CURVES, DOWN, MARK, NEUTRAL, UP
from core.views.words import AXIS_CHANGE, number

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def attributions(axes: Axes, result: Attributions) -> None:
    """A swarm: a dot a row and feature, coloured by the feature's value."""
    from matplotlib.colors import LinearSegmentedColormap

    order = np.argsort(-np.abs(result.values).mean(axis=0), kind="stable")[:MAX_BARS]
    colours = LinearSegmentedColormap.from_list("value", [DOWN, MIDDLE, UP])
    wide = float(np.abs(result.values).max()) or 1.0
    for place, feature in enumerate(order):
        values = result.values[:, feature]
        where = [np.nan if share is None else share for share in shares(column(result, result.features[feature]))]
        bins = np.round(values / wide * 40).astype(int)
        level = np.array([np.sum(bins[:at] == bins[at]) for at in range(len(bins))])
        side = np.where(level % 2, 1, -1) * ((level + 1) // 2)
        heights = len(order) - 1 - place + np.clip(side * 0.06, -0.42, 0.42)
        known = np.isfinite(where)
        axes.scatter(values[~known], heights[~known], color=NEUTRAL, s=7)
        axes.scatter(values[known], heights[known], c=np.array(where)[known], cmap=colours, vmin=0, vmax=1, s=7)
    axes.axvline(0, color=NEUTRAL, linewidth=0.8)
    labels(axes, "y", np.arange(len(order))[::-1], [short(result.features[feature]) for feature in order])
    axes.set_xlabel(f"{AXIS_CHANGE[result.scale]} (colour: low to high value)")
    title(axes, f"{short(result.label)}: what pushes {len(result.rows):,} rows")
    clean(axes)


def distribution(axes: Axes, result: Distribution) -> None:
    """Stacked bars a bin or level, the instance's own marked; the target's mean as a line on an axis of its own."""
    if result.shares:
        _shares(axes, result)
        return
    if result.ordered:
        edges = along(axes, result.bins) - (0.5 if bins.whole(result) else 0.0)
        middles, widths = (edges[1:] + edges[:-1]) / 2, np.diff(edges)
    else:
        middles, widths = np.arange(len(result.bins), dtype=float), np.full(len(result.bins), 0.8)
        labels(axes, "x", middles, [short(level, 12) for level in result.bins])
        axes.tick_params(axis="x", rotation=45 if len(result.bins) > 6 else 0)
    below = np.zeros(len(middles))
    for place, counts in enumerate(result.counts):
        axes.bar(middles, counts, widths, bottom=below, color=CURVES[place % len(CURVES)], edgecolor="white")
        below = below + counts
    if result.at is not None:
        levels = list(result.bins)
        own = levels.index(result.at) if result.at in levels else len(levels) - 1
        at = along(axes, [result.at])[0] if result.ordered else own
        axes.axvline(at, color=MARK, linewidth=2)
    axes.set_ylabel("rows")
    axes.set_xlabel(short(result.feature), parse_math=False)
    if result.means is not None:
        beside = axes.twinx()
        beside.plot(middles, result.means, "o-", color=UP if len(result.groups) < 2 else NEUTRAL, linewidth=1.5)
        beside.set_ylabel(short(result.mean_title), parse_math=False)
        clean(beside)
    title(axes, f"{short(result.feature)}: {int(result.counts.sum()):,} rows, {result.missing:,} missing")
    clean(axes)


def _shares(axes: Axes, result: Distribution) -> None:
    """One bar a level, split by class, with the number of its rows behind it."""
    totals = result.counts.sum(axis=0)
    places, left = np.arange(len(totals))[::-1], np.zeros(len(totals))
    for at, (group, counts) in enumerate(zip(result.groups, result.counts, strict=True)):
        parts = counts / np.maximum(totals, 1)
        axes.barh(places, parts, left=left, color=CURVES[at % len(CURVES)], edgecolor="white", label=short(group, 24))
        left = left + parts
    for place, total in zip(places, totals, strict=True):
        axes.text(1.01, place, f"{total:,.0f}", va="center", fontsize=7)
    labels(axes, "y", places, [short(bins.name(result, at), 24) for at in range(len(totals))])
    axes.set_xlim(0, 1.12)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0 %", "25 %", "50 %", "75 %", "100 %"])
    axes.set_xlabel("share of the rows; behind each bar, how many they are")
    for text in axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=4, frameon=False, fontsize=7).get_texts():
        text.set_parse_math(False)
    title(axes, short(result.feature))
    clean(axes)


def matrix(axes: Axes, result: Matrix) -> None:
    """Coloured cells with their numbers where there is room."""
    from matplotlib.colors import LinearSegmentedColormap

    values = result.values
    limit = float(np.nanmax(np.abs(values))) if np.isfinite(values).any() else 1.0
    ends = [DOWN, "#f3f3f6", UP] if result.signed else ["#f3f3f6", UP]
    colours = LinearSegmentedColormap.from_list("cells", ends)
    low = -(limit or 1.0) if result.signed else 0.0
    axes.imshow(np.ma.masked_invalid(values), cmap=colours, vmin=low, vmax=limit or 1.0, aspect="auto")
    few = max(values.shape) <= 14
    for row, column_ in np.ndindex(values.shape) if few else ():
        if np.isfinite(values[row, column_]):
            axes.text(column_, row, number(float(values[row, column_]), 2), ha="center", va="center", fontsize=7)
    step = max(1, len(result.columns) // 20)
    labels(axes, "x", np.arange(0, len(result.columns), step), [short(name, 14) for name in result.columns[::step]])
    labels(axes, "y", np.arange(len(result.rows)), [short(name, 24) for name in result.rows])
    axes.tick_params(axis="x", rotation=45)
    title(axes, result.unit)
    clean(axes)


def surrogate(axes: Axes, result: Surrogate) -> None:
    """The tree with its questions, or the terms as bars."""
    if result.form == "tree":
        places = layout(result)
        for at, node in enumerate(result.nodes):
            x, y = places[at]
            if node.parent >= 0:
                from_x, from_y = places[node.parent]
                axes.plot([from_x, x], [-from_y, -y], color=NEUTRAL, linewidth=1, zorder=1)
            text = f"{short(node.rule, 22)}\n{number(node.value, 3)} · {node.rows:,} rows".strip()
            box = {"boxstyle": "round", "fc": "white", "ec": DOWN if node.feature else UP}
            axes.text(x, -y, text, ha="center", va="center", fontsize=6, bbox=box, parse_math=False)
        axes.set_axis_off()
        axes.margins(0.12)
    else:
        order = np.argsort(-np.abs(result.weights), kind="stable")[:MAX_BARS]
        ways = [UP if weight > 0 else DOWN for weight in result.weights[order]]
        axes.barh(np.arange(len(order))[::-1], result.weights[order], color=ways)
        labels(axes, "y", np.arange(len(order))[::-1], [short(result.features[at]) for at in order])
        axes.axvline(0, color=NEUTRAL, linewidth=0.8)
        clean(axes)
    title(axes, f"{short(result.label)}: a simple {result.form} that mimics it (fidelity {plain(result.fidelity):.3g})")
