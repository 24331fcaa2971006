"""An upload and its worker: the bytes are kept, so that a worker that is gone can be started again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core import fingerprint
from core.registry import Progress
from core.workers import pool
from core.workers.settings import Settings
from core.workers.wire import Limits, Message


@dataclass(slots=True, eq=False)
class Lease:
    """The bytes of an upload and the worker that has them open; a new worker is started when the old one is gone."""

    data: bytes
    name: str
    options: Mapping[str, Any]
    settings: Settings
    place: pool.Place | None = None
    features: tuple[str, ...] | None = None
    digest: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    table: str | None = None

    def ask(self, request: Message, seconds: float, expected: int = 0, progress: Progress | None = None) -> Message:
        """Ask the worker, opening the model again if it must be."""
        place = self.ready()
        with place.lock:
            return place.client.ask(request, seconds, Limits(self.settings.reply, expected), progress)

    def ready(self) -> pool.Place:
        """The worker, with the model open."""
        place = self.place
        if place is None or place.client.channel is None:
            place = self.place = pool.take(self.settings)
            self.table = None
            self._open(place)
        return place

    def _open(self, place: pool.Place) -> None:
        """Send the file, and the names that were given to its columns since."""
        limits = Limits(self.settings.reply, 0)
        self.digest = self.digest or fingerprint.of_bytes(self.data)
        head = {"op": "open", "name": self.name, "options": {**self.options, "fingerprint": self.digest}}
        try:
            with place.lock:
                answer = place.client.ask(Message(head, blob=self.data), self.settings.open_seconds, limits)
                if self.features is not None:
                    rebind = Message({"op": "rebind", "features": list(self.features)})
                    answer = place.client.ask(rebind, self.settings.call_seconds, limits)
        except BaseException:
            self.close()
            raise
        self.facts = answer.head

    def close(self) -> None:
        """End the worker."""
        place, self.place = self.place, None
        if place is not None:
            pool.give_back(place)
