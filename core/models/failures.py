"""What a library raises, as a sentence that names the cause: the column, the value, the missing cells."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from core.errors import ModelError

_TEXT = re.compile(r"could not convert string to float|Bad value for|could not convert.*to (?:float|numeric)", re.I)
_MISSING = re.compile(r"contains NaN|contains missing|Input .*NaN", re.I)
_INFINITE = re.compile(r"\binf(?:inity)?\b", re.I)
_UNSEEN = re.compile(r"unknown categor", re.I)


def in_words(kind: str, error: Exception, frame: pd.DataFrame) -> ModelError:
    """Build the error for a call that failed on these rows."""
    said = " ".join(str(error).split("Stack trace:")[0].split())
    message = said.rpartition("Status Message: ")[2][:300]  # ONNX Runtime's codes stand before it
    what = f"{kind} cannot predict these rows."
    if _UNSEEN.search(message):
        return ModelError(
            what, message, "The model knows only the levels it was trained with; choose one of those in this column."
        )
    if _TEXT.search(message):
        columns = [str(name) for name in frame.columns if _holds_text(frame[name])]
        named = f" Text is in: {_listed(columns)}." if columns else ""
        return ModelError(
            what,
            f"It needs numbers and met text: {message}.{named}",
            "Use the table that the model was trained with, or upload the whole pipeline with its encoders.",
        )
    if _MISSING.search(message) and frame.isna().to_numpy().any():
        columns = [str(name) for name in frame.columns[frame.isna().any()]]
        return ModelError(
            what,
            f"It cannot take missing values; they are in: {_listed(columns)}.",
            "Fill them, or upload a pipeline with an imputer.",
        )
    if _INFINITE.search(message):
        columns = [str(name) for name in frame.columns if _holds_infinity(frame[name])]
        why = f"It cannot take infinite values; they are in: {_listed(columns)}." if columns else ""
        hint = "Correct those cells, or leave their rows out."
        return ModelError(what, why or f"A value is infinite or too large: {message.rstrip('.')}.", hint)
    return ModelError(
        what,
        f"{type(error).__name__}: {message}",
        "Check that the columns hold the same kinds of values as in training, and that the library's version fits.",
    )


def _holds_text(column: pd.Series) -> bool:
    """True when a cell is not a number."""
    if column.dtype.kind in "biufM":
        return False
    numbers = pd.to_numeric(column.astype(object), errors="coerce")
    return bool((numbers.isna() & column.notna()).any())


def _holds_infinity(column: pd.Series) -> bool:
    """True when a number is infinite."""
    return column.dtype.kind == "f" and bool(np.isinf(column.to_numpy(dtype=np.float64, na_value=np.nan)).any())


def _listed(names: list[str]) -> str:
    """At most six names."""
    shown = ", ".join(f"'{name[:60]}'" for name in names[:6])
    return shown + (f" and {len(names) - 6} more" if len(names) > 6 else "")
