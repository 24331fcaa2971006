"""What the notebook's door takes besides files: values beside a frame; functions for objects only."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from core.errors import InputError


def beside(source: Any, given: Any, name: str, what: str) -> tuple[Any, str]:
    """A frame with values that lay beside it as a last column, and that column's name.

    Parameters
    ----------
    source : DataFrame or ndarray
    given : sequence
    name : str
        Of the column, where the values have none of their own.
    what : str
        One of the values in words ("true value").

    Raises
    ------
    InputError
        If there is not one value a row.
    """
    frame = pd.DataFrame(source) if isinstance(source, np.ndarray) else source
    values = given.to_numpy() if isinstance(given, pd.Series | pd.DataFrame) else np.asarray(given)
    if not isinstance(frame, pd.DataFrame) or values.size != len(frame):
        rows = f"{len(frame):,} rows" if isinstance(frame, pd.DataFrame) else f"a {type(source).__name__}"
        raise InputError(
            f"The {what}s do not fit the table.",
            f"There are {values.size:,} of them for {rows}.",
            f"Give one {what} a row of a frame, or the name of a column.",
        )
    name = str(getattr(given, "name", None) or name)
    while name in frame.columns:
        name += "_"
    plain = [str(column) if isinstance(column, str) else f"column {column + 1}" for column in frame.columns]
    named = frame.set_axis(plain, axis=1) if isinstance(source, np.ndarray) else frame
    kept = given.array if isinstance(given, pd.Series) else values.reshape(-1)
    return named.assign(**{name: kept}), name


def no_functions(options: dict[str, Any]) -> None:
    """Refuse functions for a file: it is opened in a process where no code from here runs."""
    given = [name for name in ("predict_function", "residual_function", "output") if options.get(name) is not None]
    if given:
        raise InputError(
            f"'{given[0]}' needs the fitted object.",
            "A model file is opened in a process of its own, which takes its name, features, classes and task only.",
            "Name the class in core.explain(..., output=...), or load the estimator yourself and give it here.",
        )
