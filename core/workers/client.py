"""One worker as the app sees it: calls with a deadline, errors in words, an end that is always clean."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from core import errors
from core.registry import Progress, Watch
from core.workers import launch
from core.workers.wire import Closed, Late, Limits, Message, arrives, receive, send
from core.workers.words import shown

BEAT = 0.25
"""Seconds of silence after which who asked is told the last step again, and can break off."""
_STILL: ContextVar[Callable[[], None] | None] = ContextVar("still", default=None)
_KINDS = {
    "InputError": errors.InputError,
    "ModelError": errors.ModelError,
    "NotApplicable": errors.NotApplicable,
    "ComputeError": errors.ComputeError,
}


@contextmanager
def heard(still: Callable[[], None]) -> Iterator[None]:
    """While this lasts, who asks a worker anything can break off: ``still`` is called now and then, and may raise."""
    token = _STILL.set(still)
    try:
        yield
    finally:
        _STILL.reset(token)


@contextmanager
def turn(lock: threading.Lock, progress: Progress | None) -> Iterator[None]:
    """Hold a worker alone; who waits for another question's end can break off."""
    still = _STILL.get() if progress is None else partial(progress, 0.0, "waiting for the question before")
    while not lock.acquire(timeout=-1 if still is None else BEAT):
        if still is not None:
            still()
    try:
        yield
    finally:
        lock.release()


@dataclass(slots=True)
class Client:
    """A living worker.

    Attributes
    ----------
    channel : Channel or None
        None once it is closed.
    used : float
        When it was last asked (``time.monotonic``).
    """

    channel: launch.Channel | None
    used: float = field(default_factory=time.monotonic)

    def ask(self, request: Message, seconds: float, limits: Limits, progress: Progress | None = None) -> Message:
        """Send a request and wait for its answer; steps on the way go to ``progress``, as do encoded answers.

        Raises
        ------
        ExplorerError
            What the worker answers with, or how it ended: crashed, stopped by a protection, too late.
        """
        if self.channel is None:
            raise errors.ModelError("The model's process is closed.", "", "Ask again.")
        try:
            answer = _exchange(self.channel, request, seconds, limits, progress)
        except Late as error:
            self.end(kill=True)
            raise errors.ComputeError(
                f"The model did not answer within {seconds:g} seconds and was stopped.",
                "It runs in a process of its own, which was ended; the next question starts it again.",
                "Use fewer rows or samples, or a smaller model.",
            ) from error
        except Closed as error:
            raise self._obituary() from error
        except BaseException:  # the person left, or cancelled: the worker must not go on alone
            self.end(kill=True)
            raise
        finally:
            self.used = time.monotonic()
        _raise(answer)
        return answer

    def end(self, kill: bool) -> tuple[int | None, str]:
        """Close the pipes; a worker that is idle then ends by itself."""
        channel, self.channel = self.channel, None
        return (None, "") if channel is None else launch.end(channel, kill)

    def _obituary(self) -> errors.ModelError:
        """Why the worker is gone, in words."""
        code, reason = self.end(kill=True)
        what = "The model's process was stopped."
        hint = "The app is not affected. Save the model again with its own library, or export it as ONNX."
        if reason == "memory":
            return errors.ModelError(what, "It used more memory than it may.", "Use fewer rows or a smaller model.")
        if reason:
            told = "".join(letter for letter in reason[:60] if letter.isalnum() or letter in " ._:")
            return errors.ModelError(what, f"It tried something that no model needs ({told}).", "Do not use this file.")
        if code is not None and code < 0:
            name = signal.Signals(-code).name if -code in signal.valid_signals() else f"signal {-code}"
            why = {
                "SIGSYS": "It tried to start a program; the system refused.",
                "SIGXCPU": "It used more processor time than it may.",
                "SIGKILL": "It answered in another form than asked, or there was no memory left for it.",
            }.get(name, f"It crashed ({name}), as broken or hostile files make native libraries do.")
            return errors.ModelError(what, why, hint)
        return errors.ModelError(what, "It broke off in the middle of an answer.", hint)


def _exchange(
    channel: launch.Channel, request: Message, seconds: float, limits: Limits, progress: Progress | None
) -> Message:
    """The answer to a request; what was asked on a wrong guess (``region.py``) is asked again, in as much time."""
    keep, region = progress is None, channel.region
    while True:
        began = time.monotonic()
        send(channel.target, request, began + seconds, region, keep)
        right = region is None or region.proved()
        answer = _answer(channel, limits, began + seconds, progress)
        if region is not None:
            region.answered(time.monotonic() - began)
        if right:
            return answer
        keep = False


def _answer(channel: launch.Channel, limits: Limits, deadline: float, progress: Progress | None) -> Message:
    """What the worker says in the end; steps on the way are told."""
    told, fraction, words, region = False, 0.0, "", channel.region
    while True:
        still = _STILL.get() if progress is None else partial(progress, fraction, words)
        if still is not None:
            _listen(channel.source, deadline, still)
        answer = receive(channel.source, limits, deadline, None if region is None else region.answers)
        step = answer.head.get("progress")
        if step is None:
            return answer
        fraction, said = _step(step)
        words = said or words
        if "partly" in answer.head:
            if isinstance(progress, Watch):
                progress.found(answer.head["partly"])
        elif progress is not None:
            progress(fraction, words)
        if not told and isinstance(progress, Watch) and progress.enough():
            told = True
            send(channel.target, Message({"op": "enough"}), deadline)


def _listen(source: int, deadline: float, still: Callable[[], None]) -> None:
    """Wait for the worker's next words; ``still`` is called now and then meanwhile, as who asked may have gone."""
    while not arrives(source, min(BEAT, deadline - time.monotonic())):
        if time.monotonic() >= deadline:
            raise Late("no answer in time")
        still()


def _step(found: Any) -> tuple[float, str]:
    """How far it is, as the worker says; Closed if that is something else."""
    if type(found) is not list or len(found) != 2 or type(found[0]) not in (int, float) or type(found[1]) is not str:
        raise Closed("a step that is none")
    return min(1.0, max(0.0, found[0])), shown(found[1], 200)


def _raise(answer: Message) -> None:
    """Raise the error that an answer holds."""
    found = answer.head.get("error")
    if found is None:
        return
    if type(found) is not list or any(type(part) is not str for part in found):
        raise errors.ModelError("The model failed on this question.", "It did not say why.", "Do not use this file.")
    kind, *words = [shown(part, 2_000) for part in found[:4]] or [""]
    raise _KINDS.get(kind, errors.ModelError)(*(words or ["The model failed on this question."]))
