"""Table files of visitors, parsed in a worker: a bomb or a broken file ends that process, never the app."""

from __future__ import annotations

from typing import Any

from core.errors import ComputeError, InputError, ModelError
from core.loading import budgets
from core.types import Table
from core.workers import columns, pool
from core.workers.settings import Settings, from_environment
from core.workers.wire import Closed, Limits, Message

_HEAD = 32 << 20
_SPARE = 1.25
"""What a table takes beyond its cells' own bytes: eight more for each text, and levels."""


def open_table(data: bytes, name: str, settings: Settings | None = None, **options: Any) -> Table:
    """Parse an uploaded table file in a worker.

    Parameters
    ----------
    data : bytes
    name : str
    settings : Settings, optional
    **options
        ``target``, ``label``, ``weights``, ``kinds``, ``encoding``, as ``core.loading.tables.read_table`` takes them.

    Returns
    -------
    Table

    Raises
    ------
    InputError
        If the file is no table or beyond the budgets.
    """
    limits = settings or from_environment()
    place = pool.take(limits)
    try:
        head = {"op": "read_table", "name": name, "options": options}
        with place.lock:
            answer = place.client.ask(Message(head, blob=data), limits.open_seconds, _bounds(len(data)))
        return columns.decode_table(answer)
    except ComputeError as error:  # too late, or no worker to be had
        if "did not answer" not in error.what:
            raise
        why = f"It took more than {limits.open_seconds:g} seconds and was stopped."
        raise InputError(f"'{name}' cannot be read as a table.", why, "Save it as CSV, with fewer rows.") from error
    except (ModelError, Closed) as error:
        why = getattr(error, "why", "") or str(error)
        raise InputError(
            f"'{name}' cannot be read as a table.", why, "Save it as CSV or Parquet, with fewer rows."
        ) from error
    finally:
        pool.give_back(place)


def _bounds(packed: int) -> Limits:
    """What the answer may take: the table lies where its message was read, so this is what the app grows by."""
    return Limits(_HEAD, int(_SPARE * budgets.held(packed)), 2 * _HEAD)
