"""Text columns that are numbers or dates in disguise."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

_GAP = "'\u2019 \u00a0\u202f"
_PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_LONG = re.compile(r"[+-]?\d{19,}")
_COMMA = re.compile(r"[+-]?(\d+,?\d*|,\d+)([eE][+-]?\d+)?")
_ENGLISH = re.compile(rf"[+-]?\d{{1,3}}([,{_GAP}]\d{{3}})+(\.\d+)?")
_GERMAN = re.compile(rf"[+-]?\d{{1,3}}([.{_GAP}]\d{{3}})+(,\d+)?")
_STANDS_FOR_MISSING = {"?", "-", "--", ".", "..", "*", "na", "n.a.", "n/a", "nan", "null", "missing", "k.a."}
_STANDS_FOR_MISSING |= {"#div/0!", "#value!", "#ref!", "#num!", "#name?", "not available"}
_UNITS = "%$\u20ac\u00a3\u00a5\u20b9"
"""Signs that may stand beside every number of a column."""
_PROBE = 500
_WHOLE = 40
"""Letters of a whole number that is read as one."""


def settle(column: pd.Series, decimal: str = ".") -> tuple[pd.Series, str | None]:
    """Return a text column as what its cells say: numbers, dates, or the same column.

    Parameters
    ----------
    column : Series of str
    decimal : {".", ","}
        The decimal sign of the file.

    Returns
    -------
    column : Series
        The very object given when it stays text.
    note : str or None
        What was done or is worth knowing.
    """
    if _is_plainly_text(column, decimal):
        return column, None
    levels = column.dropna().unique()
    if not len(levels):
        return column, None
    stripped = [str(level).strip() for level in levels]
    words = {text for text in stripped if text.lower() in _STANDS_FOR_MISSING}
    rest = [text for text in stripped if text not in words]
    if not rest:
        return column, None
    bare, unit = _undressed(rest)
    read = _reader(bare[:_PROBE], bare, decimal)
    if read is not None:
        known = dict(zip(rest, bare, strict=True))
        numbers, note = _numbers(column, levels, [known.get(text, text) for text in stripped], words, read)
        if unit:
            told = note.split(" (written ")[0].rstrip(".")
            note = f"{told}; the sign {unit} is left out ({_short(rest[0])} is {_number(bare[0], read)})."
        return numbers, note
    dates = date_form(rest)
    if dates is not None:
        return _as_dates(column, levels, stripped, words, rest, dates)
    return column, _mixed(column.name, rest)


def _is_plainly_text(column: pd.Series, decimal: str) -> bool:
    """True when most of the first cells are neither a number nor a date: a long column need not be read in full."""
    head = [text.strip() for text in column.head(_PROBE).dropna().unique().tolist()]
    head = [text for text in head if text.lower() not in _STANDS_FOR_MISSING]
    bare = _undressed(head)[0]
    if not head or _reader(bare, bare, decimal) or date_form(head):
        return False
    numbers = sum(_PLAIN.fullmatch(text) is not None for text in head)
    return numbers < 0.5 * len(head)


def _undressed(texts: list[str]) -> tuple[list[str], str]:
    """Numbers without the one sign that all of them carry (``10 %``, ``$5``), with a plain minus (``(3)`` is -3)."""
    unit = next((sign for sign in _UNITS if all(sign in text for text in texts)), "")
    bare = [text.replace(unit, "", 1).strip() for text in texts] if unit else texts
    plain = [text.replace("\N{MINUS SIGN}", "-") for text in bare]
    return [re.sub(r"\((\d[^()]*)\)", r"-\1", text) for text in plain], unit


def _reader(probe: list[str], rest: list[str], decimal: str) -> str | None:
    """Which way of writing numbers fits every value."""
    if all(_LONG.fullmatch(text) for text in rest):
        return None  # identifiers: a float would merge neighbours
    forms = {"plain": (_PLAIN,), "english": (_PLAIN, _ENGLISH), "german": (_COMMA, _GERMAN)}
    order = ("german", "plain", "english") if decimal == "," else ("plain", "english", "german")
    for name in order:
        patterns = forms[name]
        for part in (probe, rest):
            if not all(any(pattern.fullmatch(text) for pattern in patterns) for text in part):
                break
        else:
            return name
    return None


def _numbers(
    column: pd.Series, levels: np.ndarray, stripped: list[str], words: set[str], form: str
) -> tuple[pd.Series, str]:
    """Numbers by level; whole ones become integers when none is missing."""
    values = [np.nan if text in words else _number(text, form) for text in stripped]
    whole = all(isinstance(value, int) and abs(value) < 2**63 for value in values) and not column.isna().any()
    lookup = pd.Series(np.array(values, dtype=np.int64 if whole else np.float64), index=levels)
    numbers = pd.Series(lookup.reindex(column.to_numpy(dtype=object)).to_numpy(), index=column.index, name=column.name)
    said = f"Column '{column.name}' is read as numbers"
    if words:
        return numbers, f"{said}; {_quoted(words)} stands for a missing value."
    return numbers, f"{said} (written {_short(stripped[0])})."


def _number(text: str, form: str) -> int | float:
    """One number; the caller has checked its form."""
    bare = re.sub(f"[{_GAP}]", "", text)
    bare = bare.replace(".", "").replace(",", ".") if form == "german" else bare.replace(",", "")
    short = len(bare) <= _WHOLE  # beyond int64 it is a float in any case, and Python reads no thousands of digits
    return int(bare) if short and re.fullmatch(r"[+-]?\d+", bare) else float(bare)


def date_form(rest: list[str]) -> str | None:
    """The format that fits every value: day first with points; with slashes, what the values allow."""
    first = rest[0]
    if not re.match(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}", first):
        return None
    for form in _formats(rest):
        if _parsed(rest, form).notna().all():
            return form
    return None


def _formats(rest: list[str]) -> list[str]:
    """Formats to try, in order of preference."""
    clock = ["", " %H:%M", " %H:%M:%S", "T%H:%M", "T%H:%M:%S", " %H:%M:%S.%f", "T%H:%M:%S.%f"]
    marks = re.match(r"\d{1,4}([-./])", rest[0])
    mark = marks.group(1) if marks else "-"
    days = [f"%d{mark}%m{mark}%Y", f"%m{mark}%d{mark}%Y"]
    bases = [f"%Y{mark}%m{mark}%d", *(days if mark == "." else reversed(days))]
    return [base + time for base in bases for time in clock]


def _parsed(texts: list[str], form: str) -> pd.Series:
    """Texts as timestamps, NaT where the format does not fit."""
    return pd.Series(pd.to_datetime(pd.Series(texts, dtype="str"), format=form, errors="coerce"))


def _as_dates(
    column: pd.Series, levels: np.ndarray, stripped: list[str], words: set[str], rest: list[str], form: str
) -> tuple[pd.Series, str]:
    """Dates by level."""
    lookup = pd.Series(_parsed([text if text not in words else "" for text in stripped], form).to_numpy(), index=levels)
    dates = pd.Series(lookup.reindex(column.to_numpy(dtype=object)).to_numpy(), index=column.index, name=column.name)
    note = f"Column '{column.name}' is read as dates ({_spoken(form)}, {_short(rest[0])})"
    if "/%d/" in form and all(int(text.split("/")[1]) <= 12 for text in rest):
        note += "; the day could be the month as well"
    return dates, f"{note}."


def _spoken(form: str) -> str:
    """``%d.%m.%Y`` in words."""
    order = {"%Y": "year", "%m": "month", "%d": "day"}
    return ", ".join(order[code] for code in re.findall(r"%[Ymd]", form))


def _mixed(name: object, rest: list[str]) -> str | None:
    """A note when numbers and words share a column."""
    numeric = [text for text in rest if _PLAIN.fullmatch(text)]
    if len(numeric) < 0.8 * len(rest) or len(rest) < 3:
        return None
    others = [text for text in rest if not _PLAIN.fullmatch(text)]
    return f"Column '{name}' mixes numbers and text ({_quoted(others[:3])}): kept as text."


def _quoted(texts: object) -> str:
    """Values in quotes, shortened."""
    return ", ".join(map(_short, sorted(texts)))  # type: ignore[call-overload]  # any collection of str


def _short(text: str) -> str:
    """A value in quotes, cut: a cell may be long."""
    return repr(text[:30])
