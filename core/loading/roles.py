"""Which column is the target and which names the rows: only where it is evident."""

from __future__ import annotations

import re

import pandas as pd

_TARGETS = {"target", "ground_truth", "y_true", "dependent_variable", "dependent variable"}
_EDGE_TARGETS = {"y", "class", "label", "outcome", "response"}
"""Names that are a feature just as often (the class of a cabin): the target only in the first or last place."""
_IDENTIFIERS = re.compile(r"(unnamed: 0|index|id|row[ _]?(id|number|name)|\w+_id|\w*[a-z]Id)", re.IGNORECASE)
_FEWEST = 10


def guess_target(frame: pd.DataFrame) -> str:
    """The target by its name, ``""`` unless exactly one column has such a name."""
    names = list(frame.columns)
    found = [name for name in names if name.lower() in _TARGETS]
    found += [name for name in {names[0], names[-1]} if name.lower() in _EDGE_TARGETS]
    return found[0] if len(found) == 1 and len(names) > 1 else ""


def guess_label(frame: pd.DataFrame, target: str) -> str:
    """The first column when it names the rows, else ``""``.

    It does when it is complete, unique, and either text or an identifier by its name.
    """
    name = frame.columns[0]
    column = frame.iloc[:, 0]
    if name == target or frame.shape[1] < 2 or column.dtype.kind in "fcmM":
        return ""
    is_text = isinstance(column.dtype, pd.StringDtype) or column.dtype == object
    named = _IDENTIFIERS.fullmatch(name) is not None
    if not named and not (is_text and len(frame) >= _FEWEST):
        return ""
    if is_text and not all(isinstance(cell, str) for cell in column.head(100)):
        return ""
    return name if column.is_unique and column.notna().all() else ""
