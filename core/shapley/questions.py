"""The answers of encoded rows to the questions of tree nodes, many nodes at a time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.portable import Trees
from core.types import Array

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Questions:
    """Some inner nodes of an ensemble, ready to be asked.

    Attributes
    ----------
    column : ndarray of int, shape (n,)
        Encoded column of each question.
    limit : ndarray, shape (n, 1)
        Left when the value is at most this.
    missing_left : ndarray of bool, shape (n, 1)
    float32 : bool
    member : ndarray of int, shape (n_category_nodes,)
        Positions of questions of membership.
    codes : ndarray of bool, shape (n_category_nodes, most + 2)
        Codes that go left; the last stands for every other code.
    """

    column: Ints
    limit: Array
    missing_left: Bools
    float32: bool
    member: Ints
    codes: Bools

    def left(self, encoded: Array) -> Bools:
        """Ask.

        Parameters
        ----------
        encoded : ndarray, shape (n_rows, n_columns)

        Returns
        -------
        ndarray of bool, shape (n, n_rows)
            True where the row goes left.
        """
        if self.float32:
            encoded = encoded.astype(np.float32).astype(np.float64)
        values = encoded.T[self.column]
        left = np.less_equal(values, self.limit)
        if len(self.member):
            left[self.member] = self._members(values[self.member])
        if np.isnan(encoded).any():
            left = np.where(np.isnan(values), self.missing_left, left)
        return left

    def at(self, asked: Ints, values: Array) -> Bools:
        """Ask one question per value.

        Parameters
        ----------
        asked : ndarray of int, shape (m,)
            Positions of questions.
        values : ndarray, shape (m,)
            Encoded, already rounded where ``float32``.
        """
        left = values <= self.limit[asked, 0]
        if len(self.member):
            place = np.searchsorted(self.member, asked).clip(max=len(self.member) - 1)
            named = np.flatnonzero(self.member[place] == asked)
            left[named] = self.codes[place[named], self._code(values[named])]
        return np.asarray(np.where(np.isnan(values), self.missing_left[asked, 0], left), dtype=np.bool_)

    def _members(self, values: Array) -> Bools:
        """Answer the questions of membership."""
        return np.asarray(self.codes[np.arange(len(values))[:, None], self._code(values)], dtype=np.bool_)

    def _code(self, values: Array) -> Ints:
        """Column of ``codes`` that each value belongs to."""
        last = self.codes.shape[1] - 1
        return np.where((values > -1) & (values < last), values, last).astype(np.int64)


def questions(trees: Trees, nodes: Ints) -> Questions:
    """Prepare the questions of some inner nodes, in their order."""
    limit = trees.threshold[nodes].astype(np.float64)
    if trees.strict:
        limit = np.nextafter(limit, -np.inf)
    member = np.flatnonzero(np.isin(nodes, list(trees.categories))) if trees.categories else np.zeros(0, dtype=np.int64)
    most = max((max(codes, default=-1) for codes in trees.categories.values()), default=-1)
    codes = np.zeros((len(member), most + 2), dtype=bool)
    for at, node in enumerate(nodes[member]):
        codes[at, [code for code in trees.categories[int(node)] if code >= 0]] = True
    return Questions(
        trees.feature[nodes], limit[:, None], trees.missing_left[nodes][:, None], trees.float32, member, codes
    )
