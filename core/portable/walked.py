"""Through wrappers and pipelines to the estimator itself."""

from __future__ import annotations

from typing import Any

from core.portable import encoders
from core.portable.inputs import Inputs

_SEARCHES = frozenset({"GridSearchCV", "RandomizedSearchCV", "HalvingGridSearchCV", "HalvingRandomSearchCV"})
_INSIDE = {
    "FixedThresholdClassifier": "estimator_",
    "TunedThresholdClassifierCV": "estimator_",
    "FrozenEstimator": "estimator",
}
"""Wrappers whose probabilities are those of what they hold."""


def walked(estimator: Any, inputs: Inputs) -> tuple[Any, Inputs]:
    """The last estimator, and what the steps before it make of the columns.

    Raises
    ------
    NotApplicable
        If a step has no plain form; ``why`` names it.
    """
    while True:
        name = type(estimator).__name__
        if name in _SEARCHES:
            estimator = estimator.best_estimator_
        elif name in _INSIDE:
            estimator = getattr(estimator, _INSIDE[name])
        elif name == "Pipeline":
            *steps, (_, estimator) = estimator.steps
            for _, step in steps:
                inputs = encoders.apply(step, inputs)
        else:
            return estimator, inputs
