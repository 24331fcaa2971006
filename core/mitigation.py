"""Ways to repair unequal outcomes in the data that a model is trained on: weights for rows, or other rows."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from core.errors import InputError
from core.types import Array

Ints = npt.NDArray[np.int64]


def weights(groups: npt.ArrayLike, truth: npt.ArrayLike, own: Array | None = None) -> Array:
    """Weight of each row with which group and truth are independent: W = n_group n_class / (n n_both).

    Parameters
    ----------
    groups, truth : array, shape (n_rows,)
        The group and the true class of each row.
    own : ndarray, shape (n_rows,), optional
        Weights that the rows have already: the result multiplies them.

    Returns
    -------
    ndarray, shape (n_rows,)

    References
    ----------
    F. Kamiran and T. Calders, 2012, doi:10.1007/s10115-011-0463-8.

    Examples
    --------
    >>> weights(["a", "a", "a", "b"], [1, 1, 0, 0])
    array([0.75, 0.75, 1.5 , 0.5 ])
    """
    (_, group), (_, kind) = (np.unique(np.asarray(part), return_inverse=True) for part in (groups, truth))
    both = _both(group, kind, own)
    wanted = both.sum(axis=1, keepdims=True) * both.sum(axis=0, keepdims=True) / both.sum()
    found = np.divide(wanted, both, out=np.zeros_like(wanted), where=both > 0)
    return np.asarray(found[group, kind])


def _both(group: Ints, kind: Ints, own: Array | None) -> Array:
    """Rows of each group and class, or their weight."""
    shape = (int(group.max()) + 1, int(kind.max()) + 1)
    return np.bincount(group * shape[1] + kind, own, shape[0] * shape[1]).reshape(shape).astype(np.float64)


def resampled(
    groups: npt.ArrayLike,
    truth: npt.ArrayLike,
    *,
    how: Literal["uniform", "preferential"] = "uniform",
    chance: npt.ArrayLike | None = None,
    seed: int = 0,
) -> Ints:
    """Positions of rows, some left out and some repeated, among which group and truth are independent.

    Parameters
    ----------
    groups, truth : array, shape (n_rows,)
        The group and the true class (0 or 1) of each row.
    how : {"uniform", "preferential"}
        Rows drawn by chance, or those nearest to the border first.
    chance : array, shape (n_rows,), optional
        Probability of class 1; for ``"preferential"``.
    seed : int

    Returns
    -------
    ndarray of int

    Raises
    ------
    InputError
        If rows are preferred without probabilities, or among other than two classes.

    References
    ----------
    F. Kamiran and T. Calders, 2012, doi:10.1007/s10115-011-0463-8.
    """
    group, kind = (np.unique(np.asarray(part), return_inverse=True)[1] for part in (groups, truth))
    if how == "preferential" and (chance is None or int(kind.max()) != 1):
        raise InputError("Rows cannot be preferred.", "That takes two classes and a probability of the second a row.")
    random, own = np.random.default_rng(seed), weights(groups, truth)
    picked = []
    for at in range(int(group.max()) + 1):
        for klass in range(int(kind.max()) + 1):
            rows = np.flatnonzero((group == at) & (kind == klass))
            if len(rows):
                wanted = round(len(rows) * float(own[rows[0]]))
                ranked = None if how == "uniform" else rows[np.argsort(np.asarray(chance)[rows], kind="stable")]
                picked.append(_drawn(rows, wanted, ranked if ranked is None or klass == 0 else ranked[::-1], random))
    return np.concatenate(picked)


def _drawn(rows: Ints, wanted: int, ranked: Ints | None, random: np.random.Generator) -> Ints:
    """So many of some rows: whole rounds of all, the rest by chance or by rank.

    Ranked rows come with the surest of their class first: of too many those are kept, of too few the least sure are
    repeated.
    """
    rounds, rest = divmod(wanted, len(rows))
    if ranked is None:
        more = random.choice(rows, rest, replace=rounds > 0)
    else:
        more = ranked[:rest] if rounds == 0 else ranked[len(rows) - rest :]
    return np.concatenate([np.repeat(rows, rounds), more])
