"""Tables as CSV that a spreadsheet opens without running anything."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

_BLANK = r"[\x00-\x20\s\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
_FORMULA = re.compile(rf"[\t\r\n]|{_BLANK}*[=+\-@\uff1d\uff0b\uff0d\uff20]|sep=", re.IGNORECASE)
"""Signs that begin a formula, in full width and behind blanks, too; ``sep=`` would choose another separator."""
_RUN = re.compile(rf"((?:[;|\"]|{_BLANK})++)([=+\-@\uff1d\uff0b\uff0d\uff20]?)")
"""What may stand between two cells where a spreadsheet takes another sign than the comma, or loses a quotation (a mark
of quotation, doubled in the file, is an empty one there). A run is met once, whole: it costs its length.
"""


def neutral(value: Any) -> Any:
    """Put an apostrophe before text that a spreadsheet would run; true numbers stay as they are.

    References
    ----------
    OWASP, "CSV Injection".

    Examples
    --------
    >>> neutral("=1+1"), neutral(-3), neutral("plain")
    ("'=1+1", -3, 'plain')
    """
    if not isinstance(value, str):
        return value
    inside = _RUN.sub(_apart, value)
    return f"'{inside}" if _FORMULA.match(value) else inside


def _apart(run: re.Match[str]) -> str:
    """The run with an apostrophe behind it where another cell begins in it, and with a formula."""
    begins = run[2] and any(sign in run[1] for sign in ";\t|\r\n")
    return f"{run[1]}'{run[2]}" if begins else run[0]


def _cell(value: Any) -> Any:
    """Neutral, and without a bare carriage return: unquoted it ends the line, and the rest begins one."""
    safe = neutral(value)
    return re.sub("\r\n?", "\n", safe) if isinstance(safe, str) else safe


def to_csv(table: pd.DataFrame) -> bytes:
    """Write a table as UTF-8 CSV with a byte-order mark (spreadsheets then read accents right).

    Parameters
    ----------
    table : DataFrame
        Cells, column names and index labels may come from outside; formulas among them are neutralised.

    Returns
    -------
    bytes
    """
    safe = table.astype(object).map(_cell)
    safe.columns = pd.Index([_cell(str(name)) for name in table.columns])
    return safe.to_csv(index=False).encode("utf-8-sig", "replace")
