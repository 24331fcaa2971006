"""CatBoost's statistics of categories: numbers that a table holds for each level, or for several columns together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.loading.formats.catboost_trees import BUCKET, Key, table_key
from core.loading.formats.flatbuffer import FlatTable, root
from core.portable.inputs import refuse
from core.types import Array

_BORDERS, _BUCKETS, _MEAN, _FLOAT_MEAN, _COUNTER, _FREQUENCY = range(6)
_NO_ENTRY = np.uint64(2**64 - 1)
_JOIN = 0x4906BA494954CB65
_UNDO = np.uint64(pow(_JOIN * _JOIN, -1, 1 << 64))
"""Takes a level's hash back out of the joint hash of one column."""
_MEANS = np.dtype([("sum", "<f4"), ("count", "<i4")])
_MOST_ENTRIES = 200_000


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """One table: what was counted in training for each joint hash.

    Attributes
    ----------
    hashes : ndarray of uint64, shape (n_entries,)
        Ascending.
    counted : ndarray, shape (n_entries, n_classes) or of records
    total : int
        What the counts of a frequency are divided by.
    """

    hashes: npt.NDArray[np.uint64]
    counted: npt.NDArray[Any]
    total: int


def counted(raw: Sequence[bytes]) -> dict[Key, Counts]:
    """Read the tables of a model that was checked; NotApplicable where they are too large to be carried along."""
    found = dict(_table(root(data)) for data in raw)
    entries = sum(len(counts.hashes) for counts in found.values())
    if entries > _MOST_ENTRIES:
        raise refuse(
            f"Its tables of categories have {entries:,} entries: "
            "train it with max_ctr_complexity=1, or with a larger one_hot_max_size"
        )
    return found


def _table(table: FlatTable) -> tuple[Key, Counts]:
    """One table."""
    base = table.table(0)
    if base is None:
        raise refuse("A table of categories is about nothing.")
    key, kind = table_key(base), base.byte(1, 0)
    buckets = np.frombuffer(table.array(1, "u1").tobytes(), BUCKET)
    filled = buckets[buckets["hash"] != _NO_ENTRY]
    filled = filled[np.argsort(filled["hash"])]
    blob = table.array(2, "u1").tobytes()
    if kind in (_MEAN, _FLOAT_MEAN):
        counted = np.frombuffer(blob, _MEANS)
    else:
        classes = table.whole(4, 0) if kind in (_BORDERS, _BUCKETS) else 1
        counted = np.frombuffer(blob, "<i4").reshape(-1, classes)
    return key, Counts(filled["hash"], counted[filled["index"].astype(np.int64)], table.whole(3, 0))


def answers(ctr: FlatTable, kind: int, counts: Counts) -> tuple[Array, float]:
    """What a statistic answers for each entry of its table, and for whatever has none; as float32 holds it.

    Parameters
    ----------
    ctr : FlatTable
        ``TModelCtr``.
    kind : int
        Its ``ECtrType``.
    counts : Counts
    """
    if kind in (_MEAN, _FLOAT_MEAN):
        good, total, nothing = counts.counted["sum"], counts.counted["count"], 0
    elif kind in (_COUNTER, _FREQUENCY):
        good, nothing = counts.counted[:, 0], counts.total
        total = np.full(len(good), counts.total)
    else:
        place = 0 if kind == _BORDERS and counts.counted.shape[1] <= 2 else ctr.whole(1, 0)
        good = counts.counted[:, place] if kind == _BUCKETS else counts.counted[:, place + 1 :].sum(axis=1)
        total, nothing = counts.counted.sum(axis=1), 0
    prior, weight, shift, scale = (np.float32(ctr.real(field, default, "<f4")) for field, default in _NUMBERS)

    def share(some: npt.ArrayLike, of: npt.ArrayLike) -> Array:
        """CatBoost's own arithmetic, in single precision."""
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = (np.asarray(some, np.float32) + prior) / (np.asarray(of, np.float32) + weight)
            return np.asarray((ratio + shift) * scale, dtype=np.float64)

    found, other = share(good, total), float(share(0, nothing))
    if not (np.isfinite(found).all() and np.isfinite(other)):
        raise refuse("One of its statistics of categories is not a number.")
    return found, other


_NUMBERS = ((2, 0.0), (3, 1.0), (4, 0.0), (5, 1.0))
"""Fields of a statistic and their defaults: prior, its weight, shift, scale."""


def single(counts: Counts, found: Array, other: float) -> tuple[float, ...]:
    """The table of the step ``match`` for a statistic of one column: its levels' hashes, then the answers."""
    keys = (counts.hashes * _UNDO).astype(np.int64)
    inside = np.abs(keys) <= 1 << 31
    order = np.argsort(keys[inside])
    return (other, *keys[inside][order].astype(np.float64).tolist(), *found[inside][order].tolist())


def halves(hashes: npt.NDArray[np.uint64]) -> Array:
    """Upper and lower 32 bits, shape (2, n)."""
    return np.stack([hashes >> np.uint64(32), hashes & np.uint64(0xFFFFFFFF)]).astype(np.float64)
