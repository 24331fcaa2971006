"""How wrong predictions are: one number for many blocks of rows at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.errors import InputError, unknown_name
from core.types import Array, Task


@dataclass(frozen=True, slots=True)
class Loss:
    """A loss of stacked predictions.

    Attributes
    ----------
    id, title : str
    tasks : tuple of Task
    of : callable
        ``(predictions, truth) -> losses``: predictions of shape (n_blocks, n_rows, n_outputs), truth of shape (n_rows,)
        as class positions or target values, losses of shape (n_blocks,). Lower is better.
    """

    id: str
    title: str
    tasks: tuple[Task, ...]
    of: Callable[[Array, Array], Array]


def _rmse(predictions: Array, truth: Array) -> Array:
    """Root mean squared error."""
    return np.asarray(np.sqrt(((predictions[:, :, 0] - truth) ** 2).mean(axis=1)))


def _mae(predictions: Array, truth: Array) -> Array:
    """Mean absolute error."""
    return np.asarray(np.abs(predictions[:, :, 0] - truth).mean(axis=1))


def _one_minus_auc(predictions: Array, truth: Array) -> Array:
    """1 - area under the ROC curve, by ranks (ties count half)."""
    from scipy.stats import rankdata

    positive = truth == 1
    count, rest = int(positive.sum()), int((~positive).sum())
    if not count or not rest:
        raise InputError(
            "The AUC needs both classes.",
            f"All {len(truth):,} rows with a known truth are of one class.",
            "Choose another loss, or more rows.",
        )
    ranks = rankdata(predictions[:, :, 1], axis=1)
    area = (ranks[:, positive].sum(axis=1) - count * (count + 1) / 2) / (count * rest)
    return np.asarray(1.0 - area)


def _cross_entropy(predictions: Array, truth: Array) -> Array:
    """Mean negative logarithm of the probability given to the true class."""
    given = predictions[:, np.arange(len(truth)), truth.astype(np.int64)]
    return np.asarray(-np.log(np.clip(given, np.finfo(np.float64).eps, 1.0)).mean(axis=1))


def _error_rate(predictions: Array, truth: Array) -> Array:
    """Share of rows whose most probable class is not the true one."""
    return np.asarray((predictions.argmax(axis=2) != truth).mean(axis=1))


def _median_error(predictions: Array, truth: Array) -> Array:
    """Median absolute error."""
    return np.asarray(np.median(np.abs(predictions[:, :, 0] - truth), axis=1))


def _one_minus_r2(predictions: Array, truth: Array) -> Array:
    """Squared error as a share of that of the mean."""
    spread = float(((truth - truth.mean()) ** 2).sum())
    if not spread:
        raise InputError(
            "R² needs different true values.", f"All {len(truth):,} are the same.", "Choose another loss, or more rows."
        )
    return np.asarray(((predictions[:, :, 0] - truth) ** 2).sum(axis=1) / spread)


def _brier(predictions: Array, truth: Array) -> Array:
    """Mean squared error of the probabilities of all classes (two: of the second)."""
    if predictions.shape[2] == 2:
        return np.asarray(((predictions[:, :, 1] - truth) ** 2).mean(axis=1))
    wanted = truth[:, None] == np.arange(predictions.shape[2])[None, :]
    return np.asarray(((predictions - wanted) ** 2).sum(axis=2).mean(axis=1))


def _balanced_error(predictions: Array, truth: Array) -> Array:
    """Share of wrong rows of each class that there is, averaged over the classes."""
    wrong = predictions.argmax(axis=2) != truth
    classes = [truth == known for known in np.unique(truth)]
    return np.asarray(np.mean([wrong[:, own].mean(axis=1) for own in classes], axis=0))


def _one_minus_f1(predictions: Array, truth: Array) -> Array:
    """1 - harmonic mean of precision and recall of the second class, cut at one half; 1 where neither names it."""
    named, true = predictions.argmax(axis=2) == 1, truth == 1
    hits = (named & true).sum(axis=1)
    return np.asarray(1.0 - 2.0 * hits / np.maximum(named.sum(axis=1) + true.sum(), 1))


LOSSES = (
    Loss("rmse", "root mean squared error", ("regression",), _rmse),
    Loss("mae", "mean absolute error", ("regression",), _mae),
    Loss("median_error", "median absolute error", ("regression",), _median_error),
    Loss("one_minus_r2", "1 - R²", ("regression",), _one_minus_r2),
    Loss("one_minus_auc", "1 - AUC", ("binary",), _one_minus_auc),
    Loss("cross_entropy", "cross-entropy", ("binary", "multiclass"), _cross_entropy),
    Loss("error_rate", "error rate", ("binary", "multiclass"), _error_rate),
    Loss("balanced_error", "balanced error rate", ("binary", "multiclass"), _balanced_error),
    Loss("brier", "Brier score", ("binary", "multiclass"), _brier),
    Loss("one_minus_f1", "1 - F1", ("binary",), _one_minus_f1),
)
DEFAULTS: dict[Task, str] = {"regression": "rmse", "binary": "one_minus_auc", "multiclass": "cross_entropy"}


def loss_for(task: Task, wanted: str = "auto") -> Loss:
    """Find a loss by id, or the default of a task: RMSE, 1 - AUC, cross-entropy.

    Raises
    ------
    InputError
        If there is none of that name, or it does not fit the task.
    """
    known = {loss.id: loss for loss in LOSSES if task in loss.tasks}
    name = DEFAULTS[task] if wanted == "auto" else wanted
    if name not in known:
        raise unknown_name(f"loss for a {task} model", wanted, known)
    return known[name]
