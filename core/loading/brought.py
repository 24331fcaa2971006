"""A pickle that brings a table: a dalex Explainer with its data and true values, or a frame of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from core.errors import InputError, ModelError
from core.loading.formats.sniff import format_of
from core.loading.frames import from_frame
from core.models.dalex_explainer import table_frame, unwrap
from core.types import Kind, Table


def is_pickle(data: bytes, name: str) -> bool:
    """True for a pickle or joblib file."""
    try:
        return format_of(data, name) == "pickle"
    except ModelError:
        return False


def read(data: bytes, name: str, *, target: str | None, label: str | None, kinds: Mapping[str, Kind] | None) -> Table:
    """Take the table out of a pickle, through the allow-list; call it where models are opened, in a worker.

    Raises
    ------
    InputError
        If the file is refused, or holds no table.
    """
    from core.loading import pickles

    try:
        found = pickles.load(data, name)
    except ModelError as error:
        raise InputError(error.what, error.why, "Save the table as CSV or Parquet.") from error
    frame, truth = _frame(found)
    if frame is None:
        raise InputError(
            f"'{name}' brings no table.",
            f"It is a pickled {type(found).__name__}.",
            "Upload it as the model, and the table as CSV, Parquet or Excel.",
        )
    notes = ["Data and true values come from the pickled Explainer."] if truth else []
    return from_frame(frame, name, target=truth if target is None else target, label=label, kinds=kinds, notes=notes)


def _frame(found: Any) -> tuple[pd.DataFrame | None, str | None]:
    """The frame, and the column of the true values where that is known."""
    if isinstance(found, pd.DataFrame):
        return found, None
    held = unwrap(found)
    frame = None if held is None else table_frame(held)
    if held is None or frame is None:
        return None, None
    return frame, str(frame.columns[-1]) if held.y is not None else ""
