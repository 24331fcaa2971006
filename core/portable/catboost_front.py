"""What CatBoost's trees compare: numbers, levels one by one, statistics of levels, and of several columns together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from core.loading.formats.catboost_trees import Key, table_key
from core.loading.formats.flatbuffer import FlatTable
from core.portable.catboost_levels import Counts, answers, halves, single
from core.portable.city import level_hash
from core.portable.form import Column, Ints, Layer
from core.portable.inputs import Input, Inputs, number, refuse, tabled, then
from core.types import Array

BEHIND = 1 << 32
"""Answers about several columns are numbered from here on while the columns before them are not counted yet."""
_AS_TRUE = 2
"""How a column says that a missing value answers every question with yes."""
_BORDER = np.dtype([("index", "<i4"), ("border", "<f4")])
_VALUE = np.dtype([("index", "<i4"), ("value", "<i4")])


@dataclass(slots=True)
class Front:
    """Columns and joint tables under construction; each different one once.

    Attributes
    ----------
    inputs : Inputs
    numbers, levels : list of FlatTable
        The model's columns of either kind.
    tables : mapping
        What was counted, by what it is about.
    columns : list of Column
    """

    inputs: Inputs
    numbers: list[FlatTable]
    levels: list[FlatTable]
    tables: Mapping[Key, Counts]
    columns: list[Column] = field(default_factory=list)
    _places: dict[tuple[Any, ...], int] = field(default_factory=dict)
    _joint: dict[Key, tuple[list[int], Array, list[tuple[int, Array, float]]]] = field(default_factory=dict)
    _behind: int = 0

    def _put(self, name: tuple[Any, ...], column: Column) -> int:
        """Place of a column."""
        if name not in self._places:
            self._places[name] = len(self.columns)
            self.columns.append(column)
        return self._places[name]

    def number(self, index: int) -> int:
        """Place of a column of numbers."""
        return self._put(("number", index), number(self._number(index)))

    def level(self, index: int, value: int) -> int:
        """Place of a column that is 1 for one level."""
        return self._put(("level", index, value), then(self._hashed(index), ("is", value)))

    def statistic(self, feature: FlatTable) -> int:
        """Place of what a table of one column, or of several, says; a later one from ``BEHIND`` on."""
        ctr = _there(feature.table(0))
        base = _there(ctr.table(0))
        key, combined = table_key(base), base.table(0)
        counts = self.tables[key]
        found, other = answers(ctr, base.byte(1, 0), counts)
        places, alone = self._asked(_there(combined))
        if alone is not None:
            name = (key, ctr.whole(1, 0), *(ctr.real(place, 0.0, "<f4") for place in range(2, 6)))
            return self._put(name, tabled(self._hashed(alone), "match", single(counts, found, other)))
        _, _, held = self._joint.setdefault(key, (places, halves(counts.hashes), []))
        held.append((self._behind, found, other))
        self._behind += 1
        return BEHIND + self._behind - 1

    def missing_right(self, index: int) -> bool:
        """Whether a missing number answers every question with yes."""
        return self.numbers[index].byte(5, 0) == _AS_TRUE

    def layers(self) -> tuple[tuple[Layer, ...], Ints]:
        """Joint tables as layers, and where each answer from ``BEHIND`` on lies behind the columns."""
        made: list[Layer] = []
        place, at = np.zeros(self._behind, dtype=np.int64), len(self.columns)
        for places, keys, held in self._joint.values():
            weights = np.vstack([keys, *(found for _, found, _ in held)])
            made.append(Layer("joint", (0,), weights, np.array([other for *_, other in held]), places=tuple(places)))
            for answer, _, _ in held:
                place[answer], at = at, at + 1
        return tuple(made), place

    def _asked(self, combined: FlatTable) -> tuple[list[int], int | None]:
        """Places of all that a statistic is about, in the order of its hash; none, but the column, where it is one."""
        levels = combined.array(0, "<i4").tolist()
        above, equal = combined.array(1, "<u8").view(_BORDER), combined.array(2, "<u8").view(_VALUE)
        if len(levels) == 1 and not len(above) and not len(equal):
            return [], levels[0]
        places = [self._put(("hash", index), self._hashed(index)) for index in levels]
        places += [self._above(int(index), float(border)) for index, border in above.tolist()]
        return places + [self.level(int(index), int(value)) for index, value in equal.tolist()], None

    def _above(self, index: int, border: float) -> int:
        """Place of a column that is 1 above a border."""
        asked = then(number(self._number(index)), ("float32", 0.0), ("above", border))
        return self._put(("above", index, border), then(asked, ("fill", float(self.missing_right(index)))))

    def _number(self, index: int) -> Input:
        """The input that is a column of numbers."""
        return self.inputs.items[self.numbers[index].whole(2, -1)]

    def _hashed(self, index: int) -> Column:
        """A column of levels as the hashes by which CatBoost knows them."""
        return _hashed(self.inputs.items[self.levels[index].whole(1, -1)])


def _there(table: FlatTable | None) -> FlatTable:
    """A part that a checked model has."""
    if table is None:
        raise refuse("A statistic of categories has no parts.")
    return table


def _hashed(item: Input) -> Column:
    """Levels as CatBoost knows them: of a person's own column, or of the codes of an encoder before."""
    if item.block is not None:
        raise refuse("Levels are looked up after a step that mixes columns.")
    column = item.column
    if column is None:
        return Column(item.source, "hash", fill=level_hash("nan" if item.fill is None else item.fill))
    if column.op != "lookup" or column.steps:
        raise refuse(f"Column '{item.name}' is taken level by level after a step that made numbers of it.")

    def again(code: float) -> float:
        """What CatBoost knows a code as."""
        return level_hash("nan" if code != code else code)

    table = tuple((level, again(code)) for level, code in column.table)
    return replace(column, table=table, fill=again(column.fill), unseen=again(column.unseen))
