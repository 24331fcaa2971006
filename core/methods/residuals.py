"""Residuals against any variable: where is the model wrong, and about which rows?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from core import cloud
from core.asking import in_parts
from core.errors import InputError, unknown_name
from core.groups import eligible
from core.instances import errors
from core.loading.schema import infer
from core.registry import Job, method
from core.results import Check, Points
from core.truth import own_residuals, scored_rows, unknown
from core.types import Array, Feature, Param
from core.views import words

ABOUT = """
**What it is.** Each dot is a row whose truth is known; its height is how far the model is off. A smooth line shows
whether the errors follow the variable: a feature, another column of the table, the prediction, the true value, or the
row's place in the table (rows in the order of time show there when the model grew old). Click a dot to open that row.

**Formula.** Numbers: true value minus prediction. Classes: 1 minus the probability given to the true class. The line is
LOWESS: local straight lines with tricube weights, robust against outliers, along numbers and dates alike.

**Cost.** One prediction a row.

**When it misleads.** Against the *prediction* a slope is expected when the model shrinks towards the mean, and against
the *true value* always: a row far up has, by chance alone, more often been over its prediction than under it. Few
dots at an end make the line wander there. Errors on training rows look smaller than they are.

**Where ours differs.** For two classes dalex draws 1 or 0 minus the chance of one class, above and below zero; the
chance that the true class lacks is never below zero, and means the same for any number of classes.

**Source.** W. Cleveland, 1979, [doi:10.1080/01621459.1979.10481038](https://doi.org/10.1080/01621459.1979.10481038).
"""
PREDICTION, TRUTH, ROW = "prediction", "truth", "row"
PARAMS = (
    Param("feature", "feature", None, "The variable along the axis; empty: as 'column' or 'along' say.", expert=False),
    Param("column", "text", "", "Another column along the axis, also one that the model does not take.", expert=False),
    Param(
        "along",
        "choice",
        PREDICTION,
        "Along the axis where no column is chosen: the prediction, the true value, or the row's place in the table.",
        choices=(PREDICTION, TRUTH, ROW),
        expert=False,
    ),
    Param("size", "bool", False, "The size of the error, whatever its sign.", expert=False),
    Param("share", "float", 2 / 3, "Share of rows that each piece of the line uses.", low=0.02, high=1),
    Param("rows", "int", 1_000, "Rows drawn, chosen with the seed.", low=2, high=5_000),
    Param("seed", "int", 0, "Fixes which rows.", low=0, high=2**31 - 1),
)


@method(
    id="residuals",
    title="Residuals",
    question="Where is the model wrong?",
    version="3",
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
    said = in_parts(job, frame, until=0.5)
    off = _errors(job, frame, said, known)
    column, feature, title = _variable(job, rows, said, known)
    found = cloud.along(column, feature)
    if not len(found.cells):
        raise InputError(f"{words.short(title)} has no value.", "All its cells are missing.", "Choose another.")
    positions, kept = [int(row) for row in rows[found.kept]], off[found.kept]
    smoothing = job.stretch("smoothing", 0.5, 0.5)
    line_x, line_y = cloud.line(found, kept, float(job.params["share"]), smoothing)
    return Points(
        x=found.cells,
        y=kept,
        rows=tuple(positions),
        names=tuple(job.table.row_name(row) for row in positions),
        x_title=title,
        y_title=_title(job),
        line_x=line_x,
        line_y=line_y,
        ordered=found.ordered,
        checks=(_trend(line_y, kept), _worst(job, positions, kept), cloud.drawn(found, len(rows), "along the axis")),
    )


def _errors(job: Job, frame: pd.DataFrame, said: Array, known: Array) -> Array:
    """How far the model is off, shape (n_rows,)."""
    if getattr(job.model, "residual_function", None) is not None:
        off = own_residuals(job.model, frame, known)
    else:
        off = known - said[:, 0] if job.model.task == "regression" else errors(job.model, said, known)
    return np.abs(off) if job.params["size"] else off


def _variable(job: Job, rows: np.ndarray, said: Array, known: Array) -> tuple[pd.Series[Any], Feature, str]:
    """The variable along the axis: its cells, what they are, and its title.

    Raises
    ------
    InputError
        If the table has no such column, or its cells have no place on an axis.
    """
    name = str(job.params["column"]) or job.params["feature"]
    if name is not None:
        if name not in (*eligible(job.table), job.table.label):
            raise unknown_name("column", name, eligible(job.table))
        column = job.table.frame[name].iloc[rows]
        feature = job.table.schema[name] if name in job.table.schema.names else infer(column, name)
        if feature is None:
            raise InputError(f"{words.short(name)} has no place on an axis.", "Its cells are no levels and no numbers.")
        return column, feature, name
    if job.params["along"] == ROW:
        return pd.Series(rows), Feature("row", "integer"), "place of the row in the table"
    if job.params["along"] == PREDICTION:
        return pd.Series(said[:, job.output]), Feature("prediction", "numeric"), "prediction"
    title = job.table.target or "the true value"
    if not job.model.classes:
        return pd.Series(known), Feature(title, "numeric"), title
    return pd.Series([job.model.classes[int(place)] for place in known]), Feature(title, "categorical"), title


def _title(job: Job) -> str:
    """What the height is."""
    if getattr(job.model, "residual_function", None) is not None:
        return "size of your residual" if job.params["size"] else "residual by your own function"
    if job.model.task != "regression":
        return "error: 1 - probability of the true class"
    return "size of the error" if job.params["size"] else "true value minus prediction"


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
