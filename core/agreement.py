"""Do two attributions of one row tell the same story? Rank, sign and the longest bars, compared in words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.errors import InputError
from core.results import Attribution, Check
from core.types import Array

SMALL = 0.01
"""Bars under this share of the longest have no sign worth comparing."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two attributions of the same row agree; they may be in different units.

    Attributes
    ----------
    rank : float
        Spearman's correlation of the absolute values, -1 to 1: are the same features long? 1 where all are equal.
    sign : float
        Share of the features with a bar in both (at least 1 % of the longest) that point the same way, 0 to 1.
    top : float
        Share of the ``k`` longest bars that both have, 0 to 1.
    k : int
    against : tuple of str
        Features among either's ``k`` longest that point opposite ways, longest first.
    same_scale : bool
    text : str
        What this means, in two sentences.
    """

    rank: float
    sign: float
    top: float
    k: int
    against: tuple[str, ...]
    same_scale: bool
    text: str

    @property
    def check(self) -> Check:
        """The same as a line under a result."""
        return Check("agreement", None, self.top, self.text)


def compare(first: Attribution, second: Attribution, k: int = 3) -> Agreement:
    """Compare two attributions: order and signs over the features that both hold, the longest bars over all of each.

    LIME names its longest bars only: a feature that it does not name is none of them, however few it names.

    Parameters
    ----------
    first, second : Attribution
        Of one row by two methods, or by one method under two models; or of two rows, where their provenance says so:
        then no difference is called a disagreement.
    k : int
        How many of the longest bars to compare.

    Returns
    -------
    Agreement

    Raises
    ------
    InputError
        If they have no feature in common.

    References
    ----------
    S. Krishna et al., "The disagreement problem in explainable machine learning", 2022,
    doi:10.48550/arXiv.2202.01602 (rank, sign and top-k agreement).
    """
    names = tuple(name for name in first.features if name in second.features)
    if not names:
        raise InputError(
            "These two explanations cannot be compared.",
            f"One is about {len(first.features)} features, the other about {len(second.features)} others.",
            "Choose two models or methods that take the same columns.",
        )
    one = first.values[[first.features.index(name) for name in names]]
    two = second.values[[second.features.index(name) for name in names]]
    k = max(1, min(k, len(first.features), len(second.features)))
    longest = [_longest_of(bars, k) for bars in (first, second)]
    top = len(longest[0] & longest[1]) / k
    clear = (np.abs(one) >= SMALL * np.abs(first.values).max()) & (np.abs(two) >= SMALL * np.abs(second.values).max())
    clear &= (one != 0) & (two != 0)
    same = np.sign(one) == np.sign(two)
    sign = float(same[clear].mean()) if clear.any() else 1.0
    opposed = [at for at in np.argsort(-np.abs(one), kind="stable") if clear[at] and not same[at]]
    against = tuple(names[at] for at in opposed if names[at] in longest[0] | longest[1])
    same_scale = first.scale == second.scale
    rank = _rank_correlation(np.abs(one), np.abs(two))
    said = _words if same_row(first, second) else _of_rows
    return Agreement(rank, sign, top, k, against, same_scale, said(rank, top, k, against, same_scale))


def same_row(first: Attribution, second: Attribution) -> bool:
    """False where the two are known to speak of different rows: they may then differ without any contradiction."""
    one, two = first.provenance, second.provenance
    return one is None or two is None or one.row == two.row  # models may know the table by other fingerprints


def _longest_of(bars: Attribution, k: int) -> set[str]:
    """Names of the longest bars, whether the other one names them or not."""
    return {bars.features[at] for at in np.argsort(-np.abs(bars.values), kind="stable")[:k]}


def _rank_correlation(one: Array, two: Array) -> float:
    """Spearman's correlation with mean ranks for ties; 1 where neither tells its features apart."""
    ranks = [_ranks(values) for values in (one, two)]
    spreads = [float(np.std(values)) for values in ranks]
    if min(spreads) == 0.0:
        return 1.0 if max(spreads) == 0.0 else 0.0
    return float(np.clip(np.corrcoef(ranks[0], ranks[1])[0, 1], -1.0, 1.0))


def _ranks(values: Array) -> Array:
    """Ranks from 0, equal values share their mean rank."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts) - 1
    middle: Array = last - (counts - 1) / 2
    return middle[place]


def _words(rank: float, top: float, k: int, against: tuple[str, ...], same_scale: bool) -> str:
    """The two sentences."""
    shared = round(top * k)
    if against:
        verdict = f"The two disagree on the direction of {_list(against)}."
        meaning = (
            "That happens where features depend on each other or the model bends near this row: "
            "trust neither bar alone, and move the feature in a profile to see which way the prediction goes."
        )
    elif shared == k and rank >= 0.7:
        verdict = f"The two agree: {_longest(shared, k)}, with the same signs."
        meaning = "Both see the model the same way here, which makes the story steadier but does not prove a cause."
    elif shared * 2 >= k:
        verdict = f"The two mostly agree: {_longest(shared, k)}, none of them with opposite signs."
        meaning = "Smaller bars are ordered differently: read the longest ones and leave the rest."
    else:
        verdict = f"The two tell different stories: {_longest(shared, k)}."
        meaning = (
            "They ask different questions (another baseline, a neighbourhood instead of the whole range, "
            "another model): read what each one asks before choosing."
        )
    return f"{verdict} {meaning}{_units(same_scale)}"


def _of_rows(rank: float, top: float, k: int, against: tuple[str, ...], same_scale: bool) -> str:
    """The two sentences about two different rows, which need not agree."""
    shared = round(top * k)
    if shared == k and rank >= 0.7:
        verdict = f"The same features count for both rows: {_longest(shared, k)}."
    elif shared * 2 >= k:
        verdict = f"Mostly the same features count for both rows: {_longest(shared, k)}."
    else:
        verdict = f"Other features count for one row than for the other: {_longest(shared, k)}."
    if not against:
        return f"{verdict} None of them pushes the two in opposite directions.{_units(same_scale)}"
    several = len(against) > 1
    pushed = f"{_list(against)} {'push' if several else 'pushes'} the two in opposite directions"
    return f"{verdict} {pushed}: the rows differ, so this is no contradiction.{_units(same_scale)}"


def _units(same_scale: bool) -> str:
    """A warning where the bars' lengths cannot be compared."""
    return "" if same_scale else " Their units differ, so only order and signs are compared."


def _longest(shared: int, k: int) -> str:
    """How many of the longest bars both have."""
    if k == 1:
        return "the longest bar is the same" if shared else "the longest bar is not the same"
    return f"{shared} of the {k} longest bars {'is' if shared == 1 else 'are'} the same"


def _list(names: tuple[str, ...]) -> str:
    """Names in quotes, the first three."""
    shown = [f"'{name}'" for name in names[:3]]
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(shown) + more
