"""Importance by training again: without a feature, or cross-validated with it shuffled."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from core import training
from core.instances import truth
from core.losses import LOSS, Loss, loss_for
from core.permutation import shuffle
from core.registry import Job, method
from core.results import Check, Importance
from core.truth import scored_rows, unknown
from core.types import Array, Model, Param, Table

ABOUT = """
**What it is.** The kind of model is trained anew on part of the rows and judged on the rest, several times. *Drop*:
once with everything, once with one feature silenced (one and the same value for all rows), so that the others can take
its place. *Shuffle*: trained with everything, then each feature is shuffled on the rows kept apart.

**Formula.** Mean over the folds of $L(y, f_{-j}(X)) - L(y, f(X))$ on the rows kept apart, with the standard deviation
over the folds.

**Cost.** Folds times features plus one trainings (drop), or one training a fold (shuffle).

**When it misleads.** It speaks of the *recipe*, not of the one model that was uploaded: a feature with a twin is not
missed, though the model at hand may use it. With few rows the folds differ widely: look at the deviation.

**Source.** J. Lei et al., 2018, [doi:10.1080/01621459.2017.1307116](https://doi.org/10.1080/01621459.2017.1307116)
(leave-one-covariate-out); L. Breiman, 2001, [doi:10.1023/A:1010933404324](https://doi.org/10.1023/A:1010933404324).
"""
PARAMS = (
    Param(
        "way",
        "choice",
        "drop",
        "Train without the feature, or shuffle it after training.",
        choices=("drop", "shuffle"),
        expert=False,
    ),
    Param("folds", "int", 3, "Parts of the rows, each kept apart once.", low=2, high=20),
    Param("rounds", "int", 5, "How often each feature is shuffled in a fold (shuffle).", low=1, high=100),
    LOSS,
    Param("rows", "int", 1_000, "Rows used, drawn with the seed.", low=10, high=100_000),
    Param("seed", "int", 0, "Fixes the rows, the folds and every shuffle.", low=0, high=2**31 - 1),
)


_FOLD = "a fold"
"""What stands for a digest of models that nobody sees."""


def _unsupported(model: Model, table: Table) -> str | None:
    """Training again needs an estimator, and the truth."""
    refused = training.refusal(model)
    if refused:
        return refused
    lacking, known = unknown(model, table, least=20), truth(model, table)
    if lacking or known is None:
        return lacking
    known = known[~np.isnan(known)]
    if model.classes and (np.bincount(known.astype(np.int64), minlength=len(model.classes)) < 3).any():
        return "A class has fewer than three rows: it cannot be in every fold."
    return None


@method(
    id="refit_importance",
    title="Importance by training again",
    question="Which features would be missed if the model were trained again?",
    version="1",
    scope="model",
    kind="importance",
    params=PARAMS,
    order=203,
    cost="minutes",
    about=ABOUT,
    unsupported=_unsupported,
)
def explain(job: Job) -> Importance:
    """Train again in folds and report how much worse the model gets without each feature."""
    loss = loss_for(job.model.task, str(job.params["loss"]))
    rows, known = scored_rows(job)
    frame = job.table.rows(rows)
    folds = _folds(known, bool(job.model.classes), int(job.params["folds"]), int(job.params["seed"]))
    rises, full = np.empty((len(job.model.features), len(folds))), np.empty(len(folds))
    for at, apart in enumerate(folds):
        kept = np.setdiff1d(np.arange(len(rows)), apart)
        rises[:, at], full[at] = _fold(job, frame, known, kept, apart, loss, at / len(folds), 1 / len(folds))
    spread = rises.std(axis=1, ddof=1)
    text = (
        f"Trained again, on rows kept apart: the {loss.title} is {full.mean():.4g} (± {full.std(ddof=1):.2g} by fold)."
    )
    clear = int((rises.mean(axis=1) > 2 * spread / np.sqrt(len(folds))).sum())
    more = f"{clear} of {len(rises)} features are missed clearly (two standard errors over {len(folds)} folds)."
    return Importance(
        job.model.features,
        rises.mean(axis=1),
        f"rise of the {loss.title} on rows kept apart",
        job.label,
        spread=spread,
        rounds=rises,
        reference=float(full.mean()),
        checks=(Check("fit", None, float(full.mean()), text), Check("noise", None, float(clear), more)),
    )


def _folds(known: Array, classes: bool, count: int, seed: int) -> list[np.ndarray]:
    """Positions kept apart in each fold; no more folds than the rarest class has rows."""
    if classes:
        places = known.astype(np.int64)
        count = max(2, min(count, int(np.bincount(places)[np.unique(places)].min())))
    return training.folds(known, classes, count, seed)


def _fold(
    job: Job, frame: pd.DataFrame, known: Array, kept: Any, apart: Any, loss: Loss, done: float, share: float
) -> tuple[Array, float]:
    """Rise of the loss for each feature, and the loss with all of them, in one fold."""
    train, test, truth_apart = frame.iloc[kept], frame.iloc[apart].reset_index(drop=True), known[apart]
    job.progress(done, "training with every feature")
    model = training.trained(job.model, train, known[kept], fingerprint=_FOLD)
    if job.params["way"] == "shuffle":
        found = shuffle(
            model.predict,
            test,
            lambda blocks: loss.of(blocks, truth_apart),
            {name: (name,) for name in job.model.features},
            rounds=int(job.params["rounds"]),
            seed=int(job.params["seed"]),
            progress=lambda part: job.progress(done + part * share, "shuffling features"),
        )
        return found.rounds.mean(axis=1) - found.full, found.full
    full = float(loss.of(model.predict(test)[None], truth_apart)[0])
    rises = np.empty(len(job.model.features))
    for at, name in enumerate(job.model.features):
        without = training.trained(job.model, _silenced(train, train, name), known[kept], fingerprint=_FOLD)
        rises[at] = float(loss.of(without.predict(_silenced(test, train, name))[None], truth_apart)[0]) - full
        job.progress(done + (at + 1) / len(rises) * share, f"training without feature {at + 1} of {len(rises)}")
    return rises, full


def _silenced(frame: pd.DataFrame, train: pd.DataFrame, name: str) -> pd.DataFrame:
    """Rows with one and the same value of a feature: the training rows' most frequent one."""
    changed = frame.copy(deep=False)
    known = train[name].dropna()
    value = known.mode().iloc[0] if len(known) else train[name].iloc[0]
    changed[name] = pd.Series([value] * len(frame), index=frame.index, dtype=object).astype(frame[name].dtype)
    return changed
