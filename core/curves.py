"""Answers along one feature without asking the model, where its form is known: its trees, or its network's layers."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from core import network_curves, tree_curves
from core.registry import Job
from core.results import Check
from core.types import Array


class Curves(Protocol):
    """Rows whose answers along one feature are found in the model's own form."""

    @property
    def check(self) -> Check:
        """How closely that form repeats the model."""

    def knows(self, feature: int) -> bool:
        """Whether it can say so of a feature."""

    def at(self, feature: int, cells: pd.Series) -> Array:
        """Answers of every row with other values of a feature.

        Parameters
        ----------
        feature : int
        cells : Series, shape (n_values,)
            The values, in the column's own type.

        Returns
        -------
        ndarray, shape (n_values, n_rows, n_outputs)
        """

    def shuffled(self, feature: int, orders: npt.NDArray[np.int64]) -> Array:
        """Answers with the feature's value of another row, shape (n_orders, n_rows, n_outputs).

        ``orders`` names the rows, shape (n_orders, n_rows).
        """

    def own(self) -> Array:
        """Answers of the rows as they are, shape (n_rows, n_outputs)."""


def curves(job: Job, frame: pd.DataFrame, asks: int, name: str = "") -> Curves | None:
    """Prepare rows; None where the model's form is not known, differs from the model, or is cheaper to ask.

    Parameters
    ----------
    job : Job
    frame : DataFrame, shape (n_rows, n_features)
    asks : int
        How many values each row is asked for, per feature.
    name : str
        Names the rows among those of the table, where they will be asked for again; empty: they will not.
    """
    return tree_curves.curves(job, frame, asks, name) or network_curves.curves(job, frame, asks, name)
