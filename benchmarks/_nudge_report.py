"""The benchmark's tables: a line per method, then each measure of the product beside its bar."""

from __future__ import annotations

from typing import Any

import _nudge_ours as product
import numpy as np
import pandas as pd
from _paired import table

SOON = 5.0
"""Seconds within which nine of ten answers about a tree ensemble should be proved."""
RATIO = 0.6
"""Bar of the plausible answer's distance, in units of NICE's."""


def report(frame: pd.DataFrame) -> None:
    """Print one line per method, and what is measured pair by pair."""
    nice = frame[frame.method == "nice"].set_index(["data", "model", "row"])
    lines = []
    for name, part in frame.groupby("method", sort=False):
        own = part.set_index(["data", "model", "row"])
        paired, used = (own.seconds / nice.seconds).dropna(), (own.cpu / nice.cpu).dropna()
        cells = {
            "method": name,
            "rows": len(part),
            "answered %": f"{100 * part.answered.mean():.1f}",
            "valid %": f"{100 * part.valid.mean():.1f}",
            "proper %": f"{100 * part.proper.mean():.1f}",
            "ratio to best answer": f"{part.ratio.median():.2f} / {part.ratio.mean():.3f}",
            "ratio to least distance": f"{part.nearest_ratio.median():.2f} / {part.nearest_ratio.mean():.3f}",
            "features beyond": f"{part.beyond.mean():.3f}",
            "nearest real": f"{part.isolation.mean():.4f}",
            "distance": f"{part.distance.mean():.4f}",
            "ms p50 / p95": f"{1e3 * part.seconds.median():.0f} / {1e3 * part.seconds.quantile(0.95):.0f}",
            "x NICE p50 / p95": f"{paired.median():.2f} / {paired.quantile(0.95):.2f}",
            "processor x NICE p50 / p95": f"{used.median():.2f} / {used.quantile(0.95):.2f}",
            "k spread / Jaccard": f"{part.spread.mean():.2f} / {part.jaccard.mean():.2f}",
            "proved %": f"{100 * _proved(part).mean():.0f}",
        }
        lines.append(list(cells.values()))
    print(table(list(cells), lines))
    likes = [_believable(frame, nice, method) for method in sorted(product.LIKES, key=product.LIKES.__getitem__)]
    for told in (_near(frame, nice), _four(frame), *likes, _soon(frame)):
        if told:
            print("\n" + table(list(told), [list(told.values())]))


def _proved(part: pd.DataFrame) -> pd.Series:
    """Where the answer says that it is proved; an empty text says nothing."""
    return part.proved.map(lambda said: said is True)


def _of(frame: pd.DataFrame, method: str) -> pd.DataFrame:
    """One method's lines by row."""
    return frame[frame.method == method].set_index(["data", "model", "row"])


def _near(frame: pd.DataFrame, nice: pd.DataFrame) -> dict[str, Any]:
    """The time until a search holds an answer as near as NICE's."""
    own = _of(frame, product.NEAR)
    if not len(own) or not len(nice):
        return {}
    there = own[own.answered]
    wall, used = (there.seconds / nice.seconds).dropna(), (there.cpu / nice.cpu).dropna()
    return {
        "until as near as NICE: rows": f"{len(there)} of {len(own)}",
        "x NICE p50 / p95": f"{wall.median():.2f} / {wall.quantile(0.95):.2f}",
        "processor x NICE p50 / p95": f"{used.median():.2f} / {used.quantile(0.95):.2f}",
        "sooner than NICE %": f"{100 * (wall < 1).mean():.0f}",
    }


def _four(frame: pd.DataFrame) -> dict[str, Any]:
    """Four answers beside DiCE's, on the rows where both gave at least two."""
    ours, theirs = _of(frame, product.FOUR), _of(frame, "dice random k=4")
    both = ours.join(theirs, lsuffix="", rsuffix="_dice", how="inner")
    paired = both.dropna(subset=["spread", "spread_dice"])
    if not len(paired):
        return {}
    return {
        "k = 4: rows that DiCE was asked": len(both),
        "all valid %, DiCE": f"{100 * both.valid.mean():.1f}, {100 * both.valid_dice.mean():.1f}",
        "answers a row, DiCE": f"{both['count'].mean():.2f}, {both.count_dice.mean():.2f}",
        "rows with two or more of both": len(paired),
        "features that differ, mean, DiCE": f"{paired.spread.mean():.2f}, {paired.spread_dice.mean():.2f}",
        "Jaccard difference, mean, DiCE": f"{paired.jaccard.mean():.2f}, {paired.jaccard_dice.mean():.2f}",
        "features changed, mean, DiCE": f"{paired.changes.mean():.2f}, {paired.changes_dice.mean():.2f}",
    }


def _believable(frame: pd.DataFrame, nice: pd.DataFrame, method: str) -> dict[str, Any]:
    """The believable answers beside NICE's, and what no answer at all can beat.

    With D the distance from the row to the nearest real row of the outcome, d an answer's distance to the row and i its
    distance to the nearest real row, the triangle inequality gives d + i >= D. So (d + i) / D says how far an answer is
    from the best that any method can give at its own nearness; and what is as near to real rows as NICE's answer goes
    at least D - i of NICE's, row by row. In the mean over rows, where nearness may be spent on other rows than NICE
    spends it, what is added to the smallest answers (d0) has to make up for the mean of D - d0 less that of i.
    """
    own = _of(frame, method)
    both = own.join(nice, rsuffix="_nice", how="inner").dropna(subset=["distance", "distance_nice"])
    if not len(both):
        return {}
    spent = ((both.distance + both.isolation) / both.gap)[both.gap > 0]
    theirs = ((both.distance_nice + both.isolation_nice) / both.gap)[both.gap > 0]
    as_near = both.isolation <= both.isolation_nice + 1e-12
    return {
        "believable": method,
        "rows": len(both),
        "nearest real row, mean, NICE": f"{both.isolation.mean():.4f}, {both.isolation_nice.mean():.4f}",
        "median, NICE": f"{both.isolation.median():.4f}, {both.isolation_nice.median():.4f}",
        "as near as NICE's, of the rows %": f"{100 * as_near.mean():.0f}",
        **_three("distance", both.distance, both.distance_nice),
        "(d + i) / D, mean, NICE (least possible 1)": f"{spent.mean():.3f}, {theirs.mean():.3f}",
        "rows where nothing is better at its nearness %, NICE": f"{100 * (spent < 1 + 1e-9).mean():.0f}, "
        f"{100 * (theirs < 1 + 1e-9).mean():.0f}",
        **_bounds(frame, both),
    }


def _bounds(frame: pd.DataFrame, both: pd.DataFrame) -> dict[str, str]:
    """What no answers can beat that are as near to real rows as NICE's."""
    least = (both.gap - both.isolation_nice).clip(lower=0)
    smallest = frame[frame.valid].groupby(["data", "model", "row"]).distance.min().reindex(both.index)
    added = max(0.0, (both.gap - smallest).clip(lower=0).mean() - both.isolation_nice.mean())
    mean = (smallest.mean() + added) / both.distance_nice.mean()
    return {
        **_three("least of any answer as near as NICE's", least, both.distance_nice),
        "least mean of any answers as near in the mean / NICE's": f"{mean:.3f}",
        f"rows where the bound leaves {RATIO:g} x %": f"{100 * (least <= RATIO * both.distance_nice).mean():.0f}",
    }


def _three(name: str, ours: pd.Series, theirs: pd.Series) -> dict[str, str]:
    """Three ways to say how many times NICE's."""
    kept = theirs > 0
    return {
        f"{name} / NICE's: ratio of means": f"{ours.mean() / theirs.mean():.3f}",
        f"{name}: ratio of medians": f"{ours.median() / theirs.median():.3f}",
        f"{name}: median of ratios": f"{np.median(ours[kept] / theirs[kept]):.3f}",
    }


def _soon(frame: pd.DataFrame) -> dict[str, Any]:
    """How many answers about ensembles of 100 trees were proved in time."""
    proofs = frame[frame.method == product.PROVED]
    if not len(proofs):
        return {}
    soon = (_proved(proofs) & (proofs.seconds <= SOON)).sum()
    return {f"proved smallest within {SOON:g} s (bar 90 %)": f"{soon} of {len(proofs)}"}
