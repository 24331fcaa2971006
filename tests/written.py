"""Files that tests write: archives, workbooks, Parquet."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from typing import Any

import pandas as pd


def zipped(members: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip archive."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return target.getvalue()


def excel(rows: list[list[Any]]) -> bytes:
    """A real workbook."""
    import openpyxl

    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def parquet(frame: pd.DataFrame, **options: Any) -> bytes:
    """A frame as Parquet; options of ``to_parquet``."""
    target = io.BytesIO()
    frame.to_parquet(target, **options)
    return target.getvalue()
