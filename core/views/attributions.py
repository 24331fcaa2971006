"""Attributions of many rows: a swarm, bars, a heat map, stacked forces, or paths from the baseline to each output."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from core.errors import unknown_name
from core.results import Attributions
from core.views import attributions_spec, importance, palette, words
from core.views.dependence import column, mean_size, shares
from core.views.view import View

PICTURES = {
    "swarm": "Every row",
    "bar": "Mean size",
    "heat": "Heat map",
    "stack": "Stacked forces",
    "paths": "Paths",
}
"""What can be drawn: picture id to its title."""
MOST = {"swarm": 300, "heat": 200, "stack": 150, "paths": 60}
"""Rows drawn at most in each picture, spread evenly over the outputs; the numbers are of all rows."""
BINS = 60
START = "start"


def view(result: Attributions, *, picture: str = "swarm", k: int = 10, dark: bool | None = None) -> View:
    """Draw attributions of many rows.

    Parameters
    ----------
    result : Attributions
    picture : {"swarm", "bar", "heat", "stack", "paths"}
    k : int
        Features drawn, the largest ones.
    dark : bool or None
        Theme that the text colour is made for; None fits both.

    Raises
    ------
    InputError
        If there is no such picture.
    """
    if picture not in PICTURES:
        raise unknown_name("picture", picture, PICTURES)
    sentence, full = tell(result), table(result)
    if picture == "bar":
        bars = importance.view(mean_size(result), k=k, dark=dark)
        return View(bars.spec, bars.rows, full, sentence, bars.alt)
    rows = _MAKERS[picture](result, ranked(result)[:k], _chosen(result, MOST[picture]))
    spec = attributions_spec.SPECS[picture](result.scale, dark)
    return View(spec, rows, full, sentence, f"{PICTURES[picture]}, {len(result.rows):,} rows. {sentence}")


def ranked(result: Attributions) -> list[int]:
    """Positions of the features, largest mean size first."""
    return [int(place) for place in np.argsort(-np.abs(result.values).mean(axis=0), kind="stable")]


def _chosen(result: Attributions, most: int) -> list[int]:
    """Positions of the rows drawn, lowest output first, spread evenly where there are too many."""
    order = np.argsort(result.outputs, kind="stable")
    places = np.unique(np.linspace(0, len(order) - 1, min(most, len(order))).round().astype(int))
    return [int(order[place]) for place in places]


def _called(result: Attributions) -> list[str]:
    """The features' names on the axis, each different."""
    return words.apart(result.features, 80)


def _mark(result: Attributions, called: list[str], feature: int, row: int, place: int) -> dict[str, Any]:
    """What all marks of a feature and a row know."""
    value = float(result.values[row, feature])
    return {
        "feature": result.features[feature],
        "label": called[feature],
        "place": place,
        "row": result.rows[row],
        "name": result.names[row],
        "cell": words.cell(result.data[row][feature]),
        "value": value,
        "text": words.amount(value, result.scale),
    }


def _swarm(result: Attributions, features: list[int], rows: list[int]) -> list[dict[str, Any]]:
    """A dot a row and feature, moved apart where they would lie on each other."""
    records, called = [], _called(result)
    wide = float(np.abs(result.values[:, features]).max()) or 1.0
    for place, feature in enumerate(features):
        where = shares(column(result, result.features[feature]))
        bins = np.round(result.values[rows, feature] / wide * BINS / 2).astype(int)
        height: dict[int, int] = {}
        most = max(np.bincount(bins - bins.min()).max(), 1)
        for row, slot in zip(rows, bins, strict=True):
            level = height[slot] = height.get(slot, 0) + 1
            side = (level // 2) * (1 if level % 2 else -1)
            records.append(
                _mark(result, called, feature, row, place) | {"offset": side / max(most / 2, 6), "share": where[row]}
            )
    return records


def unordered(marks: Sequence[Mapping[str, Any]]) -> bool:
    """Whether some dots of a swarm have no place between low and high."""
    return any(mark["share"] is None for mark in marks)


def _heat(result: Attributions, features: list[int], rows: list[int]) -> list[dict[str, Any]]:
    """A cell a row and feature, and how far the colours reach."""
    return palette.reaching(_cells(result, features, rows))


def _cells(result: Attributions, features: list[int], rows: list[int]) -> list[dict[str, Any]]:
    """A cell a row and feature, rows by their output."""
    called = _called(result)
    return [
        _mark(result, called, feature, row, place) | {"at": at, "output": float(result.outputs[row])}
        for place, feature in enumerate(features)
        for at, row in enumerate(rows)
    ]


def _stack(result: Attributions, features: list[int], rows: list[int]) -> list[dict[str, Any]]:
    """As the heat map, the largest seven features named and the others summed."""
    named = features[:7]
    records, called = _cells(result, named, rows), _called(result)
    others = [feature for feature in range(len(result.features)) if feature not in named]
    for at, row in enumerate(rows):
        if others:
            mark = _summed(result, called, others, row, len(named))
            records.append(mark | {"at": at, "output": float(result.outputs[row])})
    return records


def _summed(result: Attributions, called: list[str], others: list[int], row: int, place: int) -> dict[str, Any]:
    """The mark of all features that are not named; without any, of the baseline."""
    value = float(result.values[row, others].sum())
    own = {"feature": "", "cell": "", "value": value, "text": words.amount(value, result.scale)}
    label = "all others" if others else START
    return _mark(result, called, 0, row, place) | own | {"label": label}


def _paths(result: Attributions, features: list[int], rows: list[int]) -> list[dict[str, Any]]:
    """From the baseline upwards through the features, least important first, to each row's output."""
    others = [feature for feature in range(len(result.features)) if feature not in features]
    records, called = [], _called(result)
    for row in rows:
        output, reached = float(result.outputs[row]), float(result.base[row])
        marks = [_summed(result, called, [], row, len(features) + 1)]
        marks += [_summed(result, called, others, row, len(features))] if others else []
        marks += [_mark(result, called, features[place], row, place) for place in range(len(features) - 1, -1, -1)]
        for step, mark in enumerate(marks):
            reached += mark["value"]
            records.append(mark | {"step": step, "reached": reached, "output": output})
    return records


_MAKERS: dict[str, Callable[[Attributions, list[int], list[int]], list[dict[str, Any]]]] = {
    "swarm": _swarm,
    "heat": _heat,
    "stack": _stack,
    "paths": _paths,
}


def table(result: Attributions) -> pd.DataFrame:
    """One line a feature: mean size, mean, and how the attribution goes with the value."""
    order = ranked(result)
    return pd.DataFrame(
        {
            "feature": [result.features[place] for place in order],
            f"mean size ({result.scale})": np.abs(result.values).mean(axis=0)[order],
            f"mean ({result.scale})": result.values.mean(axis=0)[order],
            f"lowest ({result.scale})": result.values.min(axis=0)[order],
            f"highest ({result.scale})": result.values.max(axis=0)[order],
            "higher values push": [_direction(result, place) for place in order],
        }
    )


def _direction(result: Attributions, feature: int) -> str:
    """Which way high values push: rank correlation of value and attribution."""
    where = [share if share is not None else np.nan for share in shares(column(result, result.features[feature]))]
    frame = pd.DataFrame({"share": where, "value": result.values[:, feature]}).dropna().rank()
    if len(frame) < 3 or frame.std().min() == 0:
        return ""
    related = float(frame["share"].corr(frame["value"]))
    return "up" if related > 0.5 else "down" if related < -0.5 else "either way"


def tell(result: Attributions, most: int = 3) -> str:
    """The answer in words: what moves the outputs most, and which way."""
    sizes = np.abs(result.values).mean(axis=0)
    chosen = [place for place in ranked(result)[:most] if sizes[place] > 0]
    if not chosen:
        return f"No feature moves the model's answers on these {len(result.rows):,} rows."
    parts = []
    for place in chosen:
        way = _direction(result, place)
        ways = {"up": ", high values push up", "down": ", high values push down"}
        amount = words.amount(float(sizes[place]), result.scale).lstrip("+")
        parts.append(f"{words.named(result.features[place])} ({amount} on average{ways.get(way, '')})")
    unit = {"log-odds": ", in log-odds", "probability": ", in percentage points"}.get(result.scale, "")
    what = {"probability": "chance of", "log-odds": "chance of", "score": "score of"}.get(result.scale)
    what = f"{what} {words.case(result.label)}" if what else "prediction"
    count = f"{len(result.rows):,} rows" if len(result.rows) != 1 else "one row"
    return f"On {count} the {what} moves most with {words.listed(parts)}{unit}."
