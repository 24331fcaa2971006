"""scikit-learn's encoders of levels: one-hot, ordinal, target."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from core.portable.form import Column
from core.portable.inputs import NAN, Input, Inputs, by_level, plain_level


def one_hot(step: Any, inputs: Inputs) -> Inputs:
    """OneHotEncoder: one column per level that is kept, one for the infrequent ones together."""
    items = [
        replace(item, column=column, fill=None)
        for position, item in enumerate(inputs.items)
        for column in _dummies(step, position, item)
    ]
    return Inputs(tuple(items), bool(step.sparse_output))


def _dummies(step: Any, position: int, item: Input) -> Iterator[Column]:
    """The columns of 0 and 1 of one feature."""
    groups, rare = _groups(step, position)
    dropped = _dropped(step, position)
    for place, group in enumerate(groups):
        if place == dropped:
            continue
        if len(group) == 1 and not rare and item.column is None and group[0] is not None:
            yield _equals(item, group[0])
            continue
        unseen = float(rare and place == len(groups) - 1 and step.handle_unknown != "ignore")
        known = {level: float(level in group) for levels in groups for level in levels}
        yield by_level(item, known, unseen)


def _equals(item: Input, level: Any) -> Column:
    """1 for one level of a person's own column."""
    return Column(item.source, "equals", level=level, fill=float(item.fill is not None and item.fill == level))


def _groups(step: Any, position: int) -> tuple[list[list[Any]], bool]:
    """Levels of each column of one feature before dropping, and whether the last joins infrequent ones."""
    levels = [plain_level(level) for level in step.categories_[position]]
    found = getattr(step, "infrequent_categories_", None) if getattr(step, "_infrequent_enabled", False) else None
    if found is None or found[position] is None:
        return [[level] for level in levels], False
    rare = [plain_level(level) for level in found[position]]
    return [*([level] for level in levels if level not in rare), rare], True


def _dropped(step: Any, position: int) -> int | None:
    """Place of the column that ``drop`` leaves out."""
    dropped = getattr(step, "_drop_idx_after_grouping", step.drop_idx_)
    return None if dropped is None or dropped[position] is None else int(dropped[position])


def ordinal(step: Any, inputs: Inputs) -> Inputs:
    """OrdinalEncoder: the place of the level in the list, unknown and missing ones by their own codes."""
    unseen = NAN if step.handle_unknown == "error" else float(step.unknown_value)
    items = []
    for position, item in enumerate(inputs.items):
        groups, _ = _groups(step, position)
        present = [group for group in groups if group != [None]]
        codes: dict[Any, float] = {level: float(code) for code, group in enumerate(present) for level in group}
        if len(present) < len(groups):
            codes[None] = float(step.encoded_missing_value)
        items.append(replace(item, column=by_level(item, codes, unseen), fill=None))
    return Inputs(tuple(items))


def target(step: Any, inputs: Inputs) -> Inputs:
    """TargetEncoder: the smoothed mean of the target (of each of several classes) per level, the overall for others."""
    several = len(step.classes_) if step.target_type_ == "multiclass" else 1
    overall = np.broadcast_to(np.asarray(step.target_mean_, dtype=np.float64), several)
    items = []
    for place, means in enumerate(step.encodings_):
        position, kind = divmod(place, several)
        item, levels = inputs.items[position], step.categories_[position]
        known = {plain_level(level): float(mean) for level, mean in zip(levels, means, strict=True)}
        items.append(replace(item, column=by_level(item, known, float(overall[kind])), fill=None))
    return Inputs(tuple(items))
