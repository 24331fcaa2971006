"""Ask a model about many rows in parts, so that whoever waits knows how far it is and can leave."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from core.registry import Job, Told
from core.types import Array

PART = 5_000
"""Rows of one call: fewer cost a call more, more keep those who wait in the dark."""
PIECE = 20_000
"""The same of long work. Both are fixed: the numbers must not depend on how fast the machine is."""


def in_parts(job: Job, frame: pd.DataFrame, step: str = "predicting rows", until: float = 1.0) -> Array:
    """Predict, telling the progress before each part.

    Parameters
    ----------
    job : Job
    frame : DataFrame, shape (n_rows, n_features)
    step : str
        What is being done, in words.
    until : float
        Fraction of the whole work that is done at the end.

    Returns
    -------
    ndarray, shape (n_rows, n_outputs)
    """
    return of_frame(job.model.predict, frame, PART, job.stretch(step, share=until))


def of_frame(ask: Callable[[pd.DataFrame], Array], frame: pd.DataFrame, size: int, tell: Told) -> Array:
    """Answers about a frame, whole where it is no longer than a part; see ``by_parts``."""
    whole = len(frame) <= size
    return by_parts(
        len(frame),
        size,
        lambda low, high: ask(frame if whole else frame.iloc[low:high].reset_index(drop=True)),
        tell,
    )


def by_parts(count: int, size: int, ask: Callable[[int, int], Array], tell: Told) -> Array:
    """Answers about so many rows, asked for part by part; the fraction that is done is told before each.

    Parameters
    ----------
    count, size : int
        Rows in all, and of a part.
    ask : callable
        Takes the first row of a part and the one after its last.
    tell : callable

    Returns
    -------
    ndarray, shape (count, ...)
    """
    parts = []
    for low in range(0, max(1, count), size):
        tell(low / max(1, count))
        parts.append(ask(low, min(low + size, count)))
    return parts[0] if len(parts) == 1 else np.concatenate(parts)
