"""A model and a table brought together by column name, with a sentence for everything that does not fit."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

import pandas as pd

from core.errors import InputError
from core.loading.columns import listed, shown
from core.loading.fit import fit
from core.loading.frames import derive, from_frame
from core.loading.schema import infer
from core.loading.target import by_classes, by_predictions, guess, misfits
from core.types import Feature, Model, Schema, Table

_LEVELS = 1_000
_MEANT = {
    "target": "the target",
    "label": "the name of the rows",
    "weights": "the weight of the rows: to weigh by it, give its values again in a column of another name",
}


@dataclass(frozen=True, slots=True, eq=False)
class Match:
    """A model and the table whose schema is the model's features, in its order.

    Attributes
    ----------
    model : Model
        Named: a model that only knew how many columns it takes has the table's names now.
    table : Table
        Columns coerced to what the model takes; other columns stay in the frame, not in the schema.
    notes : tuple of str
        What was ignored, renamed, coerced or is worth knowing, in words.
    """

    model: Model
    table: Table
    notes: tuple[str, ...]


def match(model: Model, table: Table) -> Match:
    """Match a model and a table by name.

    Parameters
    ----------
    model : Model
    table : Table

    Returns
    -------
    Match

    Raises
    ------
    InputError
        If a column that the model takes is missing or holds what it cannot take; the message names the column, the
        nearest names, and what to do.
    ModelError
        If the model fails on the table's rows for a reason that no column explains.
    """
    notes: list[str] = []
    model, table = _named(model, table, notes)
    sources = _sources(model, table)
    table = _freed(table, sources, notes)
    frame = _renamed(table, sources, notes)
    frame, said = fit(model, frame)
    schema = Schema(tuple(_feature(table, frame, name, sources[name]) for name in model.features))
    matched = derive(table, frame, schema, target=table.target)
    used = {*sources.values(), table.weights}
    target, reason = guess(model, matched, [name for name in table.frame.columns if name not in used])
    if target != table.target:
        notes.append(f"'{target}' is taken for the target: {reason}")
        matched = derive(matched, frame, schema, target=target)
    _ignored(table, sources, target, notes)
    notes += [*said, *misfits(model, matched)]
    return Match(model, matched, tuple(notes))


def _named(model: Model, table: Table, notes: list[str]) -> tuple[Model, Table]:
    """Bind a model without names to the columns by position, when the count fits."""
    if getattr(model, "named", True) or set(model.features) <= set(table.frame.columns):
        return model, table
    wanted, names = len(model.features), table.schema.names
    others = [name for name in (table.label, table.target, table.weights) if name]
    every = tuple(name for name in table.frame.columns if name != table.weights)
    if wanted != len(names) and wanted == len(every):
        names, others = every, []
        table = derive(table, table.frame, _whole(table), target=None, label=None)
    names, left_out = _numbers_only(table, names, wanted)
    if wanted == len(names) - 1 and not table.target:
        names, table = _without_target(model, table, names, notes)
    if wanted != len(names):
        raise InputError(
            f"The model takes {wanted} columns; the table has {len(names)}.",
            "The model was trained without column names, so columns are taken in their order"
            + (f" (without {listed(others)})." if others else ", and none is marked as the target."),
            f"Columns: {listed(names, 12)}."
            " Choose the target under Columns, or leave out what the model was not trained with.",
        )
    notes.append(
        f"The model knows no column names: the table's {wanted} columns are given to it in their order:"
        f" {listed(names, 8)}." + (f" It takes numbers, so without {listed(left_out, 4)}." if left_out else "")
    )
    return _rebound(model, names), table


def _without_target(
    model: Model, table: Table, names: tuple[str, ...], notes: list[str]
) -> tuple[tuple[str, ...], Table]:
    """The columns without the one that can only be the target: it holds the classes, or is what the model predicts."""
    found = by_predictions(model, table, names) if not model.classes else None
    target = found[0] if found else by_classes(model, table, names)
    if found:
        said = f"'{found[0]}' is taken for the target: given the other columns in their order, the model's predictions"
        notes.append(f"{said} explain {found[1] * 100:.0f} % of it. Correct it under Columns.")
        table = derive(table, table.frame, table.schema, target=target)
    return tuple(name for name in names if name != target), table


def _numbers_only(table: Table, names: tuple[str, ...], wanted: int) -> tuple[tuple[str, ...], list[str]]:
    """The columns of numbers, where only they are as many as the model takes; and those that are left out."""
    kinds = {feature.name: feature.kind for feature in table.schema.features}
    numbers = tuple(name for name in names if kinds.get(name) in ("numeric", "integer", "boolean"))
    if wanted == len(names) or wanted != len(numbers):
        return names, []
    return numbers, [name for name in names if name not in numbers]


def _rebound(model: Any, names: tuple[str, ...]) -> Model:
    """The model with names; one that lives elsewhere does it itself."""
    own = getattr(model, "rebind", None)
    if own is not None:
        remote: Model = own(names)
        return remote
    from core.models import rebind

    return rebind(model, names)


def _whole(table: Table) -> Schema:
    """Every column but the weights as a feature, for a table whose roles were guessed wrongly."""
    return from_frame(table.frame, table.name, target="", label="", weights=table.weights).schema


def plain(name: str) -> str:
    """A name without case, spaces, signs and what a table cuts off: what libraries and tables change in it."""
    return re.sub(r"[\W_]+", "_", shown(name).casefold()).strip("_")


def _sources(model: Model, table: Table) -> dict[str, str]:
    """Which column each feature is read from: the same name, or the only one that differs by spaces, signs, case."""
    columns = list(table.frame.columns)
    free = [name for name in columns if name not in model.features]
    by_plain: dict[str, list[str]] = {}
    for name in free:
        by_plain.setdefault(plain(name), []).append(name)
    found, missing = {}, []
    for name in model.features:
        near = by_plain.get(plain(name), [])
        if name in columns:
            found[name] = name
        elif len(near) == 1 and sum(plain(other) == plain(name) for other in model.features) == 1:
            found[name] = near[0]
        else:
            missing.append(name)
    if missing:
        raise _missing(missing, [name for name in free if name not in found.values()], model, table)
    return found


def _missing(missing: list[str], free: list[str], model: Model, table: Table) -> InputError:
    """The error that names the columns and the nearest ones in the table."""
    known = {plain(name): name for name in free}
    near = {name: get_close_matches(plain(name), known, n=1, cutoff=0.6) for name in missing}
    first = {known[close[0]]: name for name, close in reversed(near.items()) if close}
    guesses = [f"rename '{source}' to '{name}'" for source, name in first.items()][:4]
    encoded = _encoded(missing, free, table.frame)
    one = len(missing) == 1
    if len(missing) == len(model.features):
        why = f"It takes {listed(model.features)}; '{table.name}' has {listed(table.frame.columns)}."
        hint = "Give the table that the model was trained with, with the same column names."
    else:
        why = f"Missing: {listed(missing, 8)}."
        hint = "Add the column." if one else "Add these columns."
    if encoded:
        hint = (
            f"The model was trained on columns made of {listed(encoded)}, one for each level: encode the table in the"
            " same way, or upload a pipeline that does it."
        )
    elif guesses:
        hint = "Perhaps " + "; ".join(guesses) + "? Otherwise add the missing columns."
    count = "A column" if one else f"{len(missing)} columns"
    return InputError(f"{count} that the model takes {'is' if one else 'are'} missing.", why, hint)


def _encoded(missing: list[str], free: list[str], frame: pd.DataFrame) -> list[str]:
    """Columns of the table whose levels are in the missing names, as one-hot encoders write them."""
    found = []
    for column in free:
        parts = [name[len(column) :].lstrip("_=-. ") for name in missing if name.startswith(column)]
        levels = {str(level) for level in frame[column].dropna().unique()[:_LEVELS]} if parts else set()
        if levels and sum(part in levels for part in parts) >= min(2, len(levels)):
            found.append(column)
    return found


def _freed(table: Table, sources: dict[str, str], notes: list[str]) -> Table:
    """A role that was guessed for a column that the model takes is given up."""
    used = set(sources.values())
    roles: dict[str, Any] = {}
    for role, meant in _MEANT.items():
        column = getattr(table, role)
        if column in used:
            roles[role] = None
            notes.append(f"'{column}' is one of the model's features, so it is not taken for {meant}.")
    return derive(table, table.frame, table.schema, **roles) if roles else table


def _renamed(table: Table, sources: dict[str, str], notes: list[str]) -> pd.DataFrame:
    """The frame with the model's names."""
    changed = {source: name for name, source in sources.items() if name != source}
    if changed:
        pairs = [f"'{source}' as '{name}'" for source, name in list(changed.items())[:6]]
        notes.append(f"Read under the model's name: {', '.join(pairs)}{', …' if len(changed) > 6 else ''}.")
    order = [name for name in table.frame.columns if name in set(sources.values())]
    if order != list(sources.values()):
        notes.append("The columns were put into the model's order.")
    return table.frame.rename(columns=changed) if changed else table.frame


def _ignored(table: Table, sources: dict[str, str], target: str | None, notes: list[str]) -> None:
    """Say which columns the model does not use."""
    used = {*sources.values(), target, table.target, table.label, table.weights}
    extra = [name for name in table.frame.columns if name not in used]
    if extra:
        what = "a column that the model does not take" if len(extra) == 1 else "columns that the model does not take"
        notes.append(f"Ignored, {what}: {listed(extra)}.")


def _feature(table: Table, frame: pd.DataFrame, name: str, source: str) -> Feature:
    """The feature as it was described, described anew where its cells or its role changed."""
    known = next((feature for feature in table.schema.features if feature.name == source), None)
    same = known is not None and frame[name].dtype == table.frame[source].dtype
    if known is not None and same:
        return replace(known, name=name)  # a coercion always changes the dtype
    if known is not None and known.kind == "categorical":
        described = infer(frame[name], name, known.kind)
    else:
        described = infer(frame[name], name)
    if described is None:
        raise InputError(
            f"Column '{name}' holds nothing that a model takes.",
            "Its cells are lists, bytes, complex numbers or durations.",
            "Give numbers, text, yes or no, or dates.",
        )
    return described
