"""How much memory visitors' files and what was read from them may take: for each visitor, and for all together."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import numpy as np
import pandas as pd

from core.errors import InputError
from core.store import Budget
from core.types import Table

MB = 1 << 20
OWN_FILES = 200 * MB
"""Bytes of the files that one visitor may have open."""
OWN_READ = 1024 * MB
"""Bytes of the tables, predictions and answers that were made of them."""
ALL = int(os.environ.get("INSTANCE_EXPLORER_HELD_MB", "2048")) * MB
"""Bytes of all visitors' open files, and as much again for what was made of them."""

ANSWERS_FREE, ANSWERS_RATIO, ANSWERS_MOST = 4_000_000, 8, 48_000_000
"""Numbers that a model may answer a question with: so many, or so many times the cells it is asked about, up to the
last. A hundred bytes can name ten thousand classes, each with a number for every row."""

READ = Budget(ALL)
"""What was read or computed of all visitors' files."""
_FILES: weakref.WeakSet[Upload] = weakref.WeakSet()
_LOCK = threading.Lock()


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Upload:
    """A file of the visitor's, kept for the session so that it can be read again."""

    name: str
    data: bytes
    options: Mapping[str, Any]


def admit(upload: Upload) -> Upload:
    """Count a file among those of all visitors, until its session forgets it.

    Raises
    ------
    InputError
        If the app is full; nothing of other visitors leaves for it.
    """
    with _LOCK:
        held = sum(len(other.data) for other in _FILES)
        if held + len(upload.data) > ALL:
            raise InputError(
                "There is no room for this file now.",
                f"All visitors together may have {ALL // MB:,} MB of files open.",
                "Try again later, or with a smaller file; the samples always work.",
            )
        _FILES.add(upload)
    return upload


def too_many(files: Iterable[Upload]) -> bool:
    """True when one visitor's files are larger than they may be."""
    return sum(len(upload.data) for upload in files) > OWN_FILES


def check_answers(rows: int, columns: int, outputs: int) -> None:
    """Refuse a question whose answer would take far more memory than what is asked about.

    Parameters
    ----------
    rows, columns : int
        What the model is asked about.
    outputs : int
        Numbers that it gives for a row.

    Raises
    ------
    InputError
    """
    most = min(ANSWERS_MOST, max(ANSWERS_FREE, ANSWERS_RATIO * rows * columns))
    if rows * outputs > most:
        raise InputError(
            "These are too many rows for this model.",
            f"It gives {outputs:,} numbers for each of {rows:,} rows; {most:,} in all are held.",
            "Take a sample of the rows, or a model of fewer classes.",
        )


def weight(value: Any) -> int:
    """Bytes of the numbers and cells in a table, an array or a result; names and sentences are not counted."""
    if isinstance(value, np.ndarray):
        return int(value.nbytes)
    if isinstance(value, pd.DataFrame):
        return int(value.memory_usage(deep=True).sum())
    if isinstance(value, Table):
        return weight(value.frame)
    if isinstance(value, Mapping):
        return sum(map(weight, value.values()))
    if isinstance(value, tuple | list):
        return sum(map(weight, value))
    if is_dataclass(value) and not isinstance(value, type):
        return sum(weight(getattr(value, part.name)) for part in fields(value) if part.name != "model")
    return 0
