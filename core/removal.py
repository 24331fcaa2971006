"""Take a column out of an estimator that is to be trained again: out of every setting that names it or its place.

Settings that name columns and are not understood are a reason not to, never a guess: a place that now means the next
column would train another model than the one asked about.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from core.errors import NotApplicable

_INDICES = (
    *("categorical_features", "categorical_feature", "cat_features", "text_features", "embedding_features"),
    *("ignored_features", "cols", "variables"),
)
"""Settings that list columns, by name or by place."""
_SETS = ("interaction_cst", "interaction_constraints")
"""Settings that list sets of columns."""
_EACH = ("monotonic_cst", "monotone_constraints", "feature_types", "feature_weights", "categories")
"""Settings with one entry a column, in order or by name."""
_SAME = ("estimator", "base_estimator", "regressor", "classifier")
"""Settings that hold an estimator which is given the same columns."""


def _fixed(why: str) -> NotApplicable:
    """What is raised where a column cannot be taken out."""
    return NotApplicable("A column cannot be taken out of the recipe.", why)


def take_out(estimator: Any, columns: Sequence[str], name: str) -> None:
    """Take a column out of an untrained estimator, in place.

    Parameters
    ----------
    estimator : object
        In scikit-learn's style; untrained, of one's own.
    columns : sequence of str
        Those that it was trained with, in order.
    name : str
        One of them.

    Raises
    ------
    NotApplicable
        If it cannot be taken out; the estimator is then of no use.
    """
    if len(columns) < 2:
        raise _fixed("it is the only column")
    _strip(estimator, tuple(columns), list(columns).index(name))


def _strip(part: Any, columns: tuple[str, ...], place: int) -> None:
    """Take a column out of an estimator that is given these columns."""
    if not hasattr(part, "get_params"):  # "drop", "passthrough", None
        return
    if hasattr(part, "transformers"):
        _choose(part, columns, place)
    elif hasattr(part, "steps"):
        steps = [step for _, step in part.steps if hasattr(step, "get_params")]
        for step in steps[1:]:
            _unplaced(step)
        _strip(steps[0], columns, place)
    elif hasattr(part, "transformer_list"):
        for _, step in part.transformer_list:
            _strip(step, columns, place)
    else:
        _settings(part, columns, place)
        own = part.get_params(deep=False)
        listed = [step for _, step in own.get("estimators") or () if hasattr(step, "get_params")]
        for step in (*listed, *(own[key] for key in _SAME if key in own)):
            _strip(step, columns, place)
        for key, inner in own.items():
            if key not in (*_SAME, "estimators") and hasattr(inner, "get_params") and not isinstance(inner, type):
                _unplaced(inner)


def _unplaced(part: Any) -> None:
    """Refuse a part that is given other columns than the person's, and names some by place or name."""
    for inner in (part, *part.get_params().values()):
        if not hasattr(inner, "get_params") or isinstance(inner, type):
            continue
        if hasattr(inner, "transformers"):
            raise _fixed(f"{type(inner).__name__} stands behind another step")
        for key, value in inner.get_params(deep=False).items():
            if key in (*_INDICES, *_SETS, *_EACH) and _names(value):
                raise _fixed(f"{type(inner).__name__} names columns that an earlier step makes ({key})")


def _names(value: Any) -> bool:
    """True for a setting that names columns; words like "auto" and functions that choose do not."""
    if isinstance(value, str):
        return any(letter.isdigit() for letter in value)
    return value is not None and not callable(value)


def _settings(part: Any, columns: tuple[str, ...], place: int) -> None:
    """The settings of one estimator without the column."""
    ways: dict[str, Callable[[Any, tuple[str, ...], int], Any]] = {
        **dict.fromkeys(_INDICES, _indices),
        **dict.fromkeys(_SETS, _sets),
        **dict.fromkeys(_EACH, _each),
    }
    for key, value in part.get_params(deep=False).items():
        if key in ways and _names(value):
            if isinstance(value, str):
                raise _fixed(f"{type(part).__name__} names columns in a text ({key})")
            try:
                left = ways[key](value, columns, place)
            except (TypeError, ValueError, IndexError):
                raise _fixed(f"{type(part).__name__} names columns in a way of its own ({key})") from None
            part.set_params(**{key: left})


def _indices(value: Any, columns: tuple[str, ...], place: int) -> Any:
    """A list of columns without one: names stay, places behind it move up, a mask loses its entry."""
    cells = list(value)
    if all(isinstance(cell, str) for cell in cells):
        left: list[Any] = [cell for cell in cells if cell != columns[place]]
    else:
        left = [spot - (spot > place) for spot in _places(cells, columns) if spot != place]
        if cells and all(isinstance(cell, bool | np.bool_) for cell in cells):
            left = [bool(cell) for at, cell in enumerate(cells) if at != place]
    return left or None


def _sets(value: Any, columns: tuple[str, ...], place: int) -> Any:
    """Sets of columns without one."""
    left = [_indices(cells, columns, place) for cells in value]
    return [cells for cells in left if cells] or None


def _each(value: Any, columns: tuple[str, ...], place: int) -> Any:
    """One entry a column, without one's own."""
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise ValueError(value)
        return {key: entry for key, entry in value.items() if key != columns[place]}
    if len(value) != len(columns):
        raise ValueError(len(value))
    left = [entry for at, entry in enumerate(value) if at != place]
    return np.asarray(left) if isinstance(value, np.ndarray) else type(value)(left)


def _places(chosen: Any, columns: tuple[str, ...]) -> list[int]:
    """Positions of chosen columns: by name, by place (also from the end), as a mask, or as a slice of either."""
    if isinstance(chosen, str):
        return [columns.index(chosen)]
    if isinstance(chosen, slice):
        ends = [columns.index(end) if isinstance(end, str) else end for end in (chosen.start, chosen.stop)]
        last = ends[1] + 1 if isinstance(chosen.stop, str) and ends[1] is not None else ends[1]
        return list(range(len(columns)))[slice(ends[0], last, chosen.step)]
    if isinstance(chosen, int | np.integer):
        return [range(len(columns))[int(chosen)]]
    cells = list(chosen)
    if cells and all(isinstance(cell, bool | np.bool_) for cell in cells):
        if len(cells) != len(columns):
            raise ValueError(len(cells))
        return [at for at, cell in enumerate(cells) if cell]
    return [columns.index(cell) if isinstance(cell, str) else range(len(columns))[int(cell)] for cell in cells]


def _choose(part: Any, columns: tuple[str, ...], place: int) -> None:
    """A ColumnTransformer without the column: each step keeps its other columns, one without any is left out."""
    steps, taken, by_function = [], set(), False
    for label, step, chosen in part.transformers:
        if callable(chosen):
            by_function = True
            if hasattr(step, "get_params"):
                _unplaced(step)
            steps.append((label, step, chosen))
            continue
        try:
            own = _places(chosen, columns)
        except (TypeError, ValueError, IndexError):
            raise _fixed(f"{type(part).__name__} names columns that are not there ({label})") from None
        taken.update(own)
        left = [columns[at] for at in own if at != place]
        if left and place in own:
            _strip(step, tuple(columns[at] for at in own), own.index(place))
        if left or not own:
            steps.append((label, step, chosen if isinstance(chosen, str) else left))
    rest = tuple(at for at in range(len(columns)) if at not in taken)
    if not steps and (part.remainder == "drop" or rest == (place,)):
        raise _fixed("no column would be left")
    if by_function and hasattr(part.remainder, "get_params"):
        _unplaced(part.remainder)
    elif place in rest:
        _strip(part.remainder, tuple(columns[at] for at in rest), rest.index(place))
    part.set_params(transformers=steps)
