"""The true value against one feature, row by row."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from core import cloud
from core.conditions import ordered_values
from core.instances import truth
from core.methods import distribution
from core.registry import Job, method
from core.results import Check, Distribution, Points
from core.truth import scored_rows, unknown
from core.types import Array, Param
from core.views import words

ABOUT = """
**What it is.** Each dot is a row whose truth is known. For a number to be predicted: the true value against the
feature, with a smooth line; for classes: the feature's values, one strip and box a class. Where the feature has levels
or dates and the target classes: of each level the share of every class, all known rows counted. It shows the data, not
the model.

**Formula.** The line is LOWESS, local straight lines with tricube weights, along numbers and dates alike; a box spans
the middle half of the values, its line is the median, the whiskers reach to 1.5 times the box's height. A share is rows
of the class with the level divided by all rows with the level.

**Cost.** Reading the rows.

**When it misleads.** A share of few rows says little: their number stands behind the bar. What goes along with the
target need not cause it, and a feature that shows nothing alone can matter together with another.

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


@method(
    id="target_against_feature",
    title="Target against feature",
    question="What does the truth look like along a feature?",
    version="6",
    scope="data",
    kind="points",
    params=PARAMS,
    order=310,
    about=ABOUT,
    unsupported=unknown,
)
def explain(job: Job) -> Points | Distribution:
    """Put the truth of each known row against a feature."""
    chosen = job.params["feature"]
    if chosen is None:
        fits = [one.name for one in job.table.schema.features if one.is_ordered or not job.model.classes]
        chosen = (fits or job.table.schema.names)[0]
    feature = job.table.schema[chosen]
    if job.model.classes and (not feature.is_ordered or feature.kind == "datetime"):
        return _shares(job, chosen)
    rows, known = _with_own(job, *scored_rows(job))
    own = job.params["instance"]
    column = job.table.rows(rows)[chosen]
    found = cloud.along(column, feature)
    kept = found.kept
    positions = tuple(int(row) for row in rows[kept])
    names = tuple(job.table.row_name(row) for row in positions)
    if job.model.classes:
        classes = tuple(words.short(job.model.classes[int(place)], 40) for place in known[kept])
        heights = ordered_values(column[kept], feature)
        empty = np.empty(0)
        check = _spread(classes, heights)
        return Points(
            classes, heights, positions, names, job.table.target or "target", chosen, empty, empty,
            False, chosen=own if own in positions else None, checks=(check,),
        )  # fmt: skip  # in the order of the fields
    return Points(
        found.cells, known[kept], positions, names, chosen, "the true value",
        *cloud.line(found, known[kept], float(job.params["share"]), job.stretch("smoothing")), found.ordered,
        chosen=own if own in positions else None, checks=(cloud.drawn(found, len(rows)),),
    )  # fmt: skip  # in the order of the fields


def _shares(job: Job, chosen: str) -> Distribution:
    """Of each level, or span of time, the share of every class among the rows with a known truth."""
    found: Distribution = distribution.explain(replace(job, params={**job.params, "feature": chosen, "bins": None}))
    classes, known = len(job.model.classes), truth(job.model, job.table)
    assert known is not None  # as ``unknown`` has found
    counts, groups = found.counts[:classes], found.groups[:classes]  # behind them: rows whose class nobody knows
    there = int((job.table.frame[chosen].notna().to_numpy(dtype=bool) & ~np.isnan(known)).sum())
    drawn = int(counts.sum())
    text = f"All {drawn:,} rows (of {len(job.table):,}) that have a value of the feature and a known class are counted."
    check = Check("rows", drawn == there, None, text)
    return replace(found, counts=counts, groups=groups, shares=True, checks=(check,))


def _with_own(job: Job, rows: np.ndarray, known: Array) -> tuple[np.ndarray, Array]:
    """The rows and their truth with the chosen instance among them, where its truth is known."""
    row, whole = job.params["instance"], truth(job.model, job.table)
    if row is None or whole is None or np.isnan(whole[job.table.position(int(row))]):
        return rows, known
    both = np.union1d(rows, [int(row)])
    return both, whole[both]


def _spread(classes: tuple[str, ...], heights: Array) -> Check:
    """The medians of the classes."""
    medians = pd.Series(heights).groupby(pd.Series(classes), sort=False).median().head(6)
    parts = [f"{words.number(float(middle))} for {words.short(str(name), 40)}" for name, middle in medians.items()]
    return Check("medians", None, None, f"Medians: {words.listed(parts)}.")
