"""scikit-learn's models of models: votes, stacks, bags, one against the rest, and wrappers that change nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from core.portable import calibration, targets
from core.portable.form import Layer
from core.portable.inputs import Head, Input, Inputs, refuse
from core.portable.merge import merged
from core.portable.mixing import TWO, Convert, made, outputs, over
from core.types import Task


def averaged(heads: Sequence[Head], weights: Sequence[float], task: Task) -> Head:
    """The weighted mean of what models predict; one ensemble where all are trees."""
    shares = np.asarray(weights, dtype=np.float64) / np.sum(weights)
    found = merged(heads, shares.tolist())
    if found is not None:
        return found
    parts = [outputs(head) for head in heads]
    width = len(parts[0])
    if any(len(part) != width for part in parts):
        raise refuse("Its members give different numbers of outputs.")
    mean = np.vstack([np.eye(width) * share for share in shares])
    items = [item for part in parts for item in part]
    layers = (Layer("dense", (0,), mean),)
    if task == "regression":
        return over(items, layers, width, "identity", "target")
    return over(items, layers, width, "vote", "probability")


def _voting(model: Any, inputs: Inputs, task: Task, head: Convert) -> Head:
    """VotingClassifier by probability, VotingRegressor."""
    if getattr(model, "voting", "soft") != "soft":
        raise refuse("Its members vote by class, so it has no probabilities.")
    weights = model._weights_not_none or [1.0] * len(model.estimators_)
    return averaged([head(member, inputs, task) for member in model.estimators_], weights, task)


def _bagging(model: Any, inputs: Inputs, task: Task, head: Convert) -> Head:
    """BaggingClassifier, BaggingRegressor: every member takes columns of its own."""
    heads = []
    for member, places in zip(model.estimators_, model.estimators_features_, strict=True):
        if task != "regression" and len(member.classes_) != len(model.classes_):
            raise refuse("One of its members has not seen every class.")
        own = tuple(inputs.items[int(place)] for place in places)
        heads.append(head(member, Inputs(own, inputs.sparse), task))
    return averaged(heads, [1.0] * len(heads), task)


def _stacking(model: Any, inputs: Inputs, task: Task, head: Convert) -> Head:
    """StackingClassifier, StackingRegressor: a model of what its members say, and of the columns if they pass on."""
    items: list[Input] = []
    for member, method in zip(model.estimators_, model.stack_method_, strict=True):
        if method == "decision_function":
            items += calibration.decisions(member, inputs, task, head)
            continue
        if method == "predict" and task != "regression":
            raise refuse("A member hands on the class that it predicts, not its probability.")
        said = outputs(head(member, inputs, task))
        items += said[1:] if method == "predict_proba" and len(said) == 2 else said
    if model.passthrough:
        items += inputs.items
    return head(model.final_estimator_, Inputs(tuple(items)), task)


def _one_against_rest(model: Any, inputs: Inputs, task: Task, head: Convert) -> Head:
    """OneVsRestClassifier: a model for each class, then shares."""
    if model.multilabel_:
        raise refuse("It gives several labels at once.")
    items = [outputs(head(member, inputs, "binary"))[1] for member in model.estimators_]
    if len(items) == 1:
        return over(items, (Layer("dense", (0,), *TWO),), 2, "vote", "probability")
    return over(items, (Layer("activation", (0,), activation="unit_sum"),), len(items), "vote", "probability")


def _calibrated(model: Any, inputs: Inputs, task: Task, head: Convert) -> Head:
    """CalibratedClassifierCV: the mean over its calibrated members."""
    members = model.calibrated_classifiers_
    parts = [calibration.calibrated(member, inputs, task, head) for member in members]
    width = len(parts[0])
    mean = np.vstack([np.eye(width) / len(members)] * len(members))
    items = made([item for part in parts for item in part], (Layer("dense", (0,), mean),), width)
    return over(items, (), width, "vote", "probability")


CONVERTERS: dict[str, Callable[[Any, Inputs, Task, Convert], Head]] = {
    "VotingClassifier": _voting,
    "VotingRegressor": _voting,
    "BaggingClassifier": _bagging,
    "BaggingRegressor": _bagging,
    "StackingClassifier": _stacking,
    "StackingRegressor": _stacking,
    "OneVsRestClassifier": _one_against_rest,
    "CalibratedClassifierCV": _calibrated,
    "TransformedTargetRegressor": targets.transformed,
}
