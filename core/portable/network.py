"""scikit-learn's multi-layer perceptrons."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.portable.form import Link, Network
from core.portable.inputs import Head, Inputs, numbers, refuse
from core.types import Scale, Task

NAMES = frozenset({"MLPClassifier", "MLPRegressor"})
_LINKS: dict[str, tuple[Link, Scale]] = {
    "identity": ("identity", "target"),
    "logistic": ("logistic", "log-odds"),
    "softmax": ("softmax", "score"),
    "exp": ("exp", "log-target"),
}


def convert(estimator: Any, inputs: Inputs, task: Task) -> Head:
    """Convert a fitted ``MLPClassifier`` or ``MLPRegressor``.

    Raises
    ------
    NotApplicable
        If it predicts several targets or labels at once.
    """
    weights = tuple(np.asarray(layer, dtype=np.float64) for layer in estimator.coefs_)
    biases = tuple(np.asarray(layer, dtype=np.float64) for layer in estimator.intercepts_)
    link, scale = _LINKS[estimator.out_activation_]
    if link != "softmax" and weights[-1].shape[1] != 1:
        raise refuse("It predicts several targets at once.")
    body = Network(weights=weights, biases=biases, activation=estimator.activation)
    return Head(numbers(inputs, len(weights[0])), body, link, scale)
