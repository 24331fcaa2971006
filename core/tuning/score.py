"""How good a candidate is: trained on all folds but one, judged on that one, each in turn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from core import row_weights, training
from core.errors import ExplorerError, InputError, NotApplicable
from core.losses import Loss, loss_for
from core.registry import Job
from core.results.trials import Trial
from core.truth import weighed_rows
from core.types import Array, Model

_NEEDS_PROBABILITIES = ("one_minus_auc", "cross_entropy", "brier")
_LONGEST = 240


@dataclass(frozen=True, slots=True, eq=False)
class Bench:
    """Rows, folds and loss: the same for every candidate.

    Attributes
    ----------
    model : Model
        The one whose estimator is trained again.
    rows : ndarray of int
        Positions in the table of the rows that the folds are made of.
    frame : DataFrame, shape (n_rows, n_features)
    known : ndarray, shape (n_rows,)
        Class positions, or target values.
    weights : ndarray or None
    folds : list of ndarray
        Positions in ``frame`` that each fold keeps apart.
    apart_frame, apart_known, apart_weights
        The rows that no fold has.
    """

    model: Model
    loss: Loss
    seed: int
    rows: np.ndarray
    frame: pd.DataFrame
    known: Array
    weights: Array | None
    folds: list[np.ndarray]
    apart_frame: pd.DataFrame
    apart_known: Array
    apart_weights: Array | None

    def fold(self, params: Mapping[str, Any], place: int) -> float:
        """The loss of a candidate on the rows of one fold."""
        apart = self.folds[place]
        kept = np.setdiff1d(np.arange(len(self.known)), apart)
        fitted = training.trained(
            self.model, self.frame.iloc[kept], self.known[kept], params, seed=self.seed, fingerprint="candidate"
        )
        said = fitted.predict(self.frame.iloc[apart].reset_index(drop=True))
        return float(self.loss.of(said[None], self.known[apart], row_weights.part(self.weights, apart))[0])

    def outside(self, params: Mapping[str, Any]) -> float:
        """The loss on the rows that no fold has, of a candidate trained on all that the folds have."""
        fitted = training.trained(self.model, self.frame, self.known, params, seed=self.seed, fingerprint="candidate")
        return float(self.loss.of(fitted.predict(self.apart_frame)[None], self.apart_known, self.apart_weights)[0])

    @property
    def correction(self) -> float:
        """What a variance over folds is multiplied with: 1/k + n_test/n_train.

        C. Nadeau, Y. Bengio, 2003, doi:10.1023/A:1024068626366: folds share most of their training rows.
        """
        count = len(self.folds)
        return 1 / count + 1 / (count - 1)


def bench(job: Job) -> Bench:
    """Rows, folds and loss of a search.

    Raises
    ------
    InputError, NotApplicable
        If there are too few rows of a class, one class only, or the loss does not fit.
    """
    rows, known, weights = weighed_rows(job)
    classes, folds, seed = bool(job.model.classes), int(job.params["folds"]), int(job.params["seed"])
    inside, apart = _split(known, classes, float(job.params["holdout"]), seed)
    _enough(job.model, known[inside], folds)
    loss = _loss(job.model, str(job.params["loss"]))
    return Bench(
        job.model, loss, seed, rows[inside], job.table.rows(rows[inside]), known[inside],
        row_weights.part(weights, inside), training.folds(known[inside], classes, folds, seed),
        job.table.rows(rows[apart]), known[apart], row_weights.part(weights, apart),
    )  # fmt: skip


def _loss(model: Model, wanted: str) -> Loss:
    """The loss; one that needs probabilities is refused, or not chosen, for a model that gives none."""
    native: Any = getattr(model, "native", None)
    votes = bool(model.classes) and not hasattr(native, "predict_proba")
    if votes and wanted == "auto":
        return loss_for(model.task, "error_rate")
    loss = loss_for(model.task, wanted)
    if votes and loss.id in _NEEDS_PROBABILITIES:
        raise NotApplicable(
            f"The {loss.title} needs probabilities.",
            f"{model.kind} names a class without giving one.",
            "Choose the error rate or the balanced error rate.",
        )
    return loss


def _split(known: Array, classes: bool, share: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Positions inside and apart, each class shared out evenly; nothing apart where the share is 0."""
    every = np.arange(len(known))
    if share <= 0:
        return every, every[:0]
    from sklearn.model_selection import train_test_split

    stratify = known.astype(np.int64) if classes and np.bincount(known.astype(np.int64)).max() < len(known) else None
    if stratify is not None and np.bincount(stratify)[np.unique(stratify)].min() < 2:
        stratify = None
    inside, apart = train_test_split(every, test_size=share, random_state=seed, stratify=stratify)
    return np.sort(inside), np.sort(apart)


def _enough(model: Model, known: Array, folds: int) -> None:
    """Refuse folds in which a class would be missing.

    Raises
    ------
    InputError
        Naming the classes and what would help.
    """
    if not model.classes:
        if len(known) >= 2 * folds:
            return
        raise InputError(
            f"{len(known)} rows are too few for {folds} folds.",
            "Each fold needs two rows at least.",
            "Choose fewer folds, or give more rows with a known truth.",
        )
    counts = np.bincount(known.astype(np.int64), minlength=len(model.classes))
    present = [name for name, count in zip(model.classes, counts, strict=True) if count]
    if len(present) < 2:
        raise InputError(
            f"All rows with a known truth are of one class, '{present[0][:60]}'.",
            "A model that tells classes apart cannot be trained on one of them.",
            "Give a table with rows of every class.",
        )
    few = [f"'{name[:60]}' ({count})" for name, count in zip(model.classes, counts, strict=True) if count < folds]
    if few:
        least = int(counts.min())
        raise InputError(
            f"{len(few)} {'class has' if len(few) == 1 else 'classes have'} fewer rows than folds.",
            f"Every fold needs a row of each class; without the rows kept apart there are: {', '.join(few[:6])}.",
            f"Choose {least} folds, or give more rows." if least >= 2 else "Give more rows of these classes.",
        )


def scored(bench: Bench, number: int, params: Mapping[str, Any], job: Job, done: float, share: float) -> Trial | None:
    """One candidate in all folds; a failure becomes words; None where the end was asked for in between."""
    losses = []
    for place in range(len(bench.folds)):
        if job.enough:
            return None
        job.progress(
            done + share * place / len(bench.folds), f"{_called(number)}, fold {place + 1} of {len(bench.folds)}"
        )
        try:
            losses.append(bench.fold(params, place))
        except ExplorerError as error:
            return Trial(number, params, problem=str(error)[:_LONGEST])
        except Exception as error:  # whatever a library says of settings that do not go together
            return Trial(number, params, problem=f"{type(error).__name__}: {' '.join(str(error).split())}"[:_LONGEST])
    if not np.isfinite(losses).all():
        return Trial(number, params, problem="Its predictions are not numbers.")
    return Trial(number, params, tuple(losses), float(np.mean(losses)))


def _called(number: int) -> str:
    """A candidate's name."""
    return f"Trial {number}" if number else "The model's own settings"
