"""How much a table may hold: checked before the memory is spent, so that a small file cannot become a large one."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Sequence

import pandas as pd

from core.errors import InputError
from core.types import Feature

MAX_ROWS = 5_000_000
MAX_COLUMNS = 2_000
MAX_CELLS = 40_000_000
MAX_CELL = 20_000
"""Characters in one cell."""
MAX_BYTES = 768 * 2**20
"""Bytes after decompression, and bytes of text while a table is decoded."""
MAX_RATIO, FREE = 200, 16 << 20
"""A compressed text may unpack to so many times its size, or to so many bytes."""
MAX_HELD = 384 << 20
"""Bytes of a table that is read, in the app's memory."""
HELD_RATIO, HELD_FREE = 32, 32 << 20
"""A table may take so many times the bytes of its file, or so many bytes: plain CSV takes up to 8 times its own."""
CELL_BYTES, BESIDE = 8, 2
"""Bytes that a cell counts for at least; a narrow one (truth values, small whole numbers) for its own and so many
beside, which pages take for what is missing and drawn: measured at two and a half times the table."""
MOST_ALIKE = 0.95
"""In a table beyond `HELD_FREE`: the share of columns that may hold one value only, and of cells that may be empty."""
MAX_LEVELS, MAX_LETTERS = 200_000, 8 << 20
"""Levels of all columns together and their letters: lists of texts, which take more memory than a column."""
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
    """Refuse a small file that unpacks to a large text: it holds the same thing over and over.

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
        raise _repeated(packed, MAX_RATIO)


def held(packed: int) -> int:
    """Bytes that the table of a file may take in the app.

    Parameters
    ----------
    packed : int
        Bytes of the file.
    """
    return min(MAX_HELD, max(HELD_FREE, packed * HELD_RATIO))


def check_held(size: int, packed: int) -> None:
    """Refuse a table that would take more memory in the app than it may, or than its file justifies.

    Parameters
    ----------
    size : int
        Bytes of the table.
    packed : int
        Bytes of the file.

    Raises
    ------
    InputError
    """
    if size > MAX_HELD:
        raise InputError(
            "This table is too large.",
            f"It would take {size >> 20:,} MB of memory; at most {MAX_HELD >> 20} MB are given.",
            "Take a sample of the rows, or fewer columns.",
        )
    if size > held(packed):
        raise _repeated(packed, HELD_RATIO)


def counted(width: int) -> int:
    """Bytes that a cell of so many bytes counts for, where it counts for the least."""
    return min(CELL_BYTES, width + BESIDE)


def check_frame(frame: pd.DataFrame, packed: int) -> None:
    """Refuse a frame that takes more than `check_held` allows, or a large one that says next to nothing.

    Each cell counts for `CELL_BYTES`, a narrow one for `BESIDE` more than it takes.

    Raises
    ------
    InputError
    """
    rows = len(frame)
    taken = [int(size) for size in frame.memory_usage(index=False, deep=False)]
    sizes = [max(size, rows * counted(-(-size // rows))) for size in taken] if rows else taken
    check_held(sum(sizes), packed)
    if sum(sizes) <= HELD_FREE:
        return
    gaps = [frame.iloc[:, place].isna() for place in range(frame.shape[1])]
    same = sum(_is_same(frame.iloc[:, place], gap) for place, gap in enumerate(gaps))
    if same > MOST_ALIKE * frame.shape[1] or sum(int(gap.sum()) for gap in gaps) > MOST_ALIKE * frame.size:
        raise InputError(
            "This table is refused.",
            f"It is large, and nearly every cell is empty or the same: {same:,} of its {frame.shape[1]:,} columns"
            " hold one value only.",
            "Leave out columns that hold one value only, or take a sample of the rows.",
        )


def _is_same(column: pd.Series, gaps: pd.Series) -> bool:
    """True for a column without two different values."""
    if gaps.all():
        return True
    first = column.iloc[int((~gaps).to_numpy().argmax())]
    return bool(((column == first) | gaps).all())


def check_levels(features: Sequence[Feature]) -> None:
    """Refuse a table whose columns have more levels together than a person could choose from.

    Raises
    ------
    InputError
    """
    levels = [level for feature in features for level in feature.levels]
    letters = sum(len(level) for level in levels if isinstance(level, str))
    if len(levels) > MAX_LEVELS or letters > MAX_LETTERS:
        raise InputError(
            "This table has too many different texts.",
            f"Its columns have {len(levels):,} levels of {letters:,} letters; at most {MAX_LEVELS:,} levels"
            f" and {MAX_LETTERS:,} letters are read.",
            "Leave out columns of remarks and names, or take fewer columns.",
        )


def _repeated(packed: int, ratio: int) -> InputError:
    """The refusal of a file whose cells are much the same."""
    return InputError(
        "This table is refused.",
        f"Its {packed / 1e6:.1f} MB open to more than {ratio} times as much: nearly every cell is the same.",
        "Leave out columns that hold one value only, take a sample of the rows, or keep zeros and ones as truth values"
        " in Parquet, which take a third of the memory.",
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
