"""Inside the worker: one upload is opened and asked, by messages from one pipe, with answers into another."""

from __future__ import annotations

import select
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from core import errors, training
from core.loading.formats.sniff import format_of
from core.loading.models import Opened, adapted, opened, parse, read_model
from core.models import onnx_once
from core.types import Model, Table
from core.workers import again, cells, columns, failures, plain, questions
from core.workers.region import Region, Window
from core.workers.wire import Closed, Limits, Message, arrives, read, receive, send, unpack, words

_REST = 1e-3
"""Seconds without a question after which the next one is prepared: who asked may be waking on this processor."""
_SILENCE = 0.2
"""Seconds after which a step is told though little was done: the app answers a step only when there is one."""


@dataclass(slots=True)
class Session:
    """What this worker holds: one model, the tables that it was shown, the pipes for questions and answers.

    ``opened`` is what the upload holds until its digest has come; ``writes`` says that the model writes into its input.
    ``heard`` holds what is known again, ``known`` the question under way where it is among that (``again.py``).
    """

    source: int
    target: int
    opened: Opened = (None, None)
    model: Model | None = None
    writes: bool = False
    heard: again.Heard = field(default_factory=again.Heard)
    known: again.Known | None = None
    tables: dict[str, Table] = field(default_factory=dict)

    def held(self) -> Model:
        """The model."""
        if self.model is None:
            raise errors.ModelError("There is no model in this worker.", "It was not opened.", "Upload it again.")
        return self.model

    def take(self, head: bytes, body: memoryview, window: Window | None) -> Message:
        """A message that came, unpacked where it is not known already; Closed if it is none."""
        limits = Limits()
        message, self.known = self.heard.message(head, lambda: unpack(words(head, limits), body, window))
        return message


def serve(source: int, target: int, window: Window | None = None, answers: Region | None = None) -> None:
    """Answer until the app closes the pipe; large arrays of questions lie in the window, of answers in a region."""
    session = Session(source, target)
    training.lock()
    onnx_once.ends_with(partial(failures.end, target))
    warnings.simplefilter("ignore")
    limits = Limits()
    while True:
        try:
            head, body = read(source, limits)
            request = session.take(head, body, window)
        except Closed:
            return
        if request.head.get("op") != "enough":  # it came when the answer was on its way already
            # a table stays in the app where its message was read: taken out of the region it would be there twice
            place = None if request.head.get("op") == "read_table" else answers
            send(target, _answer(session, request), region=place)
            if session.known is not None and session.known.worth_preparing() and not arrives(source, _REST):
                session.heard.forget()
                session.known.prepare()


def _answer(session: Session, request: Message) -> Message:
    """Run one request; whatever goes wrong becomes words."""
    try:
        return _REQUESTS[str(request.head.get("op"))](session, request)
    except Exception as error:  # the last boundary of this process: the app shows the words
        return failures.said(error)


def _file(session: Session, request: Message) -> Message:
    """Read a model file; it becomes a model when its digest is known."""
    session.opened = opened(bytes(request.blob), request.head["name"])
    return Message({})


def _open(session: Session, request: Message) -> Message:
    """Make a model of the file that came before."""
    held, session.opened = session.opened, (None, None)
    options = {name: value for name, value in request.head["options"].items() if value is not None}
    session.model = adapted(held, request.head["name"], request.head["digest"], **options)
    return _facts(session.model)


def _examine(_session: Session, request: Message) -> Message:
    """Say what a file holds; something safe that is no model is named, too."""
    data, name = bytes(request.blob), request.head["name"]
    try:
        model = read_model(data, name)
    except errors.ModelError as error:
        form = format_of(data, name)
        if form not in ("pickle", "skops"):
            raise
        held, _classes = parse(data, name, form)
        return Message({"text": f"{type(held).__name__}, safe to read; not a model to explain: {error}"})
    words = f"{model.kind}: {model.task}, {len(model.features)} columns"
    return Message({"text": words + (f", classes {', '.join(model.classes[:10])}" if model.classes else "")})


def _facts(model: Any) -> Message:
    """What the app needs to know of the model, and nothing that runs."""
    levels = {name: [cells.encode_value(v) for v in known] for name, known in getattr(model, "levels", {}).items()}
    return Message(
        {
            "family": model.family,
            "kind": model.kind,
            "task": model.task,
            "classes": list(model.classes),
            "features": list(model.features),
            "fingerprint": model.fingerprint,
            "margin_scale": model.margin_scale,
            "named": bool(getattr(model, "named", True)),
            "levels": levels,
            "notes": list(getattr(model, "notes", ())),
            "brings_table": bool(getattr(model, "brings_table", False)),
            "untrainable": training.refusal(model) or "",
        }
    )


def _rebind(session: Session, request: Message) -> Message:
    """Give the model's columns names."""
    from core.models import rebind

    session.model = rebind(session.held(), tuple(request.head["features"]))  # type: ignore[arg-type]  # read_model made it
    return _facts(session.model)


def _of_rows(session: Session, request: Message, call: str) -> Any:
    """Ask the model about the rows of a request where they lie; one that fails may have to write, and gets its own."""
    model, known = session.held(), session.known
    ask, before = getattr(model, call), known is not None and known.model is model
    if known is not None:
        known.model = None
    if not session.writes:
        try:
            with again.answered_before(before):
                found = ask(again.decoded(request) if known is None else known.rows())
        except Exception:
            if all(array.flags.writeable for array in request.arrays):
                raise
        else:
            if known is not None:
                known.model = model
            return found
    found = ask(questions.decode(request.head["frame"], [array.copy() for array in request.arrays]))
    session.writes = True
    return found


def _numbers(call: str) -> Callable[[Session, Message], Message]:
    """``predict`` and ``margin``."""

    def ask(session: Session, request: Message) -> Message:
        found = _of_rows(session, request, call)
        return Message({}, [np.ascontiguousarray(found, dtype=np.float64)])

    return ask


def _contributions(session: Session, request: Message) -> Message:
    """The library's own attribution, if it has one."""
    found = _of_rows(session, request, "contributions")
    if found is None:
        return Message({"scale": None})
    return Message({"scale": found.scale}, [np.asarray(found.values, np.float64), np.asarray(found.base, np.float64)])


def _portable(session: Session, request: Message) -> Message:
    """The model as plain arrays, as JSON; else what stands in the way."""
    return plain.said(session.held(), request.head["most"], request.head["heaviest"])


def _table(session: Session, request: Message) -> Message:
    """Keep a table under its fingerprint."""
    kept = Message(request.head, [array.copy() for array in request.arrays])  # the region is written over
    table = columns.decode_table(kept, questions.decode)
    session.tables.clear()  # one at a time: a worker's memory is limited
    session.tables[table.fingerprint] = table
    return Message({})


def _explain(session: Session, request: Message) -> Message:
    """Run one method on some rows, inside."""
    from core.codec import encode
    from core.engine import explain_rows
    from core.registry import Watch

    head = request.head
    table = session.tables.get(str(head["table"]))
    if table is None:
        return Message({"missing": "table"})
    last, spoken, told = [-1.0], [0.0], [False]

    def progress(fraction: float, step: str) -> None:
        now = time.monotonic()
        if fraction - last[0] >= 0.01 or fraction >= 1 or now - spoken[0] > _SILENCE:
            last[0], spoken[0] = max(last[0], fraction), now
            send(session.target, Message({"progress": [float(fraction), str(step)[:200]]}))

    def partly(result: Any) -> None:
        send(session.target, Message({"progress": [max(0.0, last[0]), ""], "partly": encode(result)}))

    def enough() -> bool:
        if not told[0] and select.select([session.source], [], [], 0)[0]:
            told[0] = receive(session.source, Limits()).head.get("op") == "enough"
        return told[0]

    watch = Watch(progress, partly, enough) if head.get("watched") else progress
    found = explain_rows(
        head["method"], session.held(), table, head["rows"], output=head["output"], progress=watch, **head["params"]
    )
    return Message({"results": [encode(result) for result in found]})


def _settings(session: Session, _request: Message) -> Message:
    """What can be tuned."""
    from core.tuning import proposed

    native: Any = training.settled(session.held()).native
    parts = ("name", "kind", "low", "high", "log", "choices")
    found = [
        {**{part: getattr(one.span, part) for part in parts}, "now": one.now, "chosen": one.chosen}
        for one in proposed.settings(native)
    ]
    return Message({"settings": found})


def _follow(session: Session, request: Message) -> Message:
    """Train the model again on the table that was sent; it takes the place of the one that was opened."""
    from core.tuning.recipe import follow, of_plain

    session.model = follow(session.held(), session.tables[str(request.head["table"])], of_plain(request.head["recipe"]))
    return _facts(session.model)


def _read_table(_session: Session, request: Message) -> Message:
    """Parse a table file."""
    from core.loading.tables import read_table

    return columns.encode_table(
        read_table(bytes(request.blob), request.head["name"], **request.head["options"], pickles=True)
    )


_REQUESTS: dict[str, Callable[[Session, Message], Message]] = {
    "file": _file,
    "open": _open,
    "examine": _examine,
    "rebind": _rebind,
    "predict": _numbers("predict"),
    "margin": _numbers("margin"),
    "contributions": _contributions,
    "portable": _portable,
    "table": _table,
    "explain": _explain,
    "settings": _settings,
    "follow": _follow,
    "read_table": _read_table,
}
