"""Which pictures an answer has, and drawing one of them by its id."""

from __future__ import annotations

from typing import Any

from core.errors import unknown_name
from core.results import (
    Aspects,
    Attribution,
    Attributions,
    Fairness,
    Importance,
    Matrix,
    Profile,
    Result,
    Scores,
    Subsets,
    Together,
)
from core.views import (
    aspects,
    attribution,
    attributions,
    boxes,
    fairness,
    importance,
    matrix,
    scores,
    steps,
    subsets,
    together,
)
from core.views.view import View


def pictures(result: Result) -> dict[str, str]:
    """Ids of an answer's pictures and what they are called, the first by default; empty where there is only one."""
    if isinstance(result, Attribution):
        found = {"bars": "Bars", "steps": "Step by step"}
        return found if result.draws is None else {**found, "boxes": "Box plots"}
    if isinstance(result, Importance) and result.rounds is not None and result.rounds.shape[1] > 1:
        return {"bars": "Bars", "boxes": "Box plots"}
    return dict(aspects.PICTURES) if isinstance(result, Aspects) else {}


def every(result: Result) -> dict[str, str]:
    """Ids and titles of all pictures of any answer, the first by default; empty where there is only one.

    Parameters
    ----------
    result : Result
    """
    if isinstance(result, Attributions):
        return dict(attributions.PICTURES)
    if isinstance(result, Scores):
        return scores.pictures(result)
    if isinstance(result, Subsets):
        return dict(subsets.PICTURES)
    if isinstance(result, Fairness):
        return fairness.pictures(result)
    if isinstance(result, Matrix):
        return {} if matrix.is_square(result) else dict(matrix.PICTURES)
    if isinstance(result, Profile):
        return {} if result.ordered else {"dots": "Dots", "bars": "Bars"}
    if isinstance(result, Together):
        return together.choices(result) if isinstance(result.results[0], Scores | Fairness) else {}
    return pictures(result)


def of_attribution(result: Attribution, *, picture: str = "bars", **options: Any) -> View:
    """Bars, a staircase from the baseline to the output (waterfall), or box plots of what was drawn."""
    _known(result, picture)
    return {"bars": attribution.view, "steps": steps.view, "boxes": boxes.of_attribution}[picture](result, **options)


def of_importance(result: Importance, *, picture: str = "bars", **options: Any) -> View:
    """Bars with their deviation, or box plots of the rounds."""
    _known(result, picture)
    return {"bars": importance.view, "boxes": boxes.of_importance}[picture](result, **options)


def _known(result: Result, picture: str) -> None:
    """Refuse a picture that this answer does not have.

    Raises
    ------
    InputError
        If there is none of that name.
    """
    found = pictures(result) or {"bars": ""}
    if picture not in found:
        raise unknown_name("picture", picture, found)
