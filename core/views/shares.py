"""Levels against classes: of each level (or span of time) the share of every class, one bar a level, with its rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from core.results import Distribution
from core.views import bins, palette, words
from core.views.axis import of_names
from core.views.view import View

SHARES = "format(datum.value * 100, '.0f') + ' %'"
ROOM = 1.16
"""The axis ends behind 100 %, so that the number of rows has a place behind its bar."""


def view(result: Distribution, dark: bool | None = None) -> View:
    """Draw shares of classes.

    Parameters
    ----------
    result : Distribution
        With ``shares``.
    dark : bool or None
        Theme that the text colour is made for; None fits both.
    """
    names = words.apart([bins.name(result, place) for place in range(result.counts.shape[1])], 60)
    own = _own(result)
    rows = [row for place, name in enumerate(names) for row in _level(result, place, name, place == own)]
    sentence = tell(result)
    table = _table(result, names)
    return View(spec(dark), rows, table, sentence, f"Stacked bar chart. {sentence}")


def _own(result: Distribution) -> int | None:
    """The place of the chosen instance's value."""
    if result.at is None:
        return None
    if not result.ordered:
        return result.bins.index(result.at) if result.at in result.bins else len(result.bins) - 1
    edges = [pd.Timestamp(edge) for edge in result.bins]
    before = sum(edge <= pd.Timestamp(result.at) for edge in edges)
    return min(max(before - 1, 0), len(edges) - 2)


def _level(result: Distribution, place: int, name: str, own: bool) -> list[dict[str, Any]]:
    """The records of one level: a piece a class, how many rows they are of, and whether the instance has it."""
    counts = result.counts[:, place]
    total, below, found = float(counts.sum()), 0.0, []
    where = {"label": name, "order": place}
    for group, count in zip(words.apart(result.groups, 40), counts, strict=True):
        share = float(count) / total if total else 0.0
        piece = {"group": group, "low": below, "high": below + share, "count": float(count)}
        found.append({"role": "bar", **where, **piece, "said": f"{words.percent(share)} of {total:,.0f} rows"})
        below += share
    rows = {"role": "rows", **where, "text": f"{total:,.0f}", "own": "this instance" if own else ""}
    return [*(found if total else ()), rows, *([{**rows, "role": "own"}] if own else [])]


def spec(dark: bool | None) -> dict[str, Any]:
    """The constant specification; every name is in the data."""
    order = {"field": "order", "op": "min"}
    names = {**of_names(), "ticks": False, "domain": False, "labelPadding": 8}
    return {
        "width": "container",
        "height": {"step": 32},
        "data": {"name": "rows"},
        "encoding": {"y": {"field": "label", "type": "nominal", "sort": order, "title": None, "axis": names}},
        "layer": [_pieces(), _rows(palette.INKS[dark]), _frame()],
        "config": {"view": {"stroke": None}},
    }


def _pieces() -> dict[str, Any]:
    """A piece a class."""
    values = {"values": [0, 0.25, 0.5, 0.75, 1], "labelExpr": SHARES}
    ticks = {"title": "share of the rows", "grid": False, "domain": False, **values}
    scale = {"domain": [0, ROOM], "nice": False}
    shade = {"field": "group", "type": "nominal", "sort": None, "scale": {"range": list(palette.CURVES)}}
    tips = [{"field": "label", "title": "value"}, {"field": "group", "title": "class"}]
    tips += [{"field": "said", "title": "share"}, {"field": "count", "title": "rows", "format": ","}]
    return {
        "transform": [{"filter": "datum.role === 'bar'"}],
        "mark": {"type": "bar", "opacity": 0.85, "height": {"band": 0.72}},
        "encoding": {
            "x": {"field": "low", "type": "quantitative", "scale": scale, "axis": ticks},
            "x2": {"field": "high"},
            "color": {**shade, "legend": {"title": None, "orient": "top", "columns": 4}},
            "tooltip": tips,
        },
    }


def _rows(ink: str) -> dict[str, Any]:
    """How many rows a bar is of."""
    return {
        "transform": [{"filter": "datum.role === 'rows'"}],
        "mark": {"type": "text", "align": "left", "dx": 6, "color": ink},
        "encoding": {"x": {"datum": 1, "type": "quantitative"}, "text": {"field": "text"}},
    }


def _frame() -> dict[str, Any]:
    """A frame around the bar of the instance's own level."""
    line = {"stroke": palette.MARK, "strokeWidth": 2.5}
    return {
        "transform": [{"filter": "datum.role === 'own'"}],
        "mark": {"type": "bar", "filled": False, "height": {"band": 0.9}, **line},
        "encoding": {
            "x": {"datum": 0, "type": "quantitative"},
            "x2": {"datum": 1},
            "tooltip": [{"field": "own", "title": "value of"}],
        },
    }


def _table(result: Distribution, names: list[str]) -> pd.DataFrame:
    """One line a level: its rows, and of each class the rows and the share."""
    totals = result.counts.sum(axis=0)
    frame = pd.DataFrame({words.short(result.feature): names, "rows": totals.astype(np.int64)})
    shares = result.counts / np.where(totals > 0, totals, np.nan)
    for group, counts, part in zip(words.apart(result.groups, 40), result.counts, shares, strict=True):
        frame[f"rows: {group}"] = counts.astype(np.int64)
        frame[f"share: {group}"] = part
    return frame


def tell(result: Distribution) -> str:
    """In words: where the class in question is rarest and most common, what this instance has, what is missing."""
    feature = words.short(result.feature)
    if not result.counts.sum():
        return f"No row with a known truth has a value of {feature}."
    told = bins.tell_means(result)
    said = f"Along {feature}, {told[:1].lower()}{told[1:]}" if told else f"Too few rows to compare values of {feature}."
    own = _own(result)
    mine = "" if own is None else f"The frame marks the value of this instance, {bins.name(result, own)}."
    return " ".join(part for part in (said, mine, bins.tell_missing(result)) if part)
