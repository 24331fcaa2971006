"""How many rows lack each feature, and which of them the chosen row lacks."""

from __future__ import annotations

import numpy as np

from core.registry import Job, method
from core.results import Check, Importance
from core.types import Model, Param, Table
from core.views import words

ABOUT = """
**What it is.** For each feature the share of rows that have no value in it. The line under the bars says which values
the chosen row lacks, and how many rows lack just as many or more.

**Formula.** $\\frac1n \\sum_i 1[x_{ij}\\ \\text{is missing}]$; empty cells, NaN, None and NaT are missing, an empty
text is not.

**Cost.** One pass over the table.

**When it misleads.** It cannot tell why a value is missing. Where gaps come together (see *Which features go
together*, of what is missing), one cause stands behind several columns; where rows with gaps differ from the others,
filling them by the mean moves every explanation that leans on it.

**Source.** D. Rubin, *Inference and missing data*, 1976,
[doi:10.1093/biomet/63.3.581](https://doi.org/10.1093/biomet/63.3.581).
"""


def _unsupported(_model: Model, table: Table) -> str | None:
    """Nothing to show where nothing is missing."""
    return None if any(feature.missing for feature in table.schema.features) else "No value of this table is missing."


@method(
    id="missing_values",
    title="Missing values",
    question="Which values are missing, and does this row lack some?",
    version="1",
    scope="data",
    kind="importance",
    params=(Param("instance", "int", None, "The row that is told about; empty: none.", low=0),),
    order=330,
    about=ABOUT,
    unsupported=_unsupported,
)
def explain(job: Job) -> Importance:
    """Count the gaps of each feature."""
    names = job.table.schema.names
    gaps = job.table.frame[list(names)].isna().to_numpy()
    shares = gaps.mean(axis=0)
    whole = int((~gaps.any(axis=1)).sum())
    text = (
        f"{whole:,} of {len(gaps):,} rows have every value; {words.percent(float(gaps.mean()))} of all cells are empty."
    )
    checks = [Check("complete rows", None, float(whole), text)]
    if job.params["instance"] is not None:
        checks.append(_own(job.table, gaps, int(job.params["instance"])))
    return Importance(
        names,
        shares,
        "share of rows without a value",
        job.label,
        checks=tuple(checks),
        lead="Values are missing most in",
    )


def _own(table: Table, gaps: np.ndarray, row: int) -> Check:
    """Where the chosen row stands."""
    at = table.position(row)
    lacking = [words.named(name, 40) for name, gap in zip(table.schema.names, gaps[at], strict=True) if gap]
    if not lacking:
        return Check("this row", None, 0.0, f"{table.row_name(row)} has every value.")
    as_many = int((gaps.sum(axis=1) >= len(lacking)).sum())
    text = (
        f"{table.row_name(row)} lacks {words.listed(lacking)}; {as_many:,} of {len(gaps):,} rows lack as many or more."
    )
    return Check("this row", None, float(len(lacking)), text)
