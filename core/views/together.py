"""Several answers of one kind in one picture: bars, curves of performance, or profiles."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from core.errors import unknown_name
from core.results import Attribution, Fairness, Importance, Profile, Scores, Together
from core.types import Feature
from core.views import comparison, fairness, profile, scores, words
from core.views.overlay import lines, merged_profile, owners, pictures
from core.views.view import View


def view(
    result: Together,
    *,
    picture: str | None = None,
    feature: Feature | None = None,
    k: int | None = None,
    dark: bool | None = None,
) -> View:
    """Draw several answers on one axis.

    Parameters
    ----------
    result : Together
    picture : str, optional
        Of performance and fairness: a key of ``choices(result)``; the first by default.
    feature : Feature, optional
        Of profiles: the column, whose quantiles are shaded.
    k : int, optional
        Of bars: features drawn at most.
    dark : bool or None
        Theme that the text colour is made for; None fits both.

    Returns
    -------
    View
    """
    first = result.results[0]
    cut = {} if k is None else {"k": k}
    if isinstance(first, Attribution):
        return comparison.attributions(result, dark=dark, **cut)
    if isinstance(first, Importance):
        return comparison.importances(result, dark=dark, **cut)
    if isinstance(first, Profile):
        return _profiles(result, feature, dark)
    if isinstance(first, Fairness):
        return fairness.together(result, picture, dark)
    return _scores(result, picture, dark)


def _profiles(result: Together, feature: Feature | None, dark: bool | None) -> View:
    """The average curves of all."""
    merged = merged_profile(result)
    drawn = profile.view(merged, feature=feature, whose=owners(result), dark=dark)
    items = [item for item in result.results if isinstance(item, Profile)]
    parts = [f"{name} {_range(item)}" for name, item in zip(result.names, items, strict=True)]
    moved = words.short(merged.feature)
    sentence = f"As {moved} changes, the mean answer ranges: {'; '.join(parts)}."
    return replace(drawn, sentence=sentence, alt=f"Lines of {len(parts)} models. {sentence}")


def _range(item: Profile) -> str:
    """From where to where an average curve goes, in words."""
    curve = item.values[0][np.isfinite(item.values[0])]
    if not len(curve):
        return "has no value"
    return f"from {words.figure(float(curve.min()), item.scale)} to {words.figure(float(curve.max()), item.scale)}"


def _scores(result: Together, picture: str | None, dark: bool | None) -> View:
    """One picture of performance with a line a model, and all scores in a table."""
    known = choices(result)
    chosen = picture or next(iter(known), "")
    if known and chosen not in known:
        raise unknown_name("picture", chosen, known)
    sentence = _told(result)
    alt = f"{known.get(chosen, 'No picture')}. {sentence}"
    own = squares(result).get(chosen)
    if own is not None:
        one = scores.view(own, picture=scores.CONFUSION, dark=dark)
        return replace(one, table=table(result), sentence=f"{sentence} {one.sentence}", alt=f"{alt} {one.sentence}")
    drawn, whose = lines(result, chosen)
    rows, spec = scores.lines(drawn, dark, whose)
    return View(spec, rows, table(result), sentence, alt)


def choices(result: Together) -> dict[str, str]:
    """Pictures of performance or fairness: what all have in one, then what each model takes for what."""
    if isinstance(result.results[0], Fairness):
        return fairness.pictures(result.results[0])
    titles = {name: f"Right and wrong: {name.removeprefix(scores.CONFUSION).strip()}" for name in squares(result)}
    return pictures(result) | titles


def squares(result: Together) -> dict[str, Scores]:
    """The scores that have a confusion matrix, by the name of its picture."""
    items = [(name, item) for name, item in zip(result.names, result.results, strict=True) if isinstance(item, Scores)]
    return {f"{scores.CONFUSION} {name}": item for name, item in items if item.confusion is not None}


def table(result: Together) -> pd.DataFrame:
    """Every score, one column a model."""
    items = [item for item in result.results if isinstance(item, Scores)]
    found: dict[str, Any] = {"score": [score.name for score in items[0].scores]}
    for name, item in zip(result.names, items, strict=True):
        values = {score.name: score.value for score in item.scores}
        found[name] = [values.get(score.name, float("nan")) for score in items[0].scores]
    return pd.DataFrame(found | {"what it means": [score.help for score in items[0].scores]})


def _told(result: Together) -> str:
    """The leading score of every model, in words."""
    items = [item for item in result.results if isinstance(item, Scores)]
    names = {score.name for score in items[0].scores}
    leading = "rmse" if "rmse" in names else "auc"
    values = [next(score.value for score in item.scores if score.name == leading) for item in items]
    parts = [f"{name} {words.number(value, 3)}" for name, value in zip(result.names, values, strict=True)]
    title = "typical error (RMSE, lower is better)" if leading == "rmse" else "AUC (1 is perfect, 0.5 is guessing)"
    return f"{title[0].upper()}{title[1:]} on {items[0].rows:,} rows: {words.listed(parts)}."
