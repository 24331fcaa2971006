"""scikit-learn's multi-layer perceptrons."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.portable.form import Layer, Link, Network
from core.portable.inputs import Head, Inputs, numbers, refuse
from core.types import Scale, Task

NAMES = frozenset({"MLPClassifier", "MLPRegressor"})
_LINKS: dict[str, tuple[Link, Scale]] = {
    "identity": ("identity", "target"),
    "logistic": ("logistic", "log-odds"),
    "softmax": ("softmax", "score"),
    "exp": ("exp", "log-target"),
}
_FUNCTIONS: dict[str, dict[str, Any]] = {
    "relu": {"activation": "relu", "numbers": (0.0, 0.0)},
    "tanh": {"activation": "tanh"},
    "logistic": {"activation": "logistic"},
}


def convert(estimator: Any, inputs: Inputs, task: Task) -> Head:
    """Convert a fitted ``MLPClassifier`` or ``MLPRegressor``.

    Raises
    ------
    NotApplicable
        If it predicts several targets or labels at once.
    """
    link, scale = _LINKS[estimator.out_activation_]
    if link != "softmax" and estimator.coefs_[-1].shape[1] != 1:
        raise refuse("It predicts several targets at once.")
    layers: list[Layer] = []
    for weights, biases in zip(estimator.coefs_, estimator.intercepts_, strict=True):
        if layers and estimator.activation != "identity":
            layers.append(Layer("activation", (len(layers),), **_FUNCTIONS[estimator.activation]))
        dense = np.asarray(weights, dtype=np.float64), np.asarray(biases, dtype=np.float64)
        layers.append(Layer("dense", (len(layers),), *dense))
    return Head(numbers(inputs, len(estimator.coefs_[0])), Network(tuple(layers), len(dense[1])), link, scale)
