"""ONNX: an onnxruntime session with one tensor input, or one input per column."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from core.errors import ModelError
from core.models import onnx_once
from core.models.adapter import Facts
from core.models.links import two_columns
from core.models.options import Options, class_task
from core.models.rows import numbers, plain_frame
from core.types import Array, Contributions, Task

_FLOATS = {"tensor(float)": np.float32, "tensor(double)": np.float64, "tensor(float16)": np.float16}
_WHOLE = {"tensor(int64)": np.int64, "tensor(int32)": np.int32, "tensor(bool)": np.bool_, "tensor(uint8)": np.uint8}


@dataclass(frozen=True, slots=True, eq=False)
class OnnxEngine:
    """Runs a session.

    Attributes
    ----------
    session : onnxruntime.InferenceSession
    task : Task
    outputs : tuple of str
        Names of the outputs that hold the prediction: one tensor or list of maps, or one column per class.
    labels : tuple
        Keys of the maps in class order, or the names that stand for them in their own order; empty for tensors.
    by_row : bool
        True when the graph was exported for a batch of one.
    """

    session: Any
    task: Task
    outputs: tuple[str, ...]
    labels: tuple[Any, ...]
    by_row: bool

    def predict(self, rows: Any) -> Any:
        """Probabilities or target values."""
        feeds = feed(self.session, rows)
        if self.by_row:
            parts = [self._run({key: value[i : i + 1] for key, value in feeds.items()}) for i in range(len(rows))]
            values = np.concatenate(parts)
        else:
            values = self._run(feeds)
        return two_columns(values) if self.task == "binary" and values.shape[1] == 1 else values

    def margin(self, rows: Any) -> Any:
        """The target itself; only regression names a scale."""
        return self.predict(rows)

    def contributions(self, rows: Any) -> Contributions | None:
        """None: a graph attributes nothing."""
        return None

    def _run(self, feeds: dict[str, Any]) -> Array:
        """One run, shape (n, n_columns)."""
        found = self.session.run(list(self.outputs), feeds)
        if self.labels:
            keys = self.labels if set(self.labels) == set(found[0][0]) else tuple(found[0][0])
            return np.array([[row[key] for key in keys] for row in found[0]], dtype=np.float64)
        parts = [np.asarray(part, dtype=np.float64) for part in found]
        return np.column_stack([part.reshape(part.shape[0], -1) for part in parts])


def adapt(estimator: Any, options: Options) -> tuple[Facts, OnnxEngine] | None:
    """Facts and calls for an onnxruntime session; None for anything else."""
    if type(estimator).__module__.split(".")[0] != "onnxruntime" or not hasattr(estimator, "get_inputs"):
        return None
    inputs = estimator.get_inputs()
    features, named = _features(inputs, options)
    outputs, found, labels, regression = _outputs(estimator, len(features), options)
    classes = () if regression else options.name_classes("ONNX graph", found)
    task: Task = "regression" if regression else class_task(classes)
    facts = Facts(
        family="onnx",
        kind="ONNX graph",
        task=task,
        classes=classes,
        features=features,
        named=named,
        margin_scale="target" if regression else None,
    )
    by_row = any(list(item.shape[:1]) == [1] for item in inputs)
    return facts, OnnxEngine(estimator, task, outputs, labels, by_row)


def feed(session: Any, rows: Any) -> dict[str, Any]:
    """The inputs of a session for these rows.

    Raises
    ------
    ModelError
        If a column does not hold what its input takes.
    """
    inputs = session.get_inputs()
    if len(inputs) == 1:
        return {inputs[0].name: _tensor(rows, inputs[0].type)}
    frame = plain_frame(rows)
    feeds = {}
    for position, item in enumerate(inputs):
        column = _tensor(frame.iloc[:, [position]], item.type)
        feeds[item.name] = column if len(item.shape) == 2 else column[:, 0]
    return feeds


def _tensor(rows: Any, kind: str) -> Any:
    """Rows in the type of one input."""
    if kind in _FLOATS:
        return (
            numbers(rows, np.float32).astype(_FLOATS[kind]) if kind != "tensor(double)" else numbers(rows, np.float64)
        )
    if kind == "tensor(string)":
        frame = pd.DataFrame(rows)
        return frame.astype(object).where(frame.notna(), "").astype(str).to_numpy(dtype=object)
    if kind not in _WHOLE:
        raise ModelError(f"This ONNX graph takes {kind}.", hint="Export it with numbers or text as inputs.")
    values = numbers(rows, np.float64)
    if np.isnan(values).any():
        raise ModelError(
            "This ONNX graph cannot take missing values here.", "The input holds whole numbers.", "Fill the gaps first."
        )
    return values.astype(_WHOLE[kind])


def _features(inputs: Sequence[Any], options: Options) -> tuple[tuple[str, ...], bool]:
    """One input per column gives names; one tensor gives the number of columns only."""
    if len(inputs) > 1:
        wide = [
            item.name
            for item in inputs
            if len(item.shape) > 2 or (len(item.shape) == 2 and item.shape[1] not in (1, None))
        ]
        if wide:
            raise ModelError(
                "This ONNX graph mixes tensors of several columns.",
                f"Input '{wide[0]}' holds more than one.",
                "Export it with one input for all columns, or one input per column.",
            )
        return options.name_features("ONNX graph", [item.name for item in inputs], None)
    shape = inputs[0].shape
    if len(shape) != 2:
        raise ModelError(
            "This ONNX graph does not take a table.",
            f"Its input has {len(shape)} dimensions; rows and columns are two.",
            "Images and sequences cannot be explained from a table here.",
        )
    count = shape[1] if isinstance(shape[1], int) else None
    return options.name_features("ONNX graph", None, count)


def _outputs(session: Any, width: int, options: Options) -> tuple[tuple[str, ...], list[Any], tuple[Any, ...], bool]:
    """Which outputs hold the prediction, the class names, the maps' keys, and whether it is regression.

    Raises
    ------
    ModelError
        If the outputs cannot be read as probabilities or one number.
    """
    outputs = session.get_outputs()
    maps = [item for item in outputs if item.type.startswith("seq(map")]
    if maps:
        keys = _keys(session, maps[0], width, options)
        return (maps[0].name,), list(keys), keys, False
    floats = [item for item in outputs if item.type in _FLOATS]
    if not floats:
        raise ModelError(
            "This ONNX graph gives labels only.", "No output holds numbers.", "Export it with its probabilities."
        )
    labelled = len(floats) < len(outputs)
    columns, first = _columns(session, floats, width, labelled)
    if len(floats) > 1 and labelled and set(columns) == {1}:
        return tuple(item.name for item in floats), [item.name for item in floats], (), False
    chosen = int(np.argmax(columns))
    count, name = columns[chosen], floats[chosen].name
    if count == 1 and not labelled and not options.classes and options.task in (None, "regression"):
        return (name,), [], (), True
    if not labelled and count > 1 and not _probabilities(first[chosen]):
        raise ModelError(
            f"This ONNX graph gives {count} numbers a row that are no probabilities.",
            "They do not add up to 1: scores before the softmax, or several targets.",
            "Export it with the softmax inside, or one target.",
        )
    known = options.classes or tuple(str(position) for position in range(max(2, count)))
    return (name,), list(known), (), False


def _keys(session: Any, item: Any, width: int, options: Options) -> tuple[Any, ...]:
    """The keys of an output of maps, as the classifier orders them."""
    named = options.classes
    try:
        keys = tuple(onnx_once.answer(session, [item.name], zeros(session, width))[0][0])
    except ModelError:
        raise
    except Exception as error:
        if named is None or not _unknown_level(error):
            raise
        whole = item.type.startswith("seq(map(int64") and all(re.fullmatch(r"-?\d{1,19}", key) for key in named)
        return tuple(map(int, named)) if whole else named
    if named is not None and {str(key) for key in keys} == set(named):
        keys = tuple(sorted(keys, key=lambda key: named.index(str(key))))
    return keys


def _columns(session: Any, floats: Sequence[Any], width: int, labelled: bool) -> tuple[list[int], list[Any]]:
    """How many numbers a row each output gives, and its answer for zeros, if the graph can answer these."""
    try:
        first = onnx_once.answer(session, [item.name for item in floats], zeros(session, width))
    except ModelError:
        raise
    except Exception as error:
        sizes = [size for item in floats for size in item.shape[1:]]
        known = all(item.shape for item in floats) and all(isinstance(size, int) and size > 0 for size in sizes)
        columns = [math.prod(item.shape[1:]) for item in floats] if known else []
        alone = labelled or set(columns) == {1}  # else nobody sees whether they are probabilities
        if not (columns and alone and _unknown_level(error)):
            raise
        return columns, []
    return [int(np.prod(part.shape[1:], dtype=np.int64)) for part in first], first


def _unknown_level(error: Exception) -> bool:
    """True when an encoder says that it does not know the level zero: what the graph says of itself counts then."""
    return "Unknown Category" in str(error)


def _probabilities(answer: Any) -> bool:
    """True when the numbers of a row add up to 1."""
    values = np.asarray(answer, dtype=np.float64)
    return bool(np.all(values >= 0) and np.allclose(values.sum(axis=-1), 1.0, atol=1e-4))


def zeros(session: Any, width: int) -> dict[str, Any]:
    """Inputs of one row of zeros, to see the form of the answer."""
    return feed(session, pd.DataFrame(np.zeros((1, width))))
