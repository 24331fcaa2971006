"""What Python says of a row that the browser changed; nothing that comes from there is trusted."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from core import grid
from core.codec import plain
from core.errors import ExplorerError, InputError
from core.types import Feature, Model, Table
from core.views import words
from core.views.whatif import cell

_POINTS = 33


def changed(table: Table, values: Any) -> pd.DataFrame:
    """Read a row that the browser sent into the table's own types.

    Parameters
    ----------
    table : Table
    values : list
        One JSON value per feature, in order; None where missing.

    Returns
    -------
    DataFrame, shape (1, n_features)

    Raises
    ------
    InputError
        If a value does not fit its column; the message names the column.
    """
    features = table.schema.features
    if not isinstance(values, list | tuple) or len(values) != len(features):
        raise InputError("The changed row does not fit the table.", f"{len(features)} values are needed, in order.")
    columns = {}
    for feature, value in zip(features, values, strict=True):
        try:
            columns[feature.name] = _column(table.frame[feature.name], _typed(feature, value))
        except (TypeError, ValueError, OverflowError):
            raise InputError(
                f"'{words.short(feature.name)}' cannot be {words.cell(plain(value))}.",
                f"The column is {feature.kind}.",
                "Choose another value.",
            ) from None
    return pd.DataFrame(columns)


def _column(cells: pd.Series, value: Any) -> pd.Series:
    """One cell in the column's type; a missing one as the column itself writes it (None and NaN are not the same)."""
    if value is None and cells.dtype == object and cells.isna().any():
        return pd.Series([cells[cells.isna()].iloc[0]], dtype=object)
    return grid.column([value], cells.dtype)


def _typed(feature: Feature, value: Any) -> Any:
    """One value in its column's kind; raises ValueError where it does not fit."""
    if value is None:
        return None
    if feature.kind in ("numeric", "integer"):
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise ValueError(value)
        return round(value) if feature.kind == "integer" else float(value)
    if feature.kind == "datetime":
        return pd.Timestamp(str(value))
    for level in feature.levels:
        if cell(level) == value and isinstance(cell(level), str) == isinstance(value, str):
            return level
    if feature.kind != "text" or not isinstance(value, str) or len(value) > 10_000:
        raise ValueError(value)
    return value


def answer(model: Model, table: Table, asked: Any, output: int) -> dict[str, Any] | None:
    """What Python says of the row that the browser asks about, for ``data["server"]``.

    Parameters
    ----------
    asked : mapping
        The component's state: ``values``, ``id``, ``feature`` (position of the one being moved, or None), ``output``.
    output : int
        Explained where the browser names none.

    Returns
    -------
    dict or None
        ``id`` of the question, ``outputs``, the ``profile`` of the moved feature, or ``error`` in words; None where
        nothing is asked.
    """
    if not isinstance(asked, Mapping) or not asked.get("ask"):
        return None
    identity = asked.get("id") if isinstance(asked.get("id"), int) else 0
    outputs = max(1, len(model.classes))
    output = _whole(asked.get("output"), outputs, output)
    try:
        row = changed(table, asked.get("values"))
        profile = _profile(model, table, row, asked.get("feature"), output)
        return {"id": identity, "outputs": model.predict(row)[0].tolist(), "profile": profile, "error": None}
    except ExplorerError as error:
        return {"id": identity, "outputs": None, "profile": None, "error": words.short(str(error), 400)}


def _profile(model: Model, table: Table, row: pd.DataFrame, place: Any, output: int) -> dict[str, Any] | None:
    """The prediction along one feature, one call of the model."""
    if _whole(place, len(table.schema), -1) < 0:
        return None
    feature = table.schema.features[place]
    points = grid.grid(feature, _POINTS, [row[feature.name].iloc[0]], row[feature.name].dtype)
    if not points:
        return None
    outputs = model.predict(grid.moved(row, feature.name, points))[:, output]
    return {"feature": place, "grid": [cell(point) for point in points], "values": outputs.tolist()}


def _whole(value: Any, end: int, otherwise: int) -> int:
    """A position from 0 up to the end, or something else."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < end else otherwise
