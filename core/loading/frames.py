"""A frame in memory to a table: usable names, roles, a schema; the dtypes that a model was trained with stay."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, get_args

import numpy as np
import pandas as pd

from core import fingerprint, row_weights
from core.errors import InputError, unknown_name
from core.loading import budgets
from core.loading.cells import computable
from core.loading.columns import listed, tidy
from core.loading.convert import as_kind
from core.loading.roles import guess_label, guess_target
from core.loading.schema import infer, unusable
from core.types import Feature, Kind, Schema, Table


def from_frame(
    frame: Any,
    name: str = "table",
    *,
    target: str | None = None,
    label: str | None = None,
    weights: str | None = None,
    kinds: Mapping[str, Kind] | None = None,
    notes: Iterable[str] = (),
) -> Table:
    """Make a table of a frame.

    Parameters
    ----------
    frame : DataFrame, ndarray of shape (n_rows, n_columns), or anything with ``to_pandas()``
        Left as it is. Its dtypes are kept; an index that names the rows becomes a column.
    name : str
        Shown to people.
    target, label : str or None
        Columns of the true value and of the row's name; None: guessed where evident. ``""``: there is none.
    weights : str or None
        Column that says how much a row counts; never guessed.
    kinds : mapping of str to Kind, optional
        What some columns are, where the guess is wrong.
    notes : iterable of str
        What the loader did before.

    Returns
    -------
    Table

    Raises
    ------
    InputError
        If there are no rows or no columns, a name does not exist, or cells do not fit what is asked of them.

    Examples
    --------
    >>> table = from_frame(pd.DataFrame({"age": [40, 51], "y": [0, 1]}))
    >>> table.target, table.schema.names
    ('y', ('age',))
    """
    plain, said = _plain(frame)
    _check_size(plain)
    names, renamed = tidy(plain.columns)
    if list(plain.columns) != names:
        plain = plain.set_axis(names, axis=1)
    plain, turned = computable(plain)
    said = [*notes, *said, *renamed, *turned]
    empty = [column for column in names if column.startswith("Unnamed: ") and plain[column].isna().all()]
    if empty and len(empty) < len(names):
        plain = plain.drop(columns=empty)
        said.append(f"Empty columns without a name dropped: {listed(empty)}.")
    weighing = _role(plain, weights or "", "weights")
    rest = plain.drop(columns=weighing) if weighing and plain.shape[1] > 1 else plain
    chosen_target = _role(plain, target, "target") if target is not None else guess_target(rest)
    chosen_label = _role(plain, label, "label") if label is not None else guess_label(rest, chosen_target)
    if target is None and chosen_target:
        said.append(f"'{chosen_target}' is taken for the target, by its name.")
    if label is None and chosen_label:
        said.append(f"'{chosen_label}' names the rows.")
    return _build(plain, name, (chosen_target, chosen_label, weighing), kinds or {}, said)


def with_roles(
    table: Table,
    *,
    target: str | None = None,
    label: str | None = None,
    weights: str | None = None,
    kinds: Mapping[str, Kind] | None = None,
) -> Table:
    """Correct what was guessed.

    Parameters
    ----------
    table : Table
    target, label, weights : str or None
        A column; ``""`` for none; None leaves the role as it is, unless another one takes its column.
    kinds : mapping of str to Kind, optional
        Columns not named keep theirs.

    Returns
    -------
    Table
        Its features are every column without a role.

    Raises
    ------
    InputError
        If a name does not exist, or cells do not fit what is asked of them.
    """
    asked = {"target": target, "label": label, "weights": weights}
    taken = {_role(table.frame, column, role) for role, column in asked.items() if column}
    held = {role: getattr(table, role) for role in asked}
    roles = [
        (None if held[role] in taken else held[role]) if column is None else column for role, column in asked.items()
    ]
    known = {feature.name: feature for feature in table.schema.features}
    notes = [note for note in table.notes if not note.endswith(("for the target, by its name.", "names the rows."))]
    return _build(table.frame, table.name, roles, kinds or {}, notes, known=known)


def derive(table: Table, frame: pd.DataFrame, schema: Schema, notes: Iterable[str] = (), **roles: Any) -> Table:
    """The same table with another schema, frame or roles, and the fingerprint that follows from them."""
    changed = replace(table, frame=frame, schema=schema, notes=(*table.notes, *notes), **roles)
    # an unchanged frame need not be read again: its digest is part of the old fingerprint
    content = table.fingerprint if frame is table.frame else fingerprint.of_frame(frame)
    return replace(changed, fingerprint=_digest(content, schema, (changed.target, changed.label, changed.weights)))


def _digest(content: str, schema: Schema, roles: tuple[str | None, ...]) -> str:
    """Digest of frame, schema and roles; that of a table without weights is as it was before there were any."""
    named = roles if roles[2] is not None else roles[:2]
    return fingerprint.of_bytes(content.encode(), repr(schema).encode("utf-8", "surrogatepass"), repr(named).encode())


def _build(
    frame: pd.DataFrame,
    name: str,
    named: Sequence[str | None],
    kinds: Mapping[str, Kind],
    notes: list[str],
    *,
    known: Mapping[str, Feature] | None = None,
) -> Table:
    """Convert what was asked for, describe the columns, digest."""
    target, label, weights = roles = tuple(column or None for column in named)
    _check_apart(roles)
    for column, kind in kinds.items():
        _check_kind(frame, column, kind)
        given = frame[column]
        converted = as_kind(given, kind)
        if converted is not given:
            frame = frame.assign(**{column: converted})
    if weights is not None:
        row_weights.read(frame[weights])
    features, left_out = _described(frame, roles, kinds, known or {})
    if not features:
        raise InputError(
            "This table has no features.",
            "Every column is the target, a name, a weight or unusable.",
            "Choose another target.",
        )
    budgets.check_levels(features)
    schema = Schema(tuple(features))
    said = (*notes, unusable(left_out)) if left_out else tuple(notes)
    digest = _digest(fingerprint.of_frame(frame), schema, roles)
    return Table(frame, schema, target, label, name, digest, said, weights)


def _check_apart(roles: tuple[str | None, ...]) -> None:
    """Refuse two roles of one column."""
    titles = dict(zip(("the target", "the name of the rows", "the weight of the rows"), roles, strict=True))
    for column in filter(None, roles):
        both = [title for title, own in titles.items() if own == column]
        if len(both) > 1:
            raise InputError(
                f"'{column}' cannot be both {both[0]} and {both[1]}.", "Each role needs a column.", "Choose two."
            )


def _described(
    frame: pd.DataFrame, roles: tuple[str | None, ...], kinds: Mapping[str, Kind], known: Mapping[str, Feature]
) -> tuple[list[Feature], list[str]]:
    """The features, and the columns that are none."""
    features, left_out = [], []
    for column in frame.columns:
        if column in roles:
            continue
        reuse = known.get(column) if column not in kinds else None
        feature = reuse or infer(frame[column], column, kinds.get(column))
        if feature is None:
            left_out.append(column)
        else:
            features.append(feature)
    return features, left_out


def _plain(frame: Any) -> tuple[pd.DataFrame, list[str]]:
    """Anything tabular as a DataFrame with the index 0..n-1; an index that names rows becomes a column."""
    if isinstance(frame, np.ndarray):
        if frame.ndim != 2:
            raise InputError(
                "This array is not a table.",
                f"It has {frame.ndim} dimensions; a table has 2.",
                "Reshape it to rows x columns.",
            )
        names = [f"column {position + 1}" for position in range(frame.shape[1])]
        return pd.DataFrame(frame, columns=names), ["An array without names: the columns are numbered."]
    if not isinstance(frame, pd.DataFrame) and hasattr(frame, "to_pandas"):
        frame = frame.to_pandas()
    if not isinstance(frame, pd.DataFrame):
        raise InputError(
            "This is not a table.",
            f"It is a {type(frame).__name__}.",
            "Give a pandas DataFrame, a 2-D numpy array, or the path of a file.",
        )
    if isinstance(frame.columns, pd.MultiIndex):
        frame = frame.set_axis([" / ".join(str(part) for part in parts) for parts in frame.columns], axis=1)
    if isinstance(frame.index, pd.RangeIndex) and frame.index.start == 0 and frame.index.step == 1:
        return frame, []
    if isinstance(frame.index, pd.MultiIndex):
        return _levels_as_columns(frame)
    title = str(frame.index.name or "index")
    if title in frame.columns:
        return frame.reset_index(drop=True), ["The index is not used: a column has its name."]
    return frame.rename_axis(title).reset_index(), [f"The index became the column '{title}'."]


def _levels_as_columns(frame: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """The levels of an index in front of the columns; a level whose name is taken is not used."""
    names = frame.index.names
    titles = [f"level_{place}" if name is None else str(name) for place, name in enumerate(names)]
    free = [title not in frame.columns and title not in titles[:place] for place, title in enumerate(titles)]
    levels = {title: frame.index.get_level_values(at) for at, title in enumerate(titles) if free[at]}
    notes = ["The levels of the index became columns."] if any(free) else []
    if not all(free):
        taken = [title for title, one in zip(titles, free, strict=True) if not one]
        notes.append(f"Levels of the index are not used, for columns have their names: {listed(taken)}.")
    return pd.concat([pd.DataFrame(levels), frame.reset_index(drop=True)], axis=1), notes


def _check_size(frame: pd.DataFrame) -> None:
    """Refuse what is empty or beyond the budgets."""
    if frame.shape[1] == 0 or len(frame) == 0:
        raise InputError(
            "This table is empty.",
            f"It has {len(frame):,} rows and {frame.shape[1]:,} columns.",
            "Give at least one row under a header.",
        )
    budgets.check_columns(frame.shape[1])
    budgets.check_cells(*frame.shape)


def _role(frame: pd.DataFrame, column: str, role: str) -> str:
    """A column that exists, or no column."""
    if column and column not in frame.columns:
        raise unknown_name(f"column for the {role}", column, frame.columns)
    return column


def _check_kind(frame: pd.DataFrame, column: str, kind: str) -> None:
    """The column exists and so does the kind."""
    if column not in frame.columns:
        raise unknown_name("column", column, frame.columns)
    if kind not in get_args(Kind):
        raise unknown_name("kind", kind, get_args(Kind))
