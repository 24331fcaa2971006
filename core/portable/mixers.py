"""scikit-learn's transformers that mix columns: polynomials, principal components, unit length."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.portable.form import Layer
from core.portable.inputs import Inputs, refuse
from core.portable.mixing import made
from core.types import Array

_MOST_TERMS = 5_000
_SMALL = 1e-300


def polynomial(step: Any, inputs: Inputs) -> Inputs:
    """PolynomialFeatures: products of columns, each factor picked from the columns or the number 1."""
    powers = np.asarray(step.powers_, dtype=np.int64)
    if len(powers) > _MOST_TERMS:
        raise refuse(f"PolynomialFeatures makes {len(powers):,} terms.")
    factors = [np.repeat(np.arange(len(row)), row) for row in powers]
    most = max([1, *(len(row) for row in factors)])
    one = len(inputs.items)
    padded = [(*row.tolist(), *[one] * (most - len(row))) for row in factors]
    layers = [
        Layer("pick", (0,), places=(0,)),
        Layer("scale", (1,), np.zeros(1), np.ones(1)),
        Layer("concatenate", (0, 2)),
    ]
    layers += [Layer("pick", (3,), places=tuple(row[place] for row in padded)) for place in range(most)]
    if most > 1:
        layers.append(Layer("multiply", tuple(range(4, 4 + most))))
    return Inputs(made(inputs.items, layers, len(powers)), inputs.sparse)


def components(step: Any, inputs: Inputs) -> Inputs:
    """PCA and TruncatedSVD: projections on the components."""
    axes = np.asarray(step.components_, dtype=np.float64)
    mean = getattr(step, "mean_", None)
    if getattr(step, "whiten", False):
        axes = axes / np.sqrt(np.asarray(step.explained_variance_, dtype=np.float64))[:, None]
    return _projected(inputs, axes.T, np.zeros(axes.shape[1]) if mean is None else np.asarray(mean, dtype=np.float64))


def independent(step: Any, inputs: Inputs) -> Inputs:
    """FastICA: projections on the independent components."""
    axes = np.asarray(step.components_, dtype=np.float64)
    return _projected(
        inputs, axes.T, np.asarray(step.mean_, dtype=np.float64) if step.whiten else np.zeros(len(axes.T))
    )


def _projected(inputs: Inputs, weights: Array, mean: Array) -> Inputs:
    """A matrix product of what lies around the mean."""
    return Inputs(made(inputs.items, (Layer("dense", (0,), weights, -(mean @ weights)),), weights.shape[1]))


def unit(step: Any, inputs: Inputs) -> Inputs:
    """Normalizer: each row to length one."""
    layers = {
        "l2": Layer("activation", (0,), activation="unit", numbers=(_SMALL,)),
        "l1": Layer("activation", (0,), activation="unit_sum"),
        "max": Layer("activation", (0,), activation="unit_most"),
    }
    return Inputs(made(inputs.items, (layers[step.norm],), len(inputs.items)), inputs.sparse)
