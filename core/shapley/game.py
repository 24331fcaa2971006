"""The game that a model, an instance and a background define, asked in large batches.

``v(S)`` is the mean output over the background when the features in S take the instance's values. Every algorithm
here first writes down which cells it needs, then the model is called once, on distinct rows only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.asking import PIECE, of_frame
from core.blocks import uniform
from core.registry import Told
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
    codes : ndarray of int, shape (1 + n_background, n_features), or None
        Equal cells of a column have equal codes; None where mixtures are hardly ever equal.
    cells : ndarray, shape (1 + n_background, n_features), or None
        The pool as one array, where its columns have one numpy type.
    """

    of: Callable[[pd.DataFrame], Array]
    pool: pd.DataFrame
    codes: Ints | None
    cells: npt.NDArray[Any] | None

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
        if self.codes is None:
            return np.concatenate(
                [self.of(self._frame(sources[at : at + self.step])) for at in range(0, len(sources), self.step)]
            )
        first, inverse = self._distinct(sources, self.codes)
        wanted = sources[first]
        outputs = [self.of(self._frame(wanted[at : at + self.step])) for at in range(0, len(wanted), self.step)]
        return np.concatenate(outputs)[inverse]

    def ask_coalitions(self, masks: npt.NDArray[np.bool_]) -> Array:
        """Evaluate coalitions against every background row, shape (n_coalitions, n_background)."""
        if self.codes is None and self.cells is not None:
            wide = np.tile(masks, (1, self.background))  # long runs: a third faster than by background row
            mixed = np.where(wide, np.tile(self.cells[0], self.background), self.cells[1:].ravel())
            frame = pd.DataFrame(mixed.reshape(-1, self.players), columns=self.pool.columns, copy=False)
            return self.of(frame).reshape(len(masks), self.background)
        rows = np.arange(1, self.background + 1)
        sources = np.where(masks[:, None, :], 0, rows[None, :, None]).reshape(-1, self.players)
        return self.ask(sources).reshape(len(masks), self.background)

    def _distinct(self, sources: Ints, codes: Ints) -> tuple[Ints, Ints]:
        """Positions of the first of each distinct row, and each row's distinct number."""
        key = np.zeros(len(sources), dtype=np.int64)
        size = 1
        for column in range(self.players):
            count = int(codes[:, column].max()) + 1
            if size * count >= 2**62:
                key, levels = pd.factorize(key)
                size = len(levels)
            key = key * count + codes[sources[:, column], column]
            size *= count
        inverse, levels = pd.factorize(key)
        first = np.empty(len(levels), dtype=np.int64)
        first[inverse[::-1]] = np.arange(len(key))[::-1]
        return first, inverse.astype(np.int64)

    def _frame(self, sources: Ints) -> pd.DataFrame:
        """Hybrid rows as a frame with the table's dtypes."""
        if self.cells is not None:
            cells = self.cells[sources, np.arange(self.players)]
            return pd.DataFrame(cells, columns=self.pool.columns, copy=False)
        columns = [self.pool.iloc[:, at].array.take(sources[:, at]) for at in range(self.players)]
        frame = pd.DataFrame(dict(enumerate(columns)))
        frame.columns = self.pool.columns
        return frame


@dataclass(frozen=True, slots=True, eq=False)
class Shared:
    """The Shapley values of a game.

    Attributes
    ----------
    values, errors : ndarray, shape (n_features,)
        And their standard errors; 0 where they are exact.
    base, output : float
        Worth of no feature and of all.
    """

    values: Array
    errors: Array
    base: float
    output: float


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
    cells = pool.to_numpy() if uniform(pool) else None
    if cells is not None and not _few(cells):
        return Game(of, pool, None, cells)
    found = [pd.factorize(pool.iloc[:, at], use_na_sentinel=False)[0] for at in range(pool.shape[1])]
    codes = np.stack(found, axis=1).astype(np.int64)
    return Game(of, pool, codes if bool((codes.max(axis=0) + 1 < FEW * len(codes)).any()) else None, cells)


def _few(cells: npt.NDArray[Any]) -> bool:
    """Whether mixtures are likely to be equal: some column has few different cells."""
    ordered = np.sort(cells, axis=0)
    different = 1 + (ordered[1:] != ordered[:-1]).sum(axis=0)
    return bool((different < FEW * len(cells)).any())


def coalition_values(played: Game, masks: npt.NDArray[np.bool_], progress: Told | None = None) -> Array:
    """Value of coalitions, averaged over the background.

    Parameters
    ----------
    played : Game
    masks : ndarray of bool, shape (n_coalitions, n_features)
        True where the instance's value is used.
    progress : callable, optional
        Called with the fraction done, before each ``PIECE`` rows that the model answers and after the last.

    Returns
    -------
    ndarray, shape (n_coalitions,)
    """
    per_call = max(1, played.step // played.background)
    calls = -(-len(masks) // per_call)
    asked = played if progress is None else replace(played, of=told(played.of, progress, calls))
    parts = [asked.ask_coalitions(masks[at : at + per_call]).mean(axis=1) for at in range(0, len(masks), per_call)]
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def told(of: Callable[[pd.DataFrame], Array], progress: Told, calls: int) -> Callable[[pd.DataFrame], Array]:
    """The same answers, asked for in pieces, with the fraction of so many calls told after each piece."""
    done = 0

    def asked(frame: pd.DataFrame) -> Array:
        nonlocal done
        found = of_frame(of, frame, PIECE, lambda part: progress(min(1.0, (done + part) / calls)), small=not done)
        done += 1
        progress(min(1.0, done / calls))
        return found

    return asked
