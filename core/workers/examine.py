"""Open a file in a worker only to say what it holds."""

from __future__ import annotations

from core.workers import pool
from core.workers.settings import Settings, from_environment
from core.workers.wire import MAX_WEIGHT, Limits, Message
from core.workers.words import shown


def examine(data: bytes, name: str, settings: Settings | None = None) -> str:
    """Open a file in a worker, say in a line what it holds, and close it.

    Raises
    ------
    ModelError
        If it is refused or ends its worker.
    """
    limits = settings or from_environment()
    place = pool.take(limits)
    try:
        with place.lock:
            head = {"op": "examine", "name": name}
            answer = place.client.ask(
                Message(head, blob=data), limits.opening(len(data)), Limits(limits.reply, 0, MAX_WEIGHT)
            )
        return shown(str(answer.head.get("text")), 1_000)
    finally:
        pool.give_back(place)
