"""Where each feature may go: what the data know, narrowed by what a person wishes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from core.counterfactual.coding import Coder
from core.counterfactual.wishes import Wish
from core.types import Array, Table

Bools = npt.NDArray[np.bool_]
Held = Callable[[tuple[int, ...]], Array]
"""The different combinations that some features (by position) hold together in the rows of a table, coded."""


@dataclass(frozen=True, slots=True, eq=False)
class Limit:
    """Where one feature may go.

    Attributes
    ----------
    movable : bool
    low, high : float
        Bounds of an ordered feature, both allowed.
    levels : ndarray of bool or None, shape (n_levels,)
        Which levels of an unordered feature are allowed.
    may_miss : bool
        A missing cell may be filled, and a filled one emptied.
    """

    movable: bool
    low: float
    high: float
    levels: Bools | None
    may_miss: bool


@dataclass(frozen=True, slots=True, eq=False)
class Constraints:
    """The limits of one question about one coded row.

    Attributes
    ----------
    origin : ndarray, shape (p,)
        The coded instance; its own values are always allowed.
    limits : tuple of Limit, length p
    weights : ndarray, shape (p,)
        Cost of moving each feature.
    ties : tuple of tuple of int
        Features that move together, to combinations that rows of the table hold.
    most : int
        Largest number of changed features.
    wishes : tuple of Wish
        What a person (or custom) asked for: what may bind.
    combos : tuple of ndarray, each of shape (n_combinations, len(tie))
        For each tie the different combinations that rows of the table hold.
    """

    origin: Array
    limits: tuple[Limit, ...]
    weights: Array
    ties: tuple[tuple[int, ...], ...]
    most: int
    wishes: tuple[Wish, ...]
    combos: tuple[Array, ...] = ()

    @property
    def tied(self) -> set[int]:
        """Features that are part of a tie and never move alone."""
        return {place for group in self.ties for place in group}

    def changed(self, rows: Array) -> Bools:
        """Which cells differ from the instance, shape (n_rows, p)."""
        return np.asarray((rows != self.origin) & ~(np.isnan(rows) & np.isnan(self.origin)))

    def allows(self, coder: Coder, rows: Array) -> Bools:
        """Which coded rows keep every limit, shape (n_rows,)."""
        changed = self.changed(rows)
        fine = changed.sum(axis=1) <= self.most
        for position in np.flatnonzero(changed.any(axis=0)):
            fine &= ~changed[:, position] | self.permits(coder, int(position), rows[:, position])
        for group, held in zip(self.ties, self.combos, strict=True):
            moved = np.flatnonzero(fine & changed[:, list(group)].any(axis=1))
            if len(moved):
                fine[moved] = np.isin(_keys(rows[moved][:, list(group)]), _keys(held))
        return np.asarray(fine)

    def permits(self, coder: Coder, position: int, values: Array) -> Bools:
        """Which values a feature may take besides its own, shape as ``values``."""
        limit = self.limits[position]
        missing = np.isnan(values)
        if not limit.movable or (np.isnan(self.origin[position]) and not limit.may_miss):
            return np.zeros(values.shape, dtype=np.bool_)
        if limit.levels is not None:
            inside = limit.levels[np.where(missing, 0, values).astype(np.int64)]
        else:
            inside = (values >= limit.low) & (values <= limit.high) & (coder.round(position, values) == values)
        return np.asarray(np.where(missing, limit.may_miss, inside))


def build(coder: Coder, origin: Array, wishes: Sequence[Wish], held: Held, may_miss: Sequence[str] = ()) -> Constraints:
    """Put the limits together.

    Parameters
    ----------
    origin : ndarray, shape (p,)
    wishes : sequence of Wish
    held : callable
        What tied features may become together, see ``held_in``.
    may_miss : sequence of str
        Features whose missing cell may be filled, and whose value may become missing.
    """
    limits = [_natural(coder, position, feature.name in may_miss) for position, feature in enumerate(coder.features)]
    weights = np.ones(len(limits))
    for wish in sorted(wishes, key=lambda wish: wish.kind == "locked"):  # a lock outlasts levels that would unlock text
        if wish.kind == "weight":
            weights[wish.features[0]] = wish.values[0]
        elif wish.kind not in ("tie", "most"):
            place = wish.features[0]
            limits[place] = _narrow(limits[place], wish, float(origin[place]))
    most = min([int(wish.values[0]) for wish in wishes if wish.kind == "most"], default=len(limits))
    ties = _merged([wish.features for wish in wishes if wish.kind == "tie"])
    combos = tuple(held(group) for group in ties)
    return Constraints(origin, tuple(limits), weights, ties, most, tuple(wishes), combos)


def _keys(rows: Array) -> npt.NDArray[np.void]:
    """Rows as single values that are equal where the rows are, missing cells included, shape (n_rows,)."""
    same = np.ascontiguousarray(np.where(np.isnan(rows), np.nan, rows) + 0.0)
    return same.view(np.dtype((np.void, same.dtype.itemsize * same.shape[1]))).ravel()


def held_in(coder: Coder, table: Table) -> Held:
    """What features hold together in the rows of a table: their different combinations, shape (n, len(group))."""

    def held(group: tuple[int, ...]) -> Array:
        features = [coder.features[place].name for place in group]
        coded = np.column_stack(
            [coder.encode_column(place, table.frame[name]) for place, name in zip(group, features, strict=True)]
        )
        return coded[np.unique(_keys(coded), return_index=True)[1]]

    return held


def relaxed(constraints: Constraints, coder: Coder, wish: Wish, held: Held) -> Constraints:
    """The same constraints without one wish; ``held`` as in ``build``."""
    rest = [other for other in constraints.wishes if other is not wish]
    may_miss = [
        feature.name for feature, limit in zip(coder.features, constraints.limits, strict=True) if limit.may_miss
    ]
    return build(coder, constraints.origin, rest, held, may_miss)


def _natural(coder: Coder, position: int, may_miss: bool) -> Limit:
    """What the data allow: the observed range and levels; free text never moves."""
    feature, levels = coder.features[position], coder.levels[position]
    if levels is None:
        known = feature.low is not None and feature.high is not None
        return Limit(known, feature.low or 0.0, feature.high or 0.0, None, may_miss)
    return Limit(feature.kind != "text", 0.0, 0.0, np.ones(len(levels), dtype=np.bool_), may_miss)


def _narrow(limit: Limit, wish: Wish, own: float) -> Limit:
    """One limit under one wish."""
    if wish.kind == "locked":
        return replace(limit, movable=False)
    if wish.kind == "up":
        return limit if np.isnan(own) else replace(limit, low=max(limit.low, own))
    if wish.kind == "down":
        return limit if np.isnan(own) else replace(limit, high=min(limit.high, own))
    if wish.kind == "range":
        return replace(limit, low=max(limit.low, wish.values[0]), high=min(limit.high, wish.values[1]))
    chosen = np.zeros(len(limit.levels) if limit.levels is not None else 0, dtype=np.bool_)
    chosen[[int(value) for value in wish.values]] = True
    return replace(limit, movable=limit.movable or bool(chosen.any()), levels=chosen)


def _merged(groups: list[tuple[int, ...]]) -> tuple[tuple[int, ...], ...]:
    """Ties that share a feature are one tie."""
    merged: list[set[int]] = []
    for group in groups:
        touching = [other for other in merged if other & set(group)]
        merged = [other for other in merged if not other & set(group)]
        merged.append(set(group).union(*touching))
    return tuple(tuple(sorted(group)) for group in merged)
