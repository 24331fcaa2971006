"""The portable form of a model asked about coded rows directly: no frame, no pipeline, no library call.

Used to search; what is proposed in the end is predicted again by the model itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from core.counterfactual.coding import Coder
from core.portable import Column, Portable, Trees
from core.portable.evaluate import encode, finish, link, sums
from core.types import Array, Model

Ints = npt.NDArray[np.int64]

TREE_WORK = 60_000
"""Rows times trees up to which walking the trees here is faster than a call of the library."""
AGREES = 1e-5


@dataclass(frozen=True, slots=True, eq=False)
class Quick:
    """A portable model over coded rows.

    Attributes
    ----------
    tables : tuple, one per encoded column
        Encoded value of each level, the last entry for a missing cell; None for a number.
    asks : ndarray of int, shape (n_nodes,)
        Trees: the number of the question that each node asks, -1 at leaves; nodes that ask the same share it.
    askers : ndarray of int, shape (n_questions,)
        A node that asks each question.
    """

    portable: Portable
    code: Coder
    tables: tuple[Array | None, ...]
    asks: Ints
    askers: Ints

    def encode(self, rows: Array) -> Array:
        """Coded rows as the body's inputs, shape (n_rows, n_columns)."""
        encoded = np.empty((len(rows), len(self.portable.columns)))
        for position in range(len(self.portable.columns)):
            encoded[:, position] = self.column(position, rows)
        return encoded

    def column(self, position: int, rows: Array) -> Array:
        """One input of the body for coded rows, shape (n_rows,)."""
        column, table = self.portable.columns[position], self.tables[position]
        cells = rows[:, column.source]
        if table is not None:
            return table[np.where(np.isnan(cells), -1, cells).astype(np.int64)]
        if column.op == "number":
            return finish(column, cells)
        distinct, places = np.unique(cells, return_inverse=True)
        return np.asarray(_answers(self.portable, column, self.code, distinct)[places])

    def inputs(self, position: int, rows: Array) -> Array:
        """One input as the trees compare it: rounded to single precision where they do so."""
        cells, body = self.column(position, rows), self.portable.body
        if isinstance(body, Trees) and body.float32:
            return cells.astype(np.float32).astype(np.float64)
        return cells

    def outputs(self, rows: Array) -> Array:
        """Predictions, shape (n_rows, n_outputs)."""
        return link(self.portable, sums(self.portable, self.encode(rows)))

    def suits(self, count: int) -> bool:
        """True when so many rows are asked faster here than of the library."""
        return count * sum(len(trees.roots) for trees in self.portable.ensembles) <= TREE_WORK


def quick(model: Model, code: Coder, probe: Array) -> Quick | None:
    """The quick form of a model; None when it does not convert or differs on the probe rows.

    Parameters
    ----------
    probe : ndarray, shape (n_rows, p)
        Coded rows on which both are compared.
    """
    portable = model.portable()
    if portable is None:
        return None
    tables = tuple(_table(portable, place, code) for place in range(len(portable.columns)))
    nothing = np.zeros(0, dtype=np.int64)
    questions = _different(portable.body) if isinstance(portable.body, Trees) else (nothing, nothing)
    made = Quick(portable, code, tables, *questions)
    own = model.predict(code.decode(probe))
    mine = made.outputs(probe)
    scale = max(1.0, float(np.abs(own).max(initial=0.0)))
    return made if mine.shape == own.shape and np.abs(mine - own).max(initial=0.0) <= AGREES * scale else None


def _table(portable: Portable, place: int, code: Coder) -> Array | None:
    """What a column makes of each level and of a missing cell (last); None for an ordered feature."""
    column = portable.columns[place]
    levels = code.levels[column.source]
    if levels is None:
        return None
    return _answers(portable, column, code, np.append(np.arange(len(levels), dtype=np.float64), np.nan))


def _answers(portable: Portable, column: Column, code: Coder, cells: Array) -> Array:
    """What one column makes of coded cells of its feature, shape (n_cells,)."""
    frame = code.decode_cells(column.source, cells)
    return np.asarray(encode(replace(portable, columns=(column,)), frame)[:, 0])


def _different(trees: Trees) -> tuple[Ints, Ints]:
    """Number the different questions: each node's number, and a node that asks each."""
    inner = np.flatnonzero(trees.feature >= 0)
    member = np.zeros(len(trees.feature), dtype=np.int64)
    member[list(trees.categories)] = np.arange(1, len(trees.categories) + 1)
    key = np.column_stack([trees.feature[inner], trees.threshold[inner], trees.missing_left[inner], member[inner]])
    key[np.isnan(key)] = 0.0
    _, first, number = np.unique(key, axis=0, return_index=True, return_inverse=True)
    ask = np.full(len(trees.feature), -1, dtype=np.int64)
    ask[inner] = number.ravel()
    return ask, inner[first]
