"""From a margin to a prediction."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.types import Array


def sigmoid(margin: Any) -> Array:
    """Probability of log-odds, without overflow at either end."""
    values = np.asarray(margin, dtype=np.float64)
    small = np.exp(-np.abs(values))
    return np.where(values >= 0, 1.0 / (1.0 + small), small / (1.0 + small))


def softmax(margin: Any) -> Array:
    """Probabilities of class scores, shape (n, n_classes)."""
    values = np.asarray(margin, dtype=np.float64)
    powers = np.exp(values - values.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def two_columns(probability: Any) -> Array:
    """[1 - p, p] of the second class's probability, shape (n, 2)."""
    values = np.asarray(probability, dtype=np.float64).reshape(-1)
    return np.column_stack([1.0 - values, values])
