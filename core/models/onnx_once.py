"""The first question to an ONNX graph: one row, ended between two operators where it takes too long."""

from __future__ import annotations

import time
from collections.abc import Sequence
from threading import Event, Thread
from typing import Any

from core.errors import ModelError

SECONDS = 5.0
"""Processor time for one row; an explanation asks for thousands."""
_BETWEEN = 0.1


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

    options, done = RunOptions(), Event()
    options.log_severity_level = 4
    end = time.process_time() + SECONDS  # not the clock's: a machine may have other work
    watch = Thread(target=_watch, args=(options, done, end), daemon=True)
    watch.start()
    try:
        found: list[Any] = session.run(list(names), feeds, options)
    except Exception as error:  # a dozen classes of its own without a common root
        if options.terminate:
            raise ModelError(
                "This ONNX graph is too slow to explain.",
                f"One row takes more than {SECONDS:g} seconds, and an explanation asks for thousands.",
                "Upload a smaller network.",
            ) from error
        raise
    finally:
        done.set()
        watch.join()
    return found


def _watch(options: Any, done: Event, end: float) -> None:
    """Tell a run to stop when its time is over."""
    while not done.wait(_BETWEEN):
        if time.process_time() > end:
            options.terminate = True
            return
