"""How wrong predictions are: one number for many blocks of rows at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from core.errors import InputError, unknown_name
from core.row_weights import mean, median, part, total
from core.types import Array, Param, Task


@dataclass(frozen=True, slots=True)
class Loss:
    """A loss of stacked predictions.

    Attributes
    ----------
    id, title : str
    tasks : tuple of Task
    measure : callable
        ``(predictions, truth, weights) -> losses``, as ``of`` takes and gives them.
    """

    id: str
    title: str
    tasks: tuple[Task, ...]
    measure: Callable[[Array, Array, Array | None], Array]

    def of(self, predictions: Array, truth: Array, weights: Array | None = None) -> Array:
        """Losses of blocks, shape (n_blocks,); lower is better.

        Parameters
        ----------
        predictions : ndarray, shape (n_blocks, n_rows, n_outputs)
        truth : ndarray, shape (n_rows,)
            Class positions or target values.
        weights : ndarray, shape (n_rows,), optional
            Above 0; see ``core.row_weights``.
        """
        return self.measure(predictions, truth, weights)


def the(title: str) -> str:
    """A loss in a sentence: "the mean absolute error", but "1 - AUC"."""
    return title if title[:1].isdigit() else f"the {title}"


def _rmse(predictions: Array, truth: Array, weights: Array | None) -> Array:
    """Root mean squared error."""
    return np.asarray(np.sqrt(mean((predictions[:, :, 0] - truth) ** 2, weights)))


def _mse(predictions: Array, truth: Array, weights: Array | None) -> Array:
    """Mean squared error."""
    return mean((predictions[:, :, 0] - truth) ** 2, weights)


def _mae(predictions: Array, truth: Array, weights: Array | None) -> Array:
    """Mean absolute error."""
    return mean(np.abs(predictions[:, :, 0] - truth), weights)


def _one_minus_auc(predictions: Array, truth: Array, weights: Array | None) -> Array:
    """1 - area under the ROC curve of the second class."""
    positive = truth == 1
    if positive.all() or not positive.any():
        raise InputError(
            "The AUC needs both classes.",
            f"All {len(truth):,} rows with a known truth are of one class.",
            "Choose another loss, or more rows.",
        )
    return 1.0 - _area(predictions[:, :, 1], positive, weights)


def _one_minus_auc_ovr(predictions: Array, truth: Array, weights: Array | None) -> Array:
    """1 - mean over the classes of the area under the ROC curve of each against all others."""
    classes = range(predictions.shape[2])
    true = [truth == place for place in classes]
    if not all(own.any() for own in true):
        raise InputError(
            "The AUC of each class needs rows of every class.",
            f"{sum(own.any() for own in true)} of {len(true)} classes occur in the {len(truth):,} rows.",
            "Choose another loss, or more rows.",
        )
    areas = [_area(predictions[:, :, place], true[place], weights) for place in classes]
    return np.asarray(1.0 - np.mean(areas, axis=0))


def _area(chance: Array, positive: npt.NDArray[np.bool_], weights: Array | None) -> Array:
    """Area under the ROC curve of each block, by ranks (ties count half), shape (n_blocks,)."""
    from scipy.stats import rankdata

    if weights is not None:
        return np.array([_weighted_area(block, positive, weights) for block in chance])
    count = int(positive.sum())
    ranks = rankdata(chance, axis=1)
    pairs = count * (len(positive) - count)
    return np.asarray((ranks[:, positive].sum(axis=1) - count * (count + 1) / 2) / pairs)


def _weighted_area(chance: Array, positive: npt.NDArray[np.bool_], weights: Array) -> float:
    """Share of the weight of all pairs in which the positive has the higher probability (ties count half)."""
    levels, place = np.unique(chance, return_inverse=True)
    yes, no = (np.bincount(place[own], weights[own], len(levels)) for own in (positive, ~positive))
    return float(yes @ (no.cumsum() - no / 2) / (yes.sum() * no.sum()))


def _cross_entropy(predictions: Array, truth: Array, weights: Array | None) -> Array:
    """Mean negative logarithm of the probability given to the true class."""
    given = predictions[:, np.arange(len(truth)), truth.astype(np.int64)]
    return mean(-np.log(np.clip(given, np.finfo(np.float64).eps, 1.0)), weights)


def _error_rate(predictions: Array, truth: Array, weights: Array | None) -> Array:
    """Share of rows whose most probable class is not the true one."""
    return mean(predictions.argmax(axis=2) != truth, weights)


def _median_error(predictions: Array, truth: Array, weights: Array | None) -> Array:
    """Median absolute error."""
    return median(np.abs(predictions[:, :, 0] - truth), weights)


def _one_minus_r2(predictions: Array, truth: Array, weights: Array | None) -> Array:
    """Squared error as a share of that of the mean."""
    if (truth == truth[:1]).all():
        raise InputError(
            "R² needs different true values.", f"All {len(truth):,} are the same.", "Choose another loss, or more rows."
        )
    spread = total((truth - mean(truth, weights)) ** 2, weights)
    return np.asarray(total((predictions[:, :, 0] - truth) ** 2, weights) / spread)


def _brier(predictions: Array, truth: Array, weights: Array | None) -> Array:
    """Mean squared error of the probabilities of all classes (two: of the second)."""
    if predictions.shape[2] == 2:
        return mean((predictions[:, :, 1] - truth) ** 2, weights)
    wanted = truth[:, None] == np.arange(predictions.shape[2])[None, :]
    return mean(((predictions - wanted) ** 2).sum(axis=2), weights)


def _balanced_error(predictions: Array, truth: Array, weights: Array | None) -> Array:
    """Share of wrong rows of each class that there is, averaged over the classes."""
    wrong = predictions.argmax(axis=2) != truth
    classes = [truth == known for known in np.unique(truth)]
    rates = [mean(wrong[:, own], part(weights, own)) for own in classes]
    return np.asarray(np.mean(rates, axis=0))


def _one_minus_f1(predictions: Array, truth: Array, weights: Array | None) -> Array:
    """1 - harmonic mean of precision and recall of the second class, cut at one half; 1 where neither names it."""
    named, true = predictions.argmax(axis=2) == 1, truth == 1
    whole = total(named, weights) + total(true, weights)
    return np.asarray(1.0 - 2.0 * total(named & true, weights) / np.where(whole > 0, whole, 1.0))


def _one_minus_f1_macro(predictions: Array, truth: Array, weights: Array | None) -> Array:
    """1 - mean over the classes that occur, or are named, of the harmonic mean of precision and recall."""
    said = predictions.argmax(axis=2)
    scores, there = [], []
    for place in range(predictions.shape[2]):
        named, true = said == place, truth == place
        whole = total(named, weights) + total(true, weights)
        scores.append(2.0 * total(named & true, weights) / np.where(whole > 0, whole, 1.0))
        there.append(whole > 0)
    return np.asarray(1.0 - np.sum(scores, axis=0) / np.sum(there, axis=0))


def _one_minus_precision(predictions: Array, truth: Array, weights: Array | None) -> Array:
    """Share of the rows named the second class, cut at one half, that are not of it; 1 where none is named."""
    named = predictions.argmax(axis=2) == 1
    count = total(named, weights)
    return np.asarray(1.0 - total(named & (truth == 1), weights) / np.where(count > 0, count, 1.0))


def _one_minus_recall(predictions: Array, truth: Array, weights: Array | None) -> Array:
    """Share of the rows of the second class that are not named it, cut at one half; 1 where there is none."""
    true = truth == 1
    count = float(total(true, weights)) or 1.0
    return np.asarray(1.0 - total((predictions.argmax(axis=2) == 1) & true, weights) / count)


LOSSES = (
    Loss("rmse", "root mean squared error", ("regression",), _rmse),
    Loss("mse", "mean squared error", ("regression",), _mse),
    Loss("mae", "mean absolute error", ("regression",), _mae),
    Loss("median_error", "median absolute error", ("regression",), _median_error),
    Loss("one_minus_r2", "1 - R²", ("regression",), _one_minus_r2),
    Loss("one_minus_auc", "1 - AUC", ("binary",), _one_minus_auc),
    Loss("one_minus_auc_ovr", "1 - AUC of each class against the rest", ("multiclass",), _one_minus_auc_ovr),
    Loss("cross_entropy", "cross-entropy", ("binary", "multiclass"), _cross_entropy),
    Loss("error_rate", "error rate", ("binary", "multiclass"), _error_rate),
    Loss("balanced_error", "balanced error rate", ("binary", "multiclass"), _balanced_error),
    Loss("brier", "Brier score", ("binary", "multiclass"), _brier),
    Loss("one_minus_f1", "1 - F1", ("binary",), _one_minus_f1),
    Loss("one_minus_f1_macro", "1 - F1 averaged over the classes", ("binary", "multiclass"), _one_minus_f1_macro),
    Loss("one_minus_precision", "1 - precision", ("binary",), _one_minus_precision),
    Loss("one_minus_recall", "1 - recall", ("binary",), _one_minus_recall),
)
LOSS = Param(
    "loss",
    "choice",
    "auto",
    "What counts as worse; auto: error for numbers, 1 - AUC for two classes, cross-entropy for more.",
    choices=("auto", *(loss.id for loss in LOSSES)),
)
"""The setting of methods that shuffle."""
SCORINGS = {
    "neg_root_mean_squared_error": "rmse",
    "neg_mean_squared_error": "mse",
    "neg_mean_absolute_error": "mae",
    "neg_median_absolute_error": "median_error",
    "r2": "one_minus_r2",
    "roc_auc": "one_minus_auc",
    "roc_auc_ovr": "one_minus_auc_ovr",
    "neg_log_loss": "cross_entropy",
    "accuracy": "error_rate",
    "balanced_accuracy": "balanced_error",
    "neg_brier_score": "brier",
    "f1": "one_minus_f1",
    "f1_macro": "one_minus_f1_macro",
    "precision": "one_minus_precision",
    "recall": "one_minus_recall",
}
"""scikit-learn's names of scores, and the loss that rises by what the score falls."""
_SPOKEN: dict[Task, str] = {"regression": "numbers", "binary": "two classes", "multiclass": "more classes"}
DEFAULTS: dict[Task, str] = {"regression": "rmse", "binary": "one_minus_auc", "multiclass": "cross_entropy"}


def loss_for(task: Task, wanted: str = "auto") -> Loss:
    """Find a loss by id or scikit-learn's name, or the default of a task: RMSE, 1 - AUC, cross-entropy.

    Raises
    ------
    InputError
        If there is none of that name, or it does not fit the task.
    """
    known = {loss.id: loss for loss in LOSSES if task in loss.tasks}
    name = DEFAULTS[task] if wanted == "auto" else SCORINGS.get(wanted, wanted)
    if name not in known:
        raise unknown_name(f"loss for a {task} model", wanted, known)
    return known[name]


def fitting(param: Param, task: Task) -> Param:
    """A setting with the choices that fit a task: of the losses those of the task; any other setting as it is."""
    if param.choices != LOSS.choices:
        return param
    return replace(param, choices=("auto", *(loss.id for loss in LOSSES if task in loss.tasks)))


def titled(param: Param, choice: str) -> str:
    """A choice of a setting in words, where it is a loss; as it is where not."""
    if param.name != LOSS.name:
        return choice
    return {"auto": "chosen by the task", **{loss.id: loss.title for loss in LOSSES}}.get(choice, choice)


def listed(task: Task | None = None) -> str:
    """The names of the losses: those of one task, or of each."""
    if task is None:
        return "; ".join(f"{said}: {listed(each)}" for each, said in _SPOKEN.items())
    return ", ".join(fitting(LOSS, task).choices[1:])
