"""Nudges in words: a sentence for each, and the constraint that binds when there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from core.registry import Job
from core.results import Change, Nudge
from core.types import Table


@dataclass(frozen=True, slots=True)
class Step:
    """The prediction after one more change; ``change`` is None for the instance itself."""

    change: Change | None
    output: float


def path(job: Job, nudge: Nudge, output: int) -> tuple[Step, ...]:
    """The prediction as a nudge's changes are made one at a time, at each step the one that leads furthest.

    Parameters
    ----------
    job : Job
    nudge : Nudge
    output : int
        Column of ``model.predict`` to follow (the position of the result's ``label``; 0 for a regression).

    Returns
    -------
    tuple of Step
        From the instance to the nudge, in probability or target units; one model call for each change.
    """
    frame, left = job.instance, list(nudge.changes)
    steps = [Step(None, float(job.model.predict(frame)[0, output]))]
    upwards = nudge.output >= steps[0].output
    while left:
        tried = pd.concat([apply(frame, [change]) for change in left], ignore_index=True)
        outputs = job.model.predict(tried)[:, output]
        best = int(np.argmax(outputs) if upwards else np.argmin(outputs))
        steps.append(Step(left[best], float(outputs[best])))
        frame = apply(frame, [left.pop(best)])
    return tuple(steps)


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
        return f"{cell:,}"
    if isinstance(cell, float):
        text = f"{cell:,.{min(decimals, 12)}f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return str(cell).removesuffix("T00:00:00")
