"""The first question to an ONNX graph: one row, ended between two operators where it takes too long.

An operator that does not end by itself cannot be ended but with its process: a worker is, an app is not.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from threading import Event, Lock, Thread
from typing import Any

from core.errors import ModelError

SECONDS = 5.0
"""Processor time for one row; an explanation asks for thousands."""
GRACE = 1.0
"""Processor time in which the operator under way may end by itself."""
_BETWEEN = 0.1
_GIVE_UP: list[Callable[[ModelError], object]] = []


def ends_with(give_up: Callable[[ModelError], object]) -> None:
    """End this process where an operator does not end.

    Parameters
    ----------
    give_up : callable
        Is told why, and ends the process.
    """
    _GIVE_UP[:] = [give_up]


def answer(session: Any, names: Sequence[str], feeds: dict[str, Any]) -> list[Any]:
    """What a session says of one row.

    Parameters
    ----------
    session : onnxruntime.InferenceSession
    names : sequence of str
        Outputs.
    feeds : dict
        Inputs by name.

    Raises
    ------
    ModelError
        If it takes longer than ``SECONDS`` of processor time.
    """
    from onnxruntime import RunOptions

    options, done, last = RunOptions(), Event(), Lock()
    options.log_severity_level = 4
    end = time.process_time() + SECONDS  # not the clock's: a machine may have other work
    watch = Thread(target=_watch, args=(options, done, last, end), daemon=True)
    watch.start()
    try:
        found: list[Any] = session.run(list(names), feeds, options)
    except Exception as error:  # a dozen classes of its own without a common root
        if options.terminate:
            raise _too_slow() from error
        raise
    finally:
        with last:  # what gives up answers in place of this thread: one of the two does
            done.set()
        watch.join()
    return found


def _too_slow() -> ModelError:
    """The refusal of a graph whose rows take too long."""
    return ModelError(
        "This ONNX graph is too slow to explain.",
        f"One row takes more than {SECONDS:g} seconds, and an explanation asks for thousands.",
        "Upload a smaller network.",
    )


def _watch(options: Any, done: Event, last: Lock, end: float) -> None:
    """End a run whose time is over; where its operator goes on, give up."""
    if not _waited(done, end):
        return
    options.terminate = True
    if _GIVE_UP and _waited(done, end + GRACE):
        with last:
            if not done.is_set():
                _GIVE_UP[0](_too_slow())


def _waited(done: Event, end: float) -> bool:
    """Wait until so much processor time is used; False if the run ended before."""
    while not done.wait(_BETWEEN):
        if time.process_time() >= end:
            return True
    return False
