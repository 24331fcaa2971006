"""A pickle that brings a table: a dalex Explainer with its data and true values, or a frame of its own."""

from __future__ import annotations

import bz2
import lzma
from collections.abc import Mapping
from typing import Any

import pandas as pd

from core.errors import InputError, ModelError
from core.loading import budgets, hashes
from core.loading.formats.sniff import format_of
from core.loading.frames import from_frame
from core.models.dalex_explainer import table_frame, unwrap
from core.types import Kind, Table


def is_pickle(data: bytes, name: str) -> bool:
    """True for a pickle or joblib file; a text that is packed as joblib packs is none."""
    try:
        return format_of(data, name) == "pickle" and not _is_packed_text(data)
    except ModelError:
        return False


def _is_packed_text(data: bytes) -> bool:
    """True for a bzip2 or xz archive whose first byte begins no pickle of this century."""
    unpack = bz2.BZ2Decompressor() if data[:3] == b"BZh" else lzma.LZMADecompressor() if data[:2] == b"\xfd7" else None
    try:
        return unpack is not None and unpack.decompress(data[: 1 << 16], 1) != b"\x80"
    except (OSError, lzma.LZMAError):
        return False


def read(
    data: bytes,
    name: str,
    *,
    target: str | None,
    label: str | None,
    weights: str | None,
    kinds: Mapping[str, Kind] | None,
) -> Table:
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
    frame, roles = _frame(found)
    if frame is None:
        raise InputError(
            f"'{name}' brings no table.",
            f"It is a pickled {type(found).__name__}.",
            "Upload it as the model, and the table as CSV, Parquet or Excel.",
        )
    parts = {"target": "true values", "weights": "weights"}
    came = ["Data", *(said for role, said in parts.items() if roles.get(role))]
    notes = [f"{', '.join(came[:-1])} and {came[-1]} come from the pickled Explainer."] if len(came) > 1 else []
    target = roles.get("target") if target is None else target
    weights = roles.get("weights") if weights is None else weights
    budgets.check_frame(frame, len(data))
    hashes.check(frame)
    return from_frame(frame, name, target=target, label=label, weights=weights, kinds=kinds, notes=notes)


def _frame(found: Any) -> tuple[pd.DataFrame | None, dict[str, str]]:
    """The frame, and the columns of the true values and weights: empty where an Explainer has none."""
    if isinstance(found, pd.DataFrame):
        return found, {}
    held = unwrap(found)
    if held is None:
        return None, {}
    frame, roles = table_frame(held)
    return frame, {role: column or "" for role, column in roles.items()}
