"""How much the model relies on each feature: bars, largest first, with the spread over the rounds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from core.results import Importance
from core.views import alike, attribution, words
from core.views.view import View

SHARES = "share of rows"
"""How the unit of shares of the rows begins: they are written as percentages."""


def view(result: Importance, *, k: int = 15, dark: bool | None = None) -> View:
    """Draw an importance.

    Parameters
    ----------
    result : Importance
    k : int
        Bars drawn at most; how many are left out is said in the sentence and all are in the table.
    dark : bool or None
        Theme that the text colour is made for; None fits both.

    Returns
    -------
    View
        Clicking a bar sets the selection parameter ``pick`` (field ``feature``).
    """
    ranked = order(result)
    joint = any(alike.PAIR in name for name in result.features)
    called = words.apart(result.features, 52 if joint else 80)
    rows = [_record(result, position, place) | {"label": called[position]} for place, position in enumerate(ranked[:k])]
    sentence = tell(result, k)
    both = result.signed or bool((result.values < 0).any())
    drawn = attribution.spec("target", dark, result.unit, both, joint)
    if result.unit.startswith(SHARES):
        drawn["layer"][0]["encoding"]["x"]["axis"]["labelExpr"] = "format(datum.value * 100, '.3~g') + ' %'"
    return View(drawn, rows, table(result), sentence, f"Bar chart, largest first. {words.spoken(rows)}. {sentence}")


def order(result: Importance) -> list[int]:
    """Positions of the features, largest first (by size where the sign has a meaning of its own)."""
    size = np.abs(result.values) if result.signed else result.values
    return [int(item) for item in np.argsort(-size, kind="stable")]


def _record(result: Importance, position: int, place: int) -> dict[str, Any]:
    """The record of one bar."""
    value = float(result.values[position])
    spread = None if result.spread is None else float(result.spread[position])
    return {
        "order": place,
        "feature": result.features[position],
        "cell": "" if spread is None else f"± {words.number(spread, 3)} over the rounds",
        "value": value,
        "text": _figure(result, value),
        "way": ("up" if value >= 0 else "down") if result.signed else "down",
        "low": None if spread is None else value - spread,
        "high": None if spread is None else value + spread,
    }


def _figure(result: Importance, value: float) -> str:
    """One number in words."""
    if result.unit.startswith(SHARES):
        return words.percent(value)
    return words.signed(value) if result.signed else words.number(value, 3)


def table(result: Importance) -> pd.DataFrame:
    """Every feature, largest first."""
    ranked = order(result)
    columns: dict[str, Any] = {
        "feature": [result.features[item] for item in ranked],
        result.unit: result.values[ranked],
    }
    if result.spread is not None:
        columns["standard deviation"] = result.spread[ranked]
    return pd.DataFrame(columns)


def tell(result: Importance, k: int) -> str:
    """The answer in words."""
    ranked = order(result)
    largest = [item for item in ranked if abs(float(result.values[item])) > 0][:3]
    if not largest:
        return "The model relies on none of these features."
    parts = [
        f"{words.named(result.features[item])} ({_figure(result, float(result.values[item])).lstrip('+')})"
        for item in largest
    ]
    sentence = f"{result.lead} {words.listed(parts)}: {result.unit}."
    if result.reference is not None:
        sentence += f" Untouched, it is {words.number(result.reference, 4)}."
    if len(ranked) > k:
        sentence += f" The {len(ranked) - k} smallest are left to the table."
    return sentence
