"""Records as columns: what repeats is written once, so that hundreds of drawings fit in one small file."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

DIGITS = 7
"""Significant digits of a drawn number: far finer than a pixel."""


class Texts:
    """Every text once, in order of first use."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}

    def place(self, text: str) -> int:
        """Where a text stands in the list."""
        return self._places.setdefault(text, len(self._places))

    def listed(self) -> list[str]:
        """All texts."""
        return list(self._places)


def pack(rows: Sequence[Mapping[str, Any]], texts: Texts) -> dict[str, Any]:
    """Write records as columns.

    Parameters
    ----------
    rows : sequence of mapping
        Plain JSON values; records may have different fields.
    texts : Texts
        Collects the texts.

    Returns
    -------
    dict
        ``n``, and ``columns``: field to ``[form, values]``. Form ``"t"``: places in the list of texts, -1 for null;
        ``"v"``: the values themselves; in capitals: one value that all records share. Where a record lacks a field
        it reads null. ``core/assets/report_data.js`` undoes it.
    """
    names = dict.fromkeys(name for row in rows for name in row)
    return {"n": len(rows), "columns": {name: _column([row.get(name) for row in rows], texts) for name in names}}


def _column(cells: list[Any], texts: Texts) -> list[Any]:
    """One column in its shortest form."""
    form = "t" if all(cell is None or isinstance(cell, str) for cell in cells) else "v"
    values = [(-1 if cell is None else texts.place(cell)) if form == "t" else rounded(cell) for cell in cells]
    if _all_same(values):
        return [form.upper(), values[0]]
    return [form, values]


def _all_same(values: list[Any]) -> bool:
    """True where one value stands for all (1, 1.0 and true differ)."""
    return all(value == values[0] and type(value) is type(values[0]) for value in values)


def rounded(value: Any) -> Any:
    """A float with as many digits as a drawing needs, None for one that is no number; all else as it is."""
    if not isinstance(value, float):
        return value
    return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None


def unpacked(packed: Mapping[str, Any], texts: Sequence[str]) -> list[dict[str, Any]]:
    """Undo ``pack``; every record has every field.

    Examples
    --------
    >>> texts = Texts()
    >>> unpacked(pack([{"a": 1, "b": "x"}, {"a": 1}], texts), texts.listed())
    [{'a': 1, 'b': 'x'}, {'a': 1, 'b': None}]
    """
    columns = {name: list(_cells(form, held, packed["n"], texts)) for name, (form, held) in packed["columns"].items()}
    return [{name: cells[place] for name, cells in columns.items()} for place in range(packed["n"])]


def _cells(form: str, held: Any, count: int, texts: Sequence[str]) -> Iterable[Any]:
    """The cells of one column."""
    values = [held] * count if form in "TV" else held
    return values if form in "vV" else (None if place < 0 else texts[place] for place in values)
