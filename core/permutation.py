"""Permutation importance: how much worse a model gets when a feature's values are shuffled between rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from core.asking import PIECE, of_frame
from core.blocks import Ints, Moves, ask_blocks
from core.registry import Told, unheard
from core.types import Array

RANKED = 1_000_000
"""Answers whose loss is measured at once, between two signs of progress."""
Predict = Callable[[pd.DataFrame], Array]
Measure = Callable[[Array], Array]


class LookedUp(Protocol):
    """Predictions with one column shuffled, where they are known without asking the model (``core.curves``)."""

    def knows(self, feature: int) -> bool:
        """Whether it can say so of a column."""

    def own(self) -> Array:
        """Predictions of the rows as they are, shape (n_rows, n_outputs)."""

    def shuffled(self, feature: int, orders: Ints) -> Array:
        """Predictions, shape (n_orders, n_rows, n_outputs)."""


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
    progress: Told = unheard,
    looked_up: LookedUp | None = None,
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
    looked_up : LookedUp, optional
        Asked first, for groups of one column.

    Returns
    -------
    Shuffled

    References
    ----------
    L. Breiman, 2001, doi:10.1023/A:1010933404324; A. Fisher, C. Rudin and F. Dominici, 2019, JMLR 20 (177).
    """
    count = len(frame)
    random = np.random.default_rng(seed)
    start = 1 / (1 + len(groups) * rounds)  # what the rows as they are take of the whole
    # answers of one kind: a feature that is not used costs exactly nothing
    said = looked_up.own() if looked_up else of_frame(predict, frame, PIECE, lambda done: progress(start * done))
    full = float(measure(said[None])[0])
    names = list(frame.columns)
    places = [[names.index(column) for column in columns] for columns in groups.values()]
    losses = np.empty((len(groups), rounds))
    known_nothing = np.empty(rounds)
    known = [at for at, group in enumerate(places) if looked_up and len(group) == 1 and looked_up.knows(group[0])]
    asked = [at for at in range(len(places)) if at not in known]
    per_call = max(1, RANKED // max(1, count))
    progress(start)
    for turn in range(0, rounds, per_call):
        orders = np.stack([random.permutation(count) for _ in range(min(per_call, rounds - turn))])
        own = slice(turn, turn + len(orders))
        known_nothing[own] = measure(said[orders])
        told = _share(progress, start, turn / rounds, len(orders) / rounds)
        for count_known, at in enumerate(known, start=1):
            assert looked_up is not None
            losses[at, own] = measure(looked_up.shuffled(places[at][0], orders))
            told(count_known / len(places))
        if asked:
            moves: list[Moves] = [dict.fromkeys(places[at], order) for at in asked for order in orders]
            found = [measure(answers) for _, answers in ask_blocks(predict, frame, count, moves, told)]
            losses[asked, own] = np.concatenate(found).reshape(len(asked), -1)
    return Shuffled(tuple(groups), losses, full, float(known_nothing.mean()))


def _share(progress: Told, start: float, begun: float, share: float) -> Told:
    """Progress of some of the rounds as a part of all, and of what came before them."""
    return lambda done: progress(start + (1 - start) * (begun + share * done))
