"""How much a table may hold: checked before the memory is spent, so that a small file cannot become a large one."""

from __future__ import annotations

import gzip
import io
import zlib

from core.errors import InputError

MAX_ROWS = 5_000_000
MAX_COLUMNS = 2_000
MAX_CELLS = 40_000_000
MAX_CELL = 20_000
"""Characters in one cell."""
MAX_BYTES = 768 * 2**20
"""Bytes after decompression, and bytes of text in a decoded table."""
MAX_RATIO, FREE = 200, 16 << 20
"""A file may unpack to so many times its size, or to so many bytes; a sparse table of zeros and ones stays at 110."""
MAX_EXCEL_CELLS = 3_000_000
MAX_NAME = 120
"""Characters in a column name; longer ones are cut."""

_CHUNK = 1 << 20


def check_columns(count: int) -> None:
    """Refuse a table that is too wide.

    Raises
    ------
    InputError
    """
    if count > MAX_COLUMNS:
        raise InputError(
            "This table has too many columns.",
            f"It has {count:,} or more; at most {MAX_COLUMNS:,} are read.",
            "Keep the columns that the model takes, the target and a name for each row.",
        )


def check_cells(rows: int, columns: int) -> None:
    """Refuse a table that is too long, or too large as a whole.

    Raises
    ------
    InputError
    """
    if rows > MAX_ROWS or rows * columns > MAX_CELLS:
        raise InputError(
            "This table is too large.",
            f"It has about {rows:,} rows and {columns:,} columns; at most {MAX_ROWS:,} rows"
            f" and {MAX_CELLS:,} cells are read.",
            "Take a sample of the rows, or fewer columns.",
        )


def check_cell(length: int, column: str) -> None:
    """Refuse a cell that is longer than any value a person would read.

    Raises
    ------
    InputError
    """
    if length > MAX_CELL:
        raise InputError(
            f"A cell of column '{column}' is too long.",
            f"It has {length:,} characters; at most {MAX_CELL:,} are read.",
            "A quotation mark that is opened and never closed can do this; otherwise shorten the cell.",
        )


def check_bytes(size: int) -> None:
    """Refuse content that is too large when unpacked.

    Raises
    ------
    InputError
    """
    if size > MAX_BYTES:
        raise InputError(
            "This table is too large when unpacked.",
            f"It needs more than {MAX_BYTES // 2**20:,} MB.",
            "Take a sample of the rows, or fewer columns.",
        )


def check_ratio(size: int, packed: int) -> None:
    """Refuse a small file that opens to a large table: it holds the same thing over and over.

    Parameters
    ----------
    size : int
        Bytes when unpacked.
    packed : int
        Bytes of the file.

    Raises
    ------
    InputError
    """
    if size > max(FREE, packed * MAX_RATIO):
        raise InputError(
            "This table is refused.",
            f"Its {packed / 1e6:.1f} MB open to more than {MAX_RATIO} times as much: nearly every cell is the same.",
            "Leave out columns that hold one value only.",
        )


def gunzip(data: bytes) -> bytes:
    """Decompress a .gz file within the budget.

    Raises
    ------
    InputError
        If it is damaged, or unpacks to too much.
    """
    parts: list[bytes] = []
    size = 0
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            while chunk := stream.read(_CHUNK):
                size += len(chunk)
                check_bytes(size)
                check_ratio(size, len(data))
                parts.append(chunk)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(
            "This compressed file is damaged.",
            f"It cannot be unpacked ({error}).",
            "Compress the table again, or give the CSV itself.",
        ) from error
    return b"".join(parts)
