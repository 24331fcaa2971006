"""Fairness check: is the model right, wrong and generous to the same extent for each group?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.asking import in_parts
from core.errors import unknown_name
from core.fairness import (
    CHECKED,
    MEASURES,
    Bools,
    measured,
    over,
    parity_loss,
    pivot,
    ratio_interval,
    tallies,
    tallies_by_cutoff,
    wilson,
)
from core.fairness_asked import GROUPS, LIMITS, Split, own_cutoffs, split_rows
from core.fairness_checks import checks
from core.performance import binary_scores
from core.registry import Job, method
from core.results import Curve, Fairness
from core.truth import unknown
from core.types import Array, Model, Param, Table

GRID = np.arange(1, 100) / 100
"""Cutoffs of the curves."""
ABOUT = """
**What it is.** Rows are put into groups by a column that should not decide (sex, age, origin), also one that the model
does not take. For each group: how often the model is right, finds the true cases, raises false alarms, and names rows
at all. Each measure is divided by that of one group; where the ratio leaves the bounds, the groups are not treated
alike in that respect.

**Formula.** From each group's right and wrong answers: $TPR = TP / (TP + FN)$ (found), $ACC = (TP + TN) / n$ (right),
$PPV = TP / (TP + FP)$ (right when named), $FPR = FP / (FP + TN)$ (false alarms), $STP = (TP + FP) / n$ (named). A ratio
$m_g / m_{first}$ is within bounds from $\\epsilon$ to $1 / \\epsilon$; 0.8 is the four-fifths rule. None of the five
out of bounds: fair by these checks; one: open; two or more: not fair. *Parity loss*: $\\sum_g |\\ln(m_g/m_{first})|$.
Intervals hold 95 %: Wilson's for a share, from both groups' for a ratio. A ratio that rests on fewer rows than *min
rows* in either group is not judged. *Pivot* turns decisions near the cutoff: named rows of the group compared with to
not named, those of the others the other way (if being named is what people want). Of several classes, the class in
question is held against all others.

**Cost.** One prediction a row.

**When it misleads.** A fair ratio on this table is no proof: the table may be unlike the people decided about, and its
truth may itself be biased. Where base rates differ, an imperfect model cannot have equal found, false-alarm and
right-when-named shares at once: *which* measure matters is for people to decide, not for this page. A ratio of small
shares is out of bounds quickly (2 % against 1 % is twice). Fair by each of two columns is not fair by both together:
combine them. On the rows that the model was trained on, all shares look too good.

**Where ours differs.** dalex rounds every share to three digits before it divides, and counts a ratio of 0 (a group
that is never found) as within bounds. Here nothing is rounded, 0 is out of bounds, and only what has no rows is left
out and named. dalex draws the curve of a group's cutoff at another cutoff than the one it is computed for.

**Source.** J. Wiśniewski and P. Biecek, *fairmodels*, 2022, [doi:10.32614/RJ-2022-019](https://doi.org/10.32614/RJ-2022-019);
M. Hardt, E. Price and N. Srebro, 2016, [arXiv:1610.02413](https://arxiv.org/abs/1610.02413); A. Chouldechova, 2017,
[doi:10.1089/big.2016.0047](https://doi.org/10.1089/big.2016.0047); F. Kamiran, A. Karim and X. Zhang, 2012,
[doi:10.1109/ICDM.2012.45](https://doi.org/10.1109/ICDM.2012.45).
"""
PARAMS = (
    *GROUPS,
    Param("cutoff", "float", 0.5, "Probability from which a row is named.", low=0, high=1, expert=False),
    Param("cutoffs", "text", "", "Other cutoffs for some groups, for example: female = 0.4; male = 0.6."),
    Param("moved", "text", "", "Group whose cutoff is moved alone in a curve; empty: the one that is furthest off."),
    Param("pivot", "float", 0.0, "How near to the cutoff decisions are turned; 0: none.", low=0, high=1),
    *LIMITS,
)  # fmt: skip  # a table of settings


def _unsupported(model: Model, table: Table) -> str | None:
    """Shares of right and wrong need classes and the truth."""
    if not model.classes:
        return "This compares classes; for a model of numbers there is a check of its own."
    return unknown(model, table, least=10)


@method(
    id="fairness",
    title="Fairness",
    question="Does the model treat groups alike?",
    version="1",
    scope="model",
    kind="fairness",
    params=PARAMS,
    order=226,
    about=ABOUT,
    unsupported=_unsupported,
    tasks=("binary", "multiclass"),
)
def explain(job: Job) -> Fairness:
    """Measure every group and divide by one."""
    split = split_rows(job)
    chance = in_parts(job, job.table.rows(split.rows))[:, job.output]
    true = split.known == job.output
    cutoffs = own_cutoffs(job, split.groups)
    each = cutoffs[split.groups.codes]
    turned = pivot(chance, each, split.groups.codes == 0, float(job.params["pivot"]))
    found = _measured(job, split, turned >= each, true)
    found = replace(found, performance=binary_scores(turned, true, each, split.weights), cutoffs=cutoffs)
    moved = _moved(job, found)
    curves = _curves(split, turned, true, cutoffs, found.groups.index(moved))
    found = replace(found, curves=curves, moved=moved)
    return replace(found, checks=checks(job, found, split, true, int((turned != chance).sum())))


def _measured(job: Job, split: Split, named: Bools, true: Bools) -> Fairness:
    """Every measure of every group with its interval, and the ratios."""
    groups, weights = split.groups, split.weights
    count = len(groups.names)
    scores, wholes = measured(tallies(named, true, groups.codes, count, weights))
    if weights is not None:  # rows of equal weight that know a share as well (Kish)
        squares = measured(tallies(named, true, groups.codes, count, weights**2))[1]
        wholes = np.divide(wholes**2, squares, out=np.zeros_like(wholes), where=squares > 0)
    low, high = wilson(scores, wholes)
    below, above = ratio_interval(scores, low, high)
    return Fairness(
        column=" and ".join(groups.columns),
        groups=groups.names,
        counts=groups.counts.astype(np.float64),
        measures=tuple(MEASURES),
        checked=CHECKED,
        scores=scores,
        low=low,
        high=high,
        bases=wholes,
        ratios=over(scores, scores[:1]),
        ratio_low=below,
        ratio_high=above,
        epsilon=float(job.params["epsilon"]),
        least=int(job.params["min_rows"]),
        unfair_from=2,
        label=job.label,
        rows=len(split.rows),
    )


def _moved(job: Job, found: Fairness) -> str:
    """The group whose cutoff moves: the one asked for, else the one whose checked ratios are furthest from 1."""
    wanted = str(job.params["moved"])
    if wanted and wanted not in found.groups:
        raise unknown_name("group", wanted, found.groups)
    places = [found.measures.index(name) for name in CHECKED]
    with np.errstate(divide="ignore"):
        off = np.abs(np.log(found.ratios[1:, places]))
    furthest = np.where(np.isfinite(off), off, 0.0).sum(axis=1).argmax()
    return wanted or found.groups[1 + int(furthest)]


def _curves(split: Split, chance: Array, true: Bools, cutoffs: Array, moved: int) -> tuple[Curve, ...]:
    """Parity loss of the checked measures by the cutoff of all groups, and of one group alone."""
    groups = split.groups
    cells = tallies_by_cutoff(chance, true, groups.codes, len(groups.names), GRID, split.weights)
    still = tallies(chance >= cutoffs[groups.codes], true, groups.codes, len(groups.names), split.weights)
    alone = np.repeat(still[None], len(GRID), axis=0)
    alone[:, moved] = cells[:, moved]
    titles = (("cutoffs", "One cutoff for all", "cutoff of all groups", cells),
              ("own", "Cutoff of one group", "cutoff of that group, the others stay", alone))  # fmt: skip  # a table
    made = []
    for picture, title, axis, held in titles:
        scores = measured(held)[0]
        loss = parity_loss(over(scores, scores[:, :1]))
        made += [
            Curve(picture, title, name, GRID, loss[:, list(MEASURES).index(name)], axis, "parity loss")
            for name in CHECKED
        ]
    return tuple(made)
