"""How many processors a computation may use, and sharing its parts between them."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Sequence
from threading import Thread
from typing import TypeVar

Part = TypeVar("Part")
Made = TypeVar("Made")
MOST = 4
"""Processors that one question takes; others ask at the same time."""


def processors() -> int:
    """Processors that this process may run on, ``MOST`` at most."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(MOST, allowed)


def share(work: Callable[[Part], Made], parts: Sequence[Part]) -> list[Made]:
    """Answer all parts, in threads where there are processors for them; worth it for work that lets others run.

    This thread takes parts, too: another needs a tenth of a millisecond to begin. They live as long as the call: a
    process that is copied later must not miss any.
    """
    if len(parts) == 1:
        return [work(parts[0])]
    left, made = deque(enumerate(parts)), dict[int, Made]()
    hands = [Thread(target=_take, args=(work, left, made)) for _ in range(min(processors(), len(parts)) - 1)]
    for hand in hands:
        hand.start()
    _take(work, left, made)
    for hand in hands:
        hand.join()
    return [made[at] if at in made else work(part) for at, part in enumerate(parts)]


def _take(work: Callable[[Part], Made], left: deque[tuple[int, Part]], made: dict[int, Made]) -> None:
    """Answer what is left until nothing is, or a part fails: that is done again by the caller, who sees its error."""
    while left:
        try:
            at, part = left.popleft()
            made[at] = work(part)
        except Exception:
            return
