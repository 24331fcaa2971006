"""What a network answers when one feature takes other values and the rest of a row stays: its first step is kept.

Up to its first bend a network is a weighted sum of the encoded columns, so what the other features give to it is
computed once a row, and what a value gives once a value; a row at a value is their sum. The layers behind it run in
single precision, some rows at a time, where that repeats the model's own answers closely enough; a check says how
closely. Answers that overflow it are computed again in double precision.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.errors import ModelError
from core.portable import Network, Portable
from core.portable.evaluate import encode, encode_feature, link, linked
from core.portable.front import short, single_of, split
from core.portable.layers import rows_at_once, run
from core.registry import Job
from core.results import Check
from core.same_model import gap, probes
from core.store import Store
from core.types import Array

Ints = npt.NDArray[np.int64]
CELLS = 4_000_000
"""Answers for one feature, and numbers that are kept of all rows, at most."""
COLUMNS = 2_000
"""Encoded columns at most."""
SINGLE, DOUBLE = 2e-6, 1e-9
"""Relative difference from the model allowed in single and in double precision."""
_JUMPS = ("trees", "interpolate")
"""Layers that answer otherwise at a hair's breadth: not to be asked in single precision."""
_STORE = Store({"nets": 8, "rows": 4})


@dataclass(frozen=True, slots=True, eq=False)
class Tail:
    """The weights of the first sum, and the layers behind it, in one precision."""

    weights: Array
    network: Network

    @property
    def kind(self) -> np.dtype[np.floating]:
        """That precision."""
        return self.weights.dtype


@dataclass(frozen=True, slots=True, eq=False)
class Net:
    """A network, split behind its first weighted sum.

    Attributes
    ----------
    portable : Portable
    weights : ndarray, shape (n_columns, width)
    biases : ndarray, shape (width,)
        The first sum of encoded columns.
    tails : tuple of Tail
        What follows, in the precisions to be tried, one after the other.
    check : Check
    """

    portable: Portable
    weights: Array
    biases: Array
    tails: tuple[Tail, ...]
    check: Check


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """Rows whose answers along one feature are found without asking the model (see ``core.curves``).

    Attributes
    ----------
    net : Net
    encoded : ndarray, shape (n_rows, n_columns)
    first : ndarray, shape (n_rows, width)
        The first sum.
    short : ndarray, shape (n_rows, width)
        The same in the first precision that is tried.
    """

    net: Net
    encoded: Array
    first: Array
    short: Array

    @property
    def check(self) -> Check:
        """How closely the model is repeated."""
        return self.net.check

    def knows(self, feature: int) -> bool:
        """Any feature."""
        return 0 <= feature < len(self.net.portable.features)

    def at(self, feature: int, cells: pd.Series) -> Array:
        """Answers of every row with other values of a feature (see ``core.curves``)."""
        mine = self._columns(feature)
        if not self.net.weights[mine].any():
            return np.repeat(self.own()[None], len(cells), axis=0)
        encoded = encode_feature(self.net.portable, feature, cells)

        def ask(tail: Tail) -> Array:
            values, rest = _product(encoded.astype(tail.kind), tail.weights[mine]), self._parts(tail, mine)[1]
            return self._blocks(tail, len(values), lambda some, rows: rest[rows] + values[some, None])

        return self.answers(ask)

    def shuffled(self, feature: int, orders: Ints) -> Array:
        """Answers of every row with the feature's value of another row, shape (n_orders, n_rows, n_outputs)."""
        mine = self._columns(feature)
        if not self.net.weights[mine].any():  # what is unused costs exactly nothing, to the last bit
            return np.repeat(self.own()[None], len(orders), axis=0)

        def ask(tail: Tail) -> Array:
            own, rest = self._parts(tail, mine)

            def moved(some: slice, rows: slice) -> Array:
                taken = own.take(orders[some, rows], axis=0)
                taken += rest[rows]
                return taken

            return self._blocks(tail, len(orders), moved)

        return self.answers(ask)

    def own(self) -> Array:
        """Answers of the rows as they are, shape (n_rows, n_outputs)."""

        def ask(tail: Tail) -> Array:
            return self._blocks(tail, 1, lambda _, rows: self._first(tail)[None, rows].copy())

        return np.asarray(self.answers(ask)[0])

    def _columns(self, feature: int) -> Ints:
        """Encoded columns of a feature."""
        return np.flatnonzero(self.net.portable.sources == feature)

    def _parts(self, tail: Tail, mine: Ints) -> tuple[Array, Array]:
        """What some columns give to the first sum of each row, and what the others do."""
        own = _product(self.encoded[:, mine].astype(tail.kind), tail.weights[mine])
        return own, self._first(tail) - own

    def _first(self, tail: Tail) -> Array:
        """The first sum in a precision; not to be written to."""
        return self.short if tail.kind == self.short.dtype else self.first

    def _blocks(self, tail: Tail, values: int, first: Callable[[slice, slice], Array]) -> Array:
        """Sums of every row at some values, shape (n_values, n_rows, n_sums); as many at once as stay in the cache.

        ``first`` gives the first sum of some values and rows, shape (n_values, n_rows, width).
        """
        rows, width = self.first.shape
        sums = np.empty((values, rows, tail.network.width))
        most = rows_at_once(width, tail.kind)
        step = max(1, most // max(1, rows))
        for low in range(0, rows, most):
            own = slice(low, low + most)
            for at in range(0, values, step):
                some = slice(at, at + step)
                given = first(some, own)
                found = run(tail.network, given.reshape(-1, width), spent=True)
                sums[some, own] = found.reshape(*given.shape[:2], -1)
        return sums

    def answers(self, ask: Callable[[Tail], Array]) -> Array:
        """Predictions out of the last sums that ``ask`` finds, in the first precision in which they are all numbers."""
        with np.errstate(over="ignore", invalid="ignore"):
            for tail in self.net.tails:
                sums = ask(tail)
                found = linked(self.net.portable, sums)
                if np.isfinite(found).all():
                    return found
        raise ModelError(
            "The network gives no number for some of these rows.",
            "Values far outside the training data overflow it; missing values and unknown levels upset it.",
            "Fill missing values, or choose other values of the feature.",
        )


def _product(columns: Array, weights: Array) -> Array:
    """``columns @ weights``; a matrix product of one or two columns takes four times as long as their sum."""
    found: Array = np.einsum("ij,jk->ik", columns, weights) if columns.shape[1] < 4 else columns @ weights
    return found


def curves(job: Job, frame: pd.DataFrame, asks: int, name: str = "") -> Curves | None:
    """Prepare rows; None where the model is no network that converts, differs from it, or the rows are too many.

    Parameters are those of ``core.curves.curves``.
    """
    key = f"{job.model.fingerprint}|{job.table.fingerprint}"
    net: Net | None = _STORE.get("nets", key, lambda: [_net(job)])[0]
    if net is None or len(frame) * max(asks, *net.weights.shape) > CELLS:
        return None

    def make() -> Curves:
        encoded = encode(net.portable, frame)
        first = encoded @ net.weights + net.biases
        with np.errstate(over="ignore"):
            return Curves(net, encoded, first, first.astype(net.tails[0].kind))

    found = _STORE.get("rows", f"{key}|{name}", make) if name else make()
    return found if np.isfinite(found.encoded).all() else None  # the model itself says what is wrong with them


def _net(job: Job) -> Net | None:
    """Split a network and compare it with the model, once per model and table."""
    portable = job.model.portable()
    if portable is None or not isinstance(portable.body, Network) or len(portable.columns) > COLUMNS:
        return None
    if any(layer.op in _JUMPS for layer in portable.body.layers):
        return None
    weights, biases, rest = split(portable.body, len(portable.columns))
    single, double = Tail(short(weights), single_of(rest)), Tail(weights, rest)
    asked = probes(job.table)
    own, encoded = job.model.predict(asked), encode(portable, asked)
    for tails, allowed, how in (((single, double), SINGLE, "single"), ((double,), DOUBLE, "double")):
        with np.errstate(over="ignore", invalid="ignore"):
            first = (encoded @ weights + biases).astype(tails[0].kind)
            away = gap(link(portable, run(tails[0].network, first).astype(np.float64)), own)
        if away <= allowed:
            text = (
                f"Computed from the network's own weights in {how} precision, which repeats the model on "
                f"{len(asked):,} rows and mixtures of rows (largest relative difference {away:.1g})."
            )
            return Net(portable, weights, biases, tails, Check("same model", True, away, text))
    return None
