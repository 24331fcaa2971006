"""Keras: Sequential and functional models over one table of numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from core.errors import ModelError
from core.models.adapter import Facts
from core.models.links import two_columns
from core.models.options import Options, class_task
from core.models.rows import numbers
from core.types import Contributions, Task

_BATCH = 8_192


@dataclass(frozen=True, slots=True, eq=False)
class KerasEngine:
    """Calls a Keras model.

    Attributes
    ----------
    model : keras.Model
    task : Task
    """

    model: Any
    task: Task

    def predict(self, rows: Any) -> Any:
        """Probabilities or target values; in plain calls, as ``Model.predict`` takes 30 ms to start."""
        matrix = numbers(rows, np.float32)
        parts = [
            _array(self.model(matrix[start : start + _BATCH], training=False))
            for start in range(0, max(1, len(matrix)), _BATCH)
        ]
        values = np.concatenate(parts).astype(np.float64)
        return two_columns(values) if self.task == "binary" and values.shape[1] == 1 else values

    def margin(self, rows: Any) -> Any:
        """The target itself; only regression names a scale."""
        return self.predict(rows)

    def contributions(self, rows: Any) -> Contributions | None:
        """None: a network attributes nothing by itself."""
        return None


def adapt(estimator: Any, options: Options) -> tuple[Facts, KerasEngine] | None:
    """Facts and calls for a Keras model; None for anything else.

    Raises
    ------
    ModelError
        If it does not take one table or gives several numbers that are no probabilities.
    """
    roots = {cls.__module__.split(".")[0] for cls in type(estimator).__mro__}
    if not roots & {"keras", "tf_keras", "tensorflow"} or not hasattr(estimator, "layers"):
        return None
    inputs, outputs = estimator.input_shape, estimator.output_shape
    if isinstance(inputs, list | dict) or len(inputs) != 2 or isinstance(outputs, list | dict) or len(outputs) != 2:
        raise ModelError(
            "This Keras model does not map one table to one prediction.",
            f"Its input has the shape {inputs}, its output {outputs}.",
            "Models with rows and columns as input can be explained.",
        )
    activation = _activation(estimator.layers[-1])
    count = int(outputs[1])
    if count > 1 and activation != "softmax":
        raise ModelError(
            f"This Keras model gives {count} numbers a row that are no probabilities.",
            f"Its last activation is {activation or 'none'}: scores, or several targets.",
            "End it with a softmax, or train one model per target.",
        )
    binary = count == 1 and (activation == "sigmoid" or bool(options.classes) or options.task == "binary")
    found = [str(position) for position in range(2 if binary else count)] if binary or count > 1 else []
    classes = options.name_classes("Keras model", options.classes or found) if found else ()
    features, named = options.name_features("Keras model", None, inputs[1])
    facts = Facts(
        family="keras",
        kind=f"Keras {type(estimator).__name__}",
        task=class_task(classes) if classes else "regression",
        classes=classes,
        features=features,
        named=named,
        margin_scale=None if classes else "target",
    )
    return facts, KerasEngine(estimator, facts.task)


def _activation(layer: Any) -> str:
    """The name of a layer's activation."""
    if type(layer).__name__ == "Softmax":
        return "softmax"
    return str(getattr(getattr(layer, "activation", None), "__name__", ""))


def _array(values: Any) -> Any:
    """A backend's tensor as an array."""
    if hasattr(values, "detach"):
        values = values.detach().cpu()
    return np.asarray(values)
