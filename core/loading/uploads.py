"""The door for model files from outside: into a locked worker, or, where none can be locked, nowhere by default."""

from __future__ import annotations

import os
from typing import Any

from core.errors import ModelError
from core.types import Model, Table

TRUST = "INSTANCE_EXPLORER_TRUST_LOCAL_FILES"


def is_trusting() -> bool:
    """True when the person who started the app vouches for the files opened on this machine."""
    return os.environ.get(TRUST, "") == "1"


def open_upload(data: bytes, name: str, **options: Any) -> Model:
    """Open a model file that somebody gave us.

    Parameters
    ----------
    data : bytes
    name : str
        Shown to people.
    **options
        ``features``, ``classes``, ``task``, as ``core.loading.models.read_model`` takes them.

    Returns
    -------
    Model
        In a worker; in this process only by the start-up option and only where workers cannot be locked.

    Raises
    ------
    ModelError
        If the file is refused, or this machine cannot protect itself from it.
    """
    from core.workers import open_model, protected

    if protected():
        return open_model(data, name, **options)
    if is_trusting():
        from core.loading.models import read_model

        return read_model(data, name, **options)
    raise ModelError(
        f"'{name}' is not opened.",
        "A model file can carry an attack, and this system has no way to lock a process against it (it needs Linux).",
        f"The samples work. On your own computer, with files that you trust, start the app with {TRUST}=1.",
    )


def open_table_upload(data: bytes, name: str, **options: Any) -> Table:
    """Parse a table file that somebody gave us, in a worker; where none can be locked, here, within the door's budgets.

    Parameters
    ----------
    data : bytes
    name : str
    **options
        ``target``, ``label``, ``weights``, ``kinds``, ``encoding``, as ``core.loading.tables.read_table`` takes them.

    Raises
    ------
    InputError
        If it cannot be read as a table.
    """
    from core.workers import open_table, protected

    if protected():
        return open_table(data, name, **options)
    from core.loading.tables import read_table

    return read_table(data, name, **options, pickles=is_trusting())
