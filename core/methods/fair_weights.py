"""Weights with which the groups of a table have equal chances, for a model that is to be trained again."""

from __future__ import annotations

import numpy as np

from core import row_weights
from core.fairness_asked import GROUPS, LIMITS, Split, split_rows
from core.fairness_checks import groups_facts
from core.mitigation import weights
from core.registry import Job, method
from core.results import Check, Matrix
from core.row_weights import mean, part
from core.truth import unknown
from core.types import Array, Model, Param, Table
from core.views import words

ABOUT = """
**What it is.** In the table some groups reach a class more often than others, and a model that is trained on it learns
that. With these weights (of each row, by its group and its true class) the group says nothing of the class any more.
*rows* instead says how many rows of each kind there would be: train on rows left out or repeated until it is so.

**Formula.** $W_{g,c} = n_g\\, n_c / (n\\, n_{g,c})$: how many rows of a group and class there would be by chance, over
how many there are.

**How to use it.** In a notebook: `core.mitigation.weights(groups, truth)` gives the weight of each row for
`fit(…, sample_weight=…)`; `core.mitigation.resampled(groups, truth)` gives rows, with `how="preferential"` those
nearest to the border first. Then put the new model beside this one under *Compare with*. To change decisions instead
of the model: *Pivot* and the cutoffs of groups in the fairness check.

**Cost.** Counting.

**When it misleads.** Equal shares in training do not make the trained model's shares equal: check it. They hide a
difference that may be real; whether it should count is for people to decide. A group that never has a class cannot be
weighed to have it. Heavy weights on few rows make a model unsteady.

**Where ours differs.** Where no row of a kind is wanted, `resampled` with `how="preferential"` leaves none;
dalex leaves all.

**Source.** F. Kamiran and T. Calders, 2012, [doi:10.1007/s10115-011-0463-8](https://doi.org/10.1007/s10115-011-0463-8).
"""
PARAMS = (
    GROUPS[0],
    Param("of", "choice", "weights", "Weight of a row, or rows wanted.", choices=("weights", "rows"), expert=False),
    *(param for param in LIMITS if param.name in ("bins", "bounds", "where", "rows", "seed")),
)


def _unsupported(model: Model, table: Table) -> str | None:
    """Shares of classes need classes and the truth."""
    if not model.classes:
        return "This weighs classes; the model predicts a number."
    return unknown(model, table, least=10)


@method(
    id="fair_weights",
    title="Fair weights",
    question="How would rows be weighed for fair training?",
    version="1",
    scope="model",
    kind="matrix",
    params=PARAMS,
    order=228,
    about=ABOUT,
    unsupported=_unsupported,
    tasks=("binary", "multiclass"),
)
def explain(job: Job) -> Matrix:
    """Weigh every group and class."""
    split = split_rows(job)
    codes, kinds = split.groups.codes, split.known.astype(np.int64)
    found = weights(codes, kinds, split.weights)
    classes = job.model.classes
    values = np.full((len(split.groups.names), len(classes)), np.nan)
    wanted = job.params["of"] == "rows"
    for group, kind in np.ndindex(values.shape):
        own = (codes == group) & (kinds == kind)
        if own.any():
            values[group, kind] = round(float(found[own].sum())) if wanted else found[np.flatnonzero(own)[0]]
    return Matrix(
        rows=split.groups.names,
        columns=classes,
        values=values,
        row_title=" and ".join(split.groups.columns),
        column_title=job.table.target or "class",
        unit="rows wanted" if wanted else "weight of a row",
        signed=False,
        checks=(
            groups_facts(split),
            _equal(split, job, found),
            *_gaps(split, values, classes),
            *row_weights.check(job.table, split.rows, "The weights found multiply these."),
        ),
    )


def _equal(split: Split, job: Job, found: Array) -> Check:
    """The class in question by group, before and under the weights, counted again."""
    own = np.ones(len(found)) if split.weights is None else split.weights
    true = split.known == job.output
    spread = [
        [float(mean(true[at], part(held, at))) for at in _each(split)]
        for held in (own, own * found)
    ]  # fmt: skip  # two of a kind
    before, after = (max(shares) - min(shares) for shares in spread)
    ends = f"{words.percent(min(spread[0]))} to {words.percent(max(spread[0]))}"
    left = "equal" if after < 1e-9 else f"{words.percent(after)} apart"
    case = words.case(job.label, job.table.target)
    text = f"{case} is true of {ends} of the groups' rows; under the weights their shares are {left}."
    return Check("equal shares", bool(after < 1e-9 or after < before), after, text)


def _each(split: Split) -> list[np.ndarray]:
    """The rows of each group."""
    return [split.groups.codes == at for at in range(len(split.groups.names))]


def _gaps(split: Split, values: Array, classes: tuple[str, ...]) -> tuple[Check, ...]:
    """Groups that never have a class: no weight gives it to them."""
    gaps = [
        f"{split.groups.names[group]}: {classes[kind]}" for group, kind in zip(*np.isnan(values).nonzero(), strict=True)
    ]
    if not gaps:
        return ()
    text = f"No row, so no weight, for {words.listed([words.quoted(gap, 60) for gap in gaps[:4]])}."
    return (Check("no rows", False, float(len(gaps)), text),)
