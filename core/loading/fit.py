"""Columns brought to what a model takes: by what it asks for, then by trying it on a few rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from core.errors import ExplorerError, InputError
from core.loading.coerce import STEPS, Step, is_text
from core.loading.columns import listed, numbered
from core.loading.demands import Demand, demands
from core.loading.texts import date_form, settle
from core.types import Model

_PROBE = 24
_MOST = 400
_YES, _NO = {"yes", "true", "y", "t", "on"}, {"no", "false", "n", "f", "off"}


def fit(model: Model, frame: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Coerce the model's columns where nothing is lost.

    Parameters
    ----------
    model : Model
    frame : DataFrame
        Holds at least the model's features, by name.

    Returns
    -------
    frame : DataFrame
        The very object given when all columns fit as they are.
    notes : list of str

    Raises
    ------
    InputError
        If a column holds what the model cannot take; the message names it.
    ModelError
        If the model fails for a reason that no single column explains.
    """
    wanted = demands(model)
    frame, notes, unseen = _as_demanded(frame, wanted, model.features)
    failure = _failure(model, frame)
    for step, words in STEPS:
        if failure is None:
            break
        attempt, changed = _apply(step, frame, model.features)
        if not changed:
            continue
        better = _failure(model, attempt)
        if better is None:
            frame, failure = attempt, None
            notes.append(f"{words}: {listed(changed)}.")
    if failure is not None:
        if not unseen:
            raise _culprits(model, frame, failure)
        known = _known(frame, wanted)
        if not known.any() or _failure(model, frame[known]) is not None:
            raise _unseen(unseen, failure)
    return frame, notes + unseen


def _as_demanded(
    frame: pd.DataFrame, wanted: dict[str, Demand], names: Iterable[str]
) -> tuple[pd.DataFrame, list[str], list[str]]:
    """Text where the model asks for text, numbers where it computes; the last list is of unseen levels."""
    notes: list[str] = []
    unseen: list[str] = []
    refused: dict[str, InputError] = {}
    columns: dict[str, pd.Series] = {}
    for name in names:
        demand = wanted.get(name)
        if demand is None:
            continue
        given = frame[name]
        try:
            column, note = _one(given, demand)
        except InputError as error:
            refused[name] = error
            continue
        if column is not given:
            columns[name] = column
        notes += [note] if note else []
        unseen += _unknown_levels(column, name, demand)
    if refused:
        raise next(iter(refused.values())) if len(refused) == 1 else _several(frame, list(refused), refused)
    return (frame.assign(**columns) if columns else frame), notes, unseen


def _one(column: pd.Series, demand: Demand) -> tuple[pd.Series, str | None]:
    """One column against one demand."""
    name = column.name
    if demand.truths and pd.api.types.is_bool_dtype(column.dtype):
        words = column.map({True: "True", False: "False"}, na_action="ignore").astype("str")
        return words, f"Column '{name}' turned into text, as the model knows its levels."
    if demand.text and not is_text(column):
        dated = pd.api.types.is_datetime64_any_dtype(column.dtype)
        spelt = (_dated if dated else _spelt)(column, demand.levels)
        if spelt is None:
            raise InputError(
                f"Column '{name}' holds {'dates' if dated else 'numbers'}, and the model takes text there.",
                f"It knows {listed(demand.levels)}; the column holds {listed(column.dropna().unique(), 3)}.",
                "Give the column as it was in training.",
            )
        return spelt, f"Column '{name}' turned into text, as the model knows its levels."
    numeric = demand.number or (demand.levels and all(_is_number(level) for level in demand.levels))
    if numeric and is_text(column) and not any(isinstance(level, str) for level in demand.levels):
        flags = _flags(column)
        if flags is not None:
            return flags, f"Column '{name}': yes is given to the model as 1, no as 0."
        settled, _ = settle(column.astype("str"))
        if not pd.api.types.is_numeric_dtype(settled.dtype):
            raise _no_number(column)
        return settled, f"Column '{name}' turned from text into numbers."
    return column, None


def _unseen(unseen: list[str], failure: ExplorerError) -> InputError:
    """The error for levels that make the model fail."""
    return InputError(
        unseen[0],
        failure.why,
        "Leave these rows out or correct the values; the model knows only the levels of its training data.",
    )


def _no_number(column: pd.Series) -> InputError:
    """The error for words where the model computes."""
    cells = pd.to_numeric(column.astype("str"), errors="coerce")
    words = column[cells.isna() & column.notna()]
    return InputError(
        f"Column '{column.name}' holds text, and the model takes numbers there.",
        f"{len(words):,} of {len(column):,} cells are no number, such as {listed(words.unique(), 3)}.",
        "Give the column as numbers, as in training, or upload the whole pipeline that turns text into numbers.",
    )


def _is_number(level: object) -> bool:
    """A number, not a truth value."""
    return isinstance(level, int | float | np.number) and not isinstance(level, bool)


def _flags(column: pd.Series) -> pd.Series | None:
    """Yes and no as 1 and 0, None for anything else."""
    levels = {level: str(level).strip().lower() for level in column.dropna().unique()}
    if not levels or not set(levels.values()) <= _YES | _NO:
        return None
    codes = column.astype(object).map({level: float(text in _YES) for level, text in levels.items()})
    return codes.astype("float64" if column.isna().any() else "int64")


def _spelt(column: pd.Series, levels: tuple[str, ...]) -> pd.Series | None:
    """Numbers or truth values written as the model's levels are, None when no way of writing meets them all."""
    known = set(levels)
    for write in (str, _whole, lambda cell: str(float(cell)), lambda cell: str(cell).lower()):
        try:
            spelling = {cell: write(cell) for cell in column.dropna().unique().tolist()}
        except (TypeError, ValueError):
            continue
        if spelling and set(spelling.values()) <= known:
            return column.map(spelling).astype("str")
    return None


def _dated(column: pd.Series, levels: tuple[str, ...]) -> pd.Series | None:
    """Dates written as the model's levels are, None where those are no dates."""
    form = date_form([str(level) for level in levels]) if levels else None
    return None if form is None else column.dt.strftime(form).astype("str")


def _whole(cell: object) -> str:
    """A whole number without a point."""
    number = float(str(cell))
    return str(int(number)) if number.is_integer() else str(cell)


def _unknown_levels(column: pd.Series, name: str, demand: Demand) -> list[str]:
    """A note on levels that the model never saw; silent where it also computes with the column."""
    if demand.number or len(demand.levels) < 2:
        return []
    unknown = _strangers(column, demand)
    if not unknown:
        return []
    rows = np.flatnonzero(column.isin(unknown).to_numpy()).tolist()
    return [f"Column '{name}' holds {listed(unknown, 4)} ({numbered(rows)}), which the model was not trained with."]


def _strangers(column: pd.Series, demand: Demand) -> list[object]:
    """Levels that the model never saw."""
    known = {str(level) for level in demand.levels} | {_whole(level) for level in demand.levels if _is_number(level)}
    cells = column.dropna().unique().tolist()
    return [cell for cell in cells if str(cell) not in known and not (_is_number(cell) and _whole(cell) in known)]


def _known(frame: pd.DataFrame, wanted: Mapping[str, Demand]) -> np.ndarray:
    """The rows of which the model saw every level, shape (n_rows,)."""
    kept = np.ones(len(frame), dtype=bool)
    for name, demand in wanted.items():
        if not demand.number and len(demand.levels) >= 2:
            kept &= ~frame[name].isin(_strangers(frame[name], demand)).to_numpy()
    return kept


def _failure(model: Model, frame: pd.DataFrame) -> ExplorerError | None:
    """The model's complaint about some rows, None when it has none."""
    try:
        model.predict(_probe(frame[list(model.features)]))
    except ExplorerError as error:
        return error
    return None


def _probe(inputs: pd.DataFrame) -> pd.DataFrame:
    """The first rows, and the first row of each level and with each kind of gap."""
    rows = set(range(min(_PROBE, len(inputs))))
    for name in inputs.columns:
        column = inputs[name]
        if column.isna().any():
            rows.add(int(column.isna().to_numpy().argmax()))
        if not pd.api.types.is_numeric_dtype(column.dtype):
            rows.update(np.flatnonzero(~column.duplicated().to_numpy())[:50].tolist())
    picked = sorted(rows)[:_MOST]
    return inputs.iloc[picked].reset_index(drop=True)


def _apply(step: Step, frame: pd.DataFrame, names: Iterable[str]) -> tuple[pd.DataFrame, list[str]]:
    """One coercion over all of the model's columns."""
    changed = {}
    for name in names:
        column = step(frame[name])
        if column.dtype != frame[name].dtype:
            changed[name] = column
    return (frame.assign(**changed) if changed else frame), list(changed)


def _culprits(model: Model, frame: pd.DataFrame, failure: ExplorerError) -> ExplorerError:
    """Find the columns without which the model works, by putting zeros in their place."""
    suspects = [name for name in model.features if not pd.api.types.is_numeric_dtype(frame[name].dtype)]
    zeros = {name: pd.Series(np.zeros(len(frame)), index=frame.index) for name in suspects}
    if not suspects or _failure(model, frame.assign(**zeros)) is not None:
        return failure
    guilty = [
        name
        for name in suspects
        if _failure(model, frame.assign(**{other: zeros[other] for other in suspects if other != name})) is not None
    ] or suspects
    if len(guilty) == 1 and is_text(frame[guilty[0]]):
        return _no_number(frame[guilty[0]])
    return _several(frame, guilty)


def _several(frame: pd.DataFrame, names: list[str], errors: Mapping[str, InputError] | None = None) -> InputError:
    """The error for columns of a wrong kind, all named."""
    dates = any(pd.api.types.is_datetime64_any_dtype(frame[name].dtype) for name in names)
    texts = any(is_text(frame[name]) for name in names)
    held = " or ".join(word for word, there in (("dates", dates), ("text", texts)) if there) or "values"
    mixed = errors is not None and any("takes text" in error.what for error in errors.values())
    what = f"Column '{names[0]}' holds" if len(names) == 1 else f"{len(names)} columns hold"
    if mixed:
        return InputError(
            f"{len(names)} columns are not of the kind that the model takes.",
            " ".join(error.what for error in list((errors or {}).values())[:3]),
            "Give these columns as they were in training.",
        )
    return InputError(
        f"{what} {held}, and the model takes numbers there.",
        f"In {listed(names)} the table holds {_said(frame, names)}.",
        "Give these columns as numbers, as in training, or upload the whole pipeline that turns them into numbers.",
    )


def _said(frame: pd.DataFrame, names: list[str]) -> str:
    """One value of each column."""
    return ", ".join(f"{str(frame[name].dropna().iloc[0])[:30]!r}" for name in names[:3] if frame[name].notna().any())
