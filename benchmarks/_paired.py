"""Paired timing on a noisy machine: alternate the contestants, compare medians, never absolute times."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any


def paired(contestants: Mapping[str, Callable[[], Any]], rounds: int = 30, warm: int = 3) -> dict[str, list[float]]:
    """Time each contestant in turn, round by round.

    Parameters
    ----------
    contestants : mapping of name to callable
    rounds, warm : int
        Timed rounds, and rounds before them that do not count.

    Returns
    -------
    dict
        Seconds per round and contestant.
    """
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for turn in range(warm + rounds):
        for name, call in contestants.items():
            started = time.perf_counter()
            call()
            spent = time.perf_counter() - started
            if turn >= warm:
                seconds[name].append(spent)
    return seconds


def ratio(seconds: Mapping[str, Sequence[float]], of: str, to: str) -> float:
    """Median of the paired ratios of two contestants."""
    return statistics.median(first / second for first, second in zip(seconds[of], seconds[to], strict=True))


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def milliseconds(seconds: Sequence[float]) -> str:
    """Median in milliseconds, three digits."""
    return f"{statistics.median(seconds) * 1e3:.3g} ms"
