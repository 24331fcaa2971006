"""Ask a model about many rows in parts, so that whoever waits knows how far it is and can leave."""

from __future__ import annotations

import numpy as np
import pandas as pd

from core.registry import Job
from core.types import Array

PART = 5_000
"""Rows of one call: fewer cost a call more, more keep those who wait in the dark."""


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
    parts = []
    for low in range(0, max(1, len(frame)), PART):
        job.progress(until * low / max(1, len(frame)), step)
        own = frame if len(frame) <= PART else frame.iloc[low : low + PART].reset_index(drop=True)
        parts.append(job.model.predict(own))
    return parts[0] if len(parts) == 1 else np.concatenate(parts)
