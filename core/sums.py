"""Whether parts add up to what they are said to be parts of: of a row's groups of features, of many rows' features."""

from __future__ import annotations

import numpy as np

from core.results import Check
from core.types import Array

CLOSE = 1e-6
"""Relative gap up to which parts add up."""
EXACT = 1e-9
"""The same where every set of features was asked for."""
ROUNDING = 1e-13
"""Share of the outputs themselves that their differences may be off by."""


def of_groups(base: float, values: Array, output: float) -> Check:
    """Check that a baseline and the groups' shares make the output.

    Parameters
    ----------
    base, output : float
    values : ndarray, shape (n_groups,)
    """
    gap = abs(base + float(values.sum()) - output)
    size = max(abs(base), abs(output), float(np.abs(values).sum()), 1e-12)
    if gap <= CLOSE * size:
        text = f"The groups add up to the prediction minus the baseline (difference {gap:.1g})."
        return Check("additivity", True, gap, text)
    text = f"The groups miss the prediction minus the baseline by {gap:.3g}: read them as approximate."
    return Check("additivity", False, gap, text)


def of_rows(base: Array, values: Array, outputs: Array) -> Check:
    """Check that each row's baseline and values make its output.

    Parameters
    ----------
    base, outputs : ndarray, shape (n,)
    values : ndarray, shape (n, p)
    """
    gap = float(np.abs(base + values.sum(axis=1) - outputs).max(initial=0.0))
    largest = float(np.abs(values).sum(axis=1).max(initial=0.0))
    size = max(1e-12, float(np.abs(outputs).max(initial=0.0)), largest)
    if gap <= CLOSE * size:
        return Check("additivity", True, gap, f"Every row adds up to its output (worst gap {gap:.1g}).")
    return Check("additivity", False, gap, f"Rows miss their output by up to {gap:.3g}: read as approximate.")


def of_cells(values: Array, total: float, level: float = 0.0) -> Check:
    """Check that all cells of a square together are the prediction minus the baseline.

    Parameters
    ----------
    values : ndarray, shape (p, p)
    total : float
    level : float
        Size of the outputs that the cells are differences of: these are no finer than its last digits.
    """
    gap = abs(float(values.sum()) - total)
    if gap <= EXACT * float(np.abs(values).sum()) + ROUNDING * level:
        return Check("additivity", True, gap, f"All cells add up to the prediction (difference {gap:.1g}).")
    return Check("additivity", False, gap, f"The cells miss the prediction by {gap:.3g}: read them as approximate.")
