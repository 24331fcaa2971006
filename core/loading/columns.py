"""Column names as given to column names that can be used: unique, printable, never empty."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence

from core.loading.budgets import MAX_NAME

_MARK = 12  # hex digits: long names of one table that share them do not happen by chance
_CONTROL = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff"
    r"\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\uffa0\ufff0-\ufffb\ufffe\uffff\U000e0000-\U000e007f]+"
)
"""Controls, what turns text around, and letters that cannot be seen: two names that differ by these look the same."""


def tidy(names: Iterable[object]) -> tuple[list[str], list[str]]:
    """Make names unique and printable, the same way every time.

    Empty names become ``Unnamed: 3`` and repeated ones ``x.1``, as pandas does, so that a model trained on the same
    file through pandas finds its columns.

    Parameters
    ----------
    names : iterable
        As read; any type.

    Returns
    -------
    names : list of str
    notes : list of str
        What was renamed, in words.

    Examples
    --------
    >>> tidy(["a", "", "a"])[0]
    ['a', 'Unnamed: 1', 'a.1']
    """
    given = ["" if name is None else str(name) for name in names]
    filled = [shown(name) or f"Unnamed: {position}" for position, name in enumerate(given)]
    unique = _unique(filled)
    return unique, _notes(given, filled, unique)


def shown(name: str) -> str:
    r"""One name as a table bears it: printable and not longer than `MAX_NAME`.

    A name that is cut ends in a mark of the whole, so that two long names that begin alike are not taken for one
    another, and a model that kept the whole name finds its column and no other.

    Examples
    --------
    >>> shown("a\x00b "), len(shown("long" * 100))
    ('a b', 120)
    """
    cleaned = _CONTROL.sub(" ", name).strip()
    if len(cleaned) <= MAX_NAME:
        return cleaned
    mark = f"…{hashlib.sha256(cleaned.encode()).hexdigest()[:_MARK]}"
    return cleaned[: MAX_NAME - len(mark)] + mark


def _unique(names: list[str]) -> list[str]:
    """Number the repetitions; a number that is taken by another column is skipped."""
    taken = set(names)
    seen: dict[str, int] = {}
    result = []
    for name in names:
        if name not in seen:
            seen[name] = 0
            result.append(name)
            continue
        candidate = name
        while candidate in taken:
            seen[name] += 1
            candidate = f"{name}.{seen[name]}"
        taken.add(candidate)
        result.append(candidate)
    return result


def _notes(given: list[str], filled: list[str], unique: list[str]) -> list[str]:
    """What changed, by cause."""
    empty = [new for old, new in zip(given, unique, strict=True) if not old.strip()]
    cut = [new for old, new in zip(given, filled, strict=True) if old.strip() and old != new]
    repeated = [new for old, new in zip(filled, unique, strict=True) if old != new]
    notes = []
    if empty:
        notes.append(f"{_count(empty, 'column')} without a name: {listed(empty)}.")
    if cut:
        notes.append(f"{_count(cut, 'column name')} tidied (spaces, signs that cannot be seen, length): {listed(cut)}.")
    if repeated:
        notes.append(f"{_count(repeated, 'repeated column name')} numbered: {listed(repeated)}.")
    return notes


def _count(items: list[str], noun: str) -> str:
    """``1 column``, ``2 columns``."""
    return f"{len(items)} {noun}{'' if len(items) == 1 else 's'}"


def listed(names: Iterable[object], limit: int = 6) -> str:
    """Some names in quotes for a sentence, the rest counted.

    Examples
    --------
    >>> listed(["a", "b"])
    "'a', 'b'"
    """
    every = list(names)
    shown = ", ".join(f"'{name}'" for name in every[:limit])
    return shown + (f" and {len(every) - limit} more" if len(every) > limit else "")


def numbered(rows: Sequence[int], limit: int = 4) -> str:
    """Row numbers for a sentence, the rest counted.

    Examples
    --------
    >>> numbered([7]), numbered([5, 17, 400]), numbered(range(9))
    ('row 7', 'rows 5, 17 and 400', 'rows 0, 1, 2, 3 and 5 more')
    """
    shown = [f"{row}" for row in rows[:limit]]
    shown += [f"{len(rows) - limit:,} more"] if len(rows) > limit else []
    return f"row {shown[0]}" if len(shown) == 1 else f"rows {', '.join(shown[:-1])} and {shown[-1]}"


def counted(count: int, what: str) -> str:
    """``1 row``, ``2,000 rows``."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"
