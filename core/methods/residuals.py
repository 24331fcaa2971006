"""Residuals against any variable: where is the model wrong, and about which rows?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from core.asking import in_parts
from core.grid import plain
from core.instances import errors
from core.registry import Job, method
from core.results import Check, Points
from core.smooth import lowess
from core.truth import own_residuals, scored_rows, unknown
from core.types import Array, Param
from core.views import words

ABOUT = """
**What it is.** Each dot is a row whose truth is known; its height is how far the model is off. A smooth line shows
whether the errors follow the variable. Click a dot to open that row.

**Formula.** Numbers: true value minus prediction. Classes: 1 minus the probability given to the true class. The line is
LOWESS: local straight lines with tricube weights, robust against outliers.

**Cost.** One prediction a row.

**When it misleads.** Against the *prediction* itself a slope is expected when the model shrinks towards the mean. Few
dots at an end make the line wander there. Errors on training rows look smaller than they are.

**Where ours differs.** For two classes dalex draws 1 or 0 minus the chance of one class, above and below zero; the
chance that the true class lacks is never below zero, and means the same for any number of classes.

**Source.** W. Cleveland, 1979, [doi:10.1080/01621459.1979.10481038](https://doi.org/10.1080/01621459.1979.10481038).
"""
PARAMS = (
    Param("feature", "feature", None, "The variable along the axis; empty: the prediction.", expert=False),
    Param("size", "bool", False, "The size of the error, whatever its sign.", expert=False),
    Param("share", "float", 2 / 3, "Share of rows that each piece of the line uses.", low=0.02, high=1),
    Param("rows", "int", 1_000, "Rows drawn, chosen with the seed.", low=2, high=5_000),
    Param("seed", "int", 0, "Fixes which rows.", low=0, high=2**31 - 1),
)


@method(
    id="residuals",
    title="Residuals",
    question="Where is the model wrong?",
    version="1",
    scope="model",
    kind="points",
    params=PARAMS,
    order=220,
    about=ABOUT,
    unsupported=unknown,
)
def explain(job: Job) -> Points:
    """Put each known row's error against a variable."""
    rows, known = scored_rows(job)
    frame = job.table.rows(rows)
    said = in_parts(job, frame)
    if getattr(job.model, "residual_function", None) is not None:
        off = own_residuals(job.model, frame, known)
    else:
        off = known - said[:, 0] if job.model.task == "regression" else errors(job.model, said, known)
    off = np.abs(off) if job.params["size"] else off
    name = job.params["feature"]
    ordered = name is None or job.table.schema[name].kind in ("numeric", "integer")
    column = pd.Series(said[:, job.output]) if name is None else frame[name]
    kept = column.notna().to_numpy(dtype=bool)
    cells: tuple[Any, ...] = tuple(plain(cell) for cell in column[kept])
    line_x, line_y = (
        _line(column[kept], off[kept], float(job.params["share"])) if ordered else (np.empty(0), np.empty(0))
    )
    positions = [int(row) for row in rows[kept]]
    return Points(
        x=cells if ordered else tuple(words.cell(cell) for cell in cells),
        y=off[kept],
        rows=tuple(positions),
        names=tuple(job.table.row_name(row) for row in positions),
        x_title=name or "prediction",
        y_title=_title(job),
        line_x=line_x,
        line_y=line_y,
        ordered=ordered,
        checks=(_trend(line_y, off[kept]), _worst(job, positions, off[kept])),
    )


def _title(job: Job) -> str:
    """What the height is."""
    if getattr(job.model, "residual_function", None) is not None:
        return "size of your residual" if job.params["size"] else "residual by your own function"
    if job.model.task != "regression":
        return "error: 1 - probability of the true class"
    return "size of the error" if job.params["size"] else "true value minus prediction"


def _line(column: pd.Series, off: Array, share: float) -> tuple[Array, Array]:
    """The smooth line at up to 60 places."""
    x = column.to_numpy(dtype=np.float64)
    places = np.unique(np.linspace(x.min(), x.max(), 60)) if len(x) else np.empty(0)
    if len(places) < 2:
        return np.empty(0), np.empty(0)
    return places, lowess(x, off, share=share, at=places)


def _trend(line: Array, off: Array) -> Check:
    """Whether the errors follow the variable."""
    if not len(line) or not off.std():
        return Check("trend", None, None, "There is no line to follow here.")
    swing = float(np.ptp(line) / off.std())
    says = "the errors follow it" if swing > 0.5 else "the errors hardly follow it"
    return Check("trend", None, swing, f"The line moves by {swing:.2g} standard deviations of the errors: {says}.")


def _worst(job: Job, rows: list[int], off: Array) -> Check:
    """The rows that the model is most wrong about."""
    order = np.argsort(-np.abs(off), kind="stable")[:5]
    named = words.listed(
        [f"{words.short(job.table.row_name(rows[at]), 24)} ({words.number(float(off[at]), 3)})" for at in order]
    )
    return Check("worst rows", None, None, f"Furthest off: {named}.")
