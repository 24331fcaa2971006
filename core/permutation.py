"""Permutation importance: how much worse a model gets when a feature's values are shuffled between rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.types import Array

CELLS = 8_000_000
"""Cells of one model call at most: bounds the memory, whatever the table."""
Predict = Callable[[pd.DataFrame], Array]
Measure = Callable[[Array], Array]


@dataclass(frozen=True, slots=True, eq=False)
class Shuffled:
    """Losses with each group of features shuffled.

    Attributes
    ----------
    names : tuple of str
    rounds : ndarray, shape (n_groups, n_rounds)
        Loss of each round.
    full : float
        Loss of the untouched rows.
    baseline : float
        Mean loss when the truth itself is shuffled against the predictions: what knowing nothing costs.
    """

    names: tuple[str, ...]
    rounds: Array
    full: float
    baseline: float


def shuffle(
    predict: Predict,
    frame: pd.DataFrame,
    measure: Measure,
    groups: Mapping[str, Sequence[str]],
    *,
    rounds: int,
    seed: int,
    progress: Callable[[float], None] = lambda _done: None,
) -> Shuffled:
    """Shuffle each group of features and measure the loss.

    Columns of one group are shuffled together. All groups see the same orders in a round, so their numbers can be
    compared, and a group's number does not depend on what else was asked.

    Parameters
    ----------
    predict : callable
        Frame -> predictions, shape (n_rows, n_outputs). Called with as many rows at once as ``CELLS`` allows.
    frame : DataFrame, shape (n_rows, n_features)
    measure : callable
        Predictions of shape (n_blocks, n_rows, n_outputs) -> losses, shape (n_blocks,).
    groups : mapping of name to columns
    rounds, seed : int
    progress : callable
        Called with the fraction done.

    Returns
    -------
    Shuffled

    References
    ----------
    L. Breiman, 2001, doi:10.1023/A:1010933404324; A. Fisher, C. Rudin and F. Dominici, 2019, JMLR 20 (177).
    """
    count = len(frame)
    random = np.random.default_rng(seed)
    orders = np.stack([random.permutation(count) for _ in range(rounds)])
    said = predict(frame)
    full = float(measure(said[None])[0])
    baseline = float(np.mean([measure(said[order][None])[0] for order in orders]))
    losses = np.empty((len(groups), rounds))
    per_call = max(1, CELLS // max(1, frame.size))
    for start in range(0, rounds, per_call):
        chosen = orders[start : start + per_call]
        tiled = frame.iloc[np.tile(np.arange(count), len(chosen))].reset_index(drop=True)
        moved = chosen.ravel()
        for place, columns in enumerate(groups.values()):
            mixed = tiled.copy(deep=False)
            for column in columns:
                mixed[column] = frame[column].array.take(moved)
            blocks = predict(mixed).reshape(len(chosen), count, -1)
            losses[place, start : start + per_call] = measure(blocks)
            progress((start + (place + 1) / len(groups) * len(chosen)) / rounds)
    return Shuffled(tuple(groups), losses, full, baseline)
