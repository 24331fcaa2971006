"""Keras models that were read from a ``.keras`` file, without Keras."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from core.errors import ModelError
from core.models.adapter import Facts
from core.models.options import Options, class_task
from core.models.rows import numbers, plain_frame
from core.portable import Portable, evaluate
from core.portable.inputs import start
from core.portable.keras import KerasNetwork, convert
from core.types import Array, Contributions, Task

_BATCH = 20_000


@dataclass(frozen=True, slots=True, eq=False)
class NetworkEngine:
    """Runs the layers in numpy.

    Attributes
    ----------
    model : KerasNetwork
    task : Task
    classes : tuple of str
    """

    model: KerasNetwork
    task: Task
    classes: tuple[str, ...]

    def predict(self, rows: Any) -> Array:
        """Probabilities or target values."""
        frame = self._read(rows)
        features = [str(place) for place in range(frame.shape[1])]
        frame.columns = features
        head = convert(self.model, start(features), self.task)
        portable = Portable(
            tuple(features), head.columns, head.body, head.link, self.task, self.classes, head.margin_scale
        )
        parts = [evaluate(portable, frame.iloc[at : at + _BATCH]) for at in range(0, max(1, len(frame)), _BATCH)]
        return np.concatenate(parts)

    def _read(self, rows: Any) -> pd.DataFrame:
        """The rows as numbers, but for what is looked up; a text where a number is needed is named."""
        looked_up = {column.source for column in self.model.columns if column.op == "lookup"}
        if not looked_up:
            return pd.DataFrame(numbers(rows, np.float64))
        frame = plain_frame(pd.DataFrame(rows)).copy()
        plain = [place for place in range(frame.shape[1]) if place not in looked_up]
        found = pd.DataFrame(numbers(frame.iloc[:, plain], np.float64), index=frame.index)
        parts = {place: found.iloc[:, number] for number, place in enumerate(plain)}
        return pd.DataFrame({place: parts.get(place, frame.iloc[:, place]) for place in range(frame.shape[1])})

    def margin(self, rows: Any) -> Array:
        """The target itself; only regression names a scale."""
        return self.predict(rows)

    def contributions(self, rows: Any) -> Contributions | None:
        """None: a network attributes nothing by itself."""
        return None


def adapt(estimator: Any, options: Options) -> tuple[Facts, NetworkEngine] | None:
    """Facts and calls for a network from a file; None for anything else.

    Raises
    ------
    ModelError
        If it gives several numbers that are no probabilities.
    """
    if not isinstance(estimator, KerasNetwork):
        return None
    count, ending = estimator.network.width, estimator.ending
    binary = count == 1 and options.task != "regression" and (ending == "logistic" or options.task == "binary")
    if count > 1 and ending != "softmax":
        raise ModelError(
            f"This Keras model gives {count} numbers a row that are no probabilities.",
            f"Its last activation is {ending}: scores, several labels at once, or several targets.",
            "End it with a softmax, or train one model per target.",
        )
    found = [str(place) for place in range(2 if binary else count)] if binary or count > 1 else []
    classes = options.name_classes("Keras model", options.classes or found) if found else ()
    names = list(estimator.inputs) if estimator.inputs else None
    features, named = options.name_features("Keras model", names, estimator.width)
    facts = Facts(
        family="keras",
        kind=f"Keras {estimator.title}",
        task=class_task(classes) if classes else "regression",
        classes=classes,
        features=features,
        named=named,
        margin_scale=None if classes else "target",
        notes=(_LOGITS,) if classes and estimator.logits else (),
    )
    return facts, NetworkEngine(estimator, facts.task, classes)


_LOGITS = "The last layer gives scores; the sigmoid or softmax that its loss adds (from_logits) is added here, too."
