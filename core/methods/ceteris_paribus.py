"""Ceteris paribus: the model's answer as one feature of one instance moves and everything else stays."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from core.asking import in_parts
from core.errors import InputError
from core.grid import Grid, column, grid, joined, moved, own_points, plain, span
from core.registry import Job, method
from core.results import Check, Profile
from core.steady import CLOSE
from core.types import Array, Feature, Param
from core.views import axis, words

ABOUT = """
**What it is.** The instance is copied many times, one feature is set to every value of a grid, and the model is asked
for each copy. The curve shows its answers; everything else about the instance stays as it is.

$$h(z) = f(x_1, \\ldots, x_{j-1}, z, x_{j+1}, \\ldots, x_p)$$

**How to read it.** The marked point is the instance itself and lies at its own prediction exactly. A flat stretch means
that the feature does not matter there. Where the curve crosses the dashed line, the decision changes.

**When it misleads.** Features that belong together in life move apart here: a flat of 20 m² with 6 rooms is asked for
like any other. Read the curve with care outside the shaded range, where few or no rows lie. It says what the *model*
would answer, not what would happen if somebody changed the feature in the world.

**Cost.** One call of the model on as many rows as the grid has points.

**Sources.** Biecek and Burzykowski, *Explanatory Model Analysis*, chapter 10, 2021,
[doi:10.1201/9780429027192](https://doi.org/10.1201/9780429027192). The same curves for many instances are ICE plots:
Goldstein, Kapelner, Bleich and Pitkin, *Peeking Inside the Black Box*, 2015,
[doi:10.1080/10618600.2014.907095](https://doi.org/10.1080/10618600.2014.907095).
"""
INSTANCES = 20
SCAN_POINTS = 9


@method(
    id="ceteris_paribus",
    title="Ceteris paribus profile",
    question="What if only this feature changed?",
    version="2",
    scope="row",
    kind="profile",
    order=40,
    cost="instant",
    about=ABOUT,
    params=(
        Param(
            "feature",
            "feature",
            None,
            "The feature that moves; empty: the one that moves the answer most.",
            expert=False,
        ),
        Param("grid_points", "int", 101, "Values on the grid, the instance's own one apart.", low=2, high=2_000),
        Param(
            "at",
            "text",
            "",
            "Your own values instead of a grid, for example 10, 20, 50 or 2024-01-31; own values are added.",
        ),
        Param("more_rows", "text", "", "Further rows to draw beside this one, for example 3, 7, 12.", expert=False),
    ),
)
def profile(job: Job) -> Profile:
    """Move one feature of the instance (and of further rows) along its observed range.

    Parameters
    ----------
    job : Job
        ``params``: ``feature`` (name, or None for the one with the largest range of output on a coarse grid),
        ``grid_points`` (values between the lowest and the highest observed one) and ``more_rows`` (positions).

    Returns
    -------
    Profile
        In probability or target units. The grid is ascending, holds every curve's own value, whole numbers for
        integers, and None for a missing cell where the column has any.

    Raises
    ------
    InputError
        If ``more_rows`` does not hold row numbers.

    References
    ----------
    .. [1] Biecek and Burzykowski, Explanatory Model Analysis, 2021, doi:10.1201/9780429027192
    .. [2] Goldstein et al., Peeking Inside the Black Box, 2015, doi:10.1080/10618600.2014.907095
    """
    rows = _rows(job)
    feature = job.table.schema[job.params["feature"] or strongest(job)]
    own = [job.table.frame[feature.name].iloc[row] for row in rows]
    points = _points(job, feature, own)
    instances = job.table.rows(rows)
    asked = pd.concat([moved(instances, feature.name, points), instances], ignore_index=True)
    answers = in_parts(job, asked, "moving the feature")[:, job.output]
    values, said = answers[: -len(rows)].reshape(len(rows), len(points)), answers[-len(rows) :]
    threshold = 0.5 if job.model.task == "binary" else None
    return Profile(
        feature=feature.name,
        grid=points,
        values=values,
        curves=_names(job, rows),
        at=tuple(plain(value) for value in own),
        outputs=np.array([values[curve, _index(points, value)] for curve, value in enumerate(own)]),
        scale="target" if job.model.task == "regression" else "probability",
        label=job.label,
        ordered=feature.is_ordered,
        threshold=threshold,
        checks=(_own_point(points, own, values, said), *_decision(feature, points, values[0], threshold)),
    )


def _points(job: Job, feature: Feature, own: Sequence[Any]) -> Grid:
    """A person's own values and the instances', or the even grid."""
    text = str(job.params["at"]).strip()
    dtype = job.table.frame[feature.name].dtype
    if not text:
        return grid(feature, job.params["grid_points"], own, dtype)
    return joined(feature, own_points(feature, text, dtype), own)


def _rows(job: Job) -> list[int]:
    """The instance first, then the further rows, each once."""
    asked = str(job.params["more_rows"]).replace(";", ",").split(",")
    try:
        more = [int(part) for part in asked if part.strip()]
    except ValueError:
        raise InputError(
            f"'more_rows' cannot be {words.short(str(job.params['more_rows']))!r}.",
            "It takes row numbers with commas between them.",
            "Write for example 3, 7, 12.",
        ) from None
    rows = list(dict.fromkeys([job.row, *(job.table.position(row) for row in more)]))
    if len(rows) > INSTANCES:
        raise InputError(
            f"{len(rows)} rows are too many to draw.", f"At most {INSTANCES} are drawn.", "Name fewer rows."
        )
    return rows


def _names(job: Job, rows: Sequence[int]) -> tuple[str, ...]:
    """A different name for each row: its label, with the number where labels repeat."""
    names = [job.table.row_name(row) for row in rows]
    return tuple(
        f"{name} (row {row})" if names.count(name) > 1 else name for name, row in zip(names, rows, strict=True)
    )


def _index(points: Grid, value: Any) -> int:
    """Where a cell is on the grid."""
    return points.index(plain(value))


def strongest(job: Job) -> str:
    """The feature whose coarse profile moves the answer most: one call of the model for all features."""
    instance, features = job.instance, job.table.schema.features
    grids = [_coarse(feature, job.table.frame[feature.name].dtype) for feature in features]
    starts = np.cumsum([0, *(len(points) for points in grids)])
    copies = instance.iloc[np.zeros(int(starts[-1]), dtype=np.int64)].reset_index(drop=True)
    columns = {}
    for feature, points, start in zip(features, grids, starts, strict=False):
        cells = copies[feature.name].astype(object).to_list()
        cells[start : start + len(points)] = points
        columns[feature.name] = column([plain(cell) for cell in cells], instance[feature.name].dtype)
    answers = job.predict(pd.DataFrame(columns))
    here = [answers[start:stop] for start, stop in pairwise(starts)]
    widths = [float(np.ptp(part)) if len(part) else 0.0 for part in here]
    return features[int(np.argmax(widths))].name


def _coarse(feature: Feature, dtype: Any) -> Grid:
    """A few values that span a feature."""
    if not feature.is_ordered:
        return tuple(feature.levels[:SCAN_POINTS])
    return tuple(span(feature, SCAN_POINTS, dtype))


def _own_point(points: Grid, own: Sequence[Any], values: Array, said: Array) -> Check:
    """Whether each curve passes through its own prediction."""
    gap = max(abs(float(values[curve, _index(points, value)] - said[curve])) for curve, value in enumerate(own))
    if gap <= CLOSE * float(np.abs(said).max()):
        return Check(
            "own point", True, gap, f"At its own value the curve is the prediction itself (difference {gap:.1g})."
        )
    text = f"At its own value the curve misses the prediction by {gap:.3g}: the model does not take rows one by one."
    return Check("own point", False, gap, text)


def _decision(feature: Feature, points: Grid, values: Array, threshold: float | None) -> tuple[Check, ...]:
    """Where the decision changes, in words; nothing without a threshold."""
    if threshold is None or not feature.is_ordered:
        return ()
    found = axis.crossings([axis.place(point) for point in points], values, threshold)
    where = axis.passages(found[:6], points, feature.kind == "datetime")
    text = f"The decision changes {where}." if found else "The decision stays the same over the observed range."
    return (Check("decision", None, float(len(found)), text),)
