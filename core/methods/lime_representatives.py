"""SP-LIME: a few rows whose local rules, together, show what the model uses."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from core import registry
from core.methods.shap_summary import drawn
from core.params import resolve
from core.registry import Job, method
from core.results import Attribution, Attributions, Check
from core.types import Array, Model, Param, Table
from core.views import words

ABOUT = """
**What it is.** LIME explains one row by a few local rules. To see the whole model without reading hundreds of rows,
this picks the few whose rules cover the features that matter most, each pick adding what the others do not show yet.

**Formula.** With the weights $W_{ij}$ of feature $j$ for row $i$, feature $j$ counts $I_j = \\sqrt{\\sum_i |W_{ij}|}$,
and a set $V$ of rows covers $c(V) = \\sum_j I_j\\,[\\exists i \\in V: W_{ij} \\ne 0]$. Rows are picked one after the
other, each the one that adds most; this greedy choice is at least 63 % of the best. Where equal, and where all is
covered, a row is picked that shows a feature pushing the other way, then the one least like those picked.

**Cost.** One neighbourhood for all rows; the fit of each row.

**When it misleads.** It covers *features*, not kinds of rows: many rows may be like none of those picked. The rules
are local and approximate; the local fit of each is in the table of LIME itself.

**Where ours differs.** The `lime` package covers *rules* (a column with its bin), here features are covered. It takes
the last of equal rows; here one that pushes the other way is taken, then the one least alike. The same
seed gives the same rows.

**Source.** M. Ribeiro, S. Singh and C. Guestrin, 2016,
[doi:10.1145/2939672.2939778](https://doi.org/10.1145/2939672.2939778).
"""
PARAMS = (
    Param("picks", "int", 5, "Rows picked at most.", low=1, high=50, expert=False),
    Param("rows", "int", 100, "Rows to pick from, drawn with the seed.", low=2, high=2_000),
    Param("num_features", "int", 3, "Rules of each row at most.", low=1, high=100, expert=False),
    Param("num_samples", "int", 2_000, "Made-up rows that the model is asked for.", low=50, high=200_000),
    Param("seed", "int", 0, "Fixes the rows and the made-up rows.", low=0, high=2**31 - 1),
)


def _unsupported(model: Model, table: Table) -> str | None:
    """As LIME itself, on more than one row."""
    return registry.get("lime").unsupported(model, table) or (
        None if len(table) > 1 else "One row says nothing of the model as a whole."
    )


@method(
    id="lime_representatives",
    title="Representative rows (SP-LIME)",
    question="Which few rows show what the model uses?",
    version="2",
    scope="model",
    kind="attributions",
    params=PARAMS,
    order=230,
    cost="seconds",
    about=ABOUT,
    unsupported=_unsupported,
)
def explain(job: Job) -> Attributions:
    """Explain a sample of rows by LIME and pick those that cover the features."""
    rows = drawn(len(job.table), int(job.params["rows"]), int(job.params["seed"]))
    found = _local(job, rows)
    names = job.model.features
    weights = np.zeros((len(rows), len(names)))
    for place, one in enumerate(found):
        weights[place, [names.index(name) for name in one.features]] = one.values
    chosen, needed, covered = pick(weights, int(job.params["picks"]))
    frame = job.table.rows([rows[place] for place in chosen])
    cells = frame.astype(object).where(frame.notna(), None).to_numpy()
    fits = [check.value or 0.0 for place in chosen for check in found[place].checks if check.name == "local fit"]
    return Attributions(
        names,
        tuple(int(rows[place]) for place in chosen),
        tuple(job.table.row_name(rows[place]) for place in chosen),
        weights[chosen],
        tuple(tuple(row) for row in cells),
        np.array([found[place].base for place in chosen]),
        np.array([found[place].fitted or 0.0 for place in chosen]),
        found[0].scale,
        job.label,
        checks=(
            Check("coverage", None, covered, _told(len(chosen), needed, covered, len(rows))),
            Check("local fit", None, min(fits), f"Local R² of the picked rows: {min(fits):.2f} to {max(fits):.2f}."),
        ),
    )


def _told(chosen: int, needed: int, covered: float, rows: int) -> str:
    """How far the picked rows reach, in words."""
    first = "The first row covers" if needed == 1 else f"The first {needed} rows cover"
    rest = " The others show other directions and sizes." if chosen > needed else ""
    return f"{first} {words.percent(covered)} of what {rows:,} rows use.{rest}"


def _local(job: Job, rows: list[int]) -> list[Attribution]:
    """LIME's answer for each row, from one neighbourhood."""
    lime = registry.get("lime")
    given = {name: job.params[name] for name in ("num_features", "num_samples", "seed")}
    asked = replace(job, params=resolve(lime, given, job.table))
    assert lime.many is not None
    job.progress(0.0, "explaining rows")
    return lime.many(asked, rows)


def pick(weights: Array, most: int) -> tuple[npt.NDArray[np.int64], int, float]:
    """Choose rows greedily: for features not covered yet, then for new directions, then for being unlike the others.

    Parameters
    ----------
    weights : ndarray, shape (n_rows, n_features)
    most : int

    Returns
    -------
    chosen : ndarray of int
        In order of choice: ``most`` of them, or all rows.
    needed : int
        How many of them it takes to cover what all chosen ones cover.
    covered : float
        Share of the features' total importance, 0 to 1.
    """
    importance = np.sqrt(np.abs(weights).sum(axis=0))
    ways = np.stack([weights > 0, weights < 0], axis=1)
    sized = weights / (np.abs(weights).max() or 1.0)
    missing, unseen = np.ones(weights.shape[1], dtype=bool), np.ones(ways.shape[1:], dtype=bool)
    apart, left = np.full(len(weights), np.inf), np.ones(len(weights), dtype=bool)
    chosen: list[int] = []
    needed = 1
    while len(chosen) < min(most, len(weights)):
        gains = (ways.any(axis=1) & missing) @ importance
        turns = (ways & unseen) @ importance
        best = int(np.lexsort((np.arange(len(left), 0, -1), apart, turns.sum(axis=1), gains, left))[-1])
        chosen.append(best)
        needed = len(chosen) if gains[best] > 0 else needed
        missing, unseen = missing & ~ways[best].any(axis=0), unseen & ~ways[best]
        apart, left[best] = np.minimum(apart, np.abs(sized - sized[best]).sum(axis=1)), False
    total = float(importance.sum())
    return np.array(chosen), needed, float(importance[~missing].sum()) / total if total > 0 else 1.0
