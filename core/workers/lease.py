"""An upload and its worker: the bytes are kept, so that a worker that is gone can be started again."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from core import fingerprint
from core.errors import ModelError
from core.portable import taken
from core.registry import Progress
from core.types import Table
from core.workers import columns, pool, questions
from core.workers.asked import Asked, encoded
from core.workers.client import turn
from core.workers.settings import Settings
from core.workers.wire import MAX_WEIGHT, Limits, Message

MAX_PLAIN = 28_000_000
"""Bytes that a model's plain form may take in the app; 400,000 nodes, the most that a page shows, take 27 million."""


@dataclass(slots=True, eq=False)
class Lease:
    """The bytes of an upload and the worker that has them open; a new worker is started when the old one is gone.

    Attributes
    ----------
    features : tuple of str or None
        Names that were given to the columns since.
    lesson : (Table, mapping) or None
        A table and a recipe by which the model was trained again since.
    table : str or None
        Digest of the table that the worker holds.
    asked : Asked or None
        The rows that it was asked about last.
    opening : Lock
        Held while a worker is started.
    """

    data: bytes
    name: str
    options: Mapping[str, Any]
    settings: Settings
    place: pool.Place | None = None
    features: tuple[str, ...] | None = None
    digest: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    table: str | None = None
    lesson: tuple[Table, Mapping[str, Any]] | None = None
    asked: Asked | None = None
    opening: threading.Lock = field(default_factory=threading.Lock)

    def about(self, op: str, frame: pd.DataFrame) -> Message:
        """A question about rows."""
        self.asked = asked = encoded(frame, self.asked)
        return Message({"op": op, "frame": asked.form}, asked.arrays)

    def ask(self, request: Message, seconds: float, expected: int = 0, progress: Progress | None = None) -> Message:
        """Ask the worker, opening the model again if it must be."""
        limits = Limits(self.settings.reply, expected, MAX_WEIGHT)
        while True:
            place = self.ready(progress)
            with turn(place.lock, progress):
                if place.client.channel is not None:  # else the question before was broken off, and the worker with it
                    answer = place.client.ask(request, seconds, limits, progress)
                    return _bounded(answer)

    def ready(self, progress: Progress | None = None) -> pool.Place:
        """The worker, with the model open; of several who ask first, one opens it."""
        place = self._alive()
        if place is None:
            with turn(self.opening, progress):
                place = self._alive() or self._started()
        return place

    def _alive(self) -> pool.Place | None:
        """The worker that has the model open, if there is one."""
        place = self.place
        return None if place is None or place.client.channel is None else place

    def _started(self) -> pool.Place:
        """A new worker, known to others once it has the model open."""
        digesting = threading.Thread(target=self._digest)
        digesting.start()
        try:
            place = pool.take(self.settings)
            self.table = None
            self._open(place, digesting)
        finally:
            digesting.join()
        self.place = place
        return place

    def _digest(self) -> None:
        """Digest the file, once; a tenth of a second for a large one, while its worker starts and reads it."""
        self.digest = self.digest or fingerprint.of_bytes(self.data)

    def _open(self, place: pool.Place, digesting: threading.Thread) -> None:
        """Send the file, the names that were given to its columns since, and what it was trained with since."""
        limits = Limits(self.settings.reply, 0, MAX_WEIGHT)
        try:
            with place.lock:
                seconds = self.settings.opening(len(self.data))
                place.client.ask(Message({"op": "file", "name": self.name}, blob=self.data), seconds, limits)
                digesting.join()
                head = {"op": "open", "name": self.name, "digest": self.digest, "options": dict(self.options)}
                answer = place.client.ask(Message(head), seconds, limits)
                if self.features is not None:
                    rebind = Message({"op": "rebind", "features": list(self.features)})
                    answer = place.client.ask(rebind, self.settings.call_seconds, limits)
                if self.lesson is not None:
                    answer = self._teach(place, *self.lesson)
        except BaseException:
            pool.give_back(place)
            raise
        self.facts = answer.head

    def _teach(self, place: pool.Place, table: Table, recipe: Mapping[str, Any]) -> Message:
        """Send a table and train the model on it."""
        limits = Limits(self.settings.reply, 0, MAX_WEIGHT)
        sent = columns.encode_table(table, questions.encode)
        place.client.ask(Message({**sent.head, "op": "table"}, sent.arrays), self.settings.call_seconds, limits)
        self.table = table.fingerprint
        head = {"op": "follow", "table": table.fingerprint, "recipe": recipe}
        return place.client.ask(Message(head), self.settings.explain_seconds, limits)

    def teach(self, table: Table, recipe: Mapping[str, Any]) -> dict[str, Any]:
        """Train the model again, now and whenever a worker opens it; returns what is known of it.

        A recipe that fails is forgotten, and the worker is ended: it may hold either model.
        """
        place, before = self.ready(), self.lesson
        try:
            with place.lock:
                self.facts = self._teach(place, table, recipe).head
        except BaseException:
            self.lesson = before
            self.close()
            raise
        self.lesson = (table, recipe)
        return self.facts

    def close(self) -> None:
        """End the worker."""
        place, self.place, self.asked = self.place, None, None
        if place is not None:
            pool.give_back(place)


def _bounded(answer: Message) -> Message:
    """The answer, unless the plain form in it would take more than any that a page shows.

    Raises
    ------
    ModelError
        If it would: a few bytes can name a forest of many outputs.
    """
    if taken(answer.head.get("portable")) > MAX_PLAIN:
        raise ModelError("The model's plain form is too large to be handed on.", hint="Its own process is asked.")
    return answer
