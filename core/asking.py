"""Ask a model about many rows in parts, so that whoever waits knows how far it is and can leave."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from core.registry import Job, Told
from core.types import Array

PART = 5_000
"""Rows of one call: fewer cost a call more, more keep those who wait in the dark."""
PIECE = 20_000
"""The same of long work. All are fixed: the numbers must not depend on how fast the machine is."""
FIRST, GROWTH, LONG = 100, 10, 2_000
"""Rows of the first part of a question of over ``LONG`` rows, and how many times larger each next part is until it has
its size: how long a slow model takes is known from the first, and a fast one is asked up to three times more."""


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


def of_frame(
    ask: Callable[[pd.DataFrame], Array], frame: pd.DataFrame, size: int, tell: Told, small: bool = True
) -> Array:
    """Answers about a frame, whole where it is asked in one part; see ``by_parts``."""
    return by_parts(
        len(frame),
        size,
        lambda low, high: ask(frame if high - low == len(frame) else frame.iloc[low:high].reset_index(drop=True)),
        tell,
        small,
    )


def by_parts(count: int, size: int, ask: Callable[[int, int], Array], tell: Told, small: bool = True) -> Array:
    """Answers about so many rows, asked for part by part; the fraction that is done is told before each.

    Parameters
    ----------
    count, size : int
        Rows in all, and of a part at most.
    ask : callable
        Takes the first row of a part and the one after its last.
    tell : callable
    small : bool
        As for ``spans``.

    Returns
    -------
    ndarray, shape (count, ...)
    """
    parts = []
    for low, high in spans(count, size, small):
        tell(low / max(1, count))
        parts.append(ask(low, high))
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def spans(count: int, size: int, small: bool = True, first: int = FIRST) -> Iterator[tuple[int, int]]:
    """Where each part of a question begins, and where it ends.

    Parameters
    ----------
    count, size : int
        Rows in all, and of a part at most.
    small : bool
        Whether a long question begins with small parts; False where the speed of the model is known from one before.
    first : int
        Rows of the first of those.

    Examples
    --------
    >>> list(spans(12_000, 5_000)), list(spans(900, 5_000))
    ([(0, 100), (100, 1100), (1100, 6100), (6100, 11100), (11100, 12000)], [(0, 900)])
    """
    low, part = 0, min(first, size) if small and count > LONG else size
    while not low or low < count:
        yield low, min(low + part, count)
        low, part = low + part, min(part * GROWTH, size)
