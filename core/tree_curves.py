"""What trees answer when one feature takes other values and the rest of a row stays: from the trees, not by asking.

With one feature free, a row's answer is a step function of it: each leaf that the row can still reach adds its value
between the two limits that its path sets the feature. All steps of all rows are found in one pass (``LeafSets``) and
summed once; after that any number of values is looked up. Importances and profiles are made of nothing else. The
numbers are the model's own but for the order of a sum; they are used only after they repeated the model.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.portable.evaluate import encode, encode_feature, link, linked
from core.portable.functions import rounded
from core.registry import Job
from core.results import Check
from core.same_model import gap, probes
from core.shapley.leaf_sets import LeafSets, Leaves, leaf_sets, leaves_of, members
from core.shapley.questions import questions
from core.store import Store
from core.types import Array, Model

Ints = npt.NDArray[np.int64]
ROWS = 512
"""Rows sent through the trees at a time."""
CLOSE = 1e-5
"""Relative difference from the model allowed: boosters sum in float32."""
WORTH, WORTH_SLOW = 6, 25
"""Leaves that ask a feature, per tree and value asked, up to which looking up is cheaper than asking a booster; and
than asking scikit-learn's forests."""
KEPT = 2_048
"""Rows up to which their ways through the trees are kept."""
CELLS = 4_000_000
"""Answers for one feature at once, at most."""
_STORE = Store({"steps": 8, "rows": 4})


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """The limits that an ensemble sets each feature.

    Attributes
    ----------
    leaves : Leaves
    limits : tuple of ndarray
        Ascending limits of each feature; bin k holds values above limit k - 1 up to limit k.
    low, high : ndarray of int, shape (n_nodes,)
        Bins between which the edges of one feature down to a node are taken: low to high - 1.
    gap : ndarray of bool, shape (n_nodes,)
        A missing value takes them.
    column : ndarray of int, shape (n_features,)
        Encoded column of each feature; -1: none, -2: several, whose curves are asked of the model.
    check : Check
    """

    leaves: Leaves
    limits: tuple[Array, ...]
    low: Ints
    high: Ints
    gap: npt.NDArray[np.bool_]
    column: Ints
    check: Check


Part = tuple[LeafSets, Ints]
"""Some rows on their way, and the leaves that each of them reaches."""


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """Rows whose answers along one feature can be looked up.

    Attributes
    ----------
    steps : Steps
    encoded : ndarray, shape (n_rows, n_columns)
    kept : tuple of Part
        Of few rows; those of many are made again for each question.
    """

    steps: Steps
    encoded: Array
    kept: tuple[Part, ...]

    @property
    def check(self) -> Check:
        """How closely the trees repeat the model."""
        return self.steps.check

    def knows(self, feature: int) -> bool:
        """Whether the feature is one column of the trees, or none."""
        return bool(self.steps.column[feature] >= -1)

    def at(self, feature: int, cells: pd.Series) -> Array:
        """Answers of every row with other values of a feature (see ``core.curves``)."""
        bins = self._bins(feature, self._values(feature, encode_feature(self.steps.leaves.portable, feature, cells)))
        needed, place = np.unique(bins, return_inverse=True)
        found = []
        for part in self._parts():
            tables, base = self._tables(*part, feature, needed)
            found.append(np.stack([table[place] + own for table, own in zip(tables, base, strict=True)], axis=-1))
        return self._answers(found)

    def shuffled(self, feature: int, orders: Ints) -> Array:
        """Answers of every row with the feature's value of another row, shape (n_orders, n_rows, n_outputs)."""
        column = int(self.steps.column[feature])
        bins = self._bins(feature, self._values(feature, self.encoded[:, [column] if column >= 0 else []]))
        needed, place = np.unique(bins, return_inverse=True)
        taken, found, start = place[orders], [], 0
        for part in self._parts():
            rows = len(part[0].encoded)
            tables, base = self._tables(*part, feature, needed)
            cells = taken[:, start : start + rows] * rows + np.arange(rows)
            found.append(np.stack([table.take(cells) + own for table, own in zip(tables, base, strict=True)], axis=-1))
            start += rows
        return self._answers(found)

    def own(self) -> Array:
        """Answers of the rows as they are, shape (n_rows, n_outputs)."""
        known, found = self.steps.leaves, []
        for _, reached in self._parts():
            sums = [worth.take(reached).sum(axis=1) for worth in known.worth.T]
            found.append(np.stack(sums, axis=-1)[None] + known.trees.base)
        return np.asarray(self._answers(found)[0])

    def _parts(self) -> Iterable[Part]:
        """The rows, some at a time."""
        return self.kept or _sent(self.steps.leaves, self.encoded)

    def _values(self, feature: int, encoded: Array) -> Array:
        """The feature's encoded values, of its own columns; zeros where the trees do not ask it."""
        if self.steps.column[feature] < 0:
            return np.zeros(len(encoded))
        return rounded(encoded[:, 0]) if self.steps.leaves.trees.float32 else encoded[:, 0]

    def _bins(self, feature: int, values: Array) -> Ints:
        """Bin of each value; one more than there are for a missing value."""
        limits = self.steps.limits[feature]
        return np.where(np.isnan(values), len(limits) + 1, np.searchsorted(limits, values, side="left"))

    def _answers(self, parts: Sequence[Array]) -> Array:
        """Predictions from the sums of all parts, by value, row and output."""
        sums = parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)
        size = float(np.abs(sums).max(initial=1.0))
        sums = np.round(sums, 12 - int(np.ceil(np.log10(size))))  # equal answers stay equal: ranks would tell noise
        return linked(self.steps.leaves.portable, sums)

    def _tables(self, part: LeafSets, reached: Ints, feature: int, bins: Ints) -> tuple[list[Array], Array]:
        """What leaves that ask a feature add in some bins of it, by bin and row; and what the others add, by row.

        Both once for each output.
        """
        known, rows = self.steps.leaves, len(part.encoded)
        leaf, slot = known.of[feature]
        owner, row = members(part.with_free(leaf, slot))
        edge = known.edges[leaf, slot]
        ordered = bins[bins <= len(self.steps.limits[feature])]
        low = np.searchsorted(ordered, self.steps.low[edge])
        high = np.maximum(low, np.searchsorted(ordered, self.steps.high[edge]))
        starts, ends = low[owner] * rows + row, high[owner] * rows + row
        missing = np.flatnonzero(self.steps.gap[edge][owner]) if len(ordered) < len(bins) else None
        tables: list[Array] = []
        size = (len(ordered) + 1) * rows
        base = np.empty((known.worth.shape[1], rows))
        for output, values in enumerate(known.worth.T):
            others = values.copy()
            others[leaf] = 0.0
            base[output] = known.trees.base[output] + others.take(reached).sum(axis=1)
            worth = values[leaf][owner]
            jumps: Array = np.bincount(starts, worth, size).astype(np.float64, copy=False)
            jumps -= np.bincount(ends, worth, size)
            steps = jumps.reshape(-1, rows)
            _add_up(steps)
            if missing is not None:
                steps[-1] = np.bincount(row[missing], worth[missing], rows)
            tables.append(steps)
        return tables, base


def _add_up(steps: Array) -> None:
    """Sum rows from the first on, in place: whole rows at a time, three times as fast as numpy's own ``cumsum``."""
    before = steps[0]
    for here in steps[1:]:
        here += before
        before = here


def curves(job: Job, frame: pd.DataFrame, asks: int, name: str = "") -> Curves | None:
    """Prepare rows; None where the model is no known ensemble, differs from it, or is cheaper to ask.

    Parameters are those of ``core.curves.curves``.
    """
    known = leaves_of(job.model)
    if known is None or len(frame) * asks > CELLS or not _pays(known, asks if len(frame) <= KEPT else asks // 2):
        return None
    steps = _steps(job, known)
    if steps is None:
        return None

    def make() -> Curves:
        encoded = encode(known.portable, frame)
        kept = tuple(_sent(known, encoded)) if len(encoded) <= KEPT else ()
        return Curves(steps, encoded, kept)

    key = f"{job.model.fingerprint}|{job.table.fingerprint}|{name}"
    return _STORE.get("rows", key, make) if name and len(frame) <= KEPT else make()


def _pays(known: Leaves, asks: int) -> bool:
    """Whether looking up beats asking: leaves that ask a feature, per tree and value asked."""
    asked = asks * len(known.trees.roots) * len(known.portable.features)
    return bool((known.player >= 0).sum() <= (WORTH_SLOW if known.slow else WORTH) * asked)


def _sent(known: Leaves, encoded: Array) -> Iterable[Part]:
    """Send rows through the trees, some at a time."""
    for at in range(0, len(encoded), ROWS):
        part = leaf_sets(known, encoded[at : at + ROWS])
        yield part, part.reached()


def _steps(job: Job, known: Leaves) -> Steps | None:
    """The model's limits, once per model and table."""

    def prepare() -> list[Steps | None]:
        check = same(job.model, known, probes(job.table))
        return [None if check is None else _limits(known, check)]

    key = f"{job.model.fingerprint}|{job.table.fingerprint}"
    found: list[Steps | None] = _STORE.get("steps", key, prepare)
    return found[0]


def same(model: Model, known: Leaves, both: pd.DataFrame) -> Check | None:
    """Compare the trees as read with the model, on rows and on mixtures of rows; None where they differ."""
    part = leaf_sets(known, encode(known.portable, both))
    reached = part.reached()
    sums = np.stack([worth.take(reached).sum(axis=1) for worth in known.worth.T], axis=1)
    away = gap(link(known.portable, sums + known.trees.base), model.predict(both))
    text = (
        f"Looked up in the model's own trees, which repeat it on {len(both):,} rows and mixtures of rows "
        f"(largest relative difference {away:.1g})."
    )
    return Check("same model", True, away, text) if away <= CLOSE else None


def _limits(known: Leaves, check: Check) -> Steps:
    """Turn each path's questions about a feature into a run of bins."""
    paths, trees, portable = known.paths, known.trees, known.portable
    nodes = len(trees.feature)
    inner = np.flatnonzero(trees.left >= 0)
    limit = np.zeros(nodes)
    limit[inner] = questions(trees, inner).limit[:, 0]
    sources = portable.sources
    column = np.full(len(portable.features), -1)
    for place, source in enumerate(sources.tolist()):
        column[source] = place if column[source] == -1 else -2
    asks = sources[trees.feature[inner]]
    limits = tuple(np.unique(limit[inner[asks == feature]]) for feature in range(len(column)))
    number = np.zeros(nodes, dtype=np.int64)
    for feature, own in enumerate(limits):
        mine = inner[asks == feature]
        number[mine] = np.searchsorted(own, limit[mine])
    size = np.array([len(own) for own in limits]) + 1
    low, high, gap = np.zeros(nodes + 1, dtype=np.int64), np.zeros(nodes + 1, dtype=np.int64), np.ones(nodes + 1, bool)
    for level in paths.levels[1:]:
        above, before, left = paths.parent[level], paths.previous[level], paths.is_left[level]
        top = np.where(before >= 0, high[before], size[paths.player[level]])
        high[level] = np.where(left, np.minimum(top, number[above] + 1), top)
        low[level] = np.where(left, low[before], np.maximum(low[before], number[above] + 1))
        gap[level] = gap[before] & (left == trees.missing_left[above])
    return Steps(known, limits, low[:-1], high[:-1], gap[:-1], column, check)
