"""SHAP: how much each feature moved one prediction away from a baseline, so that the parts add up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from core.errors import NotApplicable
from core.plain_rows import cells
from core.registry import Job, method
from core.results import Attribution, Check
from core.shapley import orders
from core.shapley.answer import Answer, background, explained, own_scale
from core.shapley.choose import KINDS, solve
from core.shapley.game import game
from core.types import Array, Model, Param, Scale, Table
from core.views import words

PARAMS = (
    Param("kind", "choice", "auto", "How the values are computed; auto takes the fastest exact way.", choices=KINDS),
    Param(
        "scale",
        "choice",
        "auto",
        "Units of the bars: the prediction's own (probability) or the additive scale under it (log-odds).",
        choices=("auto", "probability", "log-odds"),
        expert=False,
    ),
    Param("background", "int", 100, "Rows that stand for 'feature unknown'.", low=1, high=10_000),
    Param(
        "reference",
        "choice",
        "rows",
        "Those rows one after the other; the centres of their clusters (k-means), each weighed by its rows; or one "
        "typical row: middle values and most frequent levels.",
        choices=("rows", "clusters", "typical"),
    ),
    Param("clusters", "int", 10, "Centres, where the reference is 'clusters'.", low=1, high=1_000),
    Param("samples", "int", 1_000, "Orderings or coalitions where sampling is needed.", low=10, high=1_000_000),
    Param("seed", "int", 0, "Fixes the background and every random choice.", low=0, high=2**31 - 1),
)
PATHS = Param("paths", "int", 0, "Single orderings drawn as box plots; 0: none.", low=0, high=500)

ABOUT = """
**What it is.** A prediction differs from a baseline: what the model says when it knows nothing about this row. SHAP
shares that difference out among the features. Each bar is one feature's fair share: how much the output changes, on
average, when the feature's value becomes known, over every order in which values could become known. The bars add up:
baseline + all bars = this prediction.

**The formula.** With *v(S)* the expected output when only the features in *S* are known,

`phi_j = sum over S without j of |S|! (p - |S| - 1)! / p! * (v(S + j) - v(S))`

**Two meanings of "not known".** *Path-dependent* (trees): at a question about an unknown feature both branches are
taken, by the share of training rows that went each way; needs no data. *Interventional*: the unknown features take the
values of background rows, one after the other, and the outputs are averaged (or of the centres of their clusters, by
weight, or of one typical row); works for every model. The two differ
where features depend on each other. The line "algorithm" says which one was used.

**Units.** Boosted trees and linear classifiers add up in log-odds (or a class score): such bars are log-odds, not
percentage points. Forests add up in probability. Choose the scale *probability* to ask the model itself on that scale.

**Cost.** Trees and linear models: read from them, next to nothing. Any other model: every set of features against every
background row where these are few, else as many sets as *samples* says.

**When it misleads.** It explains the model, not the world: a long bar is not a cause. Of two features that say the same
thing, the model's use decides who gets the credit. Background rows can be combined with this row into rows that do not
exist, and the model may be odd there. Other baseline, other bars: compare only bars with the same baseline. Sampled
values carry standard errors; bars smaller than theirs have no sign. One standard error either side holds the exact
value in about two of three cases, two in 91 to 96 of 100 (measured against enumeration, from 60 samples on).

**Where ours differs from the `shap` package, on purpose.** Whatever cannot be read from the trees exactly (chances of a
booster, linear leaves, boosters of linear functions, unknown models) is answered by asking the model: exactly where the
coalitions are few, with standard errors where they are not, never by another game in silence. The whole background
counts, however long. Each output and class has its own baseline. Values against a background add up to a millionth.

**Sources.** S. Lundberg, S.-I. Lee: *A unified approach to interpreting model predictions*, 2017,
[doi:10.48550/arXiv.1705.07874](https://doi.org/10.48550/arXiv.1705.07874). S. Lundberg et al.: *From local explanations
to global understanding with explainable AI for trees*, 2020,
[doi:10.1038/s42256-019-0138-9](https://doi.org/10.1038/s42256-019-0138-9). E. Štrumbelj, I. Kononenko: *Explaining
prediction models and individual predictions with feature contributions*, 2014,
[doi:10.1007/s10115-013-0679-x](https://doi.org/10.1007/s10115-013-0679-x). I. Covert, S.-I. Lee: *Improving
KernelSHAP*, 2021, [doi:10.48550/arXiv.2012.01536](https://doi.org/10.48550/arXiv.2012.01536).
"""


def _unsupported(model: Model, _table: Table) -> str | None:
    """SHAP needs at least one feature."""
    return None if model.features else "The model takes no features."


def _many(job: Job, rows: Sequence[int]) -> list[Attribution]:
    """Explain a page of rows at once."""
    if job.params["paths"]:
        job = replace(job, params=against_background(job.params))
    answer = solve(job, list(rows))
    data = cells(job.table, list(rows))
    draws = walked(job, rows, answer.scale) if job.params["paths"] else [None] * len(rows)
    return [_attribution(job, answer, at, data[at], draws[at]) for at in range(len(rows))]


def against_background(params: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters of the game whose single orderings can be walked: the one against the background."""
    if params["kind"] == "path-dependent":
        raise NotApplicable(
            "Path-dependent values have no orderings to draw.",
            "They come from the trees, without rows to mix.",
            "Choose the kind 'interventional', or 0 paths.",
        )
    return {**params, "kind": "interventional" if params["kind"] == "auto" else params["kind"]}


def walked(job: Job, rows: Sequence[int], scale: Scale) -> list[Array | None]:
    """The attributions of single orderings of each row, shape (n_paths, n_features) each."""
    number = explained(job, "probability" if scale == own_scale(job.model) else "log-odds")
    reference, paths, seed = background(job), int(job.params["paths"]), int(job.params["seed"])
    return [orders.contributions(game(number.of, job.table.instance(row), reference), paths, seed) for row in rows]


@method(
    id="shap",
    title="SHAP",
    question="What pushed this prediction up or down?",
    version="3",
    scope="row",
    kind="attribution",
    params=(*PARAMS, PATHS),
    order=10,
    cost="instant",
    about=ABOUT,
    unsupported=_unsupported,
    many=_many,
)
def explain(job: Job) -> Attribution:
    """Explain one row."""
    return _many(job, [job.row])[0]


def _attribution(
    job: Job, answer: Answer, at: int, data: tuple[object, ...], draws: Array | None = None
) -> Attribution:
    """One row's result."""
    spread = None if answer.spread is None else answer.spread[at]
    checks = answer.checks
    if spread is not None:
        worst = float(spread.max())
        text = f"Sampled: each bar's standard error is at most {words.number(worst, 2)}."
        checks = (*checks, Check("standard error", None, worst, text))
    return Attribution(
        features=job.model.features,
        values=answer.values[at],
        data=data,
        base=float(answer.base[at]),
        output=float(answer.output[at]),
        scale=answer.scale,
        label=job.label,
        spread=spread,
        draws=draws,
        checks=checks if draws is None else (*checks, _paths_check(draws, job.model.features)),
    )


def _paths_check(draws: Array, names: Sequence[str]) -> Check:
    """How far single orderings lie apart."""
    width = np.ptp(draws, axis=0)
    widest = int(np.argmax(width))
    text = (
        f"Over {len(draws):,} single orderings '{names[widest]}' got {draws[:, widest].min():+.3g} to "
        f"{draws[:, widest].max():+.3g}; the bar is the mean over all orderings."
    )
    return Check("orderings", None, float(width[widest]), text)
