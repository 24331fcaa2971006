"""Importance by training again: without a feature, or cross-validated with it shuffled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd

from core import row_weights, training
from core.errors import NotApplicable
from core.instances import truth
from core.losses import LOSS, Loss, loss_for, the
from core.permutation import shuffle
from core.registry import Job, method
from core.results import Check, Importance
from core.truth import unknown, weighed_rows
from core.types import Array, Model, Param, Table
from core.views import words

Ints = npt.NDArray[np.int64]
ABOUT = """
**What it is.** The kind of model is trained anew on part of the rows and judged on the rest, several times. *Drop*:
once with everything, once without one feature, so that the others can take its place. The feature's column is left out
of the rows and of every setting that names it (the columns of a ColumnTransformer, category columns, constraints);
where that cannot be done honestly it is silenced instead (one and the same value for all rows), and a check says so.
*Shuffle*: trained with everything, then each feature is shuffled on the rows kept apart.

**Formula.** Mean over the folds of $L(y, f_{-j}(X)) - L(y, f(X))$ on the rows kept apart, with the standard deviation
over the folds. Where a column weighs the rows, $L$ is weighted by it; training is not.

**Cost.** Folds times features plus one trainings (drop), or one training a fold (shuffle).

**When it misleads.** It speaks of the *recipe*, not of the one model that was uploaded: a feature with a twin is not
missed, though the model at hand may use it. With few rows the folds differ widely: look at the deviation.

**Where ours differs.** ELI5 (`cv=3`) puts the rounds of all folds together and gives their deviation; here a fold is
the mean of its rounds, and the deviation is over the folds. A rising loss counts up here, a falling score there.

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
    version="2",
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
    rows, known, weights = weighed_rows(job)
    bench = _Bench(job, job.table.rows(rows), known, weights, loss_for(job.model.task, str(job.params["loss"])))
    folds = _folds(known, bool(job.model.classes), int(job.params["folds"]), int(job.params["seed"]))
    rises, full, told = (_shuffled if job.params["way"] == "shuffle" else _dropped)(bench, folds)
    spread = rises.std(axis=1, ddof=1)
    title = bench.loss.title
    off = words.number(float(full.std(ddof=1)), 2)
    text = f"Trained again, on rows kept apart: {the(title)} is {words.number(float(full.mean()))} (± {off} by fold)."
    clear = int((rises.mean(axis=1) > 2 * spread / np.sqrt(len(folds))).sum())
    more = f"{clear} of {len(rises)} features are missed clearly (two standard errors over {len(folds)} folds)."
    return Importance(
        job.model.features,
        rises.mean(axis=1),
        f"rise of {the(title)} on rows kept apart",
        job.label,
        spread=spread,
        rounds=rises,
        reference=float(full.mean()),
        checks=(
            Check("fit", None, float(full.mean()), text),
            Check("noise", None, float(clear), more),
            *told,
            *row_weights.check(job.table, rows, training.UNWEIGHTED),
        ),
    )


def _folds(known: Array, classes: bool, count: int, seed: int) -> list[Ints]:
    """Positions kept apart in each fold; no more folds than the rarest class has rows."""
    if classes:
        places = known.astype(np.int64)
        count = max(2, min(count, int(np.bincount(places)[np.unique(places)].min())))
    return training.folds(known, classes, count, seed)


@dataclass(frozen=True, slots=True, eq=False)
class _Bench:
    """The rows, their truth and weights, and what counts as worse."""

    job: Job
    frame: pd.DataFrame
    known: Array
    weights: Array | None
    loss: Loss

    def trained(self, train: pd.DataFrame, apart: Ints, left_out: str = "") -> Model:
        """The model trained on rows that are all but a fold's."""
        kept, seed = self.others(apart), int(self.job.params["seed"])
        return training.trained(
            self.job.model, train, self.known[kept], seed=seed, fingerprint=_FOLD, left_out=left_out
        )

    def others(self, apart: Ints) -> Ints:
        """Positions of all rows but a fold's."""
        return np.setdiff1d(np.arange(len(self.known)), apart)

    def losses(self, blocks: Array, apart: Ints) -> Array:
        """Losses of stacked predictions of a fold's rows."""
        return self.loss.of(blocks, self.known[apart], row_weights.part(self.weights, apart))

    def judged(self, apart: Ints, name: str = "", *, silence: bool = False) -> float:
        """The loss on a fold's rows of a model trained on the others, with all features or without one."""
        train, test = self.frame.iloc[self.others(apart)], self.frame.iloc[apart].reset_index(drop=True)
        if silence:
            train, test = _silenced(train, train, name), _silenced(test, train, name)
        elif name:
            train, test = train.drop(columns=name), test.drop(columns=name)
        model = self.trained(train, apart, "" if silence else name)
        return float(self.losses(model.predict(test)[None], apart)[0])


def _shuffled(bench: _Bench, folds: list[Ints]) -> tuple[Array, Array, tuple[Check, ...]]:
    """Rises by feature and fold with each feature shuffled, and the losses as they are."""
    job, names = bench.job, bench.job.model.features
    rises, full = np.empty((len(names), len(folds))), np.empty(len(folds))
    for at, apart in enumerate(folds):
        job.progress(at / len(folds), "training with every feature")
        found = shuffle(
            bench.trained(bench.frame.iloc[bench.others(apart)], apart).predict,
            bench.frame.iloc[apart].reset_index(drop=True),
            partial(bench.losses, apart=apart),
            {name: (name,) for name in names},
            rounds=int(job.params["rounds"]),
            seed=int(job.params["seed"]),
            progress=job.stretch("shuffling features", at / len(folds), 1 / len(folds)),
        )
        rises[:, at], full[at] = found.rounds.mean(axis=1) - found.full, found.full
    return rises, full, ()


def _dropped(bench: _Bench, folds: list[Ints]) -> tuple[Array, Array, tuple[Check, ...]]:
    """Rises by feature and fold without each feature, the losses with all, and how the features were left out."""
    job, names = bench.job, bench.job.model.features
    job.progress(0.0, "training with every feature")
    full = np.array([bench.judged(apart) for apart in folds])
    rises, silenced = np.empty((len(names), len(folds))), {}
    for at, name in enumerate(names):
        job.progress((at + 1) / (len(names) + 1), f"training without feature {at + 1} of {len(names)}")
        try:
            losses = [bench.judged(apart, name) for apart in folds]
        except MemoryError:
            raise
        except Exception as error:  # any estimator may refuse fewer columns in its own way
            silenced[name] = error.why if isinstance(error, NotApplicable) else "it cannot be trained without it"
            losses = [bench.judged(apart, name, silence=True) for apart in folds]
        rises[at] = np.array(losses) - full
    return rises, full, (_told(names, silenced),)


def _told(names: Sequence[str], silenced: Mapping[str, str]) -> Check:
    """Which features were left out in truth, and why others were not."""
    if not silenced:
        return Check("left out", True, 0.0, "Each feature's column was left out, and the rest trained again.")
    reasons = "; ".join(dict.fromkeys(silenced.values()))
    named = words.listed([words.short(name, 24) for name in list(silenced)[:5]])
    named += f" and {len(silenced) - 5} more" if len(silenced) > 5 else ""
    text = f"{len(silenced)} of {len(names)} features could not be left out ({named}: {reasons}); they were silenced:"
    text += " one and the same value for all rows, which a model that draws features at random still draws."
    return Check("left out", False, float(len(silenced)), text)


def _silenced(frame: pd.DataFrame, train: pd.DataFrame, name: str) -> pd.DataFrame:
    """Rows with one and the same value of a feature: the training rows' most frequent one."""
    changed = frame.copy(deep=False)
    known = train[name].dropna()
    value = known.mode().iloc[0] if len(known) else train[name].iloc[0]
    changed[name] = pd.Series([value] * len(frame), index=frame.index, dtype=object).astype(frame[name].dtype)
    return changed
