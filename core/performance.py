"""Scores and curves of predictions against the truth."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from core.results.scores import Curve, Score
from core.row_weights import mean, median, total
from core.types import Array

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
POINTS = 200
"""Points of a curve at most."""
BINS = 10
"""Bins of the calibration curve."""


def regression_scores(said: Array, known: Array, weights: Array | None = None) -> tuple[Score, ...]:
    """Errors in the target's units, and the share of variance explained.

    Parameters
    ----------
    said, known : ndarray, shape (n_rows,)
    weights : ndarray, shape (n_rows,), optional
        Above 0; see ``core.row_weights``.
    """
    residual = known - said
    spread = float(total((known - mean(known, weights)) ** 2, weights))
    r2 = 1.0 - float(total(residual**2, weights)) / spread if spread > 0 else float("nan")
    mse = float(mean(residual**2, weights))
    return (
        Score("rmse", float(np.sqrt(mse)), "Typical error; large ones count more."),
        Score("mae", float(mean(np.abs(residual), weights)), "Mean error, whatever its sign."),
        Score("mad", float(median(np.abs(residual), weights)), "Half of the errors are smaller than this."),
        Score("mse", mse, "Mean squared error, in squared units."),
        Score("r2", r2, "Share of the differences between rows that the model explains; 1 is perfect."),
    )


def binary_scores(
    chance: Array, positive: Bools, cutoff: float | Array, weights: Array | None = None
) -> tuple[Score, ...]:
    """Scores at a cutoff, and the AUC, which has none.

    Parameters
    ----------
    chance : ndarray, shape (n_rows,)
        Probability of the positive class.
    positive : ndarray of bool, shape (n_rows,)
    cutoff : float or ndarray, shape (n_rows,)
        "Yes" is said from this probability on.
    weights : ndarray, shape (n_rows,), optional
        Above 0; see ``core.row_weights``.
    """
    from sklearn import metrics

    yes = chance >= cutoff
    found, true, named = (float(total(rows, weights)) for rows in (yes & positive, positive, yes))
    recall = _share(found, true)
    precision = _share(found, named)
    f1 = _share(2 * found, true + named)
    mixed = 0 < int(positive.sum()) < len(positive)
    auc = float(metrics.roc_auc_score(positive, chance, sample_weight=weights)) if mixed else float("nan")
    brier = float(mean((chance - positive) ** 2, weights))
    return (
        Score("accuracy", float(mean(yes == positive, weights)), "Share of rows where the model is right."),
        Score("recall", recall, "Of the true cases, the share that the model finds."),
        Score("precision", precision, "Of the cases that the model names, the share that is true."),
        Score("f1", f1, "Recall and precision in one number (harmonic mean)."),
        Score("auc", auc, "Chance that a true case gets a higher probability than another; 0.5 is guessing."),
        Score("brier", brier, "Mean squared distance of the probability from the truth; 0 is perfect."),
    )


def class_scores(said: Array, known: Ints, weights: Array | None = None) -> tuple[Score, ...]:
    """Scores of several classes, each class counting the same.

    Parameters
    ----------
    said : ndarray, shape (n_rows, n_classes)
    known : ndarray of int, shape (n_rows,)
    weights : ndarray, shape (n_rows,), optional
        Above 0; see ``core.row_weights``.
    """
    from sklearn import metrics

    chosen, present = said.argmax(axis=1), np.unique(known)
    options: dict[str, Any] = {"labels": present, "average": "macro", "zero_division": 0, "sample_weight": weights}
    areas = [
        metrics.roc_auc_score(known == at, said[:, at], sample_weight=weights)
        for at in present
        if 0 < (known == at).sum() < len(known)
    ]
    entropy = mean(-np.log(np.clip(said[np.arange(len(known)), known], np.finfo(np.float64).eps, 1)), weights)
    return (
        Score("accuracy", float(mean(chosen == known, weights)), "Share of rows where the model is right."),
        Score("recall", float(metrics.recall_score(known, chosen, **options)), "Share of each class that is found."),
        Score(
            "precision", float(metrics.precision_score(known, chosen, **options)), "Share of each answer that is true."
        ),
        Score("f1", float(metrics.f1_score(known, chosen, **options)), "Recall and precision in one number."),
        Score("auc", float(np.mean(areas)) if areas else float("nan"), "Each class against the rest; 0.5 is guessing."),
        Score("cross-entropy", float(entropy), "How surprised the model is by the truth; 0 is perfect."),
    )


def _share(part: float, whole: float) -> float:
    """A share, 0 where there is nothing to share."""
    return part / whole if whole else 0.0


def confusion(chosen: Ints, known: Ints, classes: int) -> Array:
    """Row counts, whatever the rows weigh, true class by chosen class, shape (n_classes, n_classes)."""
    counts = np.bincount(known * classes + chosen, minlength=classes * classes)
    return counts.reshape(classes, classes).astype(np.float64)


def binary_curves(chance: Array, positive: Bools, name: str, weights: Array | None = None) -> tuple[Curve, ...]:
    """ROC, precision against recall, lift and calibration; none where only one class occurs."""
    from sklearn import metrics

    if not 0 < int(positive.sum()) < len(positive):
        return ()
    false_rate, true_rate, _ = metrics.roc_curve(positive, chance, sample_weight=weights)
    precision, recall, _ = metrics.precision_recall_curve(positive, chance, sample_weight=weights)
    order = np.argsort(-chance, kind="stable")
    own = np.ones(len(order)) if weights is None else weights
    expected = _of_equals(chance, positive, own)
    heaped, found = np.cumsum(own[order]), np.cumsum((expected * own)[order])
    share, lift = heaped / heaped[-1], found / heaped / mean(positive, weights)
    said, happened = _calibration(chance, expected, weights)
    return (
        _curve("roc", "ROC", name, false_rate, true_rate, ("false alarms (share)", "cases found (share)"), True),
        _curve("precision", "Precision and recall", name, recall, precision, ("recall", "precision")),
        _curve("lift", "Lift", name, share, lift, ("share of rows, most probable first", "times better than chance")),
        _curve("calibration", "Calibration", name, said, happened, ("probability said", "share that happened"), True),
    )


def _of_equals(chance: Array, positive: Bools, weights: Array) -> Array:
    """Share of true cases among the rows of equal probability: in which order these stand in the table says nothing."""
    _, place = np.unique(chance, return_inverse=True)
    return np.asarray((np.bincount(place, positive * weights) / np.bincount(place, weights))[place])


def _calibration(chance: Array, positive: Array, weights: Array | None) -> tuple[Array, Array]:
    """Mean probability and share of true cases in bins of equal size; of equal weight, a row on an edge in both."""
    order = np.argsort(chance, kind="stable")
    if weights is not None:
        heaped = np.concatenate([[0.0], np.cumsum(weights[order])])
        edges = np.linspace(0, heaped[-1], min(BINS, len(order)) + 1)
        inside = np.minimum(heaped[1:], edges[1:, None]) - np.maximum(heaped[:-1], edges[:-1, None])
        inside = np.maximum(inside, 0.0)
        inside /= inside.sum(axis=1, keepdims=True)
        return inside @ chance[order], inside @ positive[order]
    parts = [part for part in np.array_split(order, min(BINS, len(order))) if len(part)]
    said = np.array([chance[part].mean() for part in parts])
    return said, np.array([positive[part].mean() for part in parts])


def regression_curves(said: Array, known: Array, weights: Array | None = None) -> tuple[Curve, ...]:
    """Share of rows within an error (REC curve), and the spread of the residuals."""
    residual = known - said
    (size, share, _), (signed, _, places) = (_ranked(values, weights) for values in (np.abs(residual), residual))
    zero = np.concatenate([[0.0], size]), np.concatenate([[0.0], share])
    return (
        _curve("rec", "Errors up to a size", "model", *zero, ("error up to (target units)", "share of rows")),
        _curve(
            "residuals", "Residuals", "model", signed, places, ("true value minus prediction", "share of rows below")
        ),
    )


def _ranked(values: Array, weights: Array | None) -> tuple[Array, Array, Array]:
    """Values in ascending order; the share of rows up to each, itself whole or by half."""
    if weights is None:
        steps = np.arange(len(values))
        return np.sort(values), (steps + 1) / len(values), (steps + 0.5) / len(values)
    order = np.argsort(values, kind="stable")
    heaped = np.cumsum(weights[order])
    return values[order], heaped / heaped[-1], (heaped - weights[order] / 2) / heaped[-1]


def _curve(
    picture: str, title: str, name: str, x: Array, y: Array, axes: tuple[str, str], diagonal: bool = False
) -> Curve:
    """A curve of at most ``POINTS`` points, its ends kept."""
    keep = np.unique(np.linspace(0, len(x) - 1, min(POINTS, len(x))).round().astype(np.int64))
    return Curve(picture, title, name, np.asarray(x, float)[keep], np.asarray(y, float)[keep], *axes, diagonal)
