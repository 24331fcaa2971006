"""Which workers are alive: at most so many, idle ones closed, the least recently used first out."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from core.errors import ComputeError
from core.workers import launch
from core.workers.client import Client
from core.workers.settings import Settings, from_environment

_SWEEP = 5.0
_KEPT_SECONDS = 5.0
"""How long the memory for questions is kept after one, for the next to need no new pages."""


@dataclass(slots=True, eq=False)
class Place:
    """A worker's place in the pool; ``busy`` while somebody waits for its answer."""

    client: Client
    lock: threading.Lock = field(default_factory=threading.Lock)
    on_close: Callable[[], None] = lambda: None


_PLACES: list[Place] = []
_GUARD = threading.Lock()
_SWEEPER: list[threading.Thread] = []


def take(settings: Settings | None = None) -> Place:
    """Start a worker, closing the least recently used idle one where the pool is full.

    Raises
    ------
    ComputeError
        If all are busy.
    """
    limits = settings or from_environment()
    with _GUARD:
        _forget_closed()
        while len(_PLACES) >= limits.alive:
            idle = sorted((place for place in _PLACES if not place.lock.locked()), key=lambda place: place.client.used)
            if not idle:
                raise ComputeError(
                    "Too many uploaded models are at work.",
                    f"{limits.alive} can run at once.",
                    "Try again in a moment.",
                )
            _close(idle[0])
        place = Place(Client(launch.spawn()))
        _PLACES.append(place)
        if not _SWEEPER:
            thread = threading.Thread(target=_sweep_forever, name="workers", daemon=True)
            _SWEEPER.append(thread)
            thread.start()
    return place


def give_back(place: Place) -> None:
    """Close a worker."""
    with _GUARD:
        _close(place)


def _close(place: Place) -> None:
    """Close a worker and leave the pool (the guard is held)."""
    place.client.end(kill=True)
    if place in _PLACES:
        _PLACES.remove(place)


def _forget_closed() -> None:
    """Drop workers that ended by themselves (the guard is held)."""
    _PLACES[:] = [place for place in _PLACES if place.client.channel is not None]


def sweep(idle_seconds: float) -> int:
    """Close every worker that nobody asked for so long, and empty those at rest; returns how many were closed."""
    with _GUARD:
        _forget_closed()
        now = time.monotonic()
        late = now - idle_seconds
        for place in _PLACES:
            if place.client.used < now - min(_KEPT_SECONDS, idle_seconds):
                _empty(place)
        old = [place for place in _PLACES if place.client.used < late and not place.lock.locked()]
        for place in old:
            _close(place)
    return len(old)


def _empty(place: Place) -> None:
    """Give back the pages that an idle worker's questions took (the guard is held)."""
    channel = place.client.channel
    if channel is None or channel.region is None or not place.lock.acquire(blocking=False):
        return
    try:
        channel.region.release()
    finally:
        place.lock.release()


def _sweep_forever() -> None:
    """The daemon thread: looks after idle workers."""
    while True:
        time.sleep(_SWEEP)
        sweep(from_environment().idle_seconds)


def alive() -> int:
    """How many workers live."""
    with _GUARD:
        _forget_closed()
        return len(_PLACES)


def close_all() -> None:
    """End every worker."""
    with _GUARD:
        for place in _PLACES.copy():
            _close(place)
