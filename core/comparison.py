"""Bring answers of several models (or about several instances) onto one axis, and say how far they agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from core.errors import InputError
from core.results import Attribution, Check, Fairness, Importance, Profile, Result, Scores, Together
from core.views import words
from core.views.overlay import aligned

MOST = 5
"""Answers that one picture can hold."""
KINDS = (Attribution, Importance, Profile, Scores, Fairness)


def together(results: Sequence[Result], names: Sequence[str]) -> Together:
    """Put answers of one kind side by side.

    Parameters
    ----------
    results : sequence of Result
        Two to five: attributions, importances, profiles, scores or comparisons of groups, in one unit.
    names : sequence of str
        Whose each is; equal ones are numbered.

    Returns
    -------
    Together
        Its checks say how far the answers agree.

    Raises
    ------
    InputError
        If they cannot share an axis: other kinds, features, units or grids.
    """
    if not 2 <= len(results) <= MOST:
        raise InputError(f"{len(results)} answers cannot be compared.", f"Two to {MOST} can.", "Choose other ones.")
    if len({type(item) for item in results}) > 1 or not isinstance(results[0], KINDS):
        raise InputError("These answers cannot be compared.", "They are answers to different questions.")
    _same_unit(results)
    titles = distinct(names)
    made = Together(tuple(titles), tuple(results))
    return replace(made, checks=_checks(results, titles))


def distinct(names: Sequence[str]) -> list[str]:
    """Short names, each different: equal ones are numbered."""
    found: list[str] = []
    for name in names:
        text, count = words.short(name, 40), 2
        while text in found:
            text, count = f"{words.short(name, 34)} ({count})", count + 1
        found.append(text)
    return found


def _same_unit(results: Sequence[Any]) -> None:
    """Refuse what cannot share an axis: log-odds and probability never do."""
    first = results[0]
    if isinstance(first, Scores):
        units = {item.label for item in results} if first.curves else set()
        if len({item.cutoff is None for item in results}) > 1 or len(units) > 1:
            raise InputError("These scores cannot be compared.", "They speak of different classes or targets.")
        return
    if isinstance(first, Fairness):
        if len({(item.groups, item.measures, item.label) for item in results}) > 1:
            raise InputError("These comparisons cannot be put together.", "They speak of different groups or classes.")
        return
    units = {item.unit for item in results} if isinstance(first, Importance) else {item.scale for item in results}
    if len(units) > 1:
        said = words.listed(sorted(units))
        raise InputError(
            "These answers cannot share an axis.", f"Their units differ: {said}.", "Ask all for the same scale."
        )
    if isinstance(first, Profile):
        if any(item.feature != first.feature or item.grid != first.grid for item in results):
            raise InputError("These profiles cannot be compared.", "They move different features or values.")
        return
    if isinstance(first, Attribution) and any(set(item.features) != set(first.features) for item in results):
        raise InputError("These answers cannot be compared.", "They speak of different features.")


def _checks(results: Sequence[Any], names: Sequence[str]) -> tuple[Check, ...]:
    """How far each further answer agrees with the first."""
    first = results[0]
    found = []
    for name, other in zip(names[1:], results[1:], strict=True):
        if isinstance(first, Importance):
            found.append(_ranks(first, other, names[0], name))
        elif isinstance(first, Profile):
            found.append(_gap(first, other, names[0], name))
        elif isinstance(first, Attribution):
            from core.agreement import compare

            found.append(replace(compare(first, other).check, name=f"agreement with {name}"))
        else:
            found.append(_rows(first, other, names[0], name))
    return tuple(found)


def _ranks(first: Importance, other: Importance, name: str, against: str) -> Check:
    """Spearman's correlation of two importances, and the largest three of both; of signed ones by their size."""
    from scipy.stats import rankdata

    values = aligned([first, other])[1]
    values = np.abs(values) if first.signed or other.signed else values
    both = np.isfinite(values).all(axis=0)
    if not both.any():
        return Check("agreement", None, None, f"{name} and {against} have no feature in common.")
    ranks = [rankdata(line) for line in values[:, both]]
    level = any(float(np.ptp(line)) == 0 for line in ranks)
    rank = float("nan") if level else float(np.corrcoef(*ranks)[0, 1])
    most = min(3, *np.isfinite(values).sum(axis=1).tolist())
    # of all that each has: a feature that one model does not take is none of its own
    largest = [set(np.argsort(-np.nan_to_num(line, nan=-np.inf), kind="stable")[:most].tolist()) for line in values]
    shared = len(largest[0] & largest[1])
    verb = "is" if shared == 1 else "are"
    text = f"{name} and {against}: {shared} of the {most} most important features {verb} the same"
    text += (
        "." if level else f"; over all that both have the orders agree by {words.number(rank, 2)} (1: the same order)."
    )
    return Check("agreement", None, None if level else rank, text)


def _gap(first: Profile, other: Profile, name: str, against: str) -> Check:
    """Where two average curves differ most."""
    apart = np.abs(first.values[0] - other.values[0])
    if not np.isfinite(apart).any():
        return Check("gap", None, None, f"{name} and {against} have no value in common.")
    place = int(np.nanargmax(apart))
    size, at = float(apart[place]), words.cell(first.grid[place])
    text = f"{name} and {against} differ most at {at}: by {words.amount(size, first.scale).lstrip('+')}."
    return Check("gap", None, size, text)


def _rows(first: Scores | Fairness, other: Scores | Fairness, name: str, against: str) -> Check:
    """Scores of other rows are not comparable."""
    same = first.rows == other.rows
    text = f"{name} and {against} are scored on {'the same number of' if same else 'different'} rows"
    return Check("rows", same, float(other.rows), f"{text} ({first.rows:,} and {other.rows:,}).")
