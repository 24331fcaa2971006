"""LIME: a simple local rule list that mimics the model near one instance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from core.asking import in_parts
from core.grid import plain
from core.registry import Job, method
from core.results import Attribution, Check
from core.types import Array, Model, Param, Table
from core.views import words

if TYPE_CHECKING:
    from core.lime.columns import Codes
    from core.lime.fit import Local
    from core.lime.neighbourhood import Neighbourhood

ABOUT = """
**What it is.** Thousands of made-up rows are drawn from how each column varies in the table; the model answers each.
Then a small linear model is fitted to those answers, in which rows near the instance count most. Its weights are the
bars: what each condition that holds for the instance adds to the local answer.

$$\\xi(x) = \\arg\\min_{g} \\sum_i \\pi_x(z_i)\\,\\bigl(f(z_i) - g(z'_i)\\bigr)^2 + \\lambda\\lVert g\\rVert^2,
\\qquad \\pi_x(z) = \\sqrt{e^{-d(x,z)^2/\\sigma^2}}$$

A column of numbers is cut at its quartiles, and z' says whether a made-up row is in the same bin, or at the same level,
as the instance. A missing cell is a state of its own. The width σ is 0.75 √(number of columns).

**How to read it.** "worst area <= 515: +0.12" says: near here, being in that bin rather than outside it goes with an
answer 0.12 higher. Bars and the intercept add up to the local model's answer, not to the model's own: the difference
is shown. *Local R²* says how much of the model's variation nearby the rules capture; below 0.5 read the bars with
care. The whisker is how far a weight would stray if other rows had been drawn.

**Cost.** One prediction a made-up row (5,000 unless asked otherwise), in one call; one small fit a class.

**When it misleads.** Columns are varied one by one, so the made-up rows may not exist in life. A wide neighbourhood
averages over regions where the model behaves differently; another width or other bins can change the picture. Bars of
bins compare with the average outside the bin, not with one other value.

**Where this differs from the `lime` package, on purpose.** Tables with text, booleans, dates and missing cells work.
Every call starts from its own seed, so the same question has the same answer. A bin of one single value gives that
value (the package gives 0). Whole numbers stay whole. Everything else is the package's definition, in closed form.

**Source.** Ribeiro, Singh and Guestrin, *"Why Should I Trust You?": Explaining the Predictions of Any Classifier*,
2016, [doi:10.1145/2939672.2939778](https://doi.org/10.1145/2939672.2939778).
"""
FAITHFUL = 0.5
"""Local R² from which the rules are called a fair picture."""


def unsupported(_model: Model, table: Table) -> str | None:
    """LIME needs to know how the columns vary."""
    return (
        None if len(table) >= 10 else f"It learns from at least 10 rows how columns vary; this table has {len(table)}."
    )


def _many(job: Job, rows: Sequence[int]) -> list[Attribution]:
    """Several rows with one neighbourhood, for which the model is asked once."""
    from core.lime.neighbourhood import answers, neighbourhood

    params = job.params
    near = neighbourhood(job.model, job.table, params["discretise"], params["num_samples"] - 1, params["seed"])
    instances = job.table.rows(rows)
    mimicked = answers(job.model, near, partial(in_parts, job, step="asking for made-up rows"))
    own = job.model.predict(instances)
    found = []
    for place in range(len(rows)):
        instance, told = instances.iloc[[place]], np.vstack([own[[place]], mimicked])
        first, *others = [
            _one(replace(job, output=output), near, instance, told[:, output]) for output in _outputs(job, own[place])
        ]
        found.append(replace(first, also=tuple(others)) if others else first)
    return found


def _outputs(job: Job, chances: Array) -> list[int]:
    """The chosen class, then the most probable others, as many as were asked for."""
    ranked = np.argsort(-chances, kind="stable").tolist() if job.model.classes else []
    others = [int(output) for output in ranked if output != job.output]
    return [job.output, *others[: int(job.params["top_labels"]) - 1]]


@method(
    id="lime",
    title="LIME",
    question="Which simple local rule mimics the model here?",
    version="2",
    scope="row",
    kind="attribution",
    order=20,
    cost="instant",
    about=ABOUT,
    unsupported=unsupported,
    many=_many,
    params=(
        Param("num_features", "int", 10, "Rules at most.", low=1, high=1_000, expert=False),
        Param(
            "top_labels",
            "int",
            1,
            "Classes explained at once: the chosen one and the most probable others.",
            low=1,
            high=100,
            expert=False,
        ),
        Param("num_samples", "int", 5_000, "Made-up rows that the model is asked for.", low=50, high=200_000),
        Param(
            "kernel_width", "float", None, "How far near reaches; empty: 0.75 √(number of columns).", low=0.01, high=1e6
        ),
        Param(
            "discretise",
            "choice",
            "quartile",
            "How numbers are cut into bins.",
            choices=("quartile", "decile", "entropy", "none"),
        ),
        Param(
            "distance",
            "choice",
            "euclidean",
            "How nearness is measured.",
            choices=("euclidean", "manhattan", "cosine"),
        ),
        Param(
            "feature_selection",
            "choice",
            "auto",
            "How the rules are chosen; auto: forward up to 6, else the highest weights.",
            choices=("auto", "highest_weights", "forward_selection", "lasso_path", "none"),
        ),
        Param("seed", "int", 0, "Another seed draws other rows.", low=0, high=2**31 - 1),
    ),
)
def lime(job: Job) -> Attribution:
    """Fit a weighted linear model to the model's answers near one instance.

    Parameters
    ----------
    job : Job
        ``params``: ``num_features``, ``top_labels``, ``num_samples`` (the instance among them), ``kernel_width``,
        ``discretise``, ``distance``, ``feature_selection``, ``seed``.

    Returns
    -------
    Attribution
        The chosen features only, largest weight first. ``base`` is the intercept, ``fitted`` the local model's answer,
        ``output`` the model's own, all in probability or target units; ``rules`` the conditions; ``spread`` each
        weight's standard deviation over seeds. Without bins a value is weight times standardised value. ``also`` holds
        the other classes of ``top_labels``, from the same made-up rows.

    References
    ----------
    .. [1] Ribeiro, Singh and Guestrin, "Why Should I Trust You?", 2016, doi:10.1145/2939672.2939778
    """
    return _many(job, [job.row])[0]


def _one(job: Job, near: Neighbourhood, instance: pd.DataFrame, answers: Array) -> Attribution:
    """Explain one row from the answers for itself and for the neighbourhood."""
    from core.lime.columns import Bins, own_codes, rule
    from core.lime.fit import fit, nearness

    params, names = job.params, job.table.schema.names
    own = own_codes(near.columns, instance)
    design = _design(near, instance, own)
    width = params["kernel_width"] or 0.75 * np.sqrt(len(names))
    weights = nearness(design, params["distance"], width)
    local = fit(design, answers, weights, params["num_features"], params["feature_selection"])
    values = local.coefficients * design[0, local.picked]
    cells = [instance[names[item]].iloc[0] for item in local.picked]
    rules = [rule(near.columns[item], int(own[item]), cell) for item, cell in zip(local.picked, cells, strict=True)]
    if params["discretise"] == "none":
        for place, item in enumerate(local.picked):
            column = near.columns[item]
            if isinstance(column, Bins) and not pd.isna(cells[place]):
                slope = words.signed(float(local.coefficients[place]) / column.scale)
                unit = "second" if column.feature.kind == "datetime" else "1 more"
                rules[place] = f"{names[item]} = {words.cell(cells[place])} ({slope} per {unit})"
    fitted = local.intercept + float(values.sum())
    return Attribution(
        features=tuple(names[item] for item in local.picked),
        values=values,
        data=tuple(plain(cell) for cell in cells),
        base=local.intercept,
        output=float(answers[0]),
        scale="target" if job.model.task == "regression" else "probability",
        label=job.label,
        rules=tuple(rules),
        fitted=fitted,
        spread=local.spread * np.abs(design[0, local.picked]),
        checks=checks(local, fitted, float(answers[0])),
    )


def _design(near: Neighbourhood, instance: pd.DataFrame, own: Codes) -> Array:
    """What the local model sees, shape (1 + n, p): same bin or level as the instance, or standardised values."""
    from core.lime.columns import Bins, numbers

    design = np.ones((len(near.codes) + 1, len(own)))
    design[1:] = near.codes == own
    if len(near.scaled):
        for place, column in enumerate(near.columns):
            value = numbers(instance.iloc[:, place])[0] if isinstance(column, Bins) else np.nan
            if isinstance(column, Bins) and not np.isnan(value):
                design[0, place] = (value - column.center) / column.scale
                design[1:, place] = near.scaled[:, place]
    return design


def checks(local: Local, fitted: float, output: float) -> tuple[Check, ...]:
    """How well the rules mimic the model here, and whether other seeds would say the same.

    Parameters
    ----------
    local : Local
    fitted, output : float
        The local model's answer and the model's own.
    """
    good = local.r2 >= FAITHFUL
    share = f"R² {local.r2:.2f}: the rules capture {max(0.0, local.r2) * 100:.0f} % of the model's variation nearby"
    care = "a fair local picture" if good else "read the bars with care"
    certain = int((np.abs(local.coefficients) > 2 * local.spread).sum())
    count = len(local.coefficients)
    size = float(np.abs(local.coefficients).max(initial=0.0))
    stray = float(local.spread.max(initial=0.0) / size) if size > 0 else 0.0
    steady = certain * 2 >= count or size == 0
    text = (
        "The model says the same everywhere nearby: no rule weighs anything."
        if size == 0
        else (
            f"Over other seeds the weights would stray by at most {stray * 100:.0f} % of the largest;"
            f" {certain} of {count} keep their sign for sure."
        )
    )
    gap = f"At the instance the local model says {words.number(fitted)}, the model itself {words.number(output)}."
    return (
        Check("local fit", good, local.r2, f"{share}; {care}."),
        Check("stability", steady, stray, text if steady else f"{text} Ask for more samples or fewer rules."),
        Check("local answer", None, abs(fitted - output), gap),
    )
