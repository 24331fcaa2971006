"""Permutation importance: how much worse a model gets when a feature's values are shuffled between rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.blocks import CELLS, Moves, ask_blocks
from core.types import Array

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
    said = predict(frame)
    full = float(measure(said[None])[0])
    names = list(frame.columns)
    places = [[names.index(column) for column in columns] for columns in groups.values()]
    losses = np.empty((len(groups), rounds))
    known_nothing = np.empty(rounds)
    per_call = max(1, CELLS // max(1, frame.size * len(groups)))
    for start in range(0, rounds, per_call):
        orders = [random.permutation(count) for _ in range(min(per_call, rounds - start))]
        known_nothing[start : start + per_call] = [measure(said[order][None])[0] for order in orders]
        moves: list[Moves] = [dict.fromkeys(group, order) for group in places for order in orders]
        told = _share(progress, start, len(orders), rounds)
        found = [measure(answers) for _, answers in ask_blocks(predict, frame, count, moves, told)]
        losses[:, start : start + per_call] = np.concatenate(found).reshape(len(groups), -1)
    return Shuffled(tuple(groups), losses, full, float(known_nothing.mean()))


def _share(progress: Callable[[float], None], start: int, now: int, rounds: int) -> Callable[[float], None]:
    """Progress of some of the rounds as a part of all."""
    return lambda done: progress((start + now * done) / rounds)
