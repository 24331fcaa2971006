"""The game that a model, an instance and a background define, asked in large batches.

``v(S)`` is the mean output over the background when the features in S take the instance's values. Every algorithm
here first writes down which cells it needs, then the model is called once, on distinct rows only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.types import Array

Ints = npt.NDArray[np.int64]
CELLS = 4_000_000
"""Cells of one model call at most: bounds the memory (32 MB of float64)."""

FEW = 0.9
"""Share of different cells in a column below which equal mixtures are looked for; finding them costs 5 ms a 100,000."""


@dataclass(frozen=True, slots=True, eq=False)
class Game:
    """One instance against a background.

    Attributes
    ----------
    of : callable
        Frame -> the explained output, shape (n_rows,).
    pool : DataFrame, shape (1 + n_background, n_features)
        The instance first, then the background; dtypes of the table.
    codes : ndarray of int, shape (1 + n_background, n_features)
        Equal cells of a column have equal codes.
    """

    of: Callable[[pd.DataFrame], Array]
    pool: pd.DataFrame
    codes: Ints

    @property
    def players(self) -> int:
        """How many features."""
        return int(self.pool.shape[1])

    @property
    def background(self) -> int:
        """How many background rows."""
        return len(self.pool) - 1

    @property
    def step(self) -> int:
        """Rows to write down at a time."""
        return max(1, CELLS // max(1, self.players))

    def ask(self, sources: Ints) -> Array:
        """Evaluate hybrid rows.

        Parameters
        ----------
        sources : ndarray of int, shape (n_rows, n_features)
            Row of ``pool`` that each cell is taken from.

        Returns
        -------
        ndarray, shape (n_rows,)
        """
        if not self._repeats():
            return np.concatenate(
                [self.of(self._frame(sources[at : at + self.step])) for at in range(0, len(sources), self.step)]
            )
        first, inverse = self._distinct(sources)
        wanted = sources[first]
        outputs = [self.of(self._frame(wanted[at : at + self.step])) for at in range(0, len(wanted), self.step)]
        return np.concatenate(outputs)[inverse]

    def _repeats(self) -> bool:
        """Whether mixtures are likely to be equal: some column has few different cells."""
        return bool((self.codes.max(axis=0) + 1 < FEW * len(self.codes)).any())

    def _distinct(self, sources: Ints) -> tuple[Ints, Ints]:
        """Positions of the first of each distinct row, and each row's distinct number."""
        key = np.zeros(len(sources), dtype=np.int64)
        size = 1
        for column in range(self.players):
            count = int(self.codes[:, column].max()) + 1
            if size * count >= 2**62:
                key, levels = pd.factorize(key)
                size = len(levels)
            key = key * count + self.codes[sources[:, column], column]
            size *= count
        inverse, levels = pd.factorize(key)
        first = np.empty(len(levels), dtype=np.int64)
        first[inverse[::-1]] = np.arange(len(key))[::-1]
        return first, inverse.astype(np.int64)

    def _frame(self, sources: Ints) -> pd.DataFrame:
        """Hybrid rows as a frame with the table's dtypes."""
        if isinstance(self.pool.dtypes.iloc[0], np.dtype) and self.pool.dtypes.nunique() == 1:
            cells = self.pool.to_numpy()[sources, np.arange(self.players)]
            return pd.DataFrame(cells, columns=self.pool.columns)
        columns = [self.pool.iloc[:, at].array.take(sources[:, at]) for at in range(self.players)]
        frame = pd.DataFrame(dict(enumerate(columns)))
        frame.columns = self.pool.columns
        return frame


def game(of: Callable[[pd.DataFrame], Array], instance: pd.DataFrame, background: pd.DataFrame) -> Game:
    """Set up the game of one instance.

    Parameters
    ----------
    of : callable
    instance : DataFrame, shape (1, n_features)
    background : DataFrame, shape (n_background, n_features)
        Same columns and dtypes.
    """
    pool = pd.concat([instance, background], ignore_index=True)
    codes = [pd.factorize(pool.iloc[:, at], use_na_sentinel=False)[0] for at in range(pool.shape[1])]
    return Game(of, pool, np.stack(codes, axis=1).astype(np.int64))


def coalition_values(played: Game, masks: npt.NDArray[np.bool_]) -> Array:
    """Value of coalitions, averaged over the background.

    Parameters
    ----------
    played : Game
    masks : ndarray of bool, shape (n_coalitions, n_features)
        True where the instance's value is used.

    Returns
    -------
    ndarray, shape (n_coalitions,)
    """
    rows = np.arange(1, played.background + 1)
    per_call = max(1, played.step // played.background)
    parts = []
    for at in range(0, len(masks), per_call):
        chosen = masks[at : at + per_call, None, :]
        sources = np.where(chosen, 0, rows[None, :, None]).reshape(-1, played.players)
        parts.append(played.ask(sources).reshape(-1, played.background).mean(axis=1))
    return np.concatenate(parts)
