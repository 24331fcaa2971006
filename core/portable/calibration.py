"""Calibrated classifiers of scikit-learn, and the decision scores that they and stacks take."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.portable import linear
from core.portable.form import Layer
from core.portable.inputs import Input, Inputs, refuse
from core.portable.mixing import TWO, Convert, made, on_mixed, outputs, sums
from core.portable.walked import walked
from core.types import Task

_BOOSTED = frozenset({"GradientBoostingClassifier", "HistGradientBoostingClassifier"})
_LEAST = 1e-12
"""What scikit-learn adds to a probability before its logarithm."""


def decisions(estimator: Any, inputs: Inputs, task: Task, head: Convert) -> tuple[Input, ...]:
    """What ``decision_function`` gives: one number for two classes, else one per class."""
    last, given = walked(estimator, inputs)
    name = type(last).__name__
    if name in linear.DECIDERS:
        return sums(on_mixed(lambda own: linear.decision(last, own), given))
    if name not in _BOOSTED or getattr(last, "loss", "") == "exponential":
        raise refuse(f"The decision scores of {name} have no plain form.")
    return sums(head(last, given, task))


def calibrated(member: Any, inputs: Inputs, task: Task, head: Convert) -> tuple[Input, ...]:
    """A probability per class of one member of a CalibratedClassifierCV."""
    if len(member.estimator.classes_) != len(member.classes):
        raise refuse("One of its members has not seen every class.")
    decides = hasattr(member.estimator, "decision_function")
    given = (decisions if decides else _chances)(member.estimator, inputs, task, head)
    if member.method == "temperature":
        return _cooled(float(member.calibrators[0].beta_), given, decides)
    items = given[1:] if not decides and len(given) == 2 else given
    found = [_curve(calibrator, item) for calibrator, item in zip(member.calibrators, items, strict=True)]
    if len(member.classes) == 2:
        return made(found, (Layer("dense", (0,), *TWO),), 2)
    return made(found, (Layer("activation", (0,), activation="share"),), len(found))


def _chances(estimator: Any, inputs: Inputs, task: Task, head: Convert) -> tuple[Input, ...]:
    """What ``predict_proba`` gives."""
    return outputs(head(estimator, inputs, task))


def _curve(calibrator: Any, item: Input) -> Input:
    """One score as a probability: by Platt's sigmoid or by isotonic regression."""
    if type(calibrator).__name__ == "_SigmoidCalibration":
        line = np.array([[-float(calibrator.a_)]]), np.array([-float(calibrator.b_)])
        return made([item], (Layer("dense", (0,), *line), Layer("activation", (1,), activation="logistic")), 1)[0]
    if type(calibrator).__name__ != "IsotonicRegression" or calibrator.out_of_bounds != "clip":
        raise refuse(f"It is calibrated by {type(calibrator).__name__}.")
    steps = np.array([calibrator.X_thresholds_, calibrator.y_thresholds_], dtype=np.float64)
    return made([item], (Layer("interpolate", (0,), steps),), 1)[0]


def _cooled(factor: float, given: tuple[Input, ...], decides: bool) -> tuple[Input, ...]:
    """Temperature scaling: the softmax of scores times a factor."""
    width = max(2, len(given))
    if len(given) == 1:
        layers = [Layer("dense", (0,), np.array([[-factor, factor]]))]
    elif decides:
        layers = [Layer("scale", (0,), np.full(width, factor))]
    else:
        logarithm = Layer("activation", (1,), activation="log")
        layers = [
            Layer("scale", (0,), None, np.full(width, _LEAST)),
            logarithm,
            Layer("scale", (2,), np.full(width, factor)),
        ]
    return made(given, (*layers, Layer("activation", (len(layers),), activation="softmax")), width)
