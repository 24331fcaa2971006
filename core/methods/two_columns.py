"""One column against another, row by row: what goes with what in the data, and where the instance sits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from core.association import association, coded
from core.conditions import ordered_values
from core.errors import InputError, NotApplicable
from core.grid import plain
from core.instances import truth
from core.registry import Job, method
from core.results import Check, Points
from core.smooth import lowess
from core.types import Array, Feature, Model, Param, Table
from core.views import words

ABOUT = """
**What it is.** Each dot is a row: one column along, another one up. Its colour is the truth where it is known, else
what the model says. The ring is the chosen instance.

**Formula.** The line is LOWESS, local straight lines with tricube weights, robust against outliers. Beside it stands
how strongly the two go together, as in *Association*.

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
    version="1",
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
    kept = frame[along.name].notna().to_numpy(dtype=bool) & np.isfinite(heights)
    if not kept.any():
        raise InputError("No row has a value of both columns.", "One of them is missing in each.", "Choose others.")
    ordered = along.kind in ("numeric", "integer")
    cells = [plain(cell) for cell in frame[along.name][kept]]
    shade, title = _shade(job, rows[kept])
    positions = tuple(int(row) for row in rows[kept])
    empty = np.empty(0)
    line = _line(frame[along.name][kept], heights[kept], float(job.params["share"])) if ordered else (empty, empty)
    return Points(
        x=tuple(cells) if ordered else tuple(words.cell(cell) for cell in cells),
        y=heights[kept],
        rows=positions,
        names=tuple(table.row_name(row) for row in positions),
        x_title=along.name,
        y_title=up.name,
        line_x=line[0],
        line_y=line[1],
        ordered=ordered,
        colour=shade,
        colour_title=title,
        chosen=None if chosen is None or int(chosen) not in positions else int(chosen),
        checks=(_together(frame, along, up), _drawn(len(rows), len(positions))),
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


def _shade(job: Job, rows: Any) -> tuple[tuple[Any, ...], str]:
    """The colour of each row: its truth, else what the model says."""
    known = truth(job.model, job.table)
    if known is not None and not np.isnan(known[rows]).any():
        own = known[rows]
        if job.model.classes:
            return tuple(words.short(job.model.classes[int(place)], 40) for place in own), job.table.target or "truth"
        return tuple(float(value) for value in own), job.table.target or "truth"
    said = job.predict(job.table.rows(rows))
    return tuple(float(value) for value in said), "what the model says"


def _line(column: pd.Series, heights: Array, share: float) -> tuple[Array, Array]:
    """The smooth line at up to 60 places."""
    x = column.to_numpy(dtype=np.float64)
    places = np.unique(np.linspace(x.min(), x.max(), 60)) if len(x) > 2 else np.empty(0)
    return (places, lowess(x, heights, share=share, at=places)) if len(places) > 2 else (np.empty(0), np.empty(0))


def _together(frame: pd.DataFrame, along: Feature, up: Feature) -> Check:
    """How strongly the two go together."""
    found = association(coded(frame[along.name], along), coded(frame[up.name], up))
    if not np.isfinite(found):
        return Check("association", None, None, "One of the two does not vary here.")
    kind = "Spearman's rank correlation" if along.is_ordered else "The correlation ratio"
    return Check("association", None, found, f"{kind} is {words.number(found, 2)}.")


def _drawn(total: int, drawn: int) -> Check:
    """How many rows are not drawn for want of a value."""
    return Check("rows", None, float(drawn), f"{drawn:,} of {total:,} rows have a value of both and are drawn.")
