"""How one feature is spread, per class, with the mean of the target in each bin or level."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.conditions import ordered_values
from core.grid import plain
from core.instances import truth
from core.registry import Job, method
from core.results import Check, Distribution
from core.types import Array, Feature, Param, Table
from core.views import words

LEVELS = 30
"""Levels shown at most, the most frequent first; the others are counted together."""
MOST_BINS = 200
EXACT = 2.0**53
"""From here on not every whole number is a float, and the next one may be the same."""
OTHERS = "all other levels"
ABOUT = """
**What it is.** How many rows lie in each bin (numbers, dates) or have each level, one colour a class of the target. The
line is the mean of the target in each bin: for classes, the share of the class in question. The mark is where the
chosen instance sits.

**Formula.** By default $\\lceil \\log_2 n \\rceil + 1$ bins of equal width (Sturges), from the lowest to the highest
value; each holds its left edge, the last one both. Bins of whole numbers hold equally many of them, and are as near to
that number of bins as can be; the last one ends with the highest value.

**Cost.** One pass over the column.

**When it misleads.** Few bins hide two humps, many show noise: move the slider. A few extreme values leave most rows in
one bin. The mean in a bin with few rows says little; bins without rows have none. What goes along with the target need
not cause it.

**Where ours differs.** R's `hist` moves the edges to round numbers and gives a bin its right edge: the counts of single
bins differ from it, their sum does not.

**Source.** H. Sturges, 1926, [doi:10.1080/01621459.1926.10502161](https://doi.org/10.1080/01621459.1926.10502161).
"""
PARAMS = (
    Param("feature", "feature", None, "The feature; empty: the first.", expert=False),
    Param("bins", "int", None, "Bins of a number; empty: by Sturges' rule.", low=1, high=MOST_BINS, expert=False),
    Param("instance", "int", None, "The row that is marked; empty: none.", low=0),
)


@method(
    id="distribution",
    title="Distribution",
    question="How is a feature spread, and how does the target go with it?",
    version="2",
    scope="data",
    kind="distribution",
    params=PARAMS,
    order=300,
    about=ABOUT,
)
def explain(job: Job) -> Distribution:
    """Count the rows of each bin or level."""
    feature = job.table.schema[job.params["feature"] or job.model.features[0]]
    column = job.table.frame[feature.name]
    bins, place = _numbered(job, feature, column) if feature.is_ordered else _levelled(feature, column)
    known = truth(job.model, job.table)
    groups, member = _groups(job, known)
    count = max(1, len(bins) - 1 if feature.is_ordered and bins else len(bins))
    counts = np.stack(
        [np.bincount(place[(member == at) & (place >= 0)], minlength=count)[:count] for at in range(len(groups))]
    ).astype(np.float64)
    means, title = _means(job, known, place, count)
    missing = int((place < 0).sum())
    return Distribution(
        feature=feature.name,
        bins=bins or ((0.0, 1.0) if feature.is_ordered else ("no value",)),
        counts=counts,
        groups=groups,
        missing=missing,
        ordered=feature.is_ordered,
        means=means,
        mean_title=title,
        at=_own(job.table, feature, job.params["instance"]),
        checks=(_counted(len(column), counts, missing),),
    )


def sturges(count: int) -> int:
    """How many bins a histogram of ``count`` values has by Sturges' rule."""
    return int(np.ceil(np.log2(count))) + 1 if count > 0 else 1


def _numbered(job: Job, feature: Feature, column: pd.Series[Any]) -> tuple[tuple[Any, ...], npt.NDArray[np.int64]]:
    """Edges and the bin of each row, -1 for a missing value."""
    values = ordered_values(column, feature)
    known = np.isfinite(values)
    if not known.any():
        return (), np.full(len(values), -1)
    low, high = float(values[known].min()), float(values[known].max())
    wanted = int(job.params["bins"] or sturges(int(known.sum())))
    if low == high:
        wanted, high = 1, low + 1.0
    edges: npt.NDArray[Any] = np.linspace(low, high, min(wanted, MOST_BINS) + 1)
    if feature.kind == "integer" and max(abs(low), abs(high)) < EXACT:
        edges = _whole(int(low), int(values[known].max()), min(wanted, MOST_BINS))
    place = np.full(len(values), -1, dtype=np.int64)
    place[known] = np.clip(np.searchsorted(edges, values[known], side="right") - 1, 0, len(edges) - 2)
    if feature.kind == "datetime":
        return tuple(pd.Timestamp(edge, unit="s").round("s").isoformat() for edge in edges), place
    return tuple(edge.item() for edge in edges), place


def _whole(low: int, high: int, wanted: int) -> npt.NDArray[np.int64]:
    """Edges of bins that hold equally many whole numbers, the last one fewer; one beyond the highest ends it."""
    span = high - low + 1
    narrow = max(1, span // wanted)
    bins = {width: -(-span // width) for width in (narrow, narrow + 1)}
    fits = [width for width, count in bins.items() if count <= MOST_BINS]
    width = min(fits, key=lambda width: abs(bins[width] - wanted))
    return np.append(np.arange(low, high + 1, width, dtype=np.int64), high + 1)


def _levelled(feature: Feature, column: pd.Series[Any]) -> tuple[tuple[Any, ...], npt.NDArray[np.int64]]:
    """Levels, most frequent first, and the level of each row, -1 for a missing value."""
    codes, found = pd.factorize(column, use_na_sentinel=True)
    totals = np.bincount(codes[codes >= 0], minlength=len(found))
    order = np.argsort(-totals, kind="stable")
    levels = [plain(found[at]) for at in order[:LEVELS]]
    if len(order) > LEVELS:
        levels.append(OTHERS)
    rank = np.empty(len(found) + 1, dtype=np.int64)
    rank[order] = np.minimum(np.arange(len(found)), LEVELS)
    rank[-1] = -1
    return tuple(levels), rank[codes]


def _groups(job: Job, known: Array | None) -> tuple[tuple[str, ...], npt.NDArray[np.int64]]:
    """Classes of the target with each row's own; one group where there are none."""
    if known is None or not job.model.classes:
        return ("all rows",), np.zeros(len(job.table), dtype=np.int64)
    member = np.where(np.isnan(known), len(job.model.classes), known).astype(np.int64)
    names = tuple(str(name) for name in job.model.classes)
    return (*names, *(("class unknown",) if np.isnan(known).any() else ())), member


def _means(job: Job, known: Array | None, place: npt.NDArray[np.int64], count: int) -> tuple[Array | None, str]:
    """Mean of the target, or share of the class in question, per bin."""
    if known is None:
        return None, ""
    value = np.where(np.isnan(known), np.nan, known == job.output) if job.model.classes else known
    counted = (place >= 0) & ~np.isnan(value)
    rows = np.bincount(place[counted], minlength=count)[:count]
    total = np.bincount(place[counted], value[counted], minlength=count)[:count]
    with np.errstate(invalid="ignore", divide="ignore"):
        means = np.where(rows > 0, total / rows, np.nan)
    return means, f"share of {words.case(job.label, job.table.target)}" if job.model.classes else f"mean of {job.label}"


def _own(table: Table, feature: Feature, row: int | None) -> Any:
    """The chosen instance's value, None where there is none."""
    if row is None:
        return None
    cell = plain(table.frame[feature.name].iloc[table.position(int(row))])
    return cell.isoformat() if hasattr(cell, "isoformat") else cell


def _counted(total: int, counts: Array, missing: int) -> Check:
    """Every row is counted once."""
    drawn = int(counts.sum())
    text = f"Every row is counted: {drawn:,} in the bars"
    text += f", {missing:,} without a value ({words.percent(missing / max(1, total))})." if missing else "."
    return Check("counts", drawn + missing == total, float(missing), text)
