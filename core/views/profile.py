"""How the output changes as one feature moves: a line for numbers and dates, dots for levels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from core.results import Profile
from core.types import Feature
from core.views import axis, profile_spec, words
from core.views.overlay import part
from core.views.view import View

BANDS = ((1, 5), (2, 4))
"""Which of a feature's seven quantiles are shaded: 5 to 95 % and 25 to 75 %."""


def view(
    result: Profile,
    *,
    feature: Feature | None = None,
    bars: bool = False,
    whose: Sequence[str] = (),
    dark: bool | None = None,
) -> View:
    """Draw a profile with the instance's own point, the decision threshold and where the curve crosses it.

    Parameters
    ----------
    result : Profile
    feature : Feature, optional
        The column: its quantiles are shaded and its precision is used.
    bars : bool
        Levels as bars from the mean prediction, in place of dots.
    whose : sequence of str
        Of several models: whose each curve is. A model has one colour, its curves differ by dashes or shapes.
    dark : bool or None
        Theme that the text colour is made for; None fits both.

    Returns
    -------
    View
    """
    dates = axis.dated(result.grid, result.ordered)
    decimals = feature.decimals if feature is not None and feature.kind == "numeric" else None
    rows = _lines(result, decimals, whose) + _owns(result, decimals, whose) + _threshold(result)
    if result.ordered:
        rows += _crossed(result, dates, decimals) + _bands(feature, dates)
    rows.append(_row("title", label=words.named(result.feature, 44)))
    several, parts = len(result.curves) > 1, {row["part"] for row in rows if row["role"] != "single" and "part" in row}
    drawn = profile_spec.spec(
        result.scale,
        result.ordered,
        dates,
        several,
        dark,
        bars=bars,
        change=result.centred,
        whole=_whole(result),
        models=bool(whose),
        parts=len(parts) > 1,
    )
    sentence = tell(result, dates, decimals)
    return View(drawn, rows, table(result), sentence, f"{'Line' if result.ordered else 'Dot'} chart. {sentence}")


def _whole(result: Profile) -> bool:
    """True for curves of a model, which no single instance owns."""
    return not np.isfinite(result.outputs).any()


def _row(role: str, **given: Any) -> dict[str, Any]:
    """A record with every field; those not given are null."""
    blank: dict[str, Any] = dict.fromkeys(("curve", "x", "x2", "y", "cell", "said", "change", "label"))
    return {"role": role, "order": 0, **blank, **given}


def _names(result: Profile) -> list[str]:
    """A different name for every curve."""
    return words.distinct([words.short(name, 40) for name in result.curves])


def _point(
    result: Profile, role: str, curve: int, name: str, value: Any, y: float, decimals: int | None
) -> dict[str, Any]:
    """The record of one point of a curve."""
    return _row(
        role,
        curve=name,
        x=axis.place(value) if result.ordered else None,
        x2=None if result.ordered else _home(result, curve),
        y=y,
        cell=words.cell(axis.told(value, result.ordered), decimals),
        said=words.amount(y, result.scale) if result.centred else words.output(y, result.scale, result.label),
        change=words.amount(y - _home(result, curve), result.scale),
        label=words.amount(y, result.scale) if result.centred else words.figure(y, result.scale),
    )


def _home(result: Profile, curve: int) -> float:
    """The output that changes are told against: the instance's own, or the mean (prediction) for a whole model."""
    own = float(result.outputs[curve])
    if math.isfinite(own):
        return own
    return float(np.nanmean(result.values[curve])) if result.reference is None else result.reference


def _lines(result: Profile, decimals: int | None, whose: Sequence[str]) -> list[dict[str, Any]]:
    """Every point of every curve; a missing cell is a point of its own."""
    rows = []
    for curve, name in enumerate(_names(result)):
        owner = _owner(result, curve, whose)
        own = owner.get("part", result.curves[curve])
        for place, value in enumerate(result.grid):
            if not math.isfinite(float(result.values[curve, place])):
                continue
            gap = result.ordered and axis.place(value) is None
            y = float(result.values[curve, place])
            single = _whole(result) and own.startswith("single row ")
            point = _point(result, "gap" if gap else "single" if single else "line", curve, name, value, y, decimals)
            rows.append(point | owner | {"order": place})
    return rows


def _owner(result: Profile, curve: int, whose: Sequence[str]) -> dict[str, str]:
    """Of several models: whose a curve is, and which of its curves."""
    return {"who": whose[curve], "part": words.short(part(result.curves[curve], whose[curve]))} if whose else {}


def _owns(result: Profile, decimals: int | None, whose: Sequence[str]) -> list[dict[str, Any]]:
    """Each curve's own point, marked."""
    rows = []
    names = _names(result)
    for curve, value in enumerate(result.at):
        if not math.isfinite(float(result.outputs[curve])):
            continue
        point = _point(result, "own", curve, names[curve], value, float(result.outputs[curve]), decimals)
        gap = result.ordered and point["x"] is None
        label = f"now {point['cell']}: {words.figure(point['y'], result.scale)}"
        rows.append(point | _owner(result, curve, whose) | {"role": "own gap" if gap else "own", "label": label})
    return rows


def _threshold(result: Profile) -> list[dict[str, Any]]:
    """The line at which the decision changes."""
    if result.reference is not None:
        label = f"mean prediction {words.figure(result.reference, result.scale)}"
        label = "where it begins" if result.centred else label
        return [_row("threshold", y=result.reference, label=label)]
    if result.threshold is None:
        return []
    label = f"decision changes at {words.figure(result.threshold, result.scale)}"
    return [_row("threshold", y=result.threshold, label=label)]


def _crossed(result: Profile, dates: bool, decimals: int | None) -> list[dict[str, Any]]:
    """Where each curve passes the threshold."""
    if result.threshold is None:
        return []
    rows = []
    for curve, name in enumerate(_names(result)):
        for position in crossings(result, curve):
            text = axis.passed(position, result.grid, dates, decimals)
            shown = text if len(result.curves) == 1 else ""
            rows.append(_row("crossing", curve=name, x=position, y=result.threshold, cell=text, label=shown))
    return rows


def crossings(result: Profile, curve: int = 0) -> list[float]:
    """Positions at which a curve of an ordered profile passes the threshold (dates: milliseconds since 1970)."""
    if result.threshold is None or not result.ordered:
        return []
    places = [axis.place(value) for value in result.grid]
    return axis.crossings(places, result.values[curve], result.threshold)


def _bands(feature: Feature | None, dates: bool) -> list[dict[str, Any]]:
    """Where most observed values lie."""
    if feature is None or len(feature.quantiles) != 7:
        return []
    unit = 1000.0 if dates else 1.0
    names = ("9 of 10 rows lie here", "half of all rows lie here")
    return [
        _row("band", x=feature.quantiles[low] * unit, x2=feature.quantiles[high] * unit, label=name)
        for (low, high), name in zip(BANDS, names, strict=True)
    ]


def table(result: Profile) -> pd.DataFrame:
    """The grid and one column of outputs per curve."""
    value = [words.cell(item) if item is None or not result.ordered else item for item in result.grid]
    columns = {words.short(result.feature): pd.Series(value, dtype=object)}
    frame = pd.DataFrame(columns)
    for name, curve in zip(_names(result), result.values, strict=True):
        frame[f"{name} ({result.scale})"] = curve
    return frame


def tell(result: Profile, dates: bool = False, decimals: int | None = None) -> str:
    """The answer in words: how far the output moves, and where the decision changes."""
    low, high = float(np.nanmin(result.values)), float(np.nanmax(result.values))
    name = words.named(result.feature)
    if result.reference is not None:
        return _tell_average(result, name)
    start = (
        f"If only {name} changed, the model's answer would range from {words.output(low, result.scale, result.label)}"
        f" to {words.output(high, result.scale, result.label)}."
    )
    if low == high:
        said = words.output(low, result.scale, result.label)
        start = f"If only {name} changed, nothing would: the model says {said} whatever its value."
    if len(result.curves) > 1:
        return f"{start} {len(result.curves)} instances are drawn."
    cell = words.cell(axis.told(result.at[0], result.ordered), decimals)
    now = f"Now it is {cell}, and the model says {words.output(float(result.outputs[0]), result.scale, result.label)}."
    return " ".join(part for part in (start, now, _decision(result, dates, decimals)) if part)


def _tell_average(result: Profile, name: str) -> str:
    """The answer in words for a whole model: how far the mean answer moves."""
    curve = result.values[0]
    if result.centred:
        parts = [
            f"{words.amount_words(float(curve[int(place)]), result.scale)} (at {words.cell(result.grid[int(place)])})"
            for place in (np.nanargmin(curve), np.nanargmax(curve))
        ]
        return f"From its first value on, {name} changes the model's mean answer by {parts[0]} to {parts[1]}."
    low, high = (words.output(float(end), result.scale, result.label) for end in (np.nanmin(curve), np.nanmax(curve)))
    at = [words.cell(result.grid[int(place)]) for place in (np.nanargmin(curve), np.nanargmax(curve))]
    start = f"As {name} changes, the model's mean answer goes from {low} (at {at[0]}) to {high} (at {at[1]})."
    if float(np.nanmax(curve)) == float(np.nanmin(curve)):
        start = f"On average the model's answer does not depend on {name}."
    more = len(result.curves) - 1
    return f"{start} {more} more {'curve is' if more == 1 else 'curves are'} drawn." if more else start


def _decision(result: Profile, dates: bool, decimals: int | None) -> str:
    """Where the decision changes, in words; empty without a threshold."""
    if result.threshold is None:
        return ""
    line = words.figure(result.threshold, result.scale)
    if not result.ordered:
        side = result.outputs[0] >= result.threshold
        flips = [
            words.cell(value)
            for value, output in zip(result.grid, result.values[0], strict=True)
            if (output >= result.threshold) != side
        ]
        return f"The decision changes with {words.listed(flips[:8])}." if flips else "No level changes the decision."
    found = crossings(result)
    if not found:
        return f"No observed value of it takes the answer across {line}, where the decision changes."
    return f"The decision changes (the answer crosses {line}) {axis.passages(found[:6], result.grid, dates, decimals)}."
