"""Results as PNG, SVG or PDF, drawn by matplotlib on a figure of their own.

``matplotlib.figure.Figure`` has no global state: two visitors never draw on each other's figure, which pyplot allows.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from core.errors import InputError, unknown_name
from core.export import draw_aspects, draw_fairness, draw_many, draw_model, draw_pictures, draw_row, draw_together
from core.export.canvas import MAX_BARS
from core.results import Aspects, Attribution, Fairness, Importance, Nudges, Result, Scores, Together
from core.views.pictures import every

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Format = Literal["png", "svg", "pdf"]
_DRAWING = threading.Lock()  # matplotlib's settings are the whole process's


def to_picture(result: Result, fmt: Format = "png", *, picture: str = "", width: float = 8.0, dpi: int = 200) -> bytes:
    """Draw a result.

    Parameters
    ----------
    result : Result
    fmt : {"png", "svg", "pdf"}
    picture : str
        One of ``core.views.pictures.every(result)``; empty: the usual one.
    width : float
        Inches.
    dpi : int
        Of the PNG.

    Returns
    -------
    bytes
        The same bytes for the same result.

    Raises
    ------
    InputError
        If there is no such format or picture.
    """
    known = every(result)
    if picture and picture not in known:
        raise unknown_name("picture", picture, known)
    usual = not picture or (picture == next(iter(known)) and not isinstance(result, Scores | Together))

    def paint(axes: Axes) -> None:
        PICTURES[result.kind](axes, result) if usual else draw_pictures.draw(axes, result, picture)

    return painted(paint, fmt, height=_height(result), width=width, dpi=dpi)


def painted(paint: Callable[[Axes], None], fmt: Format, *, height: float, width: float = 8.0, dpi: int = 200) -> bytes:
    """Let a function draw on a figure of its own.

    Parameters
    ----------
    paint : callable
        Takes the axes.
    fmt : {"png", "svg", "pdf"}
    height, width : float
        Inches.
    dpi : int
        Of the PNG.

    Returns
    -------
    bytes
        The same bytes for the same drawing.

    Raises
    ------
    InputError
        If there is no such format.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    if fmt not in ("png", "svg", "pdf"):
        raise InputError(f"'{fmt}' is not a picture format.", "Pictures are made as png, svg or pdf.", "Choose one.")
    with _DRAWING, mpl.rc_context({"svg.hashsalt": "instance-explorer", "svg.fonttype": "path"}):
        figure = Figure(figsize=(width, height), layout="constrained")
        paint(figure.add_subplot())
        stream = io.BytesIO()
        metadata = {"png": {"Software": None}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}[fmt]
        figure.savefig(stream, format=fmt, dpi=dpi, metadata=metadata)
    return stream.getvalue()


def _height(result: Result) -> float:
    """Inches that fit the number of bars."""
    if isinstance(result, Attribution | Importance):
        return 1.6 + 0.34 * min(len(result.features), MAX_BARS + 1)
    if isinstance(result, Together):
        first = result.results[0]
        bars = len(first.features) if isinstance(first, Attribution | Importance) else 0
        return max(4.2, 1.6 + 0.2 * len(result.results) * min(bars, MAX_BARS))
    if isinstance(result, Aspects):
        return 1.8 + 0.3 * len(result.features)
    if isinstance(result, Fairness):
        return max(4.2, 1.4 + 0.2 * len(result.checked) * len(result.groups))
    if isinstance(result, Nudges):
        return 1.8 + 0.34 * max(1, sum(len(nudge.changes) for nudge in result.nudges)) + 0.17 * len(result.nudges)
    return 4.2


PICTURES: dict[str, Callable[[Axes, Any], None]] = {
    "attribution": draw_row.attribution,
    "profile": draw_row.profile,
    "nudges": draw_row.nudges,
    "importance": draw_model.importance,
    "scores": draw_model.scores,
    "points": draw_model.points,
    "attributions": draw_many.attributions,
    "distribution": draw_many.distribution,
    "matrix": draw_many.matrix,
    "subsets": draw_model.subsets,
    "fairness": draw_fairness.fairness,
    "aspects": draw_aspects.aspects,
    "surrogate": draw_many.surrogate,
    "together": draw_together.together,
    "trials": draw_model.trials,
}
"""The drawing of each kind of ``core.results.KINDS``."""
