"""Fairness check of a model of numbers: does what it says, or how it is wrong, tell the group?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core import row_weights
from core.asking import in_parts
from core.fairness import WIDE, over
from core.fairness_asked import GROUPS, LIMITS, Split, split_rows
from core.fairness_checks import number_checks
from core.fairness_regression import CRITERIA, criteria
from core.registry import Job, method
from core.results import Curve, Fairness
from core.row_weights import mean
from core.truth import unknown
from core.types import Array, Model, Param, Table

MEANS = ("mean prediction", "mean error", "MAE", "RMSE")
POINTS = np.linspace(0, 1, 101)
ABOUT = """
**What it is.** Rows are put into groups by a column that should not decide, also one that the model does not take. Each
group is compared with one of them by three questions. *Independence*: do the predictions alone tell the group?
*Separation*: do they tell it among rows with the same true value? *Sufficiency*: does the true value tell it among rows
with the same prediction? A ratio of 1 says no. Beside them: mean prediction, mean error (below 0: the model says too
little), mean and root mean squared size of the error of each group.

**Formula.** With $a$ the group compared with, $s$ the prediction and $y$ the truth, chances $\\hat p$ from logistic
regressions on standardised values: $r_{ind} = \\frac{n - n_a}{n_a} \\overline{\\hat p(a|s) / (1 - \\hat p(a|s))}$,
$r_{sep} = \\overline{\\frac{\\hat p(a|y,s)}{1-\\hat p(a|y,s)} \\cdot \\frac{1-\\hat p(a|y)}{\\hat p(a|y)}}$, $r_{suf}$
the same with $s$ in place of $y$ in the second fraction. Within bounds: $\\epsilon$ to $1/\\epsilon$; one of them out:
not fair. Intervals (95 %) from drawing rows again within each group.

**Cost.** One prediction a row; a few small regressions a group and round of drawing again.

**When it misleads.** The regressions see only what rises or falls: a model that is wrong on both ends of a group alike
passes. Where the true values of groups differ, a good model cannot be independent and sufficient at once: which of the
three matters is for people to decide. A fair ratio on this table is no proof; the truth may itself be biased. The
ratios are means of odds: close to 1 they understate, and they are not "so many times more".

**Where ours differs.** The ratios are those of dalex; the intervals, and that a group of fewer than *min rows* rows is
not judged, are added.

**Source.** D. Steinberg, A. Reid and S. O'Callaghan, 2020, [arXiv:2001.06089](https://arxiv.org/abs/2001.06089);
J. Wiśniewski and P. Biecek, *fairmodels*, 2022, [doi:10.32614/RJ-2022-019](https://doi.org/10.32614/RJ-2022-019).
"""
PARAMS = (
    *GROUPS,
    Param("draws", "int", 50, "How often rows are drawn again for the intervals; 0: none.", low=0, high=1_000),
    *LIMITS,
)


def _unsupported(model: Model, table: Table) -> str | None:
    """Errors of numbers need numbers and the truth."""
    if model.classes:
        return "This compares numbers; for classes there is a check of its own."
    return unknown(model, table, least=10)


@method(
    id="fairness_regression",
    title="Fairness of numbers",
    question="Does the model treat groups alike?",
    version="1",
    scope="model",
    kind="fairness",
    params=PARAMS,
    order=227,
    about=ABOUT,
    unsupported=_unsupported,
    tasks=("regression",),
)
def explain(job: Job) -> Fairness:
    """Compare every group with one."""
    split = split_rows(job)
    said = in_parts(job, job.table.rows(split.rows), until=0.5)[:, 0]
    groups, count = split.groups, len(split.groups.names)
    scores, low, high, bases = _means(said, split)
    empty = np.full((count, len(CRITERIA)), np.nan)
    ratios, ratio_low, ratio_high = (np.ones((count, len(CRITERIA))) for _ in range(3))
    for group in range(1, count):
        share = 0.5 / (count - 1)  # the predictions are the other half
        told = job.stretch("comparing groups", 0.5 + (group - 1) * share, share)
        both = (groups.codes == 0) | (groups.codes == group)
        own = row_weights.part(split.weights, both)
        given = (said[both], split.known[both], groups.codes[both] == 0, own)
        ratios[group], ratio_low[group], ratio_high[group] = criteria(
            *given, int(job.params["draws"]), int(job.params["seed"]), told
        ).T
    beside = over(scores, scores[:1])
    beside[:, MEANS.index("mean error")] = np.nan  # signs differ: no ratio
    none = np.full(beside.shape, np.nan)
    found = Fairness(
        column=" and ".join(groups.columns),
        groups=groups.names,
        counts=groups.counts.astype(np.float64),
        measures=(*CRITERIA, *MEANS),
        checked=CRITERIA,
        scores=np.hstack([empty, scores]),
        low=np.hstack([empty, low]),
        high=np.hstack([empty, high]),
        bases=np.repeat(bases[:, None], len(CRITERIA) + len(MEANS), axis=1),
        ratios=np.hstack([ratios, beside]),
        ratio_low=np.hstack([ratio_low, none]),
        ratio_high=np.hstack([ratio_high, none]),
        epsilon=float(job.params["epsilon"]),
        least=int(job.params["min_rows"]),
        unfair_from=1,
        label=job.label,
        rows=len(split.rows),
        curves=_spread(said, split),
    )
    return replace(found, checks=number_checks(job, found, split))


def _means(said: Array, split: Split) -> tuple[Array, Array, Array, Array]:
    """Mean prediction, mean error, MAE and RMSE of each group with their intervals, and rows they rest on."""
    error = said - split.known
    scores, halves, bases = [], [], []
    for group in range(len(split.groups.names)):
        own = split.groups.codes == group
        weights = row_weights.part(split.weights, own)
        base = row_weights.effective(weights, int(own.sum()))
        parts = np.stack([said[own], error[own], np.abs(error[own]), error[own] ** 2])
        middle = mean(parts, weights)
        spread = np.sqrt(mean((parts - middle[:, None]) ** 2, weights) / max(base - 1, 1))
        scores.append(middle)
        halves.append(WIDE * spread if base > 1 else np.full(4, np.nan))
        bases.append(base)
    middle, half = np.array(scores), np.array(halves)
    found = [np.concatenate([part[:, :3], np.sqrt(np.maximum(part[:, 3:], 0.0))], axis=1)
             for part in (middle, middle - half, middle + half)]  # fmt: skip  # three of a kind
    return found[0], found[1], found[2], np.array(bases)


def _spread(said: Array, split: Split) -> tuple[Curve, ...]:
    """How the predictions of each group are spread: shares of rows below."""
    return tuple(
        Curve(
            "spread", "Predictions", name, _quantiles(said, split, at), POINTS, "prediction", "share of rows up to it"
        )
        for at, name in enumerate(split.groups.names)
    )


def _quantiles(said: Array, split: Split, group: int) -> Array:
    """Predictions of a group below which each share of its weight lies."""
    own = split.groups.codes == group
    values = np.sort(said[own])
    if split.weights is None:
        return np.asarray(np.quantile(values, POINTS))
    order = np.argsort(said[own], kind="stable")
    heaped = np.cumsum(split.weights[own][order])
    return np.asarray(values[np.minimum(np.searchsorted(heaped, POINTS * heaped[-1]), len(values) - 1)])
