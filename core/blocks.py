"""The same rows many times over, some columns changed each time: what importances and profiles ask a model.

Writing the rows down must cost little beside the model's answer. Columns of one numpy type are one array, filled
without a copy per column; other columns are taken from their own arrays, so that every type is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.asking import PIECE, of_frame
from core.registry import Told, unheard
from core.types import Array

Ints = npt.NDArray[np.int64]
Moves = Mapping[int, Ints]
"""Column position -> row of the pool that each cell is taken from, shape (n_rows,), or one row for all, shape (1,)."""
CELLS = 4_000_000
"""Cells of one model call at most: bounds the memory (32 MB of float64), whatever the table."""


def blocks(pool: pd.DataFrame, own: slice, moves: Sequence[Moves]) -> pd.DataFrame:
    """Write some rows of a pool down once for each entry of ``moves``.

    Parameters
    ----------
    pool : DataFrame, shape (n_pool, n_features)
        The rows themselves first; further cells to take from may follow.
    own : slice
        The rows written down: ``slice(low, high)``.
    moves : sequence of mappings
        What differs in each block.

    Returns
    -------
    DataFrame, shape (len(moves) * n_rows, n_features)
        Types kept; block after block.

    Examples
    --------
    >>> pool = pd.DataFrame({"a": [1.0, 2.0, 9.0], "b": [5.0, 6.0, 0.0]})
    >>> blocks(pool, slice(0, 2), [{}, {0: np.array([2])}]).to_numpy().tolist()
    [[1.0, 5.0], [2.0, 6.0], [9.0, 5.0], [9.0, 6.0]]
    """
    if uniform(pool):
        cells = pool.to_numpy()
        filled = np.empty((len(moves), own.stop - own.start, cells.shape[1]), dtype=cells.dtype)
        filled[:] = cells[own]
        for block, changes in zip(filled, moves, strict=True):
            for column, taken in changes.items():
                block[:, column] = cells[taken, column]
        return pd.DataFrame(filled.reshape(-1, cells.shape[1]), columns=pool.columns, copy=False)
    here = np.arange(own.start, own.stop)
    columns = {}
    for column in range(pool.shape[1]):
        taken = np.concatenate([np.broadcast_to(changes.get(column, here), here.shape) for changes in moves])
        columns[column] = pool.iloc[:, column].array.take(taken)
    frame = pd.DataFrame(columns, copy=False)
    frame.columns = pool.columns
    return frame


def uniform(frame: pd.DataFrame) -> bool:
    """Whether all columns have one numpy type, numbers or flags."""
    types = set(frame.dtypes)
    return len(types) == 1 and isinstance(kind := types.pop(), np.dtype) and kind.kind in "fiub"


def ask_blocks(
    predict: Callable[[pd.DataFrame], Array],
    pool: pd.DataFrame,
    rows: int,
    moves: Sequence[Moves],
    progress: Told = unheard,
) -> Iterator[tuple[slice, Array]]:
    """Ask a model about many blocks, in as few calls as ``CELLS`` allows.

    Parameters
    ----------
    predict : callable
        Frame -> answers, shape (n_rows,) or (n_rows, n_outputs).
    pool : DataFrame
    rows : int
        The first rows of the pool are the rows.
    moves
        As for ``blocks``; a block that is too large for one call is asked in parts.
    progress : callable
        Called with the fraction done, before and after every ``PIECE`` rows.

    Yields
    ------
    chosen : slice
        Which blocks.
    answers : ndarray, shape (n_chosen, rows) or (n_chosen, rows, n_outputs)
    """
    width = max(1, pool.shape[1])
    at_once = max(1, CELLS // (width * max(1, rows)))
    step = max(1, min(rows, CELLS // width))
    for start in range(0, len(moves), at_once):
        chosen = slice(start, min(len(moves), start + at_once))
        parts = []
        for low in range(0, rows, step):
            own = slice(low, min(rows, low + step))
            here = moves[chosen] if step == rows else [_within(changes, own) for changes in moves[chosen]]
            begun, ended = ((start + len(here) * edge / rows) / len(moves) for edge in (low, own.stop))
            told = _between(progress, begun, ended)
            answers = of_frame(predict, blocks(pool, own, here), PIECE, told, small=begun == 0)
            parts.append(answers.reshape(len(here), own.stop - low, *answers.shape[1:]))
            progress(ended)
        yield chosen, parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)


def _between(progress: Told, begun: float, ended: float) -> Told:
    """The progress of one question as a part of the whole."""
    return lambda done: progress(begun + (ended - begun) * done)


def _within(changes: Moves, own: slice) -> Moves:
    """The changes of some of the rows."""
    return {column: taken if len(taken) == 1 else taken[own] for column, taken in changes.items()}
