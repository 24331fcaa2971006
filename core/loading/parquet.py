"""Parquet to a frame: size checked from the footer before a page is decoded, then counted while decoding."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from core.errors import InputError
from core.loading import budgets
from core.loading.columns import listed, tidy
from core.loading.delimited import to_series, zoned

_BATCH = 1 << 16


def read(data: bytes) -> tuple[pd.DataFrame, list[str]]:
    """Read a Parquet file.

    Returns
    -------
    frame : DataFrame
        Categories stay categories; decimals become floats; times of a zone are in UTC; a stored index is a column.
    notes : list of str

    Raises
    ------
    InputError
        If it is damaged or beyond the budgets.
    """
    try:
        return _read(data)
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        raise InputError(
            "This Parquet file is damaged.",
            f"{type(error).__name__}: {' '.join(str(error).split())[:200]}.",
            "Write it again, or give the table as CSV.",
        ) from error


def _read(data: bytes) -> tuple[pd.DataFrame, list[str]]:
    """Check the footer, decode batch by batch, convert."""
    source = pa.BufferReader(data)
    # text is read as codes into a dictionary: a long text repeated a million times must not be spelt out
    probe = pq.ParquetFile(source)
    schema, rows = probe.schema_arrow, probe.metadata.num_rows
    budgets.check_columns(len(schema))
    if rows < 0 or not len(schema):
        raise ValueError(f"{rows} rows and {len(schema)} columns")
    budgets.check_cells(rows, len(schema))
    budgets.check_bytes(sum(_declared(probe, group) for group in range(probe.metadata.num_row_groups)))
    flat = [field.name for field in schema if _is_flat(field.type)]
    if len(set(schema.names)) != len(schema):
        raise ValueError("column names are repeated")
    texts = [field.name for field in schema if _is_text(field.type)]
    cells = [budgets.counted(_width(field.type)) for field in schema if field.name in flat]
    budgets.check_held(rows * sum(cells), len(data))
    file = pq.ParquetFile(source, read_dictionary=texts)
    frame = _frame(file, flat, texts)
    notes = ["Parquet."]
    if left_out := [name for name in schema.names if name not in flat]:
        notes.append(f"Left out, for their cells are no single values: {listed(left_out)}.")
    notes += zoned({field.name: field.type for field in schema})
    return frame, notes


def _declared(file: pq.ParquetFile, group: int) -> int:
    """Bytes of a row group as its header says; a negative size is damage."""
    size = int(file.metadata.row_group(group).total_byte_size)
    if size < 0:
        raise ValueError("a size is negative")
    return size


def _decode(file: pq.ParquetFile, name: str, width: int, size: int) -> tuple[pa.ChunkedArray, int]:
    """One column and the bytes so far; stopped where they go beyond the budgets whatever the footer said."""
    chunks, rows = [], 0
    for batch in file.iter_batches(batch_size=_BATCH, columns=[name]):
        column = batch.column(batch.schema.get_field_index(name))
        rows += len(column)
        budgets.check_cells(rows, width)
        size += _spelt_out(column, name)
        budgets.check_bytes(size)
        chunks.append(column)
    kind = chunks[0].type if chunks else file.schema_arrow.field(name).type
    return pa.chunked_array(chunks, type=kind), size


def _spelt_out(column: pa.Array, name: str) -> int:
    """Bytes that a column takes when its text is written out in each row."""
    if not pa.types.is_dictionary(column.type) or not _is_text(column.type.value_type):
        return int(column.nbytes)
    column.dictionary.validate(full=True)  # its letters are letters
    lengths = pc.binary_length(column.dictionary)
    if not len(lengths):
        return 0
    budgets.check_cell(pc.max(lengths).as_py() or 0, name)
    return int(pc.sum(pc.take(lengths, column.indices)).as_py() or 0)


def _is_text(kind: pa.DataType) -> bool:
    """True for text of either width, or written as views."""
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _width(kind: pa.DataType) -> int:
    """Bytes that a cell takes in the app at least."""
    if pa.types.is_boolean(kind):
        return 1
    return kind.bit_width // 8 if pa.types.is_integer(kind) or pa.types.is_floating(kind) else budgets.CELL_BYTES


def _is_flat(kind: pa.DataType) -> bool:
    """True for single values that a model may take."""
    if pa.types.is_dictionary(kind):
        return _is_flat(kind.value_type)
    flat: list[Callable[[pa.DataType], bool]] = [pa.types.is_boolean, pa.types.is_integer, pa.types.is_floating]
    flat += [pa.types.is_decimal, pa.types.is_date, pa.types.is_timestamp, pa.types.is_null, _is_text]
    return any(test(kind) for test in flat)


def _frame(file: pq.ParquetFile, flat: list[str], texts: list[str]) -> pd.DataFrame:
    """Column by column to pandas, so that one at a time is held twice; a stored index has no name of its own."""
    names, _ = tidy(["" if name.startswith("__index_level_") else name for name in flat])
    typed: dict[str, pd.Series] = {}
    size = 0
    for name, tidied in zip(flat, names, strict=True):
        column, size = _decode(file, name, len(flat), size)
        if name in texts:
            column = column.cast(pa.string())
        typed[tidied] = to_series(column, tidied)
        del column
        pa.default_memory_pool().release_unused()
    return pd.DataFrame(typed, copy=False)
