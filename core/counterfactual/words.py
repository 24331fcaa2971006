"""Nudges in words, and rows after them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from core.results import Change, Nudge
from core.types import Table


def apply(frame: pd.DataFrame, changes: Sequence[Change]) -> pd.DataFrame:
    """A frame of one row after some changes, its types kept ("apply to What if")."""
    changed = frame.copy()
    for change in changes:
        dtype = frame[change.name].dtype
        after = pd.Timestamp(change.after) if dtype.kind == "M" and change.after is not None else change.after
        changed[change.name] = pd.Series([after], index=frame.index).astype(dtype)
    return changed


def sentence(nudge: Nudge, table: Table) -> str:
    """Say a nudge as people do: ``"Had income been 52,000 instead of 48,500, and job clerk instead of none"``.

    Parameters
    ----------
    nudge : Nudge
    table : Table
        Gives each number its precision.

    Returns
    -------
    str
        Plain text with names and values from the data: show it as data, not as markup.
    """
    if not nudge.changes:
        return "Nothing has to change."
    parts = [
        f"{change.name} {'been ' if place == 0 else ''}{_instead(change, table)}"
        for place, change in enumerate(nudge.changes)
    ]
    if len(parts) == 1:
        return f"Had {parts[0]}"
    return "Had " + ", ".join(parts[:-1]) + f" and {parts[-1]}"


def _instead(change: Change, table: Table) -> str:
    """``52,000 instead of 48,500``."""
    decimals = table.schema[change.name].decimals
    return f"{value(change.after, decimals)} instead of {value(change.before, decimals)}"


def value(cell: Any, decimals: int) -> str:
    """A cell as people write it."""
    if cell is None:
        return "missing"
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, int):
        return _grouped(f"{cell:,}")
    if isinstance(cell, float):
        text = _grouped(f"{cell:,.{min(decimals, 12)}f}")
        return text.rstrip("0").rstrip(".") if "." in text else text
    return str(cell).removesuffix("T00:00:00")


def _grouped(text: str) -> str:
    """Thousands apart from 10,000 on, as cells are written everywhere: a year is 1995, not 1,995."""
    return text.replace(",", "") if len(text.lstrip("-").partition(".")[0]) <= len("9,999") else text
