"""The first sheet of an Excel file with content to a frame."""

from __future__ import annotations

import datetime as dt
import io
import re
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from core.errors import ExplorerError, InputError
from core.loading import budgets, workbook
from core.loading.columns import counted, listed, tidy
from core.loading.texts import settle

_ERRORS = {"#N/A", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#NULL!", ""}

_MOST_BLANK = 1 << 20
"""Empty rows of a sheet: it has no more rows than that."""


def read(data: bytes) -> tuple[pd.DataFrame, list[str]]:
    """Read an .xlsx file; formulas give their last computed value.

    Returns
    -------
    frame : DataFrame
    notes : list of str

    Raises
    ------
    InputError
        If it is not an Excel file, is damaged, or is beyond the budgets.
    """
    workbook.check(data)
    import openpyxl

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl tells of styles and extensions that it does not read
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
            return _read(book)
    except ExplorerError:
        raise
    except Exception as error:  # openpyxl raises whatever the damage leads to
        raise InputError(
            "This Excel file is damaged.",
            f"{type(error).__name__}: {str(error)[:200]}.",
            "Open it and save it again as .xlsx or CSV.",
        ) from error


def _read(book: Any) -> tuple[pd.DataFrame, list[str]]:
    """The first sheet that looks like a table: two rows of two cells; else the first one with content."""
    titles = [sheet.title for sheet in book.worksheets]
    chosen, held, empty = "", [], set[str]()
    for sheet in book.worksheets:
        rows = list(_rows(sheet))
        wide = sum(sum(cell is not None for cell in row) > 1 for row in rows[:100]) > 1
        if wide or (rows and not chosen):
            chosen, held = sheet.title, rows
        if wide:
            break
        if not rows:
            empty.add(sheet.title)
    if not chosen:
        raise InputError(
            "This Excel file is empty.", "None of its sheets has rows.", "Fill a sheet, with a header on top."
        )
    frame, notes = _frame(held)
    others = [title for title in titles if title != chosen and title not in empty]
    notes.insert(0, f"Excel, sheet '{chosen}'.")
    if others:
        notes.append(f"Other sheets are not read: {listed(others)}.")
    return frame, notes


def _rows(sheet: Any) -> Iterator[tuple[Any, ...]]:
    """Rows with content; the size that the file claims is not believed, the cells are counted."""
    sheet.reset_dimensions()
    cells = blank = blanks = 0
    for row in sheet.iter_rows(values_only=True):
        width = len(row)
        while width and row[width - 1] in (None, ""):
            width -= 1
        budgets.check_columns(width)
        blank, blanks = 0 if width else blank + 1, blanks + (not width)
        cells += width
        if blank > 100_000 or blanks > _MOST_BLANK:
            return  # Excel ends at 1,048,576 rows; so long a gap is a stray format, not data
        if cells > budgets.MAX_EXCEL_CELLS:
            raise InputError(
                "This Excel sheet is too large.",
                f"It has more than {budgets.MAX_EXCEL_CELLS:,} cells.",
                "Save it as CSV or Parquet: those are read up to twenty times this size.",
            )
        if width:
            yield row[:width]


def _frame(rows: list[tuple[Any, ...]]) -> tuple[pd.DataFrame, list[str]]:
    """Header and typed columns."""
    modal = max(len(row) for row in rows)
    skipped = 0
    while skipped < min(5, len(rows) - 2) and _is_title(rows, skipped, modal):
        skipped += 1
    header, body = rows[skipped], rows[skipped + 1 :]
    named = [*header, *[""] * (modal - len(header))]
    above = _is_above(rows[skipped:], modal)
    if above:
        named, body = _joined(named, body[0]), body[1:]
    names, notes = tidy(named)
    if skipped:
        notes.append(f"{counted(skipped, 'line')} above the header skipped.")
    if above:
        notes.append("The header has two lines: their names are joined.")
    columns = {}
    for position, name in enumerate(names):
        cells = [row[position] if position < len(row) else None for row in body]
        columns[name], note = _column(cells, name)
        notes += [note] if note else []
    return pd.DataFrame(columns), notes


def _is_title(rows: list[tuple[Any, ...]], at: int, width: int) -> bool:
    """True for a line of one cell above a table; of two columns, when names and then numbers follow."""
    if width < 2 or sum(cell is not None for cell in rows[at]) > 1:
        return False
    below, data = rows[at + 1], rows[at + 2]
    named = len(below) == width and all(isinstance(cell, str) for cell in below)
    return width > 2 or (named and any(cell is not None and not isinstance(cell, str) for cell in data))


def _is_above(rows: list[tuple[Any, ...]], width: int) -> bool:
    """True when the first line names groups (with empty cells after a name) and the second the columns, before data."""
    if len(rows) < 3 or len(rows[1]) != width or not all(isinstance(cell, str) for cell in rows[1]):
        return False
    first = [*rows[0], *[None] * (width - len(rows[0]))]
    gaps = [cell is None for cell in first]
    data = any(cell is not None and not isinstance(cell, str) for cell in rows[2])
    return data and any(gaps) and all(cell is None or isinstance(cell, str) for cell in first)


def _joined(groups: list[Any], names: tuple[Any, ...]) -> list[Any]:
    """Each name after its group's, which stands over the first of its columns only."""
    found, group = [], ""
    for above, name in zip(groups, names, strict=True):
        group = str(above or group)
        found.append(f"{group} {name}".strip())
    return found


def _column(cells: list[Any], name: str) -> tuple[pd.Series, str | None]:
    """One column with the narrowest type that holds its cells."""
    known = [None if isinstance(cell, str) and cell.strip() in _ERRORS else cell for cell in cells]
    types = {type(cell) for cell in known if cell is not None}
    gaps = any(cell is None for cell in known)
    if not types:
        return pd.Series([np.nan] * len(known), name=name, dtype="float64"), None
    if types == {bool}:
        return pd.Series(
            [np.nan if cell is None else cell for cell in known], name=name, dtype=object if gaps else bool
        ), None
    if types <= {int, float}:
        whole = types == {int} and not gaps and all(abs(cell or 0) < 2**63 for cell in known)
        values = [np.nan if cell is None else cell for cell in known]
        return pd.Series(values, name=name, dtype="int64" if whole else "float64"), None
    if types <= {dt.datetime, dt.date}:
        return pd.Series(pd.to_datetime(pd.Series(known, name=name)), name=name), None
    text = pd.Series([None if cell is None else _text(cell) for cell in known], name=name, dtype="str")
    budgets.check_cell(int(text.str.len().max()), name)
    return settle(text)


def _text(cell: Any) -> str:
    """A cell as text; whole floats without a point, as a person sees them."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return re.sub(r"_x000D_", "", str(cell))
