"""Features grouped by how far they go together: associations, a dendrogram of them, and groups at a height."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.association import association, coded
from core.errors import InputError
from core.registry import Told
from core.shapley import exact, permutation
from core.shapley.game import Game, coalition_values, game
from core.store import Store
from core.types import Array, Table, drawn

ROWS = 2_000
"""Rows that associations are measured on at most."""
MOST = 60
"""Features at most."""
PLAYERS = 11
"""Groups whose coalitions are all asked: 2,048 against every background row."""
Ints = npt.NDArray[np.int64]
_STORE = Store({"dependence": 8})


def dependence(table: Table, seed: int) -> Array:
    """Size of the association of every two features, 0 to 1, shape (p, p); 0 where there is none to measure.

    Spearman's correlation of two numbers, the correlation ratio of ranks for a number and levels, Cramér's V for
    levels (``core.association``).
    """
    found: Array = _STORE.get("dependence", f"{table.fingerprint}|{seed}", lambda: _dependence(table, seed))
    return found


def _dependence(table: Table, seed: int) -> Array:
    """Complete columns of numbers by their ranks at once, the others pair by pair."""
    frame = table.rows(drawn(len(table), ROWS, seed))
    columns = [coded(frame[feature.name], feature) for feature in table.schema.features]
    found = np.eye(len(columns))
    whole = [at for at, column in enumerate(columns) if column.ordered and column.known.all() and np.ptp(column.values)]
    if len(whole) > 1 and len(frame) > 2:
        ranks = np.stack([pd.Series(columns[at].values).rank().to_numpy() for at in whole])
        found[np.ix_(whole, whole)] = np.abs(np.corrcoef(ranks))
    known = set(whole)
    for first in range(len(columns)):
        for second in range(first):
            if first not in known or second not in known:
                value = abs(association(columns[first], columns[second]))
                found[first, second] = found[second, first] = 0.0 if np.isnan(value) else value
    np.fill_diagonal(found, 1.0)
    return np.clip((found + found.T) / 2, 0.0, 1.0)


def merged(together: Array) -> Array:
    """Which nodes join at which height, lowest first, shape (p - 1, 3): two groups join at the *least* association of
    any of their features (complete linkage), so all features of a group are at least so close.

    Parameters
    ----------
    together : ndarray, shape (p, p)

    References
    ----------
    D. Defays, 1977, doi:10.1093/comjnl/20.4.364.
    """
    from scipy.cluster.hierarchy import linkage
    from scipy.spatial.distance import squareform

    apart = 1.0 - together
    np.fill_diagonal(apart, 0.0)
    return np.asarray(linkage(squareform(apart, checks=False), "complete")[:, :3], dtype=np.float64)


def _joined(merges: Array) -> list[list[int]]:
    """The two nodes of every merge.

    Raises
    ------
    InputError
        If they are no dendrogram: a stored answer may say anything.
    """
    count = len(merges) + 1
    if count > MOST or merges.ndim != 2 or merges.shape[1] != 3 or not np.isfinite(merges).all():
        raise InputError("These groups of features cannot be drawn.", f"A dendrogram joins at most {MOST} features.")
    nodes = np.clip(merges[:, :2], -1, 2 * MOST).astype(np.int64)
    there = count + np.arange(count - 1)[:, None]
    if (nodes < 0).any() or (nodes >= there).any() or len(np.unique(nodes)) != nodes.size:
        raise InputError("These groups of features cannot be drawn.", "A node is joined twice, or before it is made.")
    found: list[list[int]] = nodes.tolist()
    return found


def members(merges: Array) -> list[tuple[int, ...]]:
    """The features under every node, in their own order; first the features themselves."""
    count = len(merges) + 1
    found: list[tuple[int, ...]] = [(at,) for at in range(count)]
    for left, right in _joined(merges):
        found.append(tuple(sorted((*found[left], *found[right]))))
    return found


def leaves(merges: Array) -> list[int]:
    """Features in the order of the dendrogram, so that no two lines cross."""
    count = len(merges) + 1
    found: list[list[int]] = [[at] for at in range(count)]
    for left, right in _joined(merges):
        found.append([*found[left], *found[right]])
    return found[-1]


def cut(merges: Array, height: float) -> tuple[int, ...]:
    """Nodes that are groups at a height, in the order of the dendrogram."""
    return after(merges, int((merges[:, 2] <= height + 1e-12).sum()))


def after(merges: Array, steps: int) -> tuple[int, ...]:
    """Nodes that are groups when so many merges are done."""
    count = len(merges) + 1
    gone = set(merges[:steps, :2].astype(np.int64).ravel().tolist())
    there = [node for node in range(count + steps) if node not in gone]
    place = {feature: at for at, feature in enumerate(leaves(merges))}
    held = members(merges)
    return tuple(sorted(there, key=lambda node: place[held[node][0]]))


def grouped_game(
    of: Callable[[pd.DataFrame], Array], instance: pd.DataFrame, background: pd.DataFrame, groups: list[tuple[int, ...]]
) -> Game:
    """The game whose players are groups of features: each takes all of its values from the instance, or none.

    Its cells are numbers of rows, one column a group; the model is asked with the rows that they stand for.
    """
    pool = pd.concat([instance, background], ignore_index=True)
    owner = {feature: at for at, group in enumerate(groups) for feature in group}

    def mixed(places: pd.DataFrame) -> Array:
        taken = places.to_numpy(dtype=np.int64)
        columns = {at: pool.iloc[:, at].array.take(taken[:, owner[at]]) for at in range(pool.shape[1])}
        frame = pd.DataFrame(columns)
        frame.columns = pool.columns
        return of(frame)

    numbers = np.arange(len(pool))
    index = pd.DataFrame({f"group {at}": numbers for at in range(len(groups))})
    return game(mixed, index.iloc[:1], index.iloc[1:])


def worths(played: Game, progress: Told | None = None) -> Array:
    """Worth of every coalition of a game of few players, shape (2 ** players,)."""
    return coalition_values(played, exact.coalitions(played.players), progress)


def coarser(worth: Array, parts: list[tuple[int, ...]]) -> Array:
    """Shapley values where several players act as one, from the worth of all coalitions of the single ones.

    Parameters
    ----------
    worth : ndarray, shape (2 ** players,)
    parts : list of tuple of int
        Players of each new player.
    """
    bits = np.array([sum(1 << player for player in part) for part in parts], dtype=np.int64)
    picked = exact.coalitions(len(parts)).astype(np.int64) @ bits
    return exact.shapley(worth[picked])


def sampled(played: Game, samples: int, seed: int, progress: Told) -> tuple[Array, Array]:
    """Shapley values by sampled orderings, and their standard errors."""
    found = permutation.estimate(played, samples, seed, progress)
    return found.values, found.errors
