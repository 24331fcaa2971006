"""Whether another form of a model answers as the model itself does: asked on rows, and on mixtures of rows."""

from __future__ import annotations

import numpy as np
import pandas as pd

from core.types import Array, Table

PROBES = 200
"""Rows asked, and as many mixtures."""


def probes(table: Table) -> pd.DataFrame:
    """Rows of a table, and rows whose cells are taken from different ones: what importances and profiles ask for.

    Returns
    -------
    DataFrame, shape (2 * n, n_features)
        n is ``PROBES`` at most.
    """
    frame = table.background(PROBES, 0)
    mixed = frame.copy()
    for at, name in enumerate(frame.columns):
        mixed[name] = frame[name].array.take((np.arange(len(frame)) * (at + 2) + at) % len(frame))
    return pd.concat([frame, mixed], ignore_index=True)


def gap(mine: Array, own: Array) -> float:
    """Largest difference from a model's own answers, relative to the largest of them; infinite for other shapes."""
    if mine.shape != own.shape or not np.isfinite(mine).all():
        return float("inf")
    return float(np.abs(mine - own).max(initial=0.0) / max(1e-12, float(np.abs(own).max(initial=0.0))))
