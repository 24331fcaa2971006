"""One drawing per result kind, for the app and the report."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from core.errors import unknown_name
from core.results import Result
from core.views import (
    aspects,
    attributions,
    distribution,
    fairness,
    matrix,
    nudges,
    pictures,
    points,
    profile,
    scores,
    subsets,
    surrogate,
    together,
    trials,
)
from core.views.view import View

VIEWS: dict[str, Callable[..., View]] = {
    "attribution": pictures.of_attribution,
    "profile": profile.view,
    "nudges": nudges.view,
    "importance": pictures.of_importance,
    "scores": scores.view,
    "points": points.view,
    "attributions": attributions.view,
    "distribution": distribution.view,
    "matrix": matrix.view,
    "subsets": subsets.view,
    "fairness": fairness.view,
    "aspects": aspects.view,
    "surrogate": surrogate.view,
    "together": together.view,
    "trials": trials.view,
}
"""The drawing of each kind of ``core.results.KINDS``."""


def view(result: Result, **options: Any) -> View:
    """Make a result visible: chart, table, sentence and alternative text.

    Parameters
    ----------
    result : Result
        Of any kind in ``core.results.KINDS``.
    **options
        Of the kind's own view (``core.views.pictures.of_attribution`` and its like); ``dark`` is taken by all: True or
        False choose the text colour for a theme, None one that is readable on both.

    Returns
    -------
    View

    Raises
    ------
    InputError
        If the kind has no view.
    """
    if result.kind not in VIEWS:
        raise unknown_name("view for the result kind", result.kind, VIEWS)
    return VIEWS[result.kind](result, **options)


__all__ = ["VIEWS", "View", "view"]
