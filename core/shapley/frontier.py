"""Exact interventional Shapley values of deep trees, where tables would not fit: one walk for the whole background.

An instance walks down every tree and takes both branches where background rows may disagree with it; with each place
goes the set of background rows (as bits) that pass every player that the instance fails. A branch whose set is empty
is left. At a leaf each row of the set gives its share by how many players only the instance (u) and only the row (v)
passes: the same game as in ``interventional``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.portable import Trees
from core.shapley.conditions import conditions, place_of
from core.shapley.interventional import share_by_counts
from core.shapley.paths import Paths
from core.shapley.questions import Questions, questions
from core.types import Array

Ints = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]
MOST_PLAYERS = 32
"""Players on the way to a leaf: their pattern is kept in 32 bits."""


@dataclass(frozen=True, slots=True, eq=False)
class Front:
    """Places in the trees that instances have come to.

    Attributes
    ----------
    row, node : ndarray of int, shape (n,)
    alive : ndarray of uint64, shape (n, words)
        Background rows that may still come along.
    failed : ndarray of uint32, shape (n,)
        Slots of the players on the way that the instance fails.
    """

    row: Ints
    node: Ints
    alive: Words
    failed: npt.NDArray[np.uint32]
