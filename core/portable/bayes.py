"""scikit-learn's classifiers by Bayes' rule with normal or counted features: sums of squares or lines, then shares."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from core.portable.form import Layer, Linear, Link, Network
from core.portable.inputs import Head, Inputs, numbers
from core.types import Array, Scale, Task

_LINKS: dict[bool, tuple[Link, Scale]] = {False: ("logistic", "log-odds"), True: ("softmax", "score")}
"""Of one sum, of several."""


def convert(estimator: Any, inputs: Inputs, task: Task) -> Head:
    """Convert a fitted classifier of ``NAMES``."""
    return _CONVERTERS[type(estimator).__name__](estimator, inputs)


def _naive(estimator: Any, inputs: Inputs) -> Head:
    """GaussianNB: the squared distance of each feature from each class's mean in standard deviations."""
    means, spread = np.asarray(estimator.theta_, np.float64), np.sqrt(np.asarray(estimator.var_, np.float64))
    classes, width = means.shape
    layers = (
        Layer("pick", (0,), places=tuple(range(width)) * classes),
        Layer("scale", (1,), (1 / spread).ravel(), (-means / spread).ravel()),
    )
    base = np.log(estimator.class_prior_) - np.log(np.sqrt(2 * np.pi) * spread).sum(axis=1)
    return _of_squares(inputs, layers, classes, width, base)


def _quadratic(estimator: Any, inputs: Inputs) -> Head:
    """QuadraticDiscriminantAnalysis: the same along each class's own axes."""
    means = np.asarray(estimator.means_, np.float64)
    turned = [
        np.asarray(turn, np.float64) * np.asarray(size, np.float64) ** -0.5
        for turn, size in zip(estimator.rotations_, estimator.scalings_, strict=True)
    ]
    axes = max(turn.shape[1] for turn in turned)  # a class may have fewer rows than columns, and so fewer axes
    turned = [np.pad(turn, ((0, 0), (0, axes - turn.shape[1]))) for turn in turned]
    moved = np.concatenate([-mean @ turn for mean, turn in zip(means, turned, strict=True)])
    base = np.log(estimator.priors_) - 0.5 * np.array([np.log(size).sum() for size in estimator.scalings_])
    return _of_squares(inputs, (Layer("dense", (0,), np.hstack(turned), moved),), len(means), axes, base)


def _of_squares(inputs: Inputs, layers: tuple[Layer, ...], classes: int, width: int, base: Array) -> Head:
    """Half the squares of each class's numbers, taken from its base; then shares."""
    halves, base = _apart(np.kron(np.eye(classes), np.full((width, 1), -0.5)), base)
    last = len(layers)
    more = Layer("activation", (last,), activation="square"), Layer("dense", (last + 1,), halves, base)
    return Head(numbers(inputs), Network((*layers, *more), len(base)), *_LINKS[len(base) > 1])


def _apart(weights: Array, base: Any) -> tuple[Array, Array]:
    """Of two classes the second's sum less the first's, which are log-odds."""
    sums = np.asarray(base, np.float64)
    if len(sums) != 2:
        return weights, sums
    return weights[:, 1:] - weights[:, :1], sums[1:] - sums[:1]


def _counted(estimator: Any, inputs: Inputs) -> Head:
    """MultinomialNB: a line for each class."""
    logs = np.asarray(estimator.feature_log_prob_, np.float64).T
    weights, base = _apart(logs, estimator.class_log_prior_)
    return Head(numbers(inputs, len(weights)), Linear(weights, base), *_LINKS[len(base) > 1])


_CONVERTERS: dict[str, Callable[[Any, Inputs], Head]] = {
    "GaussianNB": _naive,
    "MultinomialNB": _counted,
    "QuadraticDiscriminantAnalysis": _quadratic,
}
NAMES = frozenset(_CONVERTERS)
