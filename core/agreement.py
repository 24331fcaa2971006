"""Do two attributions of the same instance say the same? Sign, order and top features, and in words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.errors import InputError
from core.results import Attribution

TOP = 3
TINY = 0.01
"""A bar under this share of the largest one has no sign worth comparing."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two attributions agree.

    Attributes
    ----------
    signs : float or None
        Share of the features that both find worth a bar whose direction is the same; None when there is none.
    order : float or None
        Rank correlation (Spearman) of the absolute sizes; None when all are equal.
    shared : tuple of str
        Features among the top three of both.
    opposed : tuple of str
        Features that push in opposite directions, largest first.
    text : str
    """

    signs: float | None
    order: float | None
    shared: tuple[str, ...]
    opposed: tuple[str, ...]
    text: str


def agreement(first: Attribution, second: Attribution) -> Agreement:
    """Compare two attributions over the features that both hold; scales may differ, so only signs and ranks count.

    A method that names its largest features only (LIME) is compared on those.

    Raises
    ------
    InputError
        If they hold no feature in common.

    References
    ----------
    Krishna et al. (2022), The Disagreement Problem in Explainable Machine Learning: A Practitioner's Perspective
    (sign, rank and feature agreement), doi:10.48550/arXiv.2202.01602.
    """
    names = tuple(name for name in first.features if name in second.features)
    if not names:
        raise InputError("These two answers cannot be compared.", "They speak of different features.")
    one = first.values[[first.features.index(name) for name in names]]
    two = second.values[[second.features.index(name) for name in names]]
    large = (np.abs(one) > TINY * _largest(one)) & (np.abs(two) > TINY * _largest(two))
    same = np.sign(one) == np.sign(two)
    signs = float(same[large].mean()) if large.any() else None
    tops = _top(one), _top(two)
    shared = tuple(names[place] for place in tops[0] if place in tops[1])
    weight = np.abs(one) / (_largest(one) or 1.0) + np.abs(two) / (_largest(two) or 1.0)
    opposed = [place for place in np.argsort(-weight, kind="stable") if large[place] and not same[place]]
    named = tuple(names[int(place)] for place in opposed)
    order = _spearman(np.abs(one), np.abs(two))
    return Agreement(signs, order, shared, named, _words(signs, order, shared, named, min(TOP, len(one))))


def _largest(values: np.ndarray) -> float:
    """The largest absolute value, 0 for none."""
    return float(np.abs(values).max()) if len(values) else 0.0


def _top(values: np.ndarray) -> list[int]:
    """Positions of the largest bars that are not zero."""
    ranked = np.argsort(-np.abs(values), kind="stable")[:TOP]
    return [int(place) for place in ranked if values[place] != 0]


def _spearman(one: np.ndarray, two: np.ndarray) -> float | None:
    """Rank correlation with ties at their mean rank."""
    import pandas as pd

    first, second = pd.Series(one).rank(), pd.Series(two).rank()
    if len(one) < 2 or first.nunique() < 2 or second.nunique() < 2:
        return None
    return float(np.corrcoef(first, second)[0, 1])


def _words(
    signs: float | None, order: float | None, shared: tuple[str, ...], opposed: tuple[str, ...], top: int
) -> str:
    """The verdict first, then what it rests on."""
    if signs is None:
        return "The two methods have no feature with a clear effect in common, so there is nothing to compare."
    close = order is None or order >= 0.7
    if signs == 1.0 and close and len(shared) >= min(2, top):
        verdict = "The two methods agree."
    elif signs >= 0.8 and len(shared) >= 1:
        verdict = "The two methods mostly agree."
    else:
        verdict = "The two methods disagree: be careful with either story."
    parts = [verdict, f"They give the same direction to {round(signs * 100)} % of the features that matter to both"]
    named = f", and share {len(shared)} of their top {top}" + (f" ({', '.join(shared)})." if shared else ".")
    text = f"{parts[0]} {parts[1]}{named}"
    if opposed:
        some = ", ".join(opposed[:3]) + (", …" if len(opposed) > 3 else "")
        text += f" Opposite directions: {some}."
    return text
