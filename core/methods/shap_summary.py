"""SHAP of many rows at once: what moves the model, in which direction, for whom."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from core.methods.shap import PARAMS as ROW_PARAMS
from core.registry import Job, Told, method
from core.results import Attributions, Check
from core.shapley.answer import Answer
from core.shapley.choose import solve
from core.sums import of_rows
from core.types import Model, Param, Table
from core.views import words

BATCH, BATCHES = 20, 20
"""Rows of a batch at least, and batches at most."""
ABOUT = """
**What it is.** Each row's prediction is shared out among the features (SHAP), for many rows at once. One dot in the
swarm is one row: how far right, how much the feature pushed that row's output up; its colour, whether the row's value
is low or high. The bars are the mean size of the pushes.

**Formula.** Rows' attributions add up: $f(x^{(i)}) = \\phi_0 + \\sum_j \\phi_j^{(i)}$. Importance of a feature:
$\\frac1n\\sum_i |\\phi_j^{(i)}|$, in the units of the output. In the scatter the colour is the feature that best tells
apart rows of nearly equal value: within windows of neighbours, the correlation of the attribution with it.

**Cost.** That of SHAP for each row: trees and linear models nothing to speak of, other models some hundred predictions
a row.

**When it misleads.** A large mean size says that the model *moves* with the feature, not that it gets better by it: a
model that fits noise has large attributions too. Compare with permutation importance, which asks how much worse the
model gets. Features that go together share the credit in a way that depends on the model.

**Source.** S. Lundberg et al., 2020, [doi:10.1038/s42256-019-0138-9](https://doi.org/10.1038/s42256-019-0138-9).
"""
PARAMS = (
    Param("rows", "int", 100, "Rows explained, drawn with the seed.", low=2, high=5_000, expert=False),
    *ROW_PARAMS,
)


def _unsupported(model: Model, table: Table) -> str | None:
    """SHAP needs features and rows."""
    if not model.features:
        return "The model takes no features."
    return None if len(table) > 1 else "One row says nothing of the model as a whole."


@method(
    id="shap_summary",
    title="SHAP of many rows",
    question="What pushes the answers up and down, and for whom?",
    version="1",
    scope="model",
    kind="attributions",
    params=PARAMS,
    order=205,
    cost="seconds",
    about=ABOUT,
    unsupported=_unsupported,
)
def explain(job: Job) -> Attributions:
    """Explain a sample of rows in one batch."""
    rows = drawn(len(job.table), int(job.params["rows"]), int(job.params["seed"]))
    answer = _solved(job, rows)
    frame = job.table.rows(rows)
    cells = frame.to_numpy(dtype=object, copy=True)
    cells[pd.isna(cells)] = None
    checks = [of_rows(answer.base, answer.values, answer.output)]
    if answer.spread is not None:
        worst = float(answer.spread.max())
        checks.append(
            Check("standard error", None, worst, f"Sampled: standard errors are at most {words.number(worst, 2)}.")
        )
    return Attributions(
        features=job.model.features,
        rows=tuple(rows),
        names=tuple(words.short(job.table.row_name(row), 40) for row in rows),
        values=answer.values,
        data=tuple(tuple(row) for row in cells),
        base=np.asarray(answer.base),
        outputs=np.asarray(answer.output),
        scale=answer.scale,
        label=job.label,
        checks=(*checks, *answer.checks),
    )


def _solved(job: Job, rows: list[int]) -> Answer:
    """The rows' attributions in a few batches, so that a slow model shows how far it is and can be stopped."""
    step = max(BATCH, -(-len(rows) // BATCHES))
    parts = []
    for start in range(0, len(rows), step):
        part = rows[start : start + step]
        told = job.stretch("explaining rows", start / len(rows), len(part) / len(rows))
        told(0.0)
        parts.append(solve(replace(job, progress=partial(_part, told)), part))
    spreads = [part.spread for part in parts if part.spread is not None]
    return replace(
        parts[0],
        values=np.concatenate([part.values for part in parts]),
        base=np.concatenate([part.base for part in parts]),
        output=np.concatenate([part.output for part in parts]),
        spread=np.concatenate(spreads) if spreads else None,
    )


def _part(told: Told, done: float, _step: str) -> None:
    """How far a batch is, by the step of the whole."""
    told(min(1.0, done))


def drawn(total: int, count: int, seed: int) -> list[int]:
    """A seeded sample of row positions, in order; all of them where there are no more."""
    if count >= total:
        return list(range(total))
    return sorted(int(row) for row in np.random.default_rng(seed).choice(total, count, replace=False))
