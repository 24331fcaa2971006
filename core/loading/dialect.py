"""How a CSV file is written: separator, decimal sign, header, quotes; found from its first rows."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass

from core.errors import InputError
from core.loading.budgets import check_columns

_HEAD = 1 << 18
_RECORDS = 200
_COUNTING = 40
"""Letters of a number that may count columns; Python reads no whole number of thousands of digits."""
_SEPARATORS = ("\t", ";", "|", ",")
_NUMBER = re.compile(r"\s*[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?\s*$")
_COMMA = re.compile(r"\s*[+-]?\d*,\d+([eE][+-]?\d+)?\s*$")
_POINT = re.compile(r"\s*[+-]?\d*\.\d+([eE][+-]?\d+)?\s*$")


@dataclass(frozen=True, slots=True)
class Dialect:
    """What the first rows show.

    Attributes
    ----------
    separator : str
    decimal : {".", ","}
    names : tuple of str
        As in the header, or numbered where there is none.
    header : bool
    start : int
        Bytes before the header (empty lines, a title, ``sep=;``).
    spaced : bool
        A quotation mark follows a separator and a space.
    skipped : int
        Lines of a title or of remarks above the header.
    """

    separator: str
    decimal: str
    names: tuple[str, ...]
    header: bool
    start: int
    spaced: bool
    skipped: int


def sniff(text: bytes) -> Dialect:
    """Find how a CSV file is written.

    Parameters
    ----------
    text : bytes
        UTF-8.

    Raises
    ------
    InputError
        If there are no rows, or too many columns.
    """
    start, separator, remarks = _preamble(text)
    head = text[start : start + _HEAD]
    whole = start + _HEAD >= len(text)
    if not head.strip():
        raise InputError("This table is empty.", "The file holds no rows.", "Give a CSV with a header and rows.")
    if not whole and not re.search(rb"[\r\n]", head):
        check_columns(max(head.count(mark.encode()) for mark in _SEPARATORS))
        raise InputError(
            "This is not a table.",
            f"Its first line is longer than {_HEAD:,} characters.",
            "Give a CSV with a header and one line for each row.",
        )
    sample = head.decode("utf-8", "ignore")
    separator = separator or _separator(sample, whole)
    records = _records(sample, separator, whole)
    skipped = _title(records)
    if skipped:
        start += _lines(head, skipped)
        records = records[skipped:]
    return _describe(sample, records, separator, start, skipped + remarks)


def _describe(sample: str, records: list[list[str]], separator: str, start: int, skipped: int) -> Dialect:
    """Header, names and decimal sign."""
    width = _modal([len(record) for record in records[1:]] or [len(records[0])])
    first = records[0]
    check_columns(max(width, len(first)))
    header = not _is_data(first, records[1:])
    names = list(first) if header else [f"column {position + 1}" for position in range(width)]
    if header and width == len(first) + 1:
        # R writes the row names without a name over them; one more separator at each line's end looks the same.
        trailing = all(not record[-1].strip() for record in records[1:] if len(record) == width)
        names = [*names, ""] if trailing else ["", *names]
    spaced = re.search(rf'{re.escape(separator)} +"', sample) is not None
    return Dialect(separator, _decimal(records, separator), tuple(names), header, start, spaced, skipped)


def _preamble(text: bytes) -> tuple[int, str, int]:
    """Bytes before the first line that counts, the separator of Excel's ``sep=;`` line, and how many remarks there are.

    Remarks begin with ``#``; the last of them is the header when it has as many cells as the row below it.
    """
    blank = re.match(rb"(?:[ \t]*(?:\r\n|\r|\n))*", text)
    start = blank.end() if blank else 0
    named = re.match(rb'"?sep=([,;|\t])"?[ \t]*(?:\r\n|\r|\n)', text[start : start + 16])
    if named:
        return start + named.end(), named.group(1).decode(), 0
    found = re.match(rb"(?:#[^\r\n]*(?:\r\n|\r|\n)+)+", text[start : start + _HEAD])
    if not found:
        return start, "", 0
    remarks = re.findall(rb"#[^\r\n]*(?:\r\n|\r|\n)+", found.group())
    below = re.match(rb"[^\r\n]*", text[start + found.end() : start + _HEAD])
    cells = {mark: below.group().count(mark.encode()) for mark in _SEPARATORS} if below else {}
    if any(count and remarks[-1].count(mark.encode()) == count for mark, count in cells.items()):
        remarks = remarks[:-1]
    return start + sum(map(len, remarks)), "", len(remarks)


def _records(sample: str, separator: str, whole: bool) -> list[list[str]]:
    """The first rows as cells, without empty lines and without a last one that may be cut."""
    found: list[list[str]] = []
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=separator, skipinitialspace=True)
    cut = False
    try:
        for record in reader:
            if record:
                found.append(record)
            if len(found) > _RECORDS:
                cut = True
                break
    except csv.Error:
        return found  # a cell beyond the csv module's limit; what was read until then still shows the form
    return found if (whole and not cut) or len(found) < 2 else found[:-1]


def _separator(sample: str, whole: bool) -> str:
    """The separator that gives most rows the same number of cells, the header included."""
    best, best_score = ",", 0.0
    for separator in _SEPARATORS:
        widths = [len(record) for record in _records(sample, separator, whole)]
        if not widths or max(widths) < 2:
            continue
        body = widths[1:] or widths
        modal = _modal(body)
        if modal < 2:
            continue
        fits = {modal: 1.0, modal - 1: 0.9}.get(widths[0], 0.5)  # R leaves out the name over the row names
        score = fits * body.count(modal) / len(body)
        if score > best_score + 0.05:
            best, best_score = separator, score
    return best


def _title(records: list[list[str]]) -> int:
    """How many lines of one cell stand above a table of three columns or more."""
    widths = [len(record) for record in records]
    if len(widths) < 3 or _modal(widths) < 3:
        return 0
    leading = next(position for position, width in enumerate(widths) if width > 1)
    return leading if leading <= 5 else 0


def _lines(head: bytes, count: int) -> int:
    """Bytes of the first ``count`` lines that are not empty."""
    match = re.match(rb"(?:[^\r\n]+(?:\r\n|\r|\n)+){%d}" % count, head)
    return match.end() if match else 0


def _is_data(first: list[str], rest: list[list[str]]) -> bool:
    """True when the first row is numbers only: data without a header, unless it just counts (0, 1, 2… or years)."""
    if not first or not all(_NUMBER.match(cell) for cell in first) or not rest:
        return False
    if not all(re.fullmatch(r"\s*\d+\s*", cell) for cell in first):
        return True
    if max(map(len, first)) > _COUNTING:
        return True
    numbers = [int(cell) for cell in first]
    return len(numbers) < 2 or numbers != list(range(numbers[0], numbers[0] + len(numbers)))


def _decimal(records: list[list[str]], separator: str) -> str:
    """A comma when some cells have a decimal comma and none a decimal point."""
    if separator == ",":
        return "."
    cells = [cell for record in records[1:] or records for cell in record]
    commas = sum(1 for cell in cells if _COMMA.match(cell))
    points = sum(1 for cell in cells if _POINT.match(cell) and not re.match(r"\s*[+-]?\d{1,3}(\.\d{3})+\s*$", cell))
    return "," if commas > points else "."


def _modal(widths: list[int]) -> int:
    """The most frequent width; of equals, the larger."""
    counts = Counter(widths)
    return max(counts, key=lambda width: (counts[width], width))
