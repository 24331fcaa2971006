"""One axis for drawings that stand side by side, so that a longer bar is a larger number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from core.results import Attribution, Importance, Profile, Result
from core.views.view import View

_FIELDS = {
    "attribution": ("value", "low", "high", "from", "to"),
    "importance": ("value", "low", "high"),
    "profile": ("y",),
}
_OTHERS = {"filter": "!isValid(datum.reach)"}


def extent(drawn: View, kind: str) -> tuple[float, float] | None:
    """The lowest and the highest output that a drawing shows, None for a kind without such an axis."""
    values = [
        float(row[name])
        for row in drawn.rows
        for name in _FIELDS.get(kind, ())
        if isinstance(row.get(name), int | float)
    ]
    return (min(values), max(values)) if values else None


def on_one_axis(drawn: View, result: Result, others: Sequence[tuple[float, float]]) -> View:
    """Let a drawing's axis reach as far as its neighbours'.

    Parameters
    ----------
    drawn : View
    result : Result
        What it shows.
    others : sequence of (float, float)
        ``extent`` of the drawings beside it, in the same unit.

    Returns
    -------
    View
        With two records more, drawn by an invisible layer: the specification does not depend on the numbers.
    """
    own = extent(drawn, result.kind)
    if own is None or not others or "layer" not in drawn.spec:
        return drawn
    reach = (min(own[0], *(low for low, _ in others)), max(own[1], *(high for _, high in others)))
    layers = [{**layer, "transform": [_OTHERS, *layer.get("transform", ())]} for layer in drawn.spec["layer"]]
    spec = {**drawn.spec, "layer": [*layers, _reaching(drawn, result)]}
    return replace(drawn, spec=spec, rows=[*drawn.rows, *({"reach": end} for end in reach)])


def _reaching(drawn: View, result: Result) -> dict[str, Any]:
    """The layer that draws nothing, but belongs to the axis."""
    channel = "y" if isinstance(result, Profile) and result.ordered else "x"
    encoding: dict[str, Any] = {channel: {"field": "reach", "type": "quantitative"}}
    if isinstance(result, Attribution | Importance):
        encoding["y"] = None  # the bars' names are not for this layer
    return {
        "transform": [{"filter": "isValid(datum.reach)"}],
        "mark": {"type": "point", "opacity": 0, "tooltip": False},
        "encoding": encoding,
    }
