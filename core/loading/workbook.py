"""An Excel file before its reader sees it: the archive's sizes, and what its XML would have the reader do."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator

from core.errors import InputError
from core.loading import budgets

_LARGE, _RATIO = 8 << 20, 200
_MOST_PARTS = 2_000
MOST_AROUND = 100_000
"""Elements of a part that are no cells (merged cells, links, rules): the reader makes an object of each."""
MOST_IN_BOOK = 10_000
"""Sheets and defined names."""
MOST_FORMATS = 1_000_000
"""Elements of formats inside texts."""
_CHUNK, _OVERLAP = 1 << 20, 256
_AROUND = re.compile(rb"<(?![/?!]|(?:c|v|f|t|is|si|row)[\s/>])([^\s/>]+)")
_FORMATS = frozenset({b"r", b"rPr", b"rFont", b"sz", b"color", b"family", b"b", b"i", b"u", b"scheme", b"charset"})
_DECLARED = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*<\?xml[^>]*encoding\s*=\s*[\"']([^\"'>]{0,64})", re.IGNORECASE)
_ASCII = frozenset({"utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "windows-1252"})
_AGAIN = "Open it and save it again as .xlsx or CSV."


def check(data: bytes) -> None:
    """Refuse an archive that is no workbook, that unpacks to too much, or whose XML is made to keep its reader busy.

    Parameters
    ----------
    data : bytes
        The file, which begins as a zip archive does.

    Raises
    ------
    InputError
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            _check_sizes(members)
            _check_kind({member.filename for member in members})
            for member in members:
                _check_part(member.filename, _chunks(archive, member))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError, zlib.error) as error:
        raise InputError(
            "This archive is damaged.", f"It cannot be opened ({error}).", "Give the table as CSV, Parquet or Excel."
        ) from error


def _check_sizes(members: list[zipfile.ZipInfo]) -> None:
    """What the parts say of their sizes; none gives more bytes than it says."""
    if len(members) > _MOST_PARTS:
        raise _refused(f"It has {len(members):,} parts; at most {_MOST_PARTS:,} are read.", _AGAIN)
    if any(_is_bomb(member) for member in members):
        raise _refused(f"A part of it unpacks to more than {_RATIO} times its size, as no table does.", _AGAIN)
    around = next((member.filename for member in members if _is_around(member)), None)
    if around is not None:
        raise _refused(
            f"Its {around[:60]} has more than {_LARGE >> 20} MB: formats and names, not rows.",
            "Copy the cells into a new file, or save them as CSV.",
        )
    budgets.check_bytes(2 * sum(member.file_size for member in members))  # XML in memory takes more than its bytes


def _check_kind(names: set[str]) -> None:
    """A workbook of the form that is read."""
    if "xl/workbook.xml" in names:
        return
    kind = "a binary Excel file (.xlsb)" if "xl/workbook.bin" in names else "an archive without a workbook"
    raise InputError(
        "This is not an Excel table.", f"It is {kind}.", "Save the table as .xlsx or CSV; unpack archives first."
    )


def _is_bomb(member: zipfile.ZipInfo) -> bool:
    """True for a large part that is one short text over and over: a table's cells name their places, which differ."""
    return member.file_size > _LARGE and member.file_size > _RATIO * member.compress_size


def _is_around(member: zipfile.ZipInfo) -> bool:
    """True for a large part of XML that holds no cells: each of its entries becomes an object of openpyxl's."""
    cells = re.search(r"/(worksheets/[^/]+|sharedStrings)\.xml$", member.filename, re.IGNORECASE)
    return member.file_size > _LARGE and member.filename.endswith((".xml", ".rels")) and not cells


def _chunks(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """A part, piece by piece; each begins with the end of the one before."""
    last = b""
    with archive.open(member) as part:
        while piece := part.read(_CHUNK):
            yield last + piece
            last = piece[-_OVERLAP:]


def _check_part(name: str, pieces: Iterator[bytes]) -> None:
    """Refuse a part with definitions of its own, or with more elements than its reader gets through in time."""
    around = formats = 0
    most = MOST_IN_BOOK if name == "xl/workbook.xml" else MOST_AROUND
    for turn, piece in enumerate(pieces):
        if turn == 0 and not _is_markup(name, piece):
            return
        if b"<!DOCTYPE" in piece or b"<!ENTITY" in piece:
            raise _refused(
                f"Its {name[:60]} defines words of its own (DOCTYPE or ENTITY), which Excel never writes.",
                "Do not use this file; a table saved by a spreadsheet program has none.",
            )
        found = _AROUND.findall(piece)
        around += len(found)
        formats += sum(element in _FORMATS for element in found)
        if around - formats > most or formats > MOST_FORMATS:
            raise _refused(
                f"Its {name[:60]} has more than {most:,} merged cells, links, rules or names,"
                f" or {MOST_FORMATS:,} formats inside texts.",
                "Copy the values into a new file, or save them as CSV.",
            )


def _is_markup(name: str, head: bytes) -> bool:
    """True for XML whose letters are those of ASCII; refuse XML that is written otherwise, to hide what it holds."""
    declared = _DECLARED.match(head)
    hidden = declared is not None and declared[1].decode("latin-1").strip().lower() not in _ASCII
    wide = head[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in head[:4]
    marked = name.lower().endswith((".xml", ".rels")) or b"<" in head[:64]
    if hidden or (wide and marked):
        raise _refused(f"Its {name[:60]} is not written in UTF-8, as Excel's are.", _AGAIN)
    return not head.startswith((b"\x89PNG", b"\xff\xd8", b"GIF8"))


def _refused(why: str, hint: str) -> InputError:
    """The refusal of a workbook."""
    return InputError("This Excel file is refused.", why, hint)
