"""Regressors whose target was transformed: the answer is turned back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from core.portable.form import Curve, Layer, Trees
from core.portable.inputs import Head, Inputs, refuse
from core.portable.merge import scaled
from core.portable.mixing import Convert, outputs, over
from core.portable.shapes import WITHIN, called
from core.types import Task


def transformed(model: Any, inputs: Inputs, task: Task, head: Convert) -> Head:
    """TransformedTargetRegressor: its regressor, then the inverse of its transformer.

    Raises
    ------
    NotApplicable
        If the inverse is a function that is not known here.
    """
    inner = head(model.regressor_, inputs, task)
    steps = _undone(model.transformer_)
    straight = all(step.op == "scale" for step in steps)
    if straight and inner.link == "identity" and isinstance(inner.body, Trees):
        body = inner.body
        for step in steps:
            body = scaled(body, 1.0 if step.weights is None else step.weights[0], _number(step.biases))
        return replace(inner, body=body)
    layers = [replace(step, inputs=(place,)) for place, step in enumerate(steps)]
    return over(outputs(inner), layers, 1, "identity", "target")


def _number(values: Any) -> float:
    """The only number, 0 without."""
    return 0.0 if values is None else float(values[0])


def _undone(step: Any) -> list[Layer]:
    """The inverse of a fitted transformer of one column, step by step."""
    name = type(step).__name__
    if name == "Pipeline":
        return [layer for _, part in reversed(step.steps) for layer in _undone(part)]
    if name == "FunctionTransformer":
        if step.inv_kw_args:
            raise refuse("The target is turned back by a function with settings.")
        function = called(step.inverse_func)
        return [] if function is None else [Layer("activation", (0,), activation=function)]
    known = _KNOWN.get(name)
    if known is None:
        raise refuse(f"The target was transformed by {name}, which has no plain inverse.")
    return known(step)


def _line(factor: Any, offset: Any) -> list[Layer]:
    """Times a factor, plus an offset."""
    weights = None if factor is None else np.asarray(factor, dtype=np.float64).reshape(1)
    biases = None if offset is None else np.asarray(offset, dtype=np.float64).reshape(1)
    return [Layer("scale", (0,), weights, biases)]


def _power(step: Any) -> list[Layer]:
    """PowerTransformer."""
    kind: Curve = "undo_box_cox" if step.method == "box-cox" else "undo_yeo_johnson"
    start = _line(step._scaler.scale_, step._scaler.mean_) if step.standardize else []
    return [*start, Layer("activation", (0,), activation=kind, numbers=(float(step.lambdas_[0]),))]


def _quantile(step: Any) -> list[Layer]:
    """QuantileTransformer: the training value below which that share lies."""
    heights, shares = (
        np.asarray(step.quantiles_[:, 0], dtype=np.float64),
        np.asarray(step.references_, dtype=np.float64),
    )
    if step.output_distribution == "uniform":
        return [Layer("interpolate", (0,), np.array([shares, heights]))]
    ends = np.array([WITHIN, 1 - WITHIN])
    inner = np.interp(ends, shares, heights)
    low, high = [ends[0], ends[0]], [ends[1], ends[1]]  # at a tolerance from both ends the value jumps to the end's
    line = np.array([[*low, *shares[1:-1], *high], [heights[0], inner[0], *heights[1:-1], inner[1], heights[-1]]])
    return [Layer("activation", (0,), activation="normal_chance"), Layer("interpolate", (0,), line)]


_KNOWN = {
    "StandardScaler": lambda step: _line(step.scale_, step.mean_),
    "MinMaxScaler": lambda step: _line(1.0 / step.scale_, -step.min_ / step.scale_),
    "RobustScaler": lambda step: _line(step.scale_, step.center_),
    "MaxAbsScaler": lambda step: _line(step.scale_, None),
    "PowerTransformer": _power,
    "QuantileTransformer": _quantile,
}
