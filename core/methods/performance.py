"""How good the model is, on the rows whose truth is known."""

from __future__ import annotations

import numpy as np

from core import row_weights
from core.asking import in_parts
from core.performance import binary_curves, binary_scores, class_scores, confusion, regression_curves, regression_scores
from core.registry import Job, method
from core.results import Check, Scores
from core.truth import unknown, weighed_rows
from core.types import Array, Param
from core.views import words

ABOUT = """
**What it is.** The model's answers are compared with the true values, and summed up in numbers and curves.

**Formula.** Numbers: $R^2 = 1 - \\sum(y-\\hat y)^2 / \\sum(y-\\bar y)^2$, root mean squared error, mean and median
absolute error. Two classes: at a cutoff, recall = found / all positives, precision = found / all said positive, F1 =
their harmonic mean; AUC = chance that a random positive gets a higher probability than a random negative; Brier = mean
of $(p - y)^2$. Positive is the model's second class. Several classes: each class against the rest, averaged with equal
weight. Where a column weighs the rows, every sum, mean,
share and curve is weighted by it (a check says so); the table of right and wrong counts rows.

**How to read the curves.** *ROC*: found against false alarms at every cutoff; the diagonal is guessing. *Lift*: how
many times more positives are among the rows ranked highest than among all. *Calibration*: of rows given 70 %, 7 of 10
should be positive: the diagonal. *Errors* of numbers: the share of rows whose error is at most so large (REC,
higher is better), and the share of rows up to each residual: its middle should lie at 0.

**Cost.** One prediction a row.

**When it misleads.** On the rows that the model was trained on, every number looks too good: use rows that it has not
seen. With rare positives, accuracy is high for a model that never says yes. A cutoff moves recall and precision against
each other; AUC does not depend on it. Calibration tells whether 70 % means 7 of 10.

**Source.** T. Fawcett, 2006, [doi:10.1016/j.patrec.2005.10.010](https://doi.org/10.1016/j.patrec.2005.10.010);
J. Bi and K. Bennett, *Regression error characteristic curves*, ICML 2003.
"""
PARAMS = (
    Param("cutoff", "float", 0.5, "Probability from which 'yes' is said (two classes).", low=0, high=1, expert=False),
    Param("where", "text", "", "Score only rows where, for example: age > 50; job = cook; income is missing."),
    Param("rows", "int", 10_000, "Rows scored, drawn with the seed.", low=2, high=1_000_000),
    Param("seed", "int", 0, "Fixes which rows.", low=0, high=2**31 - 1),
)


@method(
    id="performance",
    title="Performance",
    question="How good is the model?",
    version="3",
    scope="model",
    kind="scores",
    params=PARAMS,
    order=190,
    about=ABOUT,
    unsupported=unknown,
)
def explain(job: Job) -> Scores:
    """Score the model on the known rows."""
    rows, known, weights = weighed_rows(job)
    said = in_parts(job, job.table.rows(rows))
    counted = "" if job.model.task == "regression" else "The table of right and wrong counts rows."
    checks = (_size_check(len(rows), weights), *row_weights.check(job.table, rows, counted))
    if job.model.task == "regression":
        scores = regression_scores(said[:, 0], known, weights)
        curves = regression_curves(said[:, 0], known, weights)
        return Scores(scores, curves, job.label, len(rows), checks=checks)
    places = known.astype(np.int64)
    if job.model.task == "multiclass":
        scores = class_scores(said, places, weights)
        curves = tuple(
            curve
            for at, name in enumerate(job.model.classes)
            for curve in binary_curves(said[:, at], places == at, name, weights)
        )
        matrix = confusion(said.argmax(axis=1), places, len(job.model.classes))
        return Scores(scores, curves, job.label, len(rows), matrix, job.model.classes, checks=checks)
    cutoff = float(job.params["cutoff"])
    scores = binary_scores(said[:, 1], places == 1, cutoff, weights)
    curves = binary_curves(said[:, 1], places == 1, job.model.classes[1], weights)
    matrix = confusion((said[:, 1] >= cutoff).astype(np.int64), places, 2)
    return Scores(scores, curves, job.model.classes[1], len(rows), matrix, job.model.classes, cutoff, checks=checks)


def _size_check(count: int, weights: Array | None) -> Check:
    """How far the numbers may be off by chance: what few heavy rows decide is known as if there were few."""
    worth = row_weights.effective(weights, count)
    off = 0.98 / np.sqrt(worth)
    known = f"± {words.number(100 * off, 2)} %"
    text = f"Scored on {count:,} rows: a share such as accuracy is known to within about {known} by chance alone."
    return Check("rows", worth >= 100, float(count), text)
