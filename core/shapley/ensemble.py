"""Tree ensembles of any library, explained by our own exact algorithms on their portable form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from core.portable import Trees
from core.registry import Job
from core.results import Check
from core.shapley import covers, interventional
from core.shapley.answer import Answer, pick
from core.shapley.paths import follow
from core.shapley.tables import Tables, fit
from core.shapley.tips import cut
from core.shapley.trusted import Trusted, mean_sum, trusted
from core.store import Store

Way = Literal["path-dependent", "interventional"]
_STORE = Store({"tables": 8})


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """What is made once per model, output, way and background."""

    form: Trusted
    tables: Tables


def prepare(job: Job, way: Way) -> Prepared | None:
    """Tables of a model's trees, made once; None where it has no trees that can be trusted, or they are too deep."""
    parts = [job.model.fingerprint, str(job.output), way, job.table.fingerprint]
    if way == "interventional":
        parts += [str(job.params["background"]), str(job.params["seed"])]
    found: list[Prepared | None] = _STORE.get("tables", "|".join(parts), lambda: [_make(job, way)])
    return found[0]


def _make(job: Job, way: Way) -> Prepared | None:
    """Follow the trees and fill the tables."""
    form = trusted(job)
    if form is None or not isinstance(form.portable.body, Trees):
        return None
    paths = follow(form.portable)
    tips = cut(paths)
    worth = np.ascontiguousarray(pick(form.portable.body.value, job))
    if tips is None or not fit(paths, tips, worth):
        return None
    own = float(pick(form.portable.body.base, job))
    features = len(form.portable.features)
    if way == "path-dependent":
        return Prepared(form, covers.tables(paths, tips, worth, features, own))
    rows = form.encode(job.table.background(int(job.params["background"]), int(job.params["seed"])))
    base = mean_sum(job, form, rows)
    return Prepared(form, interventional.tables(paths, tips, worth, rows, features, base, own))


def solve(job: Job, rows: list[int], way: Way, prepared: Prepared) -> Answer:
    """Explain rows with prepared tables.

    Parameters
    ----------
    job : Job
    rows : list of int
    way : {"path-dependent", "interventional"}
    prepared : Prepared
    """
    values, output = prepared.tables.values(prepared.form.encode(job.table.rows(rows)))
    base = np.full(len(rows), prepared.tables.base)
    checks = (Check("algorithm", None, None, _words(job, way)), prepared.form.check)
    return Answer(values, base, output, prepared.form.scale, None, checks)


def _words(job: Job, way: Way) -> str:
    """What was done, for people."""
    if way == "path-dependent":
        return (
            "Exact, from the trees themselves: a feature left out takes both branches, "
            "by the training weight that went each way (path-dependent)."
        )
    rows = min(int(job.params["background"]), len(job.table))
    return f"Exact, from the trees themselves: a feature left out takes its values from {rows:,} background rows."
