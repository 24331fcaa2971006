"""The same question again, about bytes that nobody has written to since: what was made of it then serves now.

A head names the version of the bytes that its arrays lie in (``region.py``): another whenever the app wrote there. So a
head that is the same letter for letter asks the same about the same bytes. The app need not write it again, the worker
need not read it again, and what a model's library checked in those bytes holds. Beside a model whose code fills the
processor's caches, all that would cost several times as long as it does by itself.

What a model is given must be as if it had been sent: it may keep a frame, rename its columns or put a cell into a text
column. So no frame is ever given twice. The next one is built on the same bytes, which it cannot write to, while nobody
waits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import pandas as pd

from core.types import Model
from core.workers import questions
from core.workers.wire import Closed, Message

_MOST = 4
"""Questions that a worker knows again: two tables in turn, each in two ways."""
_LONGEST = 1 << 20
"""Bytes of a head that is kept."""
_CELLS = 1 << 17
"""Cells of a frame that is built beforehand: of a larger one the model's answer takes so much longer."""


@dataclass(slots=True, eq=False)
class Known:
    """A question about rows that the worker heard.

    Attributes
    ----------
    message : Message
    read : callable
        Unpacks it once more.
    model : Model or None
        The one that answered it last.
    frame : DataFrame or None
        Its rows for the next time; no model has seen it.
    """

    message: Message
    read: Callable[[], Message]
    model: Model | None = None
    frame: pd.DataFrame | None = None

    def rows(self) -> pd.DataFrame:
        """The rows, as a frame of their own."""
        made, self.frame = self.frame, None
        return decoded(self.message) if made is None else made

    def worth_preparing(self) -> bool:
        """Whether it was answered, has few cells, and its rows are built without a look at its bytes.

        The app may write there meanwhile. Arrow's text and numbers are only laid upon them, and what was laid upon
        others is known by an older version and never taken; levels and objects would be read.
        """
        form = self.message.head["frame"]
        few = int(form["rows"]) * len(form["names"]) <= _CELLS
        return self.model is not None and few and all(type(kind) is str for _places, kind in form["blocks"])

    def prepare(self) -> None:
        """Unpack it and build its rows for the next time.

        Should the next question be another one, this was a rehearsal: code that ran before the model, which filled the
        processor's caches since, takes three times as long as code that ran a moment ago.
        """
        with suppress(Closed):  # the app has begun to write there: what was truth values may be none now
            self.message = self.read()
            self.frame = decoded(self.message)


@dataclass(slots=True, eq=False)
class Heard:
    """What a worker knows again, by its head; the one that was not heard for longest is forgotten first."""

    known: dict[bytes, Known] = field(default_factory=dict)

    def message(self, head: bytes, read: Callable[[], Message]) -> tuple[Message, Known | None]:
        """A message, which is read where its head is new, and what is known of it when it is a question about rows.

        Parameters
        ----------
        head : bytes
        read : callable
            Unpacks the message.
        """
        found = self.known.pop(head, None)
        if found is None:
            message = read()
            if not _ROWS <= message.head.keys() <= _ROWS | {"version"}:
                return message, None
            found = Known(message, read)
            if "version" not in message.head or len(head) > _LONGEST:
                return message, found
            self.forget(2 * _MOST)
        self.known[head] = found
        return found.message, found

    def forget(self, most: int = _MOST + 1) -> None:
        """Make room for one more among so many; rather while nobody waits: to take a frame apart takes its time."""
        while len(self.known) >= most:
            del self.known[next(iter(self.known))]


_ROWS = {"op", "frame"}
"""What a question about rows says."""


def decoded(message: Message) -> pd.DataFrame:
    """A message's rows where they lie."""
    return questions.decode(message.head["frame"], list(message.arrays))


@contextmanager
def answered_before(known: bool) -> Iterator[None]:
    """Let scikit-learn leave out its search for missing and infinite numbers where it found none in the same rows.

    It reads the whole table for that, a third of the time of a linear model on 100,000 rows, and changes nothing
    (``sklearn.set_config``). Only a question that was answered is known: no step of the model had found anything.
    """
    if not known:
        yield
        return
    from sklearn import config_context

    with config_context(assume_finite=True):
        yield
