"""How long one answer of a model takes, to tell whether several can be made ahead."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator

from core.results import Result

TRIES = 3
"""Answers beside the first that are made to see how long one takes."""


def seconds_of(result: Result) -> float:
    """How long an answer took."""
    return result.provenance.seconds if result.provenance is not None else 0.0


class Pace:
    """The shortest that one answer took so far.

    The first answer of a model also pays for what is built once, and any may come while the machine is busy: a slow one
    is not the last word.
    """

    def __init__(self) -> None:
        self.seconds = math.inf

    def allows(self, answers: int, seconds: float, took: float, others: Iterator[float]) -> bool:
        """So many answers take less than some seconds.

        Parameters
        ----------
        answers : int
        seconds : float
        took : float
            How long the answer took that is shown.
        others : iterator of float
            Makes one more at a time and tells how long it took: at first a few are made, as long as they seem too slow.
        """
        tries = TRIES if self.seconds == math.inf else 0
        self.seconds = min(self.seconds, took)
        end = time.monotonic() + seconds
        while tries and self.seconds * answers >= seconds and time.monotonic() < end:
            tries -= 1
            self.seconds = min(self.seconds, next(others, math.inf))
        return self.seconds * answers < seconds
