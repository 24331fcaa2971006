"""Groups of rows by one column or several: levels, bins of numbers, and their combinations."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.conditions import ordered_values
from core.errors import InputError, unknown_name
from core.loading.schema import infer
from core.types import Array, Feature, Table
from core.views import words

MOST = 12
"""Groups at most: the rarest beyond are one."""
FEW = 5
"""Numbers of at most so many different values are levels."""
COLUMNS = 3
"""Columns that groups combine at most."""
OTHERS = "all others"
TELLING = ("sex", "gender", "race", "ethnicity", "ethnic", "nationality", "religion", "disability", "age")
"""Words in a column's name by which it is taken where nobody chose one."""
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Which group each row is in.

    Attributes
    ----------
    columns : tuple of str
    names : tuple of str
        Each different: parts of one number in their order, others with most rows first.
    codes : ndarray of int, shape (n_rows,)
        Positions in ``names``.
    """

    columns: tuple[str, ...]
    names: tuple[str, ...]
    codes: Ints

    @property
    def counts(self) -> Ints:
        """Rows of each group."""
        return np.bincount(self.codes, minlength=len(self.names))


def eligible(table: Table) -> tuple[str, ...]:
    """Columns that rows can be grouped by: the features and every other column but target, weights and row names."""
    roles = {table.target, table.weights, table.label}
    extra = [str(name) for name in table.frame.columns if name not in roles and name not in table.schema.names]
    return (*table.schema.names, *extra)


def usual(table: Table) -> tuple[str, str]:
    """The column to group by where nobody chose one, and why it was taken."""
    names = eligible(table)
    spoken = {name: re.split(r"[\W_]+", name.casefold()) for name in names}
    for word in TELLING:
        for name, parts in spoken.items():
            if word in parts:
                return name, "taken for its name"
    for name in table.schema.names:
        if 2 <= table.frame[name].nunique() <= MOST:
            return name, "the first feature with few different values"
    return names[0], "the first feature"


def grouped(table: Table, columns: Sequence[str], rows: Ints, bins: int, bounds: Sequence[float] = ()) -> Groups:
    """Put rows into groups.

    Parameters
    ----------
    table : Table
    columns : sequence of str
        One to three of ``eligible(table)``; several are combined.
    rows : ndarray of int
        Positions in the table.
    bins : int
        Parts of a number, of about as many rows each.
    bounds : sequence of float
        Where numbers are cut instead.

    Raises
    ------
    InputError
        If there is no such column, or fewer than two groups.
    """
    known = eligible(table)
    for name in columns:
        if name not in known:
            raise unknown_name("column", name, known)
    if not 1 <= len(columns) <= COLUMNS:
        raise InputError(f"{len(columns)} columns cannot be combined.", f"One to {COLUMNS} can.", "Choose fewer.")
    wanted = tuple(dict.fromkeys(columns))
    parts = [_parts(table.frame[name].iloc[rows], name, bins, bounds) for name in wanted]
    codes, names = reduce(_crossed, parts)
    in_order = len(wanted) == 1 and names[0].startswith(words.short(wanted[0], 30) + " at most ")
    found = _bounded(wanted, codes, names, in_order)
    if len(found.names) < 2:
        raise InputError(
            f"All rows are in one group: {found.names[0]}.", "There is nothing to compare.", "Choose another column."
        )
    return found


def _parts(column: pd.Series, name: str, bins: int, bounds: Sequence[float]) -> tuple[Ints, list[str]]:
    """Codes and names of one column's parts."""
    feature = infer(column, name)
    if feature is None:
        raise InputError(f"'{words.short(name)}' cannot group rows.", "Its cells are no levels and no numbers.")
    if feature.is_ordered and (bounds or column.nunique() > FEW):
        return _binned(ordered_values(column, feature), feature, bins, bounds)
    codes, levels = pd.factorize(column, sort=False)
    told, column_name = [words.named(words.cell(level), 40) for level in levels], words.short(name, 30)
    bare = any(words.outcome(level, column_name) != level for level in told)
    called = [f"{column_name} = {level}" if bare else level for level in told]
    return _with_missing(codes.astype(np.int64), called, name)


def _binned(values: Array, feature: Feature, bins: int, bounds: Sequence[float]) -> tuple[Ints, list[str]]:
    """Parts between bounds, each without its lower and with its upper one."""
    known = np.isfinite(values)
    inner = np.quantile(values[known], np.linspace(0, 1, bins + 1)[1:-1]) if known.any() else np.empty(0)
    inner = np.floor(inner) if feature.kind == "integer" else inner  # the same rows, in whole numbers
    edges = np.unique(np.asarray(bounds if len(bounds) else inner, dtype=np.float64))
    edges = edges[edges < values[known].max()] if known.any() else edges
    codes = np.where(known, np.searchsorted(edges, values, side="left"), -1)
    date = feature.kind == "datetime"
    texts = [words.moment(pd.Timestamp(edge, unit="s")) if date else words.own_number(float(edge)) for edge in edges]
    name = words.short(feature.name, 30)
    ends = list(zip(["", *texts], [*texts, ""], strict=True))
    called = [
        " ".join([name, *([f"above {low}"] if low else []), *(["to" if low else "at most", high] if high else [])])
        for low, high in ends
    ]
    return _with_missing(codes.astype(np.int64), called, feature.name)


def _with_missing(codes: Ints, names: list[str], column: str) -> tuple[Ints, list[str]]:
    """A group of their own for rows without a value."""
    if not (codes < 0).any():
        return codes, names
    return np.where(codes < 0, len(names), codes), [*names, f"{words.short(column, 30)} missing"]


def _crossed(first: tuple[Ints, list[str]], second: tuple[Ints, list[str]]) -> tuple[Ints, list[str]]:
    """Every combination that occurs."""
    wide = len(second[1])
    pairs, codes = np.unique(first[0] * wide + second[0], return_inverse=True)
    return codes.astype(np.int64), [f"{first[1][pair // wide]}, {second[1][pair % wide]}" for pair in pairs.tolist()]


def _bounded(columns: tuple[str, ...], codes: Ints, names: list[str], in_order: bool) -> Groups:
    """As they are, or most rows first, equals by name; the rarest beyond ``MOST`` as one; every name different."""
    counts = np.bincount(codes, minlength=len(names))
    there = np.flatnonzero(counts).tolist()
    ranked = there if in_order else sorted(there, key=lambda at: (-counts[at], names[at]))
    kept = ranked if len(ranked) <= MOST else ranked[: MOST - 1]
    place = np.full(len(names), len(kept), dtype=np.int64)
    place[kept] = np.arange(len(kept))
    called: list[str] = []
    for name in [*(names[at] for at in kept), *([OTHERS] if len(kept) < len(ranked) else [])]:
        called.append(name if name not in called else f"{name} ({sum(name in other for other in called) + 1})")
    return Groups(columns, tuple(called), place[codes])
