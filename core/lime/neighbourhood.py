"""Rows drawn from how each column varies, independent of the instance; kept for the next one."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from core.engine import Counted
from core.lime.columns import Bins, Codes, Column, Levels, bins, levels, numbers, restore
from core.types import Array, Model, Table

KEPT = 4
LARGEST = 64_000_000
"""Bytes: a larger neighbourhood is not kept."""
PERCENTILES = {"quartile": (25, 50, 75), "decile": tuple(range(10, 100, 10))}
FITTED_ROWS = 20_000
"""Rows that the trees of entropy borders see at most."""


T = TypeVar("T")


@dataclass(slots=True, eq=False)
class Kept(Generic[T]):
    """The last few values by key; safe to use from several threads."""

    entries: OrderedDict[Any, T] = field(default_factory=OrderedDict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, key: Any, build: Callable[[], T], size: Callable[[T], int] = lambda _value: 0) -> T:
        """Return what is kept, or build it, and keep it unless it is too large."""
        with self.lock:
            if key in self.entries:
                self.entries.move_to_end(key)
                return self.entries[key]
        built = build()
        with self.lock:
            if size(built) <= LARGEST:
                self.entries[key] = built
            while len(self.entries) > KEPT:
                self.entries.popitem(last=False)
        return built


@dataclass(frozen=True, slots=True, eq=False)
class Neighbourhood:
    """Perturbed rows.

    Attributes
    ----------
    columns : tuple of Column, length p
    codes : ndarray of int, shape (n, p)
        Bin or level of each cell.
    scaled : ndarray, shape (n, p)
        Standardised values of ordered columns (0 for gaps and levels); empty unless values are not cut into bins.
    frame : DataFrame, shape (n, p)
        The same rows in the table's own types, ready for the model.
    answers : Kept
        Predictions of the frame by model fingerprint, each of shape (n, n_outputs).
    """

    columns: tuple[Column, ...]
    codes: Codes
    scaled: Array
    frame: pd.DataFrame
    answers: Kept[Array]

    @property
    def nbytes(self) -> int:
        """Memory of the rows."""
        return self.codes.nbytes + self.scaled.nbytes + 8 * self.frame.size


_KEPT: Kept[Neighbourhood] = Kept()
_COLUMNS: Kept[tuple[Column, ...]] = Kept()


def neighbourhood(model: Model, table: Table, cut: str, size: int, seed: int) -> Neighbourhood:
    """Draw rows around the table's distribution; the same question gives the same rows.

    Parameters
    ----------
    model : Model
        Its predictions label the rows for entropy borders where the table has no true value.
    table : Table
    cut : {"quartile", "decile", "entropy", "none"}
    size : int
    seed : int
    """
    labelled = model.fingerprint if cut == "entropy" else ""
    key = (table.fingerprint, table.schema.names, cut, labelled)

    def build() -> Neighbourhood:
        return draw(_COLUMNS.get(key, lambda: columns(model, table, cut)), size, seed, cut == "none")

    return _KEPT.get((*key, size, seed), build, lambda near: near.nbytes)


def answers(model: Model, near: Neighbourhood, ask: Callable[[pd.DataFrame], Array] | None = None) -> Array:
    """What the model says of a neighbourhood, shape (n, n_outputs): asked once, as its rows do not vary by instance.

    Parameters
    ----------
    model : Model
    near : Neighbourhood
    ask : callable, optional
        Asks the model another way, as one that tells how far it is.
    """
    before = model.evaluations if isinstance(model, Counted) else 0
    told = near.answers.get(model.fingerprint, lambda: (ask or model.predict)(near.frame), lambda values: values.nbytes)
    if isinstance(model, Counted) and model.evaluations == before:
        model.credit(len(near.frame))
    return told


def columns(model: Model, table: Table, cut: str) -> tuple[Column, ...]:
    """How every feature of a table varies, cut as asked."""
    labels = _labels(model, table) if cut == "entropy" else None
    found: list[Column] = []
    for feature in table.schema.features:
        cells = table.frame[feature.name]
        if not feature.is_ordered:
            found.append(levels(feature, cells))
            continue
        values = numbers(cells)
        found.append(bins(feature, cells, _borders(values, cut, labels)))
    return tuple(found)


def _borders(values: Array, cut: str, labels: Codes | None) -> Array:
    """Where an ordered column is cut."""
    known = np.isfinite(values)
    if cut == "none" or not known.any():
        return np.empty(0)
    if labels is None:
        return np.asarray(np.percentile(values[known], PERCENTILES[cut]), dtype=np.float64)
    from sklearn.tree import DecisionTreeClassifier

    step = max(1, int(known.sum()) // FITTED_ROWS)
    tree = DecisionTreeClassifier(criterion="entropy", max_depth=3, random_state=0)
    fitted = tree.fit(values[known][::step, None], labels[known][::step]).tree_
    cuts = fitted.threshold[fitted.children_left > -1]
    return np.sort(cuts) if len(cuts) else np.array([np.median(values[known])])


def _labels(model: Model, table: Table) -> Codes:
    """A class for every row: the true one, else the predicted one; for numbers the quarter they are in."""
    if table.target is not None and not table.frame[table.target].isna().any():
        known = table.frame[table.target]
        if model.task != "regression":
            return np.asarray(pd.factorize(known)[0], dtype=np.int64)
        answers = known.to_numpy(dtype=np.float64)
    else:
        predicted = model.predict(table.inputs)
        if model.task != "regression":
            return np.asarray(predicted.argmax(axis=1), dtype=np.int64)
        answers = predicted[:, 0]
    return np.searchsorted(np.percentile(answers, PERCENTILES["quartile"]), answers).astype(np.int64)


def draw(found: tuple[Column, ...], size: int, seed: int, plain: bool) -> Neighbourhood:
    """Draw every column on its own, by its shares.

    Parameters
    ----------
    found : tuple of Column
    size, seed : int
    plain : bool
        Ordered columns are not cut: a normal with the column's mean and deviation.
    """
    rng = np.random.default_rng(seed)
    codes = np.empty((size, len(found)), dtype=np.int64, order="F")
    scaled = np.zeros((size, len(found))) if plain else np.empty((0, len(found)))
    cells: dict[str, Any] = {}
    for place, column in enumerate(found):
        steps = np.cumsum(column.shares)
        picked = np.minimum(np.searchsorted(steps / steps[-1], rng.random(size), side="right"), len(steps) - 1)
        codes[:, place] = picked
        if isinstance(column, Levels):
            cells[column.feature.name] = column.values.take(picked).reset_index(drop=True)
            continue
        gap = picked == len(column.low)
        values = rng.normal(column.center, column.scale, size) if plain else within(column, picked, rng.random(size))
        values[gap] = np.nan
        cells[column.feature.name] = own = restore(column, values)
        if plain:
            scaled[:, place] = np.where(gap, 0.0, (numbers(pd.Series(own)) - column.center) / column.scale)
    return Neighbourhood(found, codes, scaled, pd.DataFrame(cells), Kept())


def within(column: Bins, codes: Codes, uniform: Array) -> Array:
    """Draw from each bin's truncated normal by inverting its distribution function.

    Parameters
    ----------
    column : Bins
    codes : ndarray of int, shape (n,)
        A code past the last bin is a gap; its value means nothing.
    uniform : ndarray, shape (n,)
        In [0, 1).

    Returns
    -------
    ndarray, shape (n,)
        Within the bin's ends; a bin of one value gives that value (the ``lime`` package gives 0).
    """
    codes = np.minimum(codes, len(column.low) - 1)
    start, end = (column.low - column.mean) / column.std, (column.high - column.mean) / column.std
    flip = np.where(start > 0, -1.0, 1.0)  # the lower tail keeps its precision
    first, last = ndtr(np.where(flip > 0, start, -end)), ndtr(np.where(flip > 0, end, -start))
    values = ndtri(first.take(codes) + uniform * (last - first).take(codes))
    values *= (column.std * flip).take(codes)
    values += column.mean.take(codes)
    np.maximum(values, column.low.take(codes), out=values)
    return np.asarray(np.minimum(values, column.high.take(codes), out=values))
