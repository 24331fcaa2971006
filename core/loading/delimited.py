"""CSV and its relatives, whatever way they are written, to a frame whose cells are what a person would say they are."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator, Mapping

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from core.errors import InputError
from core.loading import budgets, code_pages
from core.loading.columns import counted, listed, tidy
from core.loading.dialect import Dialect, sniff
from core.loading.encodings import to_utf8
from core.loading.texts import settle

# what pandas.read_csv takes for missing, so that a model trained through pandas finds its columns
MISSING = [
    "",
    "#N/A",
    "#N/A N/A",
    "#NA",
    "-1.#IND",
    "-1.#QNAN",
    "-NaN",
    "-nan",
    "1.#IND",
    "1.#QNAN",
    "<NA>",
    "N/A",
    "NA",
]
MISSING += ["NULL", "NaN", "None", "n/a", "nan", "null"]
_BLOCK = 16 << 20
_TRUE, _FALSE = ["true", "True", "TRUE"], ["false", "False", "FALSE"]
_WORDS = {"\t": "tab", ";": "semicolon", "|": "bar", ",": "comma"}


def read(data: bytes, as_text: Collection[str] = (), encoding: str = "") -> tuple[pd.DataFrame, list[str]]:
    """Read a CSV file.

    Parameters
    ----------
    data : bytes
        Any usual encoding, separator, decimal sign and line end.
    as_text : collection of str
        Columns whose cells stay as written ("007").
    encoding : str
        See `core.loading.encodings.to_utf8`.

    Returns
    -------
    frame : DataFrame
        Numbers, booleans and dates typed as ``pandas.read_csv`` would; text as ``str`` with NaN for missing.
    notes : list of str

    Raises
    ------
    InputError
        If it is not a table, or beyond the budgets.
    """
    text, encoding = to_utf8(data, encoding)
    dialect = sniff(text)
    names, notes = tidy(dialect.names)
    lines = max(text.count(b"\n"), text.count(b"\r")) + 1
    budgets.check_cells(max(0, lines - 2), len(names))
    columns, repairs = _parse(text, dialect, names, as_text)
    frame, found = _frame(columns, dialect, as_text)
    said = [code_pages.say(encoding, _WORDS[dialect.separator])]
    if dialect.decimal == ",":
        said.append("Decimal commas read as decimal points.")
    if not dialect.header:
        said.append("The first row holds numbers only: read as data; the columns are numbered.")
    if dialect.skipped:
        said.append(f"{counted(dialect.skipped, 'line')} above the header skipped.")
    return frame, said + notes + repairs + found


def _parse(
    text: bytes, dialect: Dialect, names: list[str], as_text: Collection[str]
) -> tuple[dict[str, pa.ChunkedArray], list[str]]:
    """Parse by Arrow; a file whose rows differ in length is put right first, and said so."""
    body = pa.py_buffer(text).slice(dialect.start)
    types = {name: pa.string() for name in names if name in as_text}
    repairs: list[str] = []
    try:
        if dialect.spaced:
            raise pa.ArrowInvalid("quotes after spaces")
        table = _arrow(body, dialect, names, types)
    except pa.ArrowInvalid:
        body, repairs = _repair(text[dialect.start :], dialect, len(names))
        table = _arrow_or_refuse(body, dialect, names, types)
    _check_quotes(text, table, dialect)
    unsure = _unsure(table, text)
    if unsure:
        again = _arrow(body, dialect, names, {**types, **dict.fromkeys(unsure, pa.string())}, unsure)
        for name in unsure:
            position = table.schema.get_field_index(name)
            table = table.set_column(position, name, again.column(name))
    return dict(zip(names, table.columns, strict=True)), repairs


def _arrow(
    body: pa.Buffer, dialect: Dialect, names: list[str], types: dict[str, pa.DataType], only: list[str] | None = None
) -> pa.Table:
    """One pass of Arrow's parser."""
    quoted = any(b'"' in memoryview(body)[at : at + _BLOCK].tobytes() for at in range(0, len(body), _BLOCK))
    return pacsv.read_csv(
        pa.BufferReader(body),
        read_options=pacsv.ReadOptions(
            column_names=names, skip_rows_after_names=1 if dialect.header else 0, block_size=_BLOCK
        ),
        parse_options=pacsv.ParseOptions(delimiter=dialect.separator, newlines_in_values=quoted),
        convert_options=pacsv.ConvertOptions(
            null_values=MISSING,
            true_values=_TRUE,
            false_values=_FALSE,
            strings_can_be_null=True,
            decimal_point=dialect.decimal,
            column_types=types,
            include_columns=only or [],
        ),
        memory_pool=_pool(),
    )


def _pool() -> pa.MemoryPool:
    """The allocator that gives memory back soonest: a million rows stay resident at 1.6 instead of 2.2 frames."""
    try:
        return pa.jemalloc_memory_pool()
    except NotImplementedError:  # not built in on this system
        return pa.default_memory_pool()


def _arrow_or_refuse(body: pa.Buffer, dialect: Dialect, names: list[str], types: dict[str, pa.DataType]) -> pa.Table:
    """Parse what was put right; what still fails is no table."""
    try:
        return _arrow(body, dialect, names, types)
    except pa.ArrowInvalid as error:
        raise InputError(
            "This file cannot be read as a table.",
            f"{str(error)[:200]}",
            "Save it again as CSV with one line for each row.",
        ) from error


def _repair(text: bytes, dialect: Dialect, width: int) -> tuple[pa.Buffer, list[str]]:
    """Write the rows again with equal lengths: short ones filled, empty cells at the end dropped."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=dialect.separator)
    short = 0
    for number, record in _rows(text, dialect):
        while len(record) > width and not record[-1].strip():
            record.pop()
        if len(record) > width:
            raise InputError(
                f"Line {number:,} has too many cells.",
                f"It has {len(record)}; the header has {width}.",
                f"A value that holds the separator '{_WORDS[dialect.separator]}' must be in quotation marks.",
            )
        short += len(record) < width
        writer.writerow(record + [""] * (width - len(record)))
    told = f"{counted(short, 'row')} {'was' if short == 1 else 'were'} shorter than the header"
    notes = [f"{told}; their last cells are missing."] if short else []
    return pa.py_buffer(out.getvalue().encode("utf-8")), notes


def _rows(text: bytes, dialect: Dialect) -> Iterator[tuple[int, list[str]]]:
    """The records of a file with their line numbers, by the csv module."""
    stream = io.TextIOWrapper(io.BytesIO(text), encoding="utf-8", newline="")
    reader = csv.reader(stream, delimiter=dialect.separator, skipinitialspace=dialect.spaced)
    while True:
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise InputError(
                f"Line {reader.line_num:,} cannot be read.",
                f"{error}.",
                "A quotation mark that is opened and never closed can do this.",
            ) from error
        if record:
            yield reader.line_num, record


def _check_quotes(text: bytes, table: pa.Table, dialect: Dialect) -> None:
    """Refuse a file whose last cell swallowed the lines after an open quotation mark; refuse giant cells."""
    for name, column in zip(table.column_names, table.columns, strict=True):
        if not pa.types.is_string(column.type) or not len(column):
            continue
        budgets.check_cell(pc.max(pc.binary_length(column)).as_py() or 0, name)
        last = column[-1].as_py()
        if last and "\n" in last and text.count(b'"') % 2:
            raise InputError(
                "A quotation mark is never closed.",
                f"The last row's '{name}' runs over {last.count(chr(10))} lines: {last[:40]!r}…",
                "Close it, or remove it, and save the file again.",
            )


def _unsure(table: pa.Table, text: bytes) -> list[str]:
    """Columns that Arrow types more eagerly than a person would: times of day; 0x1F as a number; long numbers."""
    found = [field.name for field in table.schema if pa.types.is_time(field.type)]
    if b"0x" in text or b"0X" in text:
        found += [field.name for field in table.schema if pa.types.is_integer(field.type)]
    return found + [field.name for field in table.schema if pa.types.is_floating(field.type) and _is_long(table, field)]


def _is_long(table: pa.Table, field: pa.Field) -> bool:
    """True when all values are whole and beyond what a float holds exactly: identifiers, not amounts."""
    values = table.column(field.name).drop_null()
    if not len(values):
        return False
    least = pc.min(pc.abs(values)).as_py()
    return bool(least >= 2.0**63 and np.isfinite(pc.max(values).as_py()))


def _frame(
    columns: dict[str, pa.ChunkedArray], dialect: Dialect, as_text: Collection[str]
) -> tuple[pd.DataFrame, list[str]]:
    """Arrow columns to pandas ones, each freed before the next; text is looked at once more."""
    notes = zoned({name: column.type for name, column in columns.items()})
    typed: dict[str, pd.Series] = {}
    for name in list(columns):
        column = to_series(columns.pop(name), name)
        if isinstance(column.dtype, pd.StringDtype) and name not in as_text:
            column, note = settle(column, dialect.decimal)
            notes += [note] if note else []
        typed[name] = column
    _pool().release_unused()
    return pd.DataFrame(typed, copy=False), notes


def zoned(kinds: Mapping[str, pa.DataType]) -> list[str]:
    """A note where times have a time zone."""
    found = [name for name, kind in kinds.items() if _is_zoned(kind)]
    return [f"Times with a time zone are given in UTC: {listed(found)}."] if found else []


def _is_zoned(kind: pa.DataType) -> bool:
    """True for times with a time zone: what it is lies in files of the system, which a locked process may not open."""
    return bool(pa.types.is_timestamp(kind) and kind.tz is not None)


def to_series(column: pa.ChunkedArray, name: str) -> pd.Series:
    """An Arrow column as pandas users have it: dates as timestamps, those of a time zone in UTC, gaps as NaN."""
    if pa.types.is_date(column.type):
        column = column.cast(pa.timestamp("ms"))
    elif _is_zoned(column.type):
        column = column.cast(pa.timestamp(column.type.unit))
    elif pa.types.is_null(column.type) or pa.types.is_decimal(column.type):
        column = column.cast(pa.float64())
    if pa.types.is_string(column.type):
        column = pa.chunked_array([column.combine_chunks()])  # taking one row of many chunks would join them each time
    series: pd.Series = column.to_pandas()
    if pd.api.types.is_object_dtype(series.dtype):
        series = series.where(series.notna(), np.nan)  # truth values with gaps, as pandas.read_csv has them
    return series.rename(name)
