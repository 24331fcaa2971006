"""The door for model files from outside: into a locked worker, or, where none can be locked, nowhere by default."""

from __future__ import annotations

import os
from typing import Any

from core.errors import ModelError
from core.types import Model

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
