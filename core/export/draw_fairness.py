"""Pictures of fairness, each drawn from the records of its view."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from core.export.canvas import clean, labels, lines, short, title
from core.results import Fairness, Together
from core.views import fairness_rows as records
from core.views.fairness import PICTURES
from core.views.fairness_rows import HEAD, STATES, Named
from core.views.palette import CURVES, MODELS, NEUTRAL, UP

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Records = Sequence[Mapping[str, Any]]
_STATES = dict(zip(STATES, (CURVES[2], "#c99a2e", UP, NEUTRAL), strict=True))


def named(found: Together) -> Named:
    """The comparisons of several models, each with its name."""
    pairs = zip(found.names, found.results, strict=True)
    return [(name, one) for name, one in pairs if isinstance(one, Fairness)]


def fairness(axes: Axes, result: Fairness, picture: str = "check") -> None:
    """Draw one picture of a comparison of groups."""
    draw(axes, [("", result)], picture)


def draw(axes: Axes, found: Named, picture: str) -> None:
    """Draw one picture of one model's comparison or of several models'.

    Parameters
    ----------
    axes : matplotlib Axes
    found : sequence of (str, Fairness)
    picture : str
        A key of ``core.views.fairness.pictures``.
    """
    if picture in ("cutoffs", "own", "spread"):
        lines(axes, *records.curves(found, picture))
    else:
        _DRAWN[picture](axes, found)
    one = found[0][1]
    title(axes, f"{short(one.label, 24)}, by {short(one.column, 30)}: {PICTURES[picture].lower()}")
    clean(axes)


def _check(axes: Axes, found: Named) -> None:
    """Ratios with their intervals on a logarithmic axis."""
    axes.set_xscale("log")
    axes.axvspan(found[0][1].epsilon, 1 / found[0][1].epsilon, color=NEUTRAL, alpha=0.2)
    axes.axvline(1, color=NEUTRAL, linestyle="--", linewidth=1)
    _dots(axes, records.ratios(found), len(found))
    marks = [0.125, 0.25, 0.5, 0.8, 1, 1.25, 2, 4, 8]
    labels(axes, "x", marks, [f"{mark:g}" for mark in marks])
    axes.minorticks_off()
    axes.set_xlabel(f"times {short(found[0][1].groups[0], 40)}", parse_math=False)


def _scores(axes: Axes, found: Named) -> None:
    """Measures with their intervals."""
    _dots(axes, records.scores(found), len(found))


def _dots(axes: Axes, rows: Records, models: int) -> None:
    """One line a group under its measure; several models beside each other."""
    names = {row["order"]: row["label"].strip(HEAD) for row in rows if row["label"]}
    for row in rows:
        if row["role"] != "dot" or row["value"] is None:
            continue
        down = row["order"] + (row["which"] - (models - 1) / 2) * 0.8 / models
        colour = MODELS[row["which"] % len(MODELS)] if models > 1 else _STATES.get(row["state"], CURVES[0])
        axes.plot(row["value"], down, "o", color=colour, markersize=5)
        if row["low"] is not None:
            axes.plot([row["low"], row["high"]], [down, down], color=colour, linewidth=1.5)
    labels(
        axes,
        "y",
        np.array(list(names)),
        [short(name.rstrip("\N{ZERO WIDTH SPACE}\N{WORD JOINER}"), 36) for name in names.values()],
    )
    axes.invert_yaxis()
    axes.tick_params(left=False, labelsize=max(4, 9 - len(names) // 12))
    if models > 1:
        _legend(axes, {row["who"]: row["which"] for row in rows if row["role"] == "dot"})


def _legend(axes: Axes, names: Mapping[str, int]) -> None:
    """Names in their colours that read no formulas."""
    for place, (name, which) in enumerate(names.items()):
        axes.text(0.99, 0.02 + 0.05 * place, short(name, 40), color=MODELS[which % len(MODELS)], ha="right",
                  transform=axes.transAxes, fontsize=8, parse_math=False)  # fmt: skip  # one line of text


def _stacked(axes: Axes, found: Named) -> None:
    """Parity losses on top of each other."""
    rows = records.losses(found)
    names = list(dict.fromkeys(row["who"] for row in rows))
    left = np.zeros(len(names))
    for order, measure in {row["order"]: row["measure"] for row in rows}.items():
        wide = np.array([row["value"] or 0.0 for row in rows if row["order"] == order])
        axes.barh(np.arange(len(names)), wide, left=left, color=CURVES[order % len(CURVES)], height=0.7)
        axes.plot([], [], "s", color=CURVES[order % len(CURVES)], label=measure)
        left += wide
    labels(axes, "y", np.arange(len(names)), [short(name, 36) for name in names])
    axes.invert_yaxis()
    axes.set_xlabel("parity loss, summed")
    axes.legend(fontsize=7, frameon=False, loc="lower right")


def _heat(axes: Axes, found: Named) -> None:
    """Parity loss of every measure as coloured cells."""
    rows = records.losses(found, every=True)
    names, across = (list(dict.fromkeys(row[field] for row in rows)) for field in ("who", "measure"))
    values = np.array([np.nan if row["value"] is None else row["value"] for row in rows]).reshape(len(names), -1)
    axes.imshow(np.ma.masked_invalid(values), cmap="Oranges", aspect="auto", vmin=0)
    for row in rows:
        axes.text(row["order"], names.index(row["who"]), row["text"], ha="center", va="center", fontsize=6)
    labels(axes, "x", np.arange(len(across)), across)
    labels(axes, "y", np.arange(len(names)), [short(name, 24) for name in names])
    axes.tick_params(axis="x", rotation=45)


def _radar(axes: Axes, found: Named) -> None:
    """A web with one polygon a group or model."""
    rows = records.radar(found)
    for role in ("ring", "line"):
        for place, line in enumerate(dict.fromkeys(row["line"] for row in rows if row["role"] == role)):
            own = [row for row in rows if row["role"] == role and row["line"] == line]
            colour = NEUTRAL if role == "ring" else MODELS[place % len(MODELS)]
            wide = 0.5 if role == "ring" else 2
            axes.plot([row["x"] for row in own], [row["y"] for row in own], color=colour, linewidth=wide)
    for row in rows:
        if row["role"] == "name":
            axes.text(row["x"], row["y"], row["measure"], ha="center", va="center", fontsize=8)
    _legend(axes, {row["who"]: int(row["line"]) for row in rows if row["role"] == "line"})
    axes.set_aspect("equal")
    axes.set_axis_off()


def _performance(axes: Axes, found: Named) -> None:
    """How good against how unequal."""
    for row in records.performances(found):
        axes.plot(row["x"], row["y"], "o", color=MODELS[row["which"] % len(MODELS)], markersize=8)
        axes.annotate(short(row["who"], 30), (row["x"], row["y"]), xytext=(0, 8), textcoords="offset points",
                      ha="center", fontsize=8, parse_math=False)  # fmt: skip  # one line of text
    axes.invert_yaxis()
    axes.margins(0.2)
    axes.set_xlabel("right (share of rows)")
    axes.set_ylabel("parity loss, summed (lower is fairer)")


_DRAWN: dict[str, Callable[[Axes, Named], None]] = {
    "check": _check,
    "scores": _scores,
    "stacked": _stacked,
    "heat": _heat,
    "radar": _radar,
    "performance": _performance,
}
