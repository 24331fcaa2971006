"""The further pictures of an answer, each drawn from the records of its view, so that file and page show the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from core.export import draw_aspects, draw_fairness
from core.export.canvas import clean, labels, lines, short, title
from core.results import Aspects, Attributions, Fairness, Profile, Result, Scores, Subsets, Together
from core.views import view
from core.views.attributions_spec import MIDDLE
from core.views.overlay import lines as of_models
from core.views.palette import CURVES, DOWN, NEUTRAL, UP
from core.views.together import choices, squares
from core.views.words import AXIS_CHANGE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Records = Sequence[Mapping[str, Any]]
_WAYS = {"up": UP, "down": DOWN, "rest": NEUTRAL}


def draw(axes: Axes, result: Result, picture: str) -> None:
    """Draw one of the pictures that ``core.views.pictures.every`` names, other than the first.

    Parameters
    ----------
    axes : matplotlib Axes
    result : Result
    picture : str
    """
    if isinstance(result, Aspects):
        draw_aspects.groups(axes, result)
    elif isinstance(result, Scores):
        _performance(axes, result, picture)
    elif isinstance(result, Fairness):
        draw_fairness.fairness(axes, result, picture)
    elif isinstance(result, Together) and isinstance(result.results[0], Fairness):
        draw_fairness.draw(axes, draw_fairness.named(result), picture)
    elif isinstance(result, Together):
        own = squares(result).get(picture)
        _confusion(axes, own) if own is not None else lines(axes, *of_models(result, picture))
        title(axes, short(choices(result)[picture], 60))
    elif isinstance(result, Profile):
        _bars(
            axes, [{"label": short(at), "value": float(y)} for at, y in zip(result.grid, result.values[0], strict=True)]
        )
    else:
        _DRAWN[picture](axes, view(result, picture=picture).rows, result)
    clean(axes)


def _heading(axes: Axes, result: Any, said: str) -> None:
    """The title: what it is about, and what is drawn."""
    title(axes, f"{short(result.label)}: {said}")


def _names(axes: Axes, names: Sequence[str]) -> None:
    """Names from top to bottom."""
    labels(axes, "y", np.arange(len(names))[::-1], [short(name) for name in names])
    axes.tick_params(left=False)


def _steps(axes: Axes, rows: Records, result: Any) -> None:
    """A staircase from the baseline to the output."""
    for place, row in zip(np.arange(len(rows))[::-1], rows, strict=True):
        left, wide = min(row["from"], row["to"]), abs(row["to"] - row["from"])
        axes.barh(place, wide, left=left, color=_WAYS[row["way"]], height=0.7)
        axes.plot([row["to"], row["to"]], [place + 0.35, max(0, place - 1) - 0.35], color=NEUTRAL, linewidth=0.8)
        axes.annotate(row["text"], (row["high"], place), xytext=(4, 0), textcoords="offset points", va="center",
                      fontsize=8, parse_math=False)  # fmt: skip  # numbers of ours
    _names(axes, [row["label"] for row in rows])
    axes.use_sticky_edges = False
    axes.margins(x=0.12, y=0.02)
    axes.set_xlabel(result.scale)
    _heading(axes, result, "step by step")


def _boxes(axes: Axes, rows: Records, result: Any) -> None:
    """Box plots from quartiles that are known."""
    stats = [
        {"med": row["median"], "q1": row["q1"], "q3": row["q3"], "whislo": row["low"], "whishi": row["high"],
         "mean": row["mean"], "fliers": [], "label": ""}
        for row in rows
    ]  # fmt: skip  # a table of names
    places = np.arange(len(rows))[::-1]
    axes.bxp(stats, positions=places, orientation="horizontal", showmeans=True, showfliers=False)
    axes.axvline(0, color=NEUTRAL, linewidth=0.8)
    _names(axes, [row["label"] for row in rows])
    axes.set_xlabel(getattr(result, "unit", None) or result.scale)
    _heading(axes, result, "how far single ones lie apart")


def _bars(axes: Axes, rows: Records, result: Any = None) -> None:
    """Bars of one number each."""
    axes.barh(np.arange(len(rows))[::-1], [row["value"] for row in rows], color=DOWN, height=0.7)
    _names(axes, [row["label"] for row in rows])
    if result is not None:
        axes.set_xlabel(f"mean size: {AXIS_CHANGE[result.scale]}")
        _heading(axes, result, f"mean size over {len(result.rows):,} rows")


def _heat(axes: Axes, rows: Records, result: Attributions) -> None:
    """A cell a row and feature."""
    from matplotlib.colors import LinearSegmentedColormap

    down = list(dict.fromkeys(row["label"] for row in rows))
    cells = np.full((len(down), 1 + max(row["at"] for row in rows)), np.nan)
    for row in rows:
        cells[down.index(row["label"]), row["at"]] = row["value"]
    limit = float(np.nanmax(np.abs(cells))) or 1.0
    colours = LinearSegmentedColormap.from_list("cells", [DOWN, MIDDLE, UP])
    axes.imshow(cells, cmap=colours, vmin=-limit, vmax=limit, aspect="auto")
    labels(axes, "y", np.arange(len(down)), [short(name) for name in down])
    axes.set_xlabel(f"rows by their output (colour: {AXIS_CHANGE[result.scale]})")
    _heading(axes, result, f"{cells.shape[1]:,} rows")


def _stack(axes: Axes, rows: Records, result: Attributions) -> None:
    """Forces of many rows beside each other: what pushes up above zero, what pushes down below it."""
    names = list(dict.fromkeys(row["label"] for row in rows))
    width = 1 + max(row["at"] for row in rows)
    above, below = np.zeros(width), np.zeros(width)
    for place, name in enumerate(names):
        sizes = np.zeros(width)
        for row in rows:
            if row["label"] == name:
                sizes[row["at"]] = row["value"]
        colour = CURVES[place % len(CURVES)]
        axes.bar(np.arange(width), sizes, 1.0, bottom=np.where(sizes > 0, above, below), color=colour)
        above, below = above + np.maximum(sizes, 0), below + np.minimum(sizes, 0)
        axes.text(1.01, 0.95 - 0.07 * place, short(name, 24), color=colour, transform=axes.transAxes, fontsize=8,
                  parse_math=False)  # fmt: skip  # a legend that reads no formulas
    axes.axhline(0, color=NEUTRAL, linewidth=0.8)
    axes.set_ylabel(AXIS_CHANGE[result.scale])
    axes.set_xlabel("rows by their output")
    _heading(axes, result, f"{width:,} rows")


def _paths(axes: Axes, rows: Records, result: Attributions) -> None:
    """From the baseline to each row's output, feature by feature."""
    for own in dict.fromkeys(row["row"] for row in rows):
        line = [row for row in rows if row["row"] == own]
        axes.plot([row["reached"] for row in line], [row["step"] for row in line], color=DOWN, alpha=0.4, linewidth=1)
    steps = {row["step"]: row["label"] for row in rows}
    labels(axes, "y", np.array(sorted(steps)), [short(steps[step]) for step in sorted(steps)])
    axes.set_xlabel(result.scale)
    _heading(axes, result, "paths to the output")


def _lines(axes: Axes, rows: Records, result: Any) -> None:
    """A line for each of some rows of a matrix."""
    cells = [row for row in rows if row["role"] == "cell"]
    across = list(dict.fromkeys(row["column"] for row in cells))
    for place, name in enumerate(dict.fromkeys(row["row"] for row in cells)):
        heights = [np.nan if row["value"] is None else row["value"] for row in cells if row["row"] == name]
        colour = CURVES[place % len(CURVES)]
        axes.plot(np.arange(len(across)), heights, color=colour, linewidth=1.8)
        axes.text(1.01, 0.95 - 0.07 * place, short(name, 24), color=colour, transform=axes.transAxes, fontsize=8,
                  parse_math=False)  # fmt: skip  # a legend that reads no formulas
    step = max(1, len(across) // 12)
    labels(axes, "x", np.arange(0, len(across), step), [short(name, 14) for name in across[::step]])
    title(axes, f"{short(result.row_title)}, along {short(result.column_title)}: {result.unit}")


def _funnel(axes: Axes, rows: Records, result: Subsets) -> None:
    """Subsets by size, between the limits that chance sets."""
    band = [row for row in rows if row["role"] == "band"]
    axes.fill_between([row["rows"] for row in band], [row["low"] for row in band], [row["high"] for row in band],
                      color=NEUTRAL, alpha=0.2)  # fmt: skip  # three columns of one table
    for one in result.subsets:
        axes.plot(one.rows, one.loss, "o", color=UP if one.chance <= result.level else NEUTRAL, markersize=5)
    axes.axhline(result.overall, color=NEUTRAL, linestyle="--", linewidth=1)
    axes.set_xscale("log")
    axes.set_xlabel("rows of the subset")
    axes.set_ylabel(result.unit)
    _heading(axes, result, "subsets by size; grey: by chance")


def _performance(axes: Axes, result: Scores, picture: str) -> None:
    """One kind of curve, or the confusion matrix."""
    chosen = [curve for curve in result.curves if curve.id == picture]
    if not chosen:
        _confusion(axes, result)
        return
    lines(axes, chosen)
    _heading(axes, result, f"{chosen[0].title}, {result.rows:,} rows")


def _confusion(axes: Axes, result: Scores) -> None:
    """Which class was taken for which, with the share of each true class."""
    cells = view(result, picture="confusion").rows
    names = list(dict.fromkeys(cell["truth"] for cell in cells))
    shares = np.array([cell["share"] for cell in cells]).reshape(len(names), -1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1.3, aspect="auto")
    for cell in cells:
        at = names.index(cell["said"]), names.index(cell["truth"])
        axes.text(*at, f"{cell['count']:,.0f}\n{cell['share']:.0%}", ha="center", va="center", fontsize=8)
    labels(axes, "x", np.arange(len(names)), [short(name, 16) for name in names])
    labels(axes, "y", np.arange(len(names)), [short(name, 24) for name in names])
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")
    _heading(axes, result, f"right and wrong on {result.rows:,} rows")


_DRAWN: dict[str, Callable[[Axes, Records, Any], None]] = {
    "steps": _steps,
    "boxes": _boxes,
    "bar": _bars,
    "heat": _heat,
    "stack": _stack,
    "paths": _paths,
    "lines": _lines,
    "funnel": _funnel,
}
