"""Tree ensembles of any library, explained by our own exact algorithms on their portable form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, Protocol

import numpy as np

from core.portable import Trees
from core.registry import Job
from core.results import Check
from core.shapley import covers, frontier, interventional
from core.shapley import deep as deep_covers
from core.shapley.answer import Answer, background, background_words, pick
from core.shapley.grouped import Shared, grouped
from core.shapley.paths import Paths, follow
from core.shapley.tables import fit
from core.shapley.tips import cut
from core.shapley.trusted import Trusted, mean_sum, trusted
from core.store import Store
from core.types import Array

Way = Literal["path-dependent", "interventional"]
DEEPEST = 1_000_000
"""Nodes of an ensemble at most: deeper ones are left to the library, or to asking the model."""
_STORE = Store({"tables": 8, "deep": 2})


class Explainer(Protocol):
    """Tables, or a walk where tables do not fit."""

    @property
    def base(self) -> float:
        """Value of the empty coalition."""

    def values(self, encoded: Array) -> tuple[Array, Array]:
        """Attributions, shape (n_rows, n_features), and the ensemble's own sums, shape (n_rows,)."""


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """What is made once per model, output, way and background."""

    form: Trusted
    explainer: Explainer
    grouped: bool = False


def prepare(job: Job, way: Way, *, deep: bool = False) -> Prepared | None:
    """Prepare a model's trees, once.

    Parameters
    ----------
    job : Job
    way : {"path-dependent", "interventional"}
    deep : bool
        Walk the trees where their tables do not fit.

    Returns
    -------
    Prepared or None
        None where it has no trees that can be trusted, or they do not fit.
    """
    parts = [job.model.fingerprint, str(job.output), way, job.table.fingerprint]
    if way == "interventional":
        parts += [
            str(job.params[name]) for name in ("background", "seed", "reference", "clusters") if name in job.params
        ]
    key = "|".join(parts)
    found: list[Prepared | None] = _STORE.get("tables", key, lambda: [_make(job, way, _tables)])
    if found[0] is None and deep:
        found = _STORE.get("deep", key, lambda: [_make(job, way, _walk)])
    return found[0]


def _make(
    job: Job, way: Way, how: Callable[[Job, Way, Trusted, Paths, Array, float], Explainer | None]
) -> Prepared | None:
    """Follow the trees and prepare them."""
    form = trusted(job)
    if form is None:
        return None
    parts = grouped(form.portable) if way == "path-dependent" else None  # rows of a background mix single features
    alone = form if parts is None else replace(form, portable=parts.portable)
    trees = alone.portable.body
    if not isinstance(trees, Trees) or (way == "path-dependent" and not (trees.cover[trees.roots] > 0).all()):
        return None
    worth = np.ascontiguousarray(pick(trees.value, job))
    if not worth.any() or len(worth) > DEEPEST:
        return None
    explainer = how(job, way, alone, follow(alone.portable), worth, float(pick(trees.base, job)))
    if explainer is None:
        return None
    return Prepared(form, explainer if parts is None else Shared(explainer, parts), parts is not None)


def _tables(job: Job, way: Way, form: Trusted, paths: Paths, worth: Array, own: float) -> Explainer | None:
    """Tables of every tip, None where they do not fit."""
    tips = cut(paths)
    if tips is None or not fit(paths, tips, worth):
        return None
    features = len(form.portable.features)
    if way == "path-dependent":
        return covers.tables(paths, tips, worth, features, own)
    rows = form.encode(background(job))
    return interventional.tables(paths, tips, worth, rows, features, mean_sum(job, form, rows), own)


def _walk(job: Job, way: Way, form: Trusted, paths: Paths, worth: Array, own: float) -> Explainer | None:
    """A walk through the trees for each row."""
    features = len(form.portable.features)
    if way == "path-dependent":
        return deep_covers.sweep(paths, worth, features, own)
    rows = form.encode(background(job))
    return frontier.walk(paths, worth, rows, features, mean_sum(job, form, rows), own)


def solve(job: Job, rows: list[int], way: Way, prepared: Prepared) -> Answer:
    """Explain rows with prepared tables.

    Parameters
    ----------
    job : Job
    rows : list of int
    way : {"path-dependent", "interventional"}
    prepared : Prepared
    """
    values, output = prepared.explainer.values(prepared.form.encode_rows(job.table, rows))
    base = np.full(len(rows), prepared.explainer.base)
    text = _words(job, way) + (_GROUPED if prepared.grouped else "")
    checks = (Check("algorithm", None, None, text), prepared.form.check)
    return Answer(values, base, output, prepared.form.scale, None, checks)


_GROUPED = " Where the model asks several features at once, they share the value of that question equally."


def _words(job: Job, way: Way) -> str:
    """What was done, for people."""
    if way == "path-dependent":
        return (
            "Exact, from the trees themselves: a feature left out takes both branches, "
            "by the training weight that went each way (path-dependent)."
        )
    return f"Exact, from the trees themselves: a feature left out takes its values from {background_words(job)}."
