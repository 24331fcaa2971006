"""A file that a visitor gives back, as JSON of bounded size."""

from __future__ import annotations

import json
from typing import Any

from core.errors import InputError


def opened(data: bytes, largest: int, what: str) -> Any:
    """Read a file's JSON.

    Parameters
    ----------
    data : bytes
    largest : int
        Bytes that are opened at most.
    what : str
        What the file should be, in a word: ``"session"``.

    Raises
    ------
    InputError
        If it is larger, or no JSON.
    """
    if len(data) > largest:
        size = f"{largest / 1e6:.0f} MB" if largest >= 1_000_000 else f"{largest / 1000:.0f} kB"
        raise InputError(f"This {what} is too large.", f"At most {size} are opened.")
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise InputError(f"This file is not a {what}.", f"It is no JSON ({type(error).__name__}).") from error
