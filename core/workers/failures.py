"""What goes wrong inside a worker, in words: as an answer, and as the last one of a process that cannot go on."""

from __future__ import annotations

import os
import traceback

from core import errors
from core.workers.wire import Message, send

_WORDS = 2_000


def said(error: Exception) -> Message:
    """An error as a message.

    Parameters
    ----------
    error : Exception
        One of ours keeps its words; any other is told by where it was raised.
    """
    if isinstance(error, errors.ExplorerError):
        return _failure(type(error).__name__, error.what, error.why, error.hint)
    if isinstance(error, MemoryError):
        return _failure(
            "ModelError", "The model needs more memory than it may use.", "", "Use fewer rows or a smaller model."
        )
    place = traceback.extract_tb(error.__traceback__)[-1].name
    why = f"{type(error).__name__} in {place}: {str(error)[:300]}"
    return _failure("ModelError", "The model failed on this question.", why, "Try other rows or another method.")


def end(target: int, error: errors.ExplorerError) -> None:
    """Answer with an error and end this process: the thread that should answer does not come back.

    Parameters
    ----------
    target : int
        The pipe for answers.
    error : ExplorerError
    """
    try:
        send(target, said(error))
    finally:
        os._exit(0)


def _failure(kind: str, *words: str) -> Message:
    """An error as a message."""
    return Message({"error": [kind, *(word[:_WORDS] for word in words)]})
