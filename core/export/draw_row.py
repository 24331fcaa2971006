"""Pictures of answers about one row."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from core.codec import plain
from core.export.canvas import MAX_BARS, along, clean, labels, of_models, short, title
from core.results import Attribution, Change, Nudges, Profile
from core.views.palette import DOWN, MARK, NEUTRAL, UP
from core.views.words import cell, named, number

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def attribution(axes: Axes, result: Attribution) -> None:
    """Bars, largest first, the rest in one."""
    order = np.argsort(-np.abs(result.values), kind="stable")
    shown, rest = order[:MAX_BARS], order[MAX_BARS:]
    values = [float(result.values[index]) for index in shown]
    texts = [
        short(result.rules[index])
        if result.rules
        else f"{short(result.features[index], 32)} = {short(result.data[index], 20)}"
        for index in shown
    ]
    if len(rest):
        values.append(float(result.values[rest].sum()))
        texts.append(f"{len(rest)} others together")
    places = np.arange(len(values))[::-1]
    axes.barh(places, values, color=[UP if value > 0 else DOWN for value in values], height=0.7)
    axes.axvline(0, color=NEUTRAL, linewidth=0.8)
    for place, value in zip(places, values, strict=True):
        side = "left" if value >= 0 else "right"
        axes.annotate(f"{value:+.3g}", (value, place), xytext=(4 if value >= 0 else -4, 0), textcoords="offset points",
                      ha=side, va="center", fontsize=8)  # fmt: skip
    labels(axes, "y", places, texts)
    axes.margins(x=0.16)
    axes.tick_params(left=False)
    axes.set_xlabel(f"pushed the output by ({result.scale})")
    title(axes, f"{short(result.label)}: {number(result.output)}, starting from {number(result.base)} ({result.scale})")
    clean(axes)


def profile(axes: Axes, result: Profile, whose: Sequence[str] = ()) -> None:
    """One line or set of dots a curve, its own point marked; of several models in each model's own colour."""
    places = along(axes, result.grid) if result.ordered else np.arange(len(result.grid))
    for position, name in enumerate(result.curves):
        style = of_models(whose)[position] if whose else {}
        style |= {} if result.ordered else {"marker": "o", "linestyle": "none"}
        line = axes.plot(places, result.values[position], linewidth=1.8, **style)[0]
        own = plain(result.at[position])
        if own is not None:
            place = along(axes, [own])[0] if result.ordered else result.grid.index(result.at[position])
            axes.plot([place], [result.outputs[position]], "o", color=line.get_color(), markersize=8)
        axes.annotate(short(name, 24), (places[-1], result.values[position][-1]), fontsize=8, parse_math=False)
    level = result.threshold if result.reference is None else result.reference
    if level is not None:
        axes.axhline(level, color=NEUTRAL, linestyle="--", linewidth=1)
    if not result.ordered:
        labels(axes, "x", places, [short(value, 16) for value in result.grid])
    axes.set_xlabel(short(result.feature), parse_math=False)
    axes.set_ylabel(result.scale)
    title(axes, f"{short(result.label)} when only {short(result.feature)} changes")
    clean(axes)


def nudges(axes: Axes, result: Nudges) -> None:
    """A bar a change, from the prediction before it to the one after, with the goal's line; in text where unknown."""
    known = [nudge for nudge in result.nudges if nudge.changes and len(nudge.path) == len(nudge.changes) + 1]
    if not known or len(known) < len(result.nudges):
        _nudges_in_text(axes, result)
        return
    texts: dict[float, str] = {}
    place = 0.0
    for count, nudge in enumerate(known, start=1):
        for change, (start, end) in zip(nudge.changes, pairwise(nudge.path), strict=True):
            _step(axes, place, start, end)
            texts[place] = f"{count}.  {_change(change, 36, 14)}"
            place -= 1
        place -= 0.5
    axes.axvline(result.output, color=NEUTRAL, linewidth=0.8)
    if result.line is not None:
        axes.axvline(result.line, color=MARK, linestyle="--", linewidth=1.2)
        axes.annotate("goal", (result.line, 1), xycoords=("data", "axes fraction"), xytext=(0, 2),
                      textcoords="offset points", ha="center", va="bottom", fontsize=8, color=MARK)  # fmt: skip
    labels(axes, "y", list(texts), list(texts.values()))
    axes.use_sticky_edges = False
    axes.margins(x=0.14)
    axes.tick_params(axis="y", left=False, labelsize=8.5)
    axes.set_xlabel(f"prediction, one change at a time ({result.scale})")
    axes.figure.suptitle(
        f"{short(result.goal, 90)} (now {number(result.output)})", x=0.01, ha="left", fontsize=11, parse_math=False
    )
    clean(axes)


def _step(axes: Axes, place: float, start: float, end: float) -> None:
    """One change: a bar to what the model says after it."""
    color, side = (UP, 1) if end >= start else (DOWN, -1)
    axes.barh([place], [end - start], left=[start], color=color, height=0.5)
    axes.plot([end], [place], "o", color=color, markersize=7)
    axes.annotate(number(end, 3), (end, place), xytext=(8 * side, 0), textcoords="offset points",
                  ha="left" if side > 0 else "right", va="center", fontsize=8)  # fmt: skip


def _change(change: Change, name: int, value: int) -> str:
    """A change in a line, its name cut in the middle where it is long."""
    return f"{named(change.name, name)}:  {short(cell(change.before), value)}  →  {short(cell(change.after), value)}"


def _nudges_in_text(axes: Axes, result: Nudges) -> None:
    """A line of text a change: before and after, and the prediction then."""
    axes.axis("off")
    title(axes, f"{short(result.goal, 90)} (now {number(result.output)})")
    lines = [
        (f"{count}.  {_change(change, 32, 24)}", nudge.output)
        for count, nudge in enumerate(result.nudges, start=1)
        for change in nudge.changes
    ]
    for row, (text, output) in enumerate(lines or [(short(result.reason or "No nudge found.", 120), None)]):
        height = 1 - (row + 0.5) / max(1, len(lines))
        axes.text(0.0, height, text, fontsize=10, va="center", parse_math=False)
        if output is not None:
            axes.text(1.0, height, f"then {number(output)}", fontsize=10, va="center", ha="right")
