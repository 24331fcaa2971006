"""What the pictures of all kinds share: labels that are never read as formulas, a clean frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from core.codec import plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MAX_BARS = 15
"""Bars drawn at most."""


def short(value: object, limit: int = 48) -> str:
    """Text from outside, cut to a length that a picture can hold."""
    text = "missing" if plain(value) is None else f"{value:.6g}" if isinstance(value, float) else str(value)
    text = "".join(character if character.isprintable() else " " for character in text)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def labels(axes: Axes, which: Literal["x", "y"], places: Any, texts: list[str]) -> None:
    """Tick labels that are never read as formulas."""
    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_ticks(places, labels=texts)
    for label in axis.get_ticklabels():
        label.set_parse_math(False)


def title(axes: Axes, text: str) -> None:
    """A title that is never read as a formula."""
    axes.set_title(text, loc="left", fontsize=11, parse_math=False)


def clean(axes: Axes) -> None:
    """No frame but the lower line."""
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
