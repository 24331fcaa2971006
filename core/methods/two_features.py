"""Two features moved together: the mean answer over a grid of both, or what is left of it without their own effects."""

from __future__ import annotations

import numpy as np
import pandas as pd

from core import row_weights
from core.blocks import ask_blocks
from core.conditions import ordered_values
from core.errors import InputError
from core.grid import Grid, column, grid, quantiles
from core.registry import Job, method
from core.results import Check, Matrix
from core.row_weights import mean
from core.types import Array, Feature, Model, Param, Table
from core.views import words

LEVELS = 20
ABOUT = """
**What it is.** Every row is given each pair of values of two features, the rest of the row stays, and the answers are
averaged: one cell a pair. With *interaction* each feature's own average effect is taken away: what is left is what the
two do together and neither does alone.

**Formula.** $PD_{jk}(z, w) = \\frac1n\\sum_i f(z, w, x^{(i)}_{-jk})$. Interaction: $PD_{jk}(z, w) - PD_j(z) - PD_k(w)
+ \\bar{PD}$, with the means taken over the grid that is drawn. Where a column weighs the
rows, the mean over them is weighted by it.

**Cost.** Rows times cells predictions, in few large calls.

**When it misleads.** Cells where no row lies are the model's guess about rows that do not exist: the share of such
cells is told below. Averages hide rows that react in opposite ways.

**Source.** J. Friedman, 2001, [doi:10.1214/aos/1013203451](https://doi.org/10.1214/aos/1013203451).
"""
PARAMS = (
    Param("feature", "feature", None, "The feature from bottom to top; empty: the first.", expert=False),
    Param("other", "feature", None, "The feature from left to right; empty: the next one.", expert=False),
    Param(
        "report",
        "choice",
        "answer",
        "The mean answer, or what the two do together beyond each alone.",
        choices=("answer", "interaction"),
        expert=False,
    ),
    Param("grid_points", "int", 10, "Values of each number on the grid.", low=2, high=60),
    Param("spacing", "choice", "quantiles", "Evenly spaced, or at quantiles.", choices=("even", "quantiles")),
    Param("rows", "int", 200, "Rows averaged over, drawn with the seed.", low=2, high=100_000),
    Param("seed", "int", 0, "Fixes which rows.", low=0, high=2**31 - 1),
)


def _unsupported(model: Model, _table: Table) -> str | None:
    """Two features are needed."""
    return "The model takes fewer than two features." if len(model.features) < 2 else None


@method(
    id="two_features",
    title="Two-feature profile",
    question="How do two features work together?",
    version="3",
    scope="model",
    kind="matrix",
    params=PARAMS,
    order=212,
    cost="seconds",
    about=ABOUT,
    unsupported=_unsupported,
)
def explain(job: Job) -> Matrix:
    """Average the answers over every pair of values."""
    down, across = _pair(job)
    frame, given, weighted = row_weights.background(job.table, int(job.params["rows"]), int(job.params["seed"]))
    points = [_points(job, feature, frame) for feature in (down, across)]
    values = averages(job, frame, (down.name, across.name), (points[0], points[1]), given)
    answer = job.params["report"] == "answer"
    shown = values if answer else doubly_centred(values)
    checks = (_swing(job, values), _empty(frame, (down, across), (points[0], points[1])), *weighted)
    turn = slice(None, None, -1) if down.is_ordered else slice(None)
    said = "mean answer" if answer else "interaction: mean answer beyond each feature's own effect"
    return Matrix(
        rows=tuple(_labels(down, points[0])[turn]),
        columns=tuple(_labels(across, points[1])),
        values=shown[turn],
        row_title=down.name,
        column_title=across.name,
        unit=f"{said} ({_of(job)})",
        signed=not answer,
        checks=checks,
    )


def _of(job: Job) -> str:
    """What the answers are."""
    return f"probability of {words.case(job.label, job.table.target)}" if job.model.classes else job.label


def _pair(job: Job) -> tuple[Feature, Feature]:
    """The two features, the second by default the next one in the model's order."""
    names = job.model.features
    first = job.params["feature"] or next(name for name in names if name != job.params["other"])
    second = job.params["other"] or names[(names.index(first) + 1) % len(names)]
    if first == second:
        raise InputError("A feature has no interaction with itself.", f"Both are {words.short(first)}.", "Choose two.")
    return job.table.schema[first], job.table.schema[second]


def _points(job: Job, feature: Feature, frame: pd.DataFrame) -> Grid:
    """The values of one feature: quantiles or even steps, the most frequent levels."""
    count = int(job.params["grid_points"])
    even = job.params["spacing"] == "even" or not feature.is_ordered
    if not even and (found := quantiles(feature, frame[feature.name], count)):
        return tuple(found)
    values = [value for value in grid(feature, count, [], job.table.frame[feature.name].dtype) if value is not None]
    if not values:
        raise InputError(f"{words.short(feature.name)} has no value.", "All its cells are missing.", "Choose another.")
    return tuple(values if feature.is_ordered else values[:LEVELS])


def averages(
    job: Job, frame: pd.DataFrame, names: tuple[str, str], points: tuple[Grid, Grid], given: Array | None = None
) -> Array:
    """Mean answer at every pair of values, of rows that weigh what is ``given``, shape (n_first, n_second)."""
    rows, longest = len(frame), max(len(own) for own in points)
    pool = frame.iloc[np.zeros(longest, dtype=np.int64)].reset_index(drop=True)
    for name, own in zip(names, points, strict=True):
        pool[name] = column([*own, *[own[0]] * (longest - len(own))], frame[name].dtype)
    pool = pd.concat([frame, pool], ignore_index=True)
    one, two = (list(frame.columns).index(name) for name in names)
    moves = [
        {one: np.array([rows + down]), two: np.array([rows + across])}
        for down in range(len(points[0]))
        for across in range(len(points[1]))
    ]
    job.progress(0.0, "moving two features")
    answers = ask_blocks(job.predict, pool, rows, moves, job.stretch("moving two features"))
    means = np.concatenate([mean(block, given) for _, block in answers])
    return means.reshape(len(points[0]), len(points[1]))


def doubly_centred(values: Array) -> Array:
    """What is left of a table without its rows' and columns' own means."""
    rows, columns = values.mean(axis=1, keepdims=True), values.mean(axis=0, keepdims=True)
    return np.asarray(values - rows - columns + values.mean())


def _labels(feature: Feature, points: Grid) -> list[str]:
    """The values in words, each different."""
    texts = [words.own_number(value) if isinstance(value, float) else words.cell(value) for value in points]
    if len(set(texts)) < len(texts):
        texts = [words.cell(value) for value in points]
    return [text if texts.count(text) == 1 else f"{text} ({at})" for at, text in enumerate(texts)]


def _swing(job: Job, values: Array) -> Check:
    """How much of the picture is interaction."""
    together = float(np.ptp(doubly_centred(values)))
    whole = float(np.ptp(values))
    share = together / whole if whole > 0 else 0.0
    text = f"Over the grid the mean answer spans {words.number(whole, 3)}; the interaction {words.number(together, 3)}"
    text += f", {words.percent(min(1.0, share))} of it." if whole > 0 else "."
    if share < 0.05:
        text += " The two act almost independently of each other."
    return Check("interaction", None, together, text)


def _empty(frame: pd.DataFrame, features: tuple[Feature, Feature], points: tuple[Grid, Grid]) -> Check:
    """How many cells have no row near them: there the model guesses."""
    places = [_nearest(frame[feature.name], feature, own) for feature, own in zip(features, points, strict=True)]
    known = (places[0] >= 0) & (places[1] >= 0)
    held = len(set(zip(places[0][known].tolist(), places[1][known].tolist(), strict=True)))
    cells = len(points[0]) * len(points[1])
    text = f"{held} of {cells} cells have at least one of the {len(frame):,} rows near them"
    text += "." if held == cells else "; in the others the model speaks of rows that were not seen."
    return Check("cells without rows", held == cells, float(cells - held), text)


def _nearest(cells: pd.Series, feature: Feature, points: Grid) -> np.ndarray:
    """The grid value nearest to each row's own, -1 for a missing or an unknown one."""
    if feature.is_ordered:
        values = ordered_values(cells, feature)
        marks = ordered_values(pd.Series(list(points)), feature)
        place = np.abs(np.nan_to_num(values)[:, None] - marks[None, :]).argmin(axis=1)
        return np.where(np.isfinite(values), place, -1)
    order = {point: at for at, point in enumerate(points)}
    return np.array([-1 if pd.isna(cell) else order.get(cell, -1) for cell in cells])
