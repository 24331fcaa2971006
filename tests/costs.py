"""How the work of a call grows with what it is given, whatever the machine."""

from __future__ import annotations

from collections.abc import Callable
from time import thread_time


def growth(call: Callable[[int], object], small: int, times: int) -> float:
    """How many times as long a call takes with ``times`` as much as with ``small``: 1 where it is linear, per piece."""

    def best(size: int) -> float:
        found = []
        for _ in range(5):
            start = thread_time()
            call(size)
            found.append(thread_time() - start)
        return min(found)

    return best(small * times) / max(best(small), 1e-6) / times
