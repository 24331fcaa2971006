"""The one door for tables: CSV, Parquet or Excel in, a table out, or a message that says what to do."""

from __future__ import annotations

from collections.abc import Mapping

from core.errors import InputError
from core.loading import budgets, delimited, hashes
from core.loading.frames import from_frame
from core.types import Kind, Table

_HINT = "Give a table as CSV, Parquet or Excel (.xlsx)."
_MODELS = {"a pickle", "a JSON file", "an HDF5 file", "a LightGBM model"}
"""What a model may come as."""
_SIGNS: tuple[tuple[bytes, str], ...] = (
    (b"\xd0\xcf\x11\xe0", "an old Excel file (.xls)"),
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x89HDF", "an HDF5 file"),
    (b"ARROW1", "an Arrow file (Feather)"),
    (b"SQLite format 3", "a database"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"\x93NUMPY", "a numpy array file"),
    *((b"\x80" + bytes([protocol]), "a pickle") for protocol in range(2, 6)),
    (b"\x1f\x8b", "packed twice"),
    (b"\x7fELF", "a program"),
)
_TEXTS: tuple[tuple[bytes, str], ...] = (
    (b"<!doctype html", "a web page"),
    (b"<html", "a web page"),
    (b"<?xml", "an XML file"),
    (b"{", "a JSON file"),
    (b"[{", "a JSON file"),
    (b"tree\nversion=", "a LightGBM model"),
    (b"{\\rtf", "a text document (RTF)"),
)


def read_table(
    data: bytes,
    name: str,
    *,
    target: str | None = None,
    label: str | None = None,
    weights: str | None = None,
    kinds: Mapping[str, Kind] | None = None,
    encoding: str = "",
    pickles: bool = False,
) -> Table:
    """Read a table from a file's content.

    Parameters
    ----------
    data : bytes
        CSV (also .tsv, .txt, .gz), Parquet or Excel (.xlsx), told apart by content, not by name.
    name : str
        The file's name, shown to people.
    target, label : str or None
        Columns of the true value and of the row's name; None: guessed where evident; ``""``: there is none.
    weights : str or None
        Column that says how much a row counts; None: a dalex Explainer's own; ``""``: there is none.
    kinds : mapping of str to Kind, optional
        What some columns are, where the guess is wrong; ``"text"`` keeps cells as written.
    encoding : str
        Of a text file, a key of ``core.loading.code_pages.ENCODINGS``; ``""``: found from the bytes.
    pickles : bool
        Whether a pickle's table is taken (``core.loading.brought``): in a worker, or where the person vouches for it.

    Returns
    -------
    Table
        ``notes`` say what was found and done.

    Raises
    ------
    InputError
        If it is not a table, is damaged, or is beyond the budgets of ``core.loading.budgets``.
    """
    if not data[:4096].strip() and not data.strip():
        raise InputError(f"'{name}' is empty.", "The file holds no bytes but blanks.", _HINT)
    if pickles:
        from core.loading import brought

        if brought.is_pickle(data, name) and data[:2] != b"\x1f\x8b":
            budgets.check_bytes(len(data))
            return brought.read(data, name, target=target, label=label, weights=weights, kinds=kinds)
    notes, packed = list[str](), len(data)
    if data[:2] == b"\x1f\x8b":
        data = budgets.gunzip(data)
        notes.append("Unpacked from .gz.")
    budgets.check_bytes(len(data))
    _refuse_others(data, name)
    as_text = [column for column, kind in (kinds or {}).items() if kind == "text"]
    if data[:4] == b"PAR1":
        from core.loading import parquet

        frame, said = parquet.read(data)
    elif data[:2] == b"PK":
        from core.loading import excel

        frame, said = excel.read(data)
    else:
        frame, said = delimited.read(data, as_text, encoding)
    budgets.check_frame(frame, packed)
    hashes.check(frame)
    said = [*notes, *said]
    return from_frame(frame, name, target=target, label=label, weights=weights, kinds=kinds, notes=said)


def _refuse_others(data: bytes, name: str) -> None:
    """Say what a file is when it is plainly something else."""
    head = data[:64].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    kind = next((kind for sign, kind in _SIGNS if data.startswith(sign)), None)
    kind = kind or next((kind for sign, kind in _TEXTS if head.startswith(sign)), None)
    if kind:
        hint = f"A model goes where models are uploaded. {_HINT}" if kind in _MODELS else _HINT
        raise InputError(f"'{name}' is not a table.", f"It is {kind}.", hint)
