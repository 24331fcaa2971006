"""A nudge in the report: its changes, the way there one change at a time, and where it crosses the boundary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from weakref import WeakKeyDictionary

from core.counterfactual.crossing import crossing
from core.errors import ExplorerError
from core.export.report.panels import Key, Studio
from core.results import Nudges, Profile
from core.views import View, nudge_crossing, nudge_path, nudges

CHANGES, STEPS, CROSSING = "Changes", "Step by step", "At the boundary"
SHOWN = 3
"""Nudges whose changes are drawn; the way and the crossing are those of the first."""
POINTS = 41
_CROSSED: WeakKeyDictionary[Studio, dict[Key, Profile | None]] = WeakKeyDictionary()


def drawings(about: Studio, key: Key, result: Nudges, options: Mapping[str, Any]) -> dict[str, View]:
    """Every picture of one instance's nudges, by its title.

    Parameters
    ----------
    about : Studio
        Its model is asked where the first nudge crosses the boundary, once for each instance.
    key : Key
        Which answer it is.
    result : Nudges
    options : mapping
        Of the drawing of the changes.

    Returns
    -------
    dict of str to View
        All titles each time: a picture that cannot be drawn is the answer in words.
    """
    changes = nudges.view(result, dark=False, schema=about.table.schema, k=SHOWN, **options)
    plain = replace(changes, rows=[])
    titles = [f"{key[0]}: {title}" if key[0] else title for title in (CHANGES, STEPS, CROSSING)]
    views = (changes, _steps(result) or plain, _crossing(about, key, result) or plain)
    return dict(zip(titles, views, strict=True))


def _steps(result: Nudges) -> View | None:
    """The way to the first nudge; None where it is not known."""
    drawn = nudge_path.view(result, 0, dark=False) if result.nudges and result.nudges[0].changes else None
    return drawn if drawn is not None and drawn.rows else None


def _crossing(about: Studio, key: Key, result: Nudges) -> View | None:
    """The profile of the first nudge's last change; None where there is none."""
    if not result.nudges or not result.nudges[0].changes or key[1] is None:
        return None
    found = _CROSSED.setdefault(about, {})
    change = result.nudges[0].changes[-1]
    if key not in found:
        try:
            found[key] = crossing(about.model, about.table, key[1], result, 0, change.name, points=POINTS)
        except ExplorerError:
            found[key] = None  # the nudge itself stands; what could not be asked again is left out
    profile = found[key]
    if profile is None:
        return None
    others = len(result.nudges[0].changes) - 1
    return nudge_crossing.view(profile, change, others, feature=about.table.schema[change.name], dark=False)
