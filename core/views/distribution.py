"""How one feature is spread: bars a bin or level, the mean of the target as a line, the instance as a mark."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from core.results import Distribution
from core.views import axis, bins, distribution_spec, shares, words
from core.views.view import View


def view(result: Distribution, *, part: str = "all", dark: bool | None = None) -> View:
    """Draw a distribution.

    Parameters
    ----------
    result : Distribution
    part : {"all", "means"}
        ``"means"`` leaves the bars out: the mean of the target alone.
    dark : bool or None
        Theme that the text colour is made for; None fits both.
    """
    if result.shares:
        return shares.view(result, dark)
    dates = result.ordered and isinstance(result.bins[0], str)
    if part == "means":
        return _only_means(result, dates, dark)
    places = _places(result)
    rows = _told(_bars(result, places) + _means(result, places) + _own(result, places, dates))
    if result.ordered:
        rows.append(_row("title", label=words.named(result.feature, 44)))
    mean = None if result.means is None else "share of the class" if bins.is_share(result) else "mean of the target"
    drawn = distribution_spec.spec(result.ordered, dates, mean, len(result.groups) > 1, dark)
    sentence = tell(result)
    alt = f"{'Histogram' if result.ordered else 'Bar chart'}. {sentence}"
    return View(drawn, rows, table(result), sentence, alt)


def _only_means(result: Distribution, dates: bool, dark: bool | None) -> View:
    """The target's mean in each bin or level, without the bars behind it."""
    if result.means is None:
        told = "No true values are known for this table, so there is no average to draw."
        return View(distribution_spec.spec(result.ordered, dates, None, False, dark), [], table(result), told, told)
    places = _places(result)
    rows = _told(_means(result, places) + _own(result, places, dates))
    if result.ordered:
        rows.append(_row("title", label=words.named(result.feature, 44)))
    mean = "share of the class" if bins.is_share(result) else "mean of the target"
    drawn = distribution_spec.means(result.ordered, dates, mean, dark)
    told = bins.tell_means(result)
    along = f"Along {words.short(result.feature)}, {told[:1].lower()}{told[1:]}" if told else ""
    sentence = along or f"Too few rows have a value of {words.short(result.feature)} to compare averages."
    return View(drawn, rows, table(result), sentence, f"Line chart. {sentence}")


def _told(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Records that know how wide the longest level's name is, so that names turn where they would overlap."""
    if not any(row["level"] for row in rows):
        return rows
    wide = axis.widest(str(row["level"] or "") for row in rows)
    return [{**row, "wide": wide} for row in rows]


def _row(role: str, **given: Any) -> dict[str, Any]:
    """A record with every field; those not given are null."""
    blank = dict.fromkeys(
        ("group", "label", "x", "x2", "level", "count", "low", "high", "mean", "cell", "said", "wide", "side")
    )
    return {"role": role, "order": 0, **blank, **given}


def _places(result: Distribution) -> list[dict[str, Any]]:
    """Where each bin lies along the axis; levels by what they are called, each differently."""
    if result.ordered:
        return [{"x": start, "x2": end} for start, end in pairwise(bins.edges(result))]
    levels = words.distinct([words.short(words.cell(level), 40) for level in result.bins])
    return [{"level": level, "order": place} for place, level in enumerate(levels)]


def _bars(result: Distribution, places: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A bar a bin and group, one upon the other."""
    rows = []
    for place, where in enumerate(places):
        below = 0.0
        for at, group in enumerate(result.groups):
            count = float(result.counts[at, place])
            rows.append(
                _row(
                    "bar",
                    **where,
                    group=words.short(group, 40),
                    count=count,
                    low=below,
                    high=below + count,
                    cell=bins.name(result, place),
                )
            )
            below += count
    return rows


def _means(result: Distribution, places: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The target's mean in each bin that has any."""
    if result.means is None:
        return []
    share = bins.is_share(result)
    rows = []
    for place, (mean, where) in enumerate(zip(result.means, places, strict=True)):
        if not math.isfinite(float(mean)):
            continue
        if result.ordered:
            where = {"x": (where["x"] + where["x2"]) / 2}
        said = words.percent(float(mean)) if share else words.number(float(mean))
        rows.append(_row("mean", **where, mean=float(mean), cell=bins.name(result, place), said=said))
    return rows


def _own(result: Distribution, places: list[dict[str, Any]], dates: bool) -> list[dict[str, Any]]:
    """The chosen instance's own value."""
    if result.at is None:
        return []
    own = pd.Timestamp(result.at) if dates else result.at
    label = f"this instance: {words.cell(own)}"
    if result.ordered:
        ends, at = bins.edges(result), axis.place(own)
        side = "right" if at is not None and at > (ends[0] + ends[-1]) / 2 else "left"  # where the words begin, or end
        return [_row("own", x=at, label=label, side=side)]
    levels = list(result.bins)
    place = levels.index(result.at) if result.at in levels else len(levels) - 1
    side = "right" if place >= len(levels) / 2 else "left"
    return [_row("own", **places[place], label=label, side=side)]


def table(result: Distribution) -> pd.DataFrame:
    """One line a bin or level."""
    names = [bins.name(result, place) for place in range(result.counts.shape[1])]
    frame = pd.DataFrame({words.short(result.feature): names})
    for group, counts in zip(result.groups, result.counts, strict=True):
        frame[f"rows: {words.short(group, 40)}" if len(result.groups) > 1 else "rows"] = counts.astype(np.int64)
    if result.means is not None:
        frame[result.mean_title] = result.means
    return frame


def tell(result: Distribution) -> str:
    """The answer in words: where most rows lie, how the target goes with it, what is missing."""
    totals = result.counts.sum(axis=0)
    name, total = words.named(result.feature), float(totals.sum())
    if not total:
        return f"No row has a value of {name}."
    top = int(totals.argmax())
    said = f"{name} is most often {bins.name(result, top)} ({words.percent(float(totals[top] / total))} of the rows)."
    return " ".join(part for part in (said, bins.tell_means(result), bins.tell_missing(result)) if part)
