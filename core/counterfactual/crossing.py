"""Where one change of a nudge crosses the boundary: the feature's profile with the nudge's other changes made."""

from __future__ import annotations

from typing import Any

import pandas as pd

from core.counterfactual.words import apply
from core.errors import unknown_name
from core.grid import grid, moved, plain
from core.results import Change, Nudges, Profile
from core.types import Model, Table

POINTS = 101


def crossing(
    model: Model, table: Table, row: int, result: Nudges, place: int, name: str, *, points: int = POINTS
) -> Profile:
    """The prediction as one changed feature moves and the nudge's other changes are made: one call of the model.

    Parameters
    ----------
    row : int
        The instance that ``result`` speaks of.
    place : int
        Which nudge.
    name : str
        One of its changed features.
    points : int
        Values of a number that are asked about.

    Returns
    -------
    Profile
        Its own point is the nudge; the grid holds the instance's value too, and the goal's line is the threshold.

    Raises
    ------
    InputError
        If the nudge does not change that feature.
    """
    changes = {change.name: change for change in result.nudges[place].changes}
    if name not in changes:
        raise unknown_name("changed feature", name, list(changes))
    feature, dtype = table.schema[name], table.frame[name].dtype
    ends = [_cell(changes[name], which, dtype) for which in ("after", "before")]
    values = grid(feature, points, ends, dtype)
    rest = apply(table.instance(row), [change for other, change in changes.items() if other != name])
    column = model.classes.index(result.label) if model.classes else 0
    said = model.predict(moved(rest, name, values))[:, column]
    at = tuple(plain(end) for end in ends)
    outputs = said[[values.index(end) for end in at]]
    return Profile(
        feature=name,
        grid=values,
        values=said[None, :],
        curves=("the nudge",),
        at=at[:1],
        outputs=outputs[:1],
        scale=result.scale,
        label=result.label,
        ordered=feature.is_ordered,
        threshold=result.line,
    )


def _cell(change: Change, which: str, dtype: Any) -> Any:
    """One end of a change in the column's own type."""
    value = getattr(change, which)
    if value is None or getattr(dtype, "kind", "") != "M":
        return value
    stamp = pd.Timestamp(value)
    zone = getattr(dtype, "tz", None)
    return stamp if zone is None else stamp.tz_convert(zone) if stamp.tzinfo else stamp.tz_localize(zone)
