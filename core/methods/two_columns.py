"""One column against another, row by row: what goes with what in the data, and where the instance sits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from core import cloud
from core.association import association, coded
from core.conditions import ordered_values
from core.errors import InputError, NotApplicable
from core.instances import truth
from core.registry import Job, method
from core.results import Check, Points
from core.types import Feature, Model, Param, Table
from core.views import words

ABOUT = """
**What it is.** Each dot is a row: one column along, another one up. Its colour is the truth where it is known, else
what the model says. The ring is the chosen instance.

**Formula.** The line is LOWESS, local straight lines with tricube weights, robust against outliers, along numbers and
dates alike. Beside it stands how strongly the two go together, as in *Association*.

**Cost.** Reading the rows.

**When it misleads.** Many dots on one spot look like one. What goes together need not depend on each other: a third
column may drive both.

**Source.** W. Cleveland, 1979, [doi:10.1080/01621459.1979.10481038](https://doi.org/10.1080/01621459.1979.10481038).
"""
PARAMS = (
    Param("feature", "feature", None, "The column along; empty: the first.", expert=False),
    Param("other", "feature", None, "The column up; empty: the next one with numbers.", expert=False),
    Param("share", "float", 2 / 3, "Share of rows that each piece of the line uses.", low=0.02, high=1),
    Param("instance", "int", None, "The row that is marked; empty: none.", low=0),
    Param("rows", "int", 1_000, "Rows drawn, chosen with the seed.", low=2, high=5_000),
    Param("seed", "int", 0, "Fixes which rows.", low=0, high=2**31 - 1),
)


def _unsupported(_model: Model, table: Table) -> str | None:
    """Two columns, one of them with numbers to go up along."""
    numbers = [feature for feature in table.schema.features if feature.kind in ("numeric", "integer")]
    if len(table.schema) < 2 or not numbers:
        return "Two columns are needed, one of them with numbers."
    return None


@method(
    id="two_columns",
    title="One column against another",
    question="How do two columns go together?",
    version="3",
    scope="data",
    kind="points",
    params=PARAMS,
    order=315,
    about=ABOUT,
    unsupported=_unsupported,
)
def explain(job: Job) -> Points:
    """Put one column against another."""
    along, up = _pair(job)
    table, chosen = job.table, job.params["instance"]
    rows = np.arange(len(table))
    if len(rows) > int(job.params["rows"]):
        rows = np.sort(np.random.default_rng(int(job.params["seed"])).choice(rows, int(job.params["rows"]), False))
    if chosen is not None:
        rows = np.union1d(rows, [table.position(int(chosen))])
    frame = table.rows(rows)
    heights = ordered_values(frame[up.name], up)
    found = cloud.along(frame[along.name][np.isfinite(heights)], along)
    kept = np.flatnonzero(np.isfinite(heights))[found.kept]
    if not len(kept):
        raise InputError("No row has a value of both columns.", "One of them is missing in each.", "Choose others.")
    shade, title, levels = _shade(job, rows[kept])
    positions = tuple(int(row) for row in rows[kept])
    line = cloud.line(found, heights[kept], float(job.params["share"]), job.stretch("smoothing"))
    return Points(
        x=found.cells,
        y=heights[kept],
        rows=positions,
        names=tuple(table.row_name(row) for row in positions),
        x_title=along.name,
        y_title=up.name,
        line_x=line[0],
        line_y=line[1],
        ordered=found.ordered,
        colour=shade,
        colour_title=title,
        levels=levels,
        chosen=None if chosen is None or int(chosen) not in positions else int(chosen),
        checks=(_together(frame, along, up), cloud.drawn(found, len(rows), "of both")),
    )


def _pair(job: Job) -> tuple[Feature, Feature]:
    """The two columns: one that is named stays, the other is the next one with numbers."""
    schema = job.table.schema
    names = list(schema.names)
    numbers = [one.name for one in schema.features if one.kind in ("numeric", "integer")]
    first = job.params["feature"] or next(name for name in names if name != job.params["other"])
    rest = [name for name in names[names.index(first) + 1 :] + names if name in numbers and name != first]
    second = job.params["other"] or (rest[0] if rest else first)
    if first == second:
        if not job.params["other"] and len(names) > 1:  # the only numbers: they go up
            first = next(name for name in names if name != second)
        else:
            raise InputError("A column against itself is a line.", f"Both are {words.short(first)}.", "Choose two.")
    if second not in numbers and first in numbers:
        first, second = second, first
    if second not in numbers:
        raise NotApplicable(
            f"{words.short(first)} and {words.short(second)} both have levels.",
            "Two columns of levels make no cloud of points.",
            "Their association is told under 'Which features go together?'; or choose a number.",
        )
    return schema[first], schema[second]


def _shade(job: Job, rows: Any) -> tuple[tuple[Any, ...], str, tuple[str, ...]]:
    """The colour of each row: its truth (of classes in the model's order), else what the model says."""
    known = truth(job.model, job.table)
    if known is not None and not np.isnan(known[rows]).any():
        own = known[rows]
        if job.model.classes:
            classes = tuple(words.short(name, 40) for name in job.model.classes)
            return tuple(classes[int(place)] for place in own), job.table.target or "truth", classes
        return tuple(float(value) for value in own), job.table.target or "truth", ()
    said = job.predict(job.table.rows(rows))
    return tuple(float(value) for value in said), "what the model says", ()


def _together(frame: pd.DataFrame, along: Feature, up: Feature) -> Check:
    """How strongly the two go together."""
    found = association(coded(frame[along.name], along), coded(frame[up.name], up))
    if not np.isfinite(found):
        return Check("association", None, None, "One of the two does not vary here.")
    kind = "Spearman's rank correlation" if along.is_ordered else "The correlation ratio"
    return Check("association", None, found, f"{kind} is {words.number(found, 2)}.")
