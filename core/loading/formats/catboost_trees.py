"""CatBoost's trees and category tables: what its parser and its predictor follow without asking lies in range."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from core.loading.formats.flatbuffer import FlatTable, root
from core.loading.formats.tree_checks import DEEPEST

MAX_COLUMNS = 100_000
_DEEPEST = 16
_VERSION = b"FlabuffersModel_v1"
_BORDERS, _BUCKETS = 0, 1
_MEANS = (2, 3)
_NO_CTR = np.uint64(2**64 - 1)
BUCKET = np.dtype([("hash", "<u8"), ("index", "<u4")])
_STEP = np.dtype([("left", "<u2"), ("right", "<u2")])

Key = tuple[bytes, bytes, bytes, int]


def check_core(core: bytes) -> tuple[FlatTable, bool]:
    """Check the trees of a model.

    Parameters
    ----------
    core : bytes
        The FlatBuffers part of a cbm file.

    Returns
    -------
    trees : FlatTable
    plain : bool
        False if it reads texts or embeddings, whose tables have another form.

    Raises
    ------
    ValueError
        If an index is out of range; the message says which.
    """
    model = root(core)
    trees = model.table(1)
    if trees is None or model.array(0, "u1").tobytes() != _VERSION:
        raise ValueError("it holds no trees, or is written in an unknown version")
    outputs = trees.whole(0, 0)
    if not 1 <= outputs <= 10_000:
        raise ValueError(f"it says that it has {outputs} outputs")
    bins = _features(trees)
    splits, sizes = trees.array(1, "<i4"), trees.array(2, "<i4").astype(np.int64)
    starts = np.concatenate([[0], np.cumsum(sizes)])
    if (sizes < 0).any() or starts[-1] != splits.size:
        raise ValueError("its trees are longer or shorter than its splits")
    begins = trees.array(3, "<i4")
    if begins.size not in (0, sizes.size) or (begins != starts[: begins.size]).any():
        raise ValueError("its trees begin elsewhere")
    if splits.size and (splits.min() < 0 or splits.max() >= bins):
        raise ValueError("a tree asks for a split that is not there")
    leaves = trees.array(8, "<f8").size
    if trees.array(10, "<u4").size:
        _branching(trees, starts, leaves)
    elif (sizes > _DEEPEST).any() or leaves != outputs * int((1 << sizes).sum()):
        raise ValueError("its leaves do not fit its trees")
    return trees, not any(trees.tables(field) for field in (12, 13))


def _features(trees: FlatTable) -> int:
    """How many splits there are to choose from; every column that they name is in bounds."""
    numbers, kinds = trees.tables(5), trees.tables(4)
    flats: list[int] = []
    for index, flat, found in ((1, 2, numbers), (0, 1, kinds), (0, 1, trees.tables(12))):
        places = [table.whole(index, -1) for table in found]
        flats += [table.whole(flat, -1) for table in found]
        if places != list(range(len(places))):
            raise ValueError("its columns are out of bounds")
    if sorted(flats) != list(range(len(flats))) or len(flats) > MAX_COLUMNS:
        raise ValueError("its columns are out of bounds")
    known = {table.whole(0, -1) for table in kinds}
    singles = trees.tables(6)
    if any(table.whole(0, -1) not in known for table in singles):
        raise ValueError("a split asks for a category that is not there")
    estimated = sum(table.array(3, "<f4").size for table in trees.tables(13))
    borders = sum(table.array(3, "<f4").size for table in numbers) + estimated
    values = sum(table.array(1, "<i4").size for table in singles)
    return int(borders + values + sum(table.array(1, "<f4").size for table in trees.tables(7)))


def _branching(trees: FlatTable, starts: npt.NDArray[np.int64], leaves: int) -> None:
    """Trees with nodes of their own: every step leads onward inside its tree, or ends at a leaf that is there."""
    steps, ends = trees.array(10, "<u4"), trees.array(11, "<u4")
    if steps.size != starts[-1] or ends.size != starts[-1]:
        raise ValueError("its nodes do not fit its trees")
    pairs = steps.view(_STEP)
    here = np.arange(steps.size)
    limit = np.repeat(starts[1:], np.diff(starts))
    for side in ("left", "right"):
        if (here + pairs[side] >= limit).any():
            raise ValueError("a step leads out of its tree")
    _check_depth(pairs, starts)
    final = (pairs["left"] == 0) | (pairs["right"] == 0)
    if (ends[final].astype(np.int64) >= leaves).any():
        raise ValueError("a node ends at a leaf that is not there")


def _check_depth(pairs: npt.NDArray[Any], starts: npt.NDArray[np.int64]) -> None:
    """No path through a tree is longer than ``DEEPEST``; steps lead onward, so every path ends."""
    if np.diff(starts).max(initial=0) <= DEEPEST:
        return
    level = starts[:-1][np.diff(starts) > 0]
    for _ in range(DEEPEST):
        level = np.unique(
            np.concatenate([(level + pairs[side][level])[pairs[side][level] > 0] for side in ("left", "right")])
        )
    if level.size:
        raise ValueError(f"a tree is deeper than {DEEPEST:,} levels")


def check_tables(trees: FlatTable, tables: list[bytes]) -> None:
    """Check the tables of category statistics: each that is asked for is there, and no entry of one leads out of it.

    Raises
    ------
    ValueError
        If not.
    """
    known = {table.whole(0, -1) for table in trees.tables(4)}
    numbers = {table.whole(1, -1) for table in trees.tables(5)}
    held = dict(_table(root(data)) for data in tables)
    for feature in trees.tables(7):
        asked = feature.table(0)
        base = None if asked is None else asked.table(0)
        if asked is None or base is None:
            raise ValueError("a statistic of categories has no parts")
        combined = base.table(0)
        columns = np.zeros(0, "<i4") if combined is None else combined.array(0, "<i4")
        pairs = [np.zeros(0, "<u8") if combined is None else combined.array(field, "<u8") for field in (1, 2)]
        kinds = {*columns.tolist(), *(pairs[1] & np.uint64(0xFFFFFFFF)).tolist()}
        if not kinds <= known or not set((pairs[0] & np.uint64(0xFFFFFFFF)).tolist()) <= numbers:
            raise ValueError("a statistic asks for a column that is not there")
        classes = held.get(table_key(base))
        if classes is None or not 0 <= asked.whole(1, 0) < classes:
            raise ValueError("a statistic of categories has no table")


def table_key(base: FlatTable) -> Key:
    """What a statistic is about."""
    combined = base.table(0)
    parts = [b"" if combined is None else combined.array(field, kind).tobytes() for field, kind in _PARTS]
    return parts[0], parts[1], parts[2], base.byte(1, 0)


_PARTS = ((0, "<i4"), (1, "<u8"), (2, "<u8"))


def _table(table: FlatTable) -> tuple[Key, int]:
    """One table: what it is about, and how many borders or classes it may be asked for."""
    base = table.table(0)
    if base is None:
        raise ValueError("a table of categories is about nothing")
    kind, classes = base.byte(1, 0), table.whole(4, 0)
    buckets: Any = np.frombuffer(table.array(1, "u1").tobytes(), BUCKET)
    size = 8 if kind in _MEANS else 4 * classes if kind in (_BORDERS, _BUCKETS) else 4
    count, rest = divmod(table.array(2, "u1").size, size) if size > 0 else (0, 1)
    filled = buckets["hash"] != _NO_CTR
    if rest or not buckets.size or buckets.size & (buckets.size - 1) or filled.all():
        raise ValueError("a table of categories has the wrong size")  # a full one would be searched for ever
    if (buckets["index"][filled] >= count).any():
        raise ValueError("an entry of a table of categories leads out of it")
    return table_key(base), classes if kind in (_BORDERS, _BUCKETS) else 1 << 30
