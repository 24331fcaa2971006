"""Which features go together, with each other and with the target, and which are missing together."""

from __future__ import annotations

import numpy as np
import pandas as pd

from core.association import Coded, association, coded
from core.instances import truth
from core.registry import Job, method
from core.results import Check, Matrix
from core.types import Array, Model, Param, Table
from core.views import words

MOST = 60
"""Features compared at most: those first in the model's order."""
ABOUT = """
**What it is.** One number for each pair of columns: how strongly they go together. Near 0: hardly; 1: one tells the
other; below 0: one rises as the other falls. The target, where known, is the last line.

**Formula.** Two numbers: Spearman's rank correlation (or Pearson's). A number and levels: the correlation ratio
$\\eta = \\sqrt{SS_{between} / SS_{total}}$ (of ranks with Spearman). Two columns of levels: Cramér's
$V = \\sqrt{\\chi^2 / (n (k - 1))}$, with $k$ the smaller number of levels. Missing: the correlation of being missing.

**Cost.** One pass a pair over at most as many rows as asked.

**When it misleads.** Spearman sees only what rises or falls throughout: a valley counts as nothing. Many levels on few
rows push $V$ and $\\eta$ up by chance. A strong pair shares its credit in every explanation: read both together.

**Source.** C. Spearman, 1904, [doi:10.2307/1412159](https://doi.org/10.2307/1412159); H. Cramér, *Mathematical Methods
of Statistics*, 1946.
"""
PARAMS = (
    Param(
        "of",
        "choice",
        "values",
        "Which values go together, or which columns are missing together.",
        choices=("values", "missing"),
        expert=False,
    ),
    Param("measure", "choice", "spearman", "Correlation of two numbers.", choices=("spearman", "pearson")),
    Param("rows", "int", 5_000, "Rows used, drawn with the seed.", low=3, high=200_000),
    Param("seed", "int", 0, "Fixes which rows.", low=0, high=2**31 - 1),
)


def _unsupported(_model: Model, table: Table) -> str | None:
    """Pairs need two columns and some rows."""
    if len(table) < 3:
        return "Fewer than three rows say nothing of what goes together."
    return None


@method(
    id="association",
    title="Association",
    question="Which features go together?",
    version="1",
    scope="data",
    kind="matrix",
    params=PARAMS,
    order=320,
    about=ABOUT,
    unsupported=_unsupported,
)
def explain(job: Job) -> Matrix:
    """Compare every pair of columns."""
    rows = np.arange(len(job.table))
    if len(rows) > int(job.params["rows"]):
        rows = np.sort(np.random.default_rng(int(job.params["seed"])).choice(rows, int(job.params["rows"]), False))
    frame = job.table.rows(rows)
    columns = _missing(frame) if job.params["of"] == "missing" else _values(job, frame, rows)
    names = tuple(columns)
    values = np.full((len(names), len(names)), np.nan)
    for first in range(len(names)):
        values[first, first] = 1.0
        for second in range(first):
            found = association(columns[names[first]], columns[names[second]], job.params["measure"])
            values[first, second] = values[second, first] = found
        job.progress((first + 1) / len(names), "comparing columns")
    return Matrix(
        rows=names,
        columns=names,
        values=values,
        row_title="feature",
        column_title="feature",
        unit="missing together" if job.params["of"] == "missing" else "association",
        signed=True,
        checks=(_rows_check(len(rows)), _left_out(job, names)),
    )


def _values(job: Job, frame: pd.DataFrame, rows: np.ndarray) -> dict[str, Coded]:
    """Each feature, and the target where it is known."""
    features = job.table.schema.features[:MOST]
    columns = {feature.name: coded(frame[feature.name], feature) for feature in features}
    known = truth(job.model, job.table)
    target = job.table.target
    if known is not None and target is not None and target not in columns:
        columns[target] = Coded(np.asarray(known[rows], dtype=np.float64), len(job.model.classes) <= 2)
    return columns


def _missing(frame: pd.DataFrame) -> dict[str, Coded]:
    """Whether each cell is missing, of the columns where some are."""
    gaps = frame.isna()
    some: Array = gaps.mean().to_numpy()
    names = [str(name) for name, share in zip(frame.columns, some, strict=True) if 0 < share < 1][:MOST]
    if not names:
        return {"no column has gaps": Coded(np.zeros(len(frame)), True)}
    return {name: Coded(gaps[name].to_numpy(dtype=np.float64), True) for name in names}


def _rows_check(count: int) -> Check:
    """What chance alone gives."""
    chance = 1.96 / np.sqrt(count)
    text = f"On {count:,} rows: between unrelated numbers, up to ± {words.number(chance, 2)} is chance."
    return Check("rows", count >= 30, float(count), text)


def _left_out(job: Job, names: tuple[str, ...]) -> Check:
    """What is not compared."""
    total = len(job.table.schema)
    if job.params["of"] == "missing":
        text = f"Of {total} features, those with some cells missing are compared."
    elif total > MOST:
        text = f"The first {MOST} of {total} features are compared."
    else:
        text = f"All {total} features are compared, {len(names)} columns with the target where it is known."
    return Check("columns", None, float(len(names)), text)
