"""The library's own attribution: TreeSHAP of XGBoost, LightGBM and CatBoost."""

from __future__ import annotations

from core.errors import ModelError
from core.registry import Job
from core.results import Check
from core.shapley.answer import Answer, pick


def solve(job: Job, rows: list[int]) -> Answer | None:
    """Explain rows by one call of the library; None where it has no attribution of its own."""
    frame = job.table.rows(rows)
    try:
        found = job.model.contributions(frame)
    except ModelError:  # XGBoost refuses this for trees with vector leaves; a model that fails will say so when asked
        return None
    if found is None:
        return None
    values, base = pick(found.values, job), pick(found.base, job)
    output = pick(job.model.margin(frame), job)
    text = (
        f"By {job.model.family} itself, along its trees: a feature left out takes both branches, "
        "by the training weight that went each way (path-dependent)."
    )
    return Answer(values, base, output, found.scale, None, (Check("algorithm", None, None, text),))
