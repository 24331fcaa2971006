"""A table without some of its rows, as its owner wishes: a table of its own, with numbers of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from core.errors import InputError
from core.loading.columns import numbered
from core.loading.frames import from_frame
from core.types import Table


def leave_out(table: Table, rows: Iterable[int]) -> Table:
    """The table without some rows; its columns stay what they were.

    Parameters
    ----------
    table : Table
    rows : iterable of int
        Row numbers, from 0.

    Raises
    ------
    InputError
        If there is no such row, or none would be left.
    """
    out = sorted({table.position(int(row)) for row in rows})
    if len(out) == len(table):
        raise InputError("No row would be left.", f"'{table.name}' has {len(table):,} rows.", "Keep some.")
    kept = np.delete(np.arange(len(table)), out)
    one = len(out) == 1
    named = numbered(out).capitalize()
    note = f"{named} {'is' if one else 'are'} left out, as you wished; the others are numbered anew."
    return from_frame(
        table.frame.take(kept).reset_index(drop=True),
        table.name,
        target=table.target or "",
        label=table.label or "",
        weights=table.weights or "",
        kinds={feature.name: feature.kind for feature in table.schema.features},
        notes=(*table.notes, note),
    )


def both(before: Sequence[int], more: Iterable[int], left: int) -> list[int]:
    """Rows left out before and now, by their numbers in the file.

    Parameters
    ----------
    before : sequence of int
        Numbers in the file.
    more : iterable of int
        Numbers in the table of which ``left`` rows are left.
    left : int
    """
    kept = np.delete(np.arange(left + len(before)), sorted(before))
    return sorted({*before, *(int(kept[row]) for row in more)})
