"""Profiles of a whole model: partial dependence, accumulated local effects, conditional means, single curves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from core import curves as known_curves
from core import row_weights
from core.accumulated import accumulated
from core.asking import in_parts
from core.blocks import Moves, ask_blocks
from core.conditions import ordered_values
from core.curves import Curves
from core.grid import Grid, column, grid, moved, own_points, places, quantiles
from core.registry import Job, method
from core.results import Check, Profile
from core.row_weights import mean, part
from core.types import Array, Feature, Param
from core.views import words

MOST_CURVES = 200
ABOUT = """
**What it is.** Every row is given one value of the feature after the other, the rest of the row stays, and the answers
are averaged: the *partial dependence*. Single rows' curves (ICE) show what the average hides.

**Formula.** Partial: $\\frac1n\\sum_i f(z, x^{(i)}_{-j})$. Accumulated local effects: the mean change of $f$ across
each bin, over the rows that lie in it (a bin without rows joins its neighbour), summed from the left and centred so
that its mean over the rows is the mean prediction. Conditional: the mean of $f(z, x_{-j})$ over rows whose own value is
near $z$, weighted by a Gaussian whose deviation is *span* times the grid's range (levels: rows of that level).
Accumulated by *weights* takes these weights in place of bins, as dalex does.

Where a column weighs the rows, every mean is weighted by it (a check says so).

With *level = change* every curve is told from its first grid value on: single curves can then be compared, and
accumulated effects begin at zero.

**Cost.** Rows times grid points predictions, in few large calls; accumulated: twice the rows. Of known trees and
networks, the answers are found in the trees or layers themselves (a check says so, and how closely they do it).

**When it misleads.** Partial dependence asks for rows that do not exist when features move together; accumulated
effects do not, but their level is only meaningful relative to the mean. Levels have no order of their own:
accumulated effects go through them from the most to the least frequent, each step moving rows of one level to the
next rarer one, and another order would give other heights; ask for *partial* where features do not move together.
Conditional means mix in the effects of features that move along. Opposite effects in two halves of the data average
to a flat line: look at the single curves, or group.

**Where ours differs.** Each feature's profile is centred on its own, whatever else was asked for, and each group's on
the mean prediction of that group's rows: dalex takes one mean for all.

**Source.** J. Friedman, 2001, [doi:10.1214/aos/1013203451](https://doi.org/10.1214/aos/1013203451); D. Apley and
J. Zhu, 2020, [doi:10.1111/rssb.12377](https://doi.org/10.1111/rssb.12377); A. Goldstein et al., 2015,
[doi:10.1080/10618600.2014.907095](https://doi.org/10.1080/10618600.2014.907095).
"""
PARAMS = (
    Param("feature", "feature", None, "The feature that moves; empty: the first.", expert=False),
    Param(
        "kind",
        "choice",
        "partial",
        "Average of all rows; local changes added up; or average of the rows that are near.",
        choices=("partial", "accumulated", "conditional"),
        expert=False,
    ),
    Param("group", "feature", None, "One profile for each level of this feature (or quarter of its range)."),
    Param("curves", "int", 0, "Single rows' curves to draw (partial only).", low=0, high=MOST_CURVES),
    Param("grid_points", "int", 51, "Values on the grid.", low=2, high=1_000),
    Param("spacing", "choice", "even", "Evenly spaced, or at quantiles of the data.", choices=("even", "quantiles")),
    Param("at", "text", "", "Your own values instead of a grid, for example 10, 20, 50 or 2024-01-31."),
    Param("span", "float", 0.25, "Width of 'near', as a share of the grid's range.", low=0.001, high=10),
    Param(
        "accumulate",
        "choice",
        "bins",
        "Local changes within bins (Apley and Zhu), or weights of near rows (dalex).",
        choices=("bins", "weights"),
    ),
    Param(
        "level",
        "choice",
        "prediction",
        "At the height of the predictions; or every curve as the change from its first value.",
        choices=("prediction", "change"),
    ),
    Param("rows", "int", 500, "Rows averaged over, drawn with the seed.", low=2, high=1_000_000),
    Param("seed", "int", 0, "Fixes which rows.", low=0, high=2**31 - 1),
)


@method(
    id="model_profile",
    title="Model profile",
    question="How does the answer change, on average, as one feature changes?",
    version="6",
    scope="model",
    kind="profile",
    params=PARAMS,
    order=210,
    cost="seconds",
    about=ABOUT,
)
def explain(job: Job) -> Profile:
    """Move one feature through its range for many rows."""
    feature = job.table.schema[job.params["feature"] or job.model.features[0]]
    rows, given, weighted = row_weights.background(job.table, int(job.params["rows"]), int(job.params["seed"]))
    points = _points(job, feature, rows)
    groups = _groups(job, rows)
    kind = str(job.params["kind"])
    known: Curves | None = None
    if kind == "accumulated" and job.params["accumulate"] == "bins":
        said = in_parts(job, rows, until=0.0)[:, job.output]
        curves = [accumulated(job, feature, rows[own], said[own], points, part(given, own)) for _, own in groups]
        extra = np.empty((0, len(points)))
    else:
        known = _known(job, rows, feature, points)
        means, extra, said = _averages(job, rows, feature, points, [own for _, own in groups], known, given)
        curves = list(means)
    names = [name for name, _ in groups] + [f"single row {at + 1}" for at in range(len(extra))]
    values = np.vstack([*curves, extra])
    centred = job.params["level"] == "change"
    if centred:
        values = values - values[:, :1]
    return Profile(
        feature=feature.name,
        grid=points,
        values=values,
        curves=tuple(names),
        at=(None,) * len(names),
        outputs=np.full(len(names), np.nan),
        scale="target" if job.model.task == "regression" else "probability",
        label=job.label,
        ordered=feature.is_ordered,
        reference=0.0 if centred else float(mean(said, given)),
        centred=centred,
        checks=(
            *_checks(kind, values[0], said[groups[0][1]], part(given, groups[0][1])),
            *weighted,
            *(() if known is None else (known.check,)),
        ),
    )


def _known(job: Job, rows: pd.DataFrame, feature: Feature, points: Grid) -> Curves | None:
    """The rows' answers along the feature, where they can be looked up in the model's trees."""
    found = known_curves.curves(job, rows, len(points), f"{job.params['rows']}|{job.params['seed']}")
    return found if found is not None and found.knows(job.model.features.index(feature.name)) else None


def _points(job: Job, feature: Feature, rows: pd.DataFrame) -> Grid:
    """The grid: own values, quantiles or even steps; levels by frequency."""
    dtype = job.table.frame[feature.name].dtype
    text = str(job.params["at"]).strip()
    if text:
        return own_points(feature, text, dtype)
    count = int(job.params["grid_points"])
    if job.params["spacing"] == "quantiles" and feature.is_ordered:
        return tuple(quantiles(feature, rows[feature.name], count))
    return tuple(value for value in grid(feature, count, [], dtype) if value is not None)


def _groups(job: Job, rows: pd.DataFrame) -> list[tuple[str, npt.NDArray[np.bool_]]]:
    """Names of the groups and which rows are theirs; one group of all rows by default."""
    name = job.params["group"]
    if not name:
        return [("average", np.ones(len(rows), dtype=bool))]
    feature, column = job.table.schema[name], rows[name]
    if feature.is_ordered:
        numbers = ordered_values(column, feature)
        edges = np.nanquantile(numbers, [0, 0.25, 0.5, 0.75, 1])
        edges = np.unique(np.floor(edges) if feature.kind == "integer" else edges)
        if len(edges) > 2:
            place = np.where(np.isnan(numbers), -1, np.searchsorted(edges[1:-1], numbers, side="left"))
            ends = [_bound(feature, edge) for edge in edges.tolist()]
            found = [(f"{name} {ends[at]} to {ends[at + 1]}", place == at) for at in range(len(edges) - 1)]
            return [(label, own) for label, own in found if own.any()]
    levels = [level for level in feature.levels[:8] if (column == level).any()] or list(column.dropna().unique()[:8])
    return [(f"{name} = {words.cell(level)}", (column == level).fillna(False).to_numpy(dtype=bool)) for level in levels]


def _bound(feature: Feature, edge: float) -> str:
    """A bound of a group on the feature's axis, in words."""
    return words.moment(pd.Timestamp(edge, unit="s")) if feature.kind == "datetime" else f"{edge:.4g}"


def _averages(
    job: Job,
    rows: pd.DataFrame,
    feature: Feature,
    points: Grid,
    groups: Sequence[npt.NDArray[np.bool_]],
    known: Curves | None,
    given: Array | None,
) -> tuple[Array, Array, Array]:
    """Mean answer of each group at each grid value, the first rows' own curves, and the rows' own answers."""
    count, kind = len(rows), job.params["kind"]
    curves = np.empty((len(groups), len(points)))
    extra = np.empty((min(count, int(job.params["curves"])) if kind == "partial" else 0, len(points)))
    before: Array | None = None
    asked = _answers(job, rows, feature, points, known)
    said = next(asked)[1][0]
    for chosen, answers in asked:
        weights = None if kind == "partial" else _near(feature, rows[feature.name], points, chosen, job)
        if given is not None:
            weights = given[None, :] if weights is None else weights * given
        extra[:, chosen] = answers[:, : len(extra)].T
        if kind == "accumulated":
            first = answers[:1] if before is None else before
            before, answers = answers[-1:], np.diff(answers, axis=0, prepend=first)
        for place, own in enumerate(groups):
            curves[place, chosen] = _averaged(answers[:, own], None if weights is None else weights[:, own])
    if kind == "accumulated":
        curves = np.nan_to_num(curves).cumsum(axis=1)
        means = np.array([mean(said[own], part(given, own)) for own in groups])
        curves += (means - curves.mean(axis=1))[:, None]
    return curves, extra, said


def _answers(
    job: Job, rows: pd.DataFrame, feature: Feature, points: Grid, known: Curves | None
) -> Iterator[tuple[slice, Array]]:
    """First the rows as they are, at no grid value; then answers at some grid values, by value and row."""
    place = job.model.features.index(feature.name)
    job.progress(0.0, "moving the feature")
    if known is not None:
        yield slice(0, 0), known.own()[None, :, job.output]
        yield slice(0, len(points)), known.at(place, column(points, rows[feature.name].dtype))[:, :, job.output]
        return
    pool = pd.concat([rows, moved(rows.iloc[:1], feature.name, points)], ignore_index=True)
    moves: list[Moves] = [{}, *({place: np.array([len(rows) + point])} for point in range(len(points)))]

    for chosen, answers in ask_blocks(job.predict, pool, len(rows), moves, job.stretch("moving the feature")):
        if chosen.start == 0:
            yield slice(0, 0), answers[:1]
            answers = answers[1:]
        yield slice(max(0, chosen.start - 1), chosen.stop - 1), answers


def _near(feature: Feature, column: pd.Series, points: Grid, chosen: slice, job: Job) -> Array:
    """Weight of each row at the chosen grid values, shape (n_chosen, n_rows)."""
    if not feature.is_ordered:
        return np.stack([(column == point).fillna(False).to_numpy(dtype=float) for point in points[chosen]])
    numbers, marks = ordered_values(column, feature), places(feature, points)
    width = (float(np.ptp(marks)) or 1.0) * float(job.params["span"])
    distance = (numbers[None, :] - marks[chosen, None]) / width
    return np.asarray(np.nan_to_num(np.exp(-0.5 * distance**2)), dtype=np.float64)


def _averaged(answers: Array, weights: Array | None) -> Array:
    """Mean curve of answers by value and row; NaN where no row counts."""
    if weights is None:
        return np.asarray(answers.mean(axis=1))
    total = weights.sum(axis=1)
    return np.asarray(np.where(total > 1e-12, (answers * weights).sum(axis=1) / np.maximum(total, 1e-12), np.nan))


def _checks(kind: str, curve: Array, said: Array, given: Array | None) -> tuple[Check, ...]:
    """How well the mean is known, and how much the curve moves."""
    error = _error(said, given)
    text = f"Averaged over {len(said):,} rows; the mean prediction itself is known to ± {words.number(error, 2)}."
    checks = [Check("rows", None, error, text)]
    finite = curve[np.isfinite(curve)]
    swing = float(np.ptp(finite)) if len(finite) else 0.0
    checks.append(Check("range", None, swing, f"Along the grid the {kind} profile moves by {words.number(swing, 3)}."))
    return tuple(checks)


def _error(said: Array, given: Array | None) -> float:
    """Standard error of the mean prediction; with weights, of as many rows of equal weight as they are worth."""
    if len(said) < 2:
        return float("nan")
    if given is None:
        return float(said.std(ddof=1) / np.sqrt(len(said)))
    worth = row_weights.effective(given, len(said))
    variance = float(mean((said - mean(said, given)) ** 2, given))
    return float(np.sqrt(variance / (worth - 1))) if worth > 1 else float("nan")
