"""A person's frame as the number matrix or plain frame that a library was trained with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.errors import ModelError

Matrix = npt.NDArray[Any]


def placeholders(count: int) -> tuple[str, ...]:
    """Names for columns that a model knows by position only."""
    return tuple(f"x{position}" for position in range(count))


def plain_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """Replace pandas' own dtypes by numpy's, so that estimators fitted under any pandas see what they know.

    Text becomes object with NaN for missing; whole numbers with gaps become floats; booleans with gaps become
    object (True, False, NaN), as ``read_csv`` has always made them. Categories stay.
    """
    changed = {
        str(name): _plain_column(frame[name])
        for name, kind in frame.dtypes.items()
        if not isinstance(kind, np.dtype | pd.CategoricalDtype | pd.DatetimeTZDtype)
    }
    return frame.assign(**changed) if changed else frame


def _plain_column(column: pd.Series) -> pd.Series:
    """One extension column in numpy's dtypes."""
    kind = column.dtype.kind
    if kind in "iuf" and column.isna().any():
        return column.astype(np.float64)
    if kind in "iufb" and not column.isna().any():
        return column.astype({"b": np.bool_, "f": np.float64, "u": np.uint64}.get(kind, np.int64))
    return column.astype(object).where(column.notna(), np.nan)


@np.errstate(over="ignore")
def numbers(
    rows: Any, dtype: type[np.floating[Any]], levels: Mapping[str, Sequence[Any]] | None = None
) -> Matrix | Any:
    """Turn rows into a float matrix; a sparse matrix passes as it is.

    Parameters
    ----------
    rows : DataFrame, ndarray or sparse matrix, shape (n, p)
    dtype : numpy float type
    levels : mapping of column name to levels, optional
        Categorical columns, coded by position; an unknown or missing level becomes NaN.

    Returns
    -------
    ndarray, shape (n, p), C order
        What a float type cannot hold is infinite, as it would be for the library.

    Raises
    ------
    ModelError
        If a cell is not a number; the message names the column and the value.
    """
    if not isinstance(rows, pd.DataFrame):
        return rows.tocsr().astype(dtype) if hasattr(rows, "tocsr") else np.ascontiguousarray(rows, dtype=dtype)
    if not levels and all(kind.kind in "biuf" and isinstance(kind, np.dtype) for kind in rows.dtypes):
        return np.ascontiguousarray(rows.to_numpy(dtype=dtype))
    matrix = np.empty(rows.shape, dtype=dtype)
    for position, name in enumerate(rows.columns):
        column = rows.iloc[:, position]
        known = (levels or {}).get(name)
        matrix[:, position] = _number_column(column) if known is None else level_codes(column, known)
    return matrix


@dataclass(frozen=True, slots=True)
class CutLevel:
    """A level whose end a file has lost: its first letters and its full length."""

    start: str
    length: int

    def fits(self, value: Any) -> bool:
        """True when a value may be this level."""
        return isinstance(value, str) and len(value) == self.length and value.startswith(self.start)


def level_codes(column: pd.Series, levels: Sequence[Any]) -> npt.NDArray[np.float64]:
    """Position of each cell's value among the levels, NaN where it is unknown or missing; 1, 1.0 and "1" agree.

    Raises
    ------
    ModelError
        If the file has cut some levels and a value fits none or several: a guess could be wrong in silence.
    """
    codes = {level: float(code) for code, level in enumerate(levels)}
    spelled = {_spelling(level): float(code) for code, level in enumerate(levels)}
    distinct = {
        value: codes.get(value, spelled.get(_spelling(value), np.nan)) for value in column.dropna().unique().tolist()
    }
    cut = {level: float(code) for code, level in enumerate(levels) if isinstance(level, CutLevel)}
    for value in [value for value, code in distinct.items() if cut and np.isnan(code)]:
        fitting = [code for level, code in cut.items() if level.fits(value)]
        if len(fitting) != 1:
            raise ModelError(
                f"The level '{str(value)[:60]}' of column '{column.name}' cannot be told apart in this model.",
                "XGBoost cuts the names of categories in its files when one has letters beyond ASCII.",
                "Encode the column in a pipeline (OneHotEncoder), or use LightGBM or CatBoost.",
            )
        distinct[value] = fitting[0]
    return column.astype(object).map(distinct).to_numpy(dtype=np.float64, na_value=np.nan)


def _spelling(value: Any) -> str:
    """The text of a level: a whole float is written like the integer."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _number_column(column: pd.Series) -> npt.NDArray[np.float64]:
    """One column as floats, or an error that names the first cell that is none."""
    if column.dtype.kind in "Mm":
        raise ModelError(
            f"Column '{column.name}' holds dates, and this model takes numbers.",
            hint="Give the column as the number that the model was trained with (a year, days since…).",
        )
    if column.dtype.kind == "c":
        raise ModelError(
            f"Column '{column.name}' holds complex numbers, and this model takes real ones.",
            hint="Give their real part, or whatever the model was trained with.",
        )
    if column.dtype.kind in "biuf":
        return column.to_numpy(dtype=np.float64, na_value=np.nan)
    found = pd.to_numeric(column.astype(object), errors="coerce")
    wrong = column[found.isna() & column.notna()]
    if len(wrong):
        raise ModelError(
            f"Column '{column.name}' must hold numbers for this model.",
            f"It holds '{str(wrong.iloc[0])[:60]}' in {len(wrong)} of {len(column)} rows.",
            "Use the table that the model was trained with, or upload the whole pipeline with its encoders.",
        )
    return found.to_numpy(dtype=np.float64, na_value=np.nan)
