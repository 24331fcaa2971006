"""CatBoost models from their own binary form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from core.loading.formats.catboost_file import loss_of, parts_of, tables_of
from core.loading.formats.flatbuffer import FlatTable, root
from core.portable.catboost_front import BEHIND, Front
from core.portable.catboost_levels import counted
from core.portable.catboost_trees import Questions, trees_of
from core.portable.form import Layer, Link, Network
from core.portable.inputs import Head, Inputs, refuse
from core.types import Scale, Task

_LINKS: dict[str, tuple[Link, Scale]] = {
    "Logloss": ("logistic", "log-odds"),
    "CrossEntropy": ("logistic", "log-odds"),
    "Focal": ("logistic", "log-odds"),
    "MultiClass": ("softmax", "score"),
    "MultiClassOneVsAll": ("sigmoid", "score"),
    "Poisson": ("exp", "log-target"),
    "Tweedie": ("exp", "log-target"),
}
"""Any other loss with one sum predicts the sum itself."""
_LEVELS, _NUMBERS, _SINGLES, _STATISTICS = 4, 5, 6, 7
"""Fields of a model's trees: its columns, and what can be asked about them."""


def convert(estimator: Any, inputs: Inputs, task: Task) -> Head:
    """Convert a fitted CatBoost, CatBoostClassifier or CatBoostRegressor.

    Its binary form is read where it is: neither a file nor CatBoost's own code takes part.

    Raises
    ------
    NotApplicable
        If the loss, the columns or the tables have no portable form; ``why`` says which.
    """
    core, behind = parts_of(bytes(estimator._serialize_model()))
    raw = root(core).table(1)
    if raw is None or raw.tables(12) or raw.tables(13):
        raise refuse("It reads texts or embeddings.")
    loss = loss_of(estimator)
    if loss not in _LINKS and raw.whole(0, 1) > 1:
        raise refuse(f"Its loss '{loss}' gives several numbers at once.")
    numbers, levels = raw.tables(_NUMBERS), raw.tables(_LEVELS)
    expected = len(numbers) + len(levels)
    if len(inputs.items) != expected:
        raise refuse(f"It takes {expected} columns, {len(inputs.items)} arrive.")
    front = Front(inputs, numbers, levels, counted(tables_of(behind)))
    trees = trees_of(raw, _questions(raw, front))
    joint, places = front.layers()
    link, scale = _LINKS.get(loss, ("identity", "target"))
    if not joint:
        return Head(tuple(front.columns), trees, link, scale)
    feature = trees.feature.copy()
    feature[feature >= BEHIND] = places[feature[feature >= BEHIND] - BEHIND]
    count = len(joint)
    layers = (
        *joint,
        Layer("concatenate", tuple(range(count + 1))),
        Layer("trees", (count + 1,), trees=replace(trees, feature=feature)),
    )
    return Head(tuple(front.columns), Network(layers, len(trees.base)), link, scale)


def _questions(raw: FlatTable, front: Front) -> Questions:
    """All splits in their order: borders of numbers, levels, borders of statistics."""
    asked: list[tuple[Callable[[], int], list[float], bool]] = []
    for index, table in enumerate(front.numbers):
        front.number(index)  # each is there, asked for or not, so that it is known to be a number
        edges = table.array(3, "<f4").tolist()
        asked.append((partial(front.number, index), edges, not front.missing_right(index)))
    for table in raw.tables(_SINGLES):
        values = table.array(1, "<i4").tolist()
        asked += [(partial(front.level, table.whole(0, -1), value), [0.5], True) for value in values]
    for table in raw.tables(_STATISTICS):
        asked.append((partial(front.statistic, table), table.array(1, "<f4").tolist(), True))
    used = np.unique(raw.array(1, "<i4"))
    counts = [len(edges) for _, edges, _ in asked]
    ends = np.cumsum(counts)
    before = np.searchsorted(used, ends - counts)
    wanted = (np.searchsorted(used, ends) > before).tolist()
    columns = [place() if needed else 0 for (place, _, _), needed in zip(asked, wanted, strict=True)]
    border = np.array([edge for _, edges, _ in asked for edge in edges], dtype=np.float64)
    left = np.array([left for _, _, left in asked], dtype=np.bool_)
    return Questions(np.repeat(np.array(columns, dtype=np.int64), counts), border, np.repeat(left, counts))
