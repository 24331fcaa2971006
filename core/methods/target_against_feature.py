"""The true value against one feature, row by row."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from core.conditions import ordered_values
from core.errors import NotApplicable
from core.grid import plain
from core.instances import truth
from core.registry import Job, method
from core.results import Check, Points
from core.smooth import lowess
from core.truth import scored_rows, unknown
from core.types import Array, Feature, Model, Param, Table
from core.views import words

ABOUT = """
**What it is.** Each dot is a row whose truth is known. For a number to be predicted: the true value against the
feature, with a smooth line; for classes: the feature's values, one strip and box a class. It shows the data, not the
model.

**Formula.** The line is LOWESS, local straight lines with tricube weights; a box spans the middle half of the values,
its line is the median, the whiskers reach to 1.5 times the box's height.

**Cost.** Reading the rows.

**When it misleads.** What goes along with the target need not cause it, and a feature that shows nothing alone can
matter together with another.

**Source.** W. Cleveland, 1979, [doi:10.1080/01621459.1979.10481038](https://doi.org/10.1080/01621459.1979.10481038);
J. Tukey, *Exploratory Data Analysis*, 1977.
"""
PARAMS = (
    Param("feature", "feature", None, "The feature; empty: the first.", expert=False),
    Param("share", "float", 2 / 3, "Share of rows that each piece of the line uses.", low=0.02, high=1),
    Param("instance", "int", None, "The row that is marked; empty: none.", low=0),
    Param("rows", "int", 1_000, "Rows drawn, chosen with the seed.", low=2, high=5_000),
    Param("seed", "int", 0, "Fixes which rows.", low=0, high=2**31 - 1),
)


def _unsupported(model: Model, table: Table) -> str | None:
    """The target must be known."""
    lacking = unknown(model, table)
    if lacking:
        return lacking
    if model.classes and not any(feature.is_ordered for feature in table.schema.features):
        return "Classes are set against numbers, and no feature is one."
    return None


@method(
    id="target_against_feature",
    title="Target against feature",
    question="What does the truth look like along a feature?",
    version="3",
    scope="data",
    kind="points",
    params=PARAMS,
    order=310,
    about=ABOUT,
    unsupported=_unsupported,
)
def explain(job: Job) -> Points:
    """Put the truth of each known row against a feature."""
    rows, known = _with_own(job, *scored_rows(job))
    own = job.params["instance"]
    chosen = job.params["feature"]
    if chosen is None:
        fits = [one.name for one in job.table.schema.features if one.is_ordered or not job.model.classes]
        chosen = fits[0]
    feature = job.table.schema[chosen]
    column = job.table.rows(rows)[chosen]
    kept = column.notna().to_numpy(dtype=bool)
    positions = tuple(int(row) for row in rows[kept])
    names = tuple(job.table.row_name(row) for row in positions)
    if job.model.classes:
        if not feature.is_ordered or feature.kind == "datetime":
            raise _no_number(feature)
        classes = tuple(words.short(job.model.classes[int(place)], 40) for place in known[kept])
        heights = ordered_values(column[kept], feature)
        empty = np.empty(0)
        check = _spread(classes, heights)
        return Points(
            classes, heights, positions, names, job.table.target or "target", chosen, empty, empty,
            False, chosen=own if own in positions else None, checks=(check,),
        )  # fmt: skip  # in the order of the fields
    ordered = feature.kind in ("numeric", "integer")
    cells: tuple[Any, ...] = tuple(plain(cell) for cell in column[kept])
    line = _line(column[kept], known[kept], float(job.params["share"])) if ordered else (np.empty(0), np.empty(0))
    return Points(
        cells if ordered else tuple(words.cell(cell) for cell in cells), known[kept], positions, names, chosen,
        "the true value", *line, ordered, chosen=own if own in positions else None,
        checks=(_missing(len(rows), int(kept.sum())),),
    )  # fmt: skip  # in the order of the fields


def _no_number(feature: Feature) -> NotApplicable:
    """What is said of a feature that has no heights for the dots of a class."""
    if feature.kind == "datetime":
        return NotApplicable(
            f"{words.short(feature.name)} holds dates, and the target has levels.",
            "The strips of classes are drawn along numbers.",
            "The distribution shows the share of each class along the dates; or choose a number.",
        )
    return NotApplicable(
        f"{words.short(feature.name)} has levels, and so has the target.",
        "Two columns of levels make no cloud of points.",
        "The distribution shows the share of each class per level; or choose a number.",
    )


def _with_own(job: Job, rows: np.ndarray, known: Array) -> tuple[np.ndarray, Array]:
    """The rows and their truth with the chosen instance among them, where its truth is known."""
    row, whole = job.params["instance"], truth(job.model, job.table)
    if row is None or whole is None or np.isnan(whole[job.table.position(int(row))]):
        return rows, known
    both = np.union1d(rows, [int(row)])
    return both, whole[both]


def _line(column: pd.Series[Any], known: Array, share: float) -> tuple[Array, Array]:
    """The smooth line at up to 60 places."""
    x = column.to_numpy(dtype=np.float64)
    places = np.unique(np.linspace(x.min(), x.max(), 60)) if len(x) > 2 else np.empty(0)
    return (places, lowess(x, known, share=share, at=places)) if len(places) > 2 else (np.empty(0), np.empty(0))


def _missing(total: int, drawn: int) -> Check:
    """How many rows are not drawn for want of a value."""
    return Check("rows", None, float(drawn), f"{drawn:,} of {total:,} rows have a value of the feature and are drawn.")


def _spread(classes: tuple[str, ...], heights: Array) -> Check:
    """The medians of the classes."""
    medians = pd.Series(heights).groupby(pd.Series(classes), sort=False).median().head(6)
    parts = [f"{name} {words.number(float(middle))}" for name, middle in medians.items()]
    return Check("medians", None, None, f"Medians: {words.listed(parts)}.")
