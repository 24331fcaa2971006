"""Results as PNG, SVG or PDF, drawn by matplotlib on a figure of their own.

``matplotlib.figure.Figure`` has no global state: two visitors never draw on each other's figure, which pyplot allows.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from core.codec import plain
from core.errors import InputError
from core.results import Attribution, Importance, Nudges, Profile, Result
from core.views.palette import DOWN, NEUTRAL, UP

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Format = Literal["png", "svg", "pdf"]
MAX_BARS = 15


def to_picture(result: Result, fmt: Format = "png", *, width: float = 8.0, dpi: int = 200) -> bytes:
    """Draw a result.

    Parameters
    ----------
    result : Result
    fmt : {"png", "svg", "pdf"}
    width : float
        Inches.
    dpi : int
        Of the PNG.

    Returns
    -------
    bytes
        The same bytes for the same result.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    if fmt not in ("png", "svg", "pdf"):
        raise InputError(f"'{fmt}' is not a picture format.", "Pictures are made as png, svg or pdf.", "Choose one.")
    with mpl.rc_context({"svg.hashsalt": "instance-explorer", "svg.fonttype": "path"}):
        figure = Figure(figsize=(width, _height(result)), layout="constrained")
        PICTURES[result.kind](figure.add_subplot(), result)
        stream = io.BytesIO()
        metadata = {"png": {"Software": None}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}[fmt]
        figure.savefig(stream, format=fmt, dpi=dpi, metadata=metadata)
    return stream.getvalue()


def _height(result: Result) -> float:
    """Inches that fit the number of bars."""
    if isinstance(result, Attribution | Importance):
        return 1.6 + 0.34 * min(len(result.features), MAX_BARS + 1)
    if isinstance(result, Nudges):
        return 1.4 + 0.34 * max(1, sum(len(nudge.changes) for nudge in result.nudges))
    return 4.2


def short(value: object, limit: int = 48) -> str:
    """Text from outside, cut to a length that a picture can hold."""
    text = "missing" if plain(value) is None else f"{value:.6g}" if isinstance(value, float) else str(value)
    text = "".join(character if character.isprintable() else " " for character in text)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _labels(axes: Axes, which: Literal["x", "y"], places: Any, texts: list[str]) -> None:
    """Tick labels that are never read as formulas."""
    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_ticks(places, labels=texts)
    for label in axis.get_ticklabels():
        label.set_parse_math(False)


def _title(axes: Axes, text: str) -> None:
    """A title that is never read as a formula."""
    axes.set_title(text, loc="left", fontsize=11, parse_math=False)


def _clean(axes: Axes) -> None:
    """No frame but the lower line."""
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)


def _attribution(axes: Axes, result: Attribution) -> None:
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
    _labels(axes, "y", places, texts)
    axes.margins(x=0.16)
    axes.tick_params(left=False)
    axes.set_xlabel(f"pushed the output by ({result.scale})")
    _title(axes, f"{short(result.label)}: {result.output:.4g}, starting from {result.base:.4g} ({result.scale})")
    _clean(axes)


def _importance(axes: Axes, result: Importance) -> None:
    """Bars with the spread over the rounds, largest first."""
    order = np.argsort(-np.abs(result.values), kind="stable")[:MAX_BARS]
    places = np.arange(len(order))[::-1]
    spread = None if result.spread is None else result.spread[order]
    colours = [UP if value > 0 else DOWN for value in result.values[order]]
    axes.barh(places, result.values[order], xerr=spread, color=colours, height=0.7, ecolor=NEUTRAL)
    axes.axvline(0, color=NEUTRAL, linewidth=0.8)
    _labels(axes, "y", places, [short(result.features[index]) for index in order])
    axes.tick_params(left=False)
    axes.set_xlabel(result.unit)
    _title(axes, f"{short(result.label)}: what the model relies on")
    _clean(axes)


def _profile(axes: Axes, result: Profile) -> None:
    """One line or set of dots a curve, its own point marked."""
    places = np.asarray(result.grid, dtype=float) if result.ordered else np.arange(len(result.grid))
    for position, name in enumerate(result.curves):
        style = "-" if result.ordered else "o"
        line = axes.plot(places, result.values[position], style, label="_", linewidth=1.8)[0]
        own = plain(result.at[position])
        if own is not None:
            place = float(own) if result.ordered else result.grid.index(result.at[position])
            axes.plot([place], [result.outputs[position]], "o", color=line.get_color(), markersize=8)
        axes.annotate(short(name, 24), (places[-1], result.values[position][-1]), fontsize=8, parse_math=False)
    level = result.threshold if result.reference is None else result.reference
    if level is not None:
        axes.axhline(level, color=NEUTRAL, linestyle="--", linewidth=1)
    if not result.ordered:
        _labels(axes, "x", places, [short(value, 16) for value in result.grid])
    axes.set_xlabel(short(result.feature), parse_math=False)
    axes.set_ylabel(result.scale)
    _title(axes, f"{short(result.label)} when only {short(result.feature)} changes")
    _clean(axes)


def _nudges(axes: Axes, result: Nudges) -> None:
    """A line of text a change: before and after."""
    axes.axis("off")
    _title(axes, f"{short(result.goal, 90)} (now {result.output:.4g})")
    lines = [
        (
            f"{number}.  {short(change.name, 32)}:  {short(change.before, 24)}  →  {short(change.after, 24)}",
            nudge.output,
        )
        for number, nudge in enumerate(result.nudges, start=1)
        for change in nudge.changes
    ]
    for row, (text, output) in enumerate(lines or [(short(result.reason or "No nudge found.", 120), None)]):
        height = 1 - (row + 0.5) / max(1, len(lines))
        axes.text(0.0, height, text, fontsize=10, va="center", parse_math=False)
        if output is not None:
            axes.text(1.0, height, f"then {output:.4g}", fontsize=10, va="center", ha="right")


PICTURES: dict[str, Callable[[Axes, Any], None]] = {
    "attribution": _attribution,
    "profile": _profile,
    "nudges": _nudges,
    "importance": _importance,
}
