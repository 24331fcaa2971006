"""SHAP: how much each feature moved one prediction away from a baseline, so that the parts add up."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from core.registry import Job, method
from core.results import Attribution, Check
from core.shapley.answer import Answer
from core.shapley.choose import KINDS, solve
from core.types import Model, Param, Table

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
    Param("samples", "int", 1_000, "Orderings or coalitions where sampling is needed.", low=10, high=1_000_000),
    Param("seed", "int", 0, "Fixes the background and every random choice.", low=0, high=2**31 - 1),
)


def _unsupported(model: Model, _table: Table) -> str | None:
    """SHAP needs at least one feature."""
    return None if model.features else "The model takes no features."


def _many(job: Job, rows: Sequence[int]) -> list[Attribution]:
    """Explain a page of rows at once."""
    answer = solve(job, list(rows))
    frame = job.table.rows(list(rows))
    data = frame.to_numpy(dtype=object, copy=True)
    data[pd.isna(data)] = None
    return [_attribution(job, answer, at, tuple(data[at])) for at in range(len(rows))]


@method(
    id="shap",
    title="SHAP",
    question="What pushed this prediction up or down?",
    version="1",
    scope="row",
    kind="attribution",
    params=PARAMS,
    order=10,
    cost="instant",
    about="",
    unsupported=_unsupported,
    many=_many,
)
def explain(job: Job) -> Attribution:
    """Explain one row."""
    return _many(job, [job.row])[0]


def _attribution(job: Job, answer: Answer, at: int, data: tuple[object, ...]) -> Attribution:
    """One row's result."""
    spread = None if answer.spread is None else answer.spread[at]
    checks = answer.checks
    if spread is not None:
        worst = float(spread.max())
        text = f"Sampled: each bar's standard error is at most {worst:.2g}."
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
        checks=checks,
    )
