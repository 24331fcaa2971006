"""Importances for notebooks: of any black box that can be scored, and with a loss and weights of one's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from core.errors import ComputeError, InputError
from core.losses import loss_for, the
from core.results import Check, Importance
from core.types import Array, Task
from core.views import words

Columns = Mapping[str, Sequence[Any]] | Sequence[Any] | None


def of_score(
    score: Callable[[Any, Any], float], X: Any, y: Any, *, rounds: int = 5, columns: Columns = None, seed: int = 0
) -> Importance:
    """Measure how far a score falls when a column is shuffled; nothing but ``score(X, y)`` is asked.

    Parameters
    ----------
    score : callable
        ``(X, y) -> number``, higher is better. Gets what came in: a DataFrame or an array.
    X : DataFrame or ndarray, shape (n_rows, n_columns)
    y : array-like
    rounds : int
        How often each column is shuffled.
    columns : sequence or mapping, optional
        Names or positions; a list of them is shuffled jointly; a mapping names such groups. All by default.
    seed : int

    Returns
    -------
    Importance
        ``rounds`` holds base score minus shuffled score, ``reference`` the base score.

    Raises
    ------
    InputError
        If the columns do not exist.
    ComputeError
        If the score fails or is not a number.

    Notes
    -----
    By definition what ``eli5.permutation_importance.get_score_importances`` computes, and with the same seed the same
    numbers. It refuses DataFrames and leaves groups of columns unshuffled; both work here.
    """
    frame = X if isinstance(X, pd.DataFrame) else pd.DataFrame(np.asarray(X))
    if not len(frame) or frame.shape[1] == 0:
        raise InputError("There is nothing to shuffle.", "X has no rows or no columns.", "Pass rows and columns.")
    groups = _groups(frame, columns)
    random = np.random.RandomState(seed)
    base = _number(score, X, y)
    falls = np.empty((len(groups), rounds))
    for at in range(rounds):
        for place, (name, places) in enumerate(groups.items()):
            order = random.permutation(len(frame))
            falls[place, at] = base - _number(score, _mixed(X, frame, places, order), y, name)
    return _found(tuple(groups), falls, base)


def _found(names: tuple[str, ...], falls: Array, base: float) -> Importance:
    """The falls with their mean, their deviation, and how many are more than noise."""
    rounds = falls.shape[1]
    spread = falls.std(axis=1, ddof=1) if rounds > 1 else None
    errors = np.zeros(len(falls)) if spread is None else spread / np.sqrt(rounds)
    clear = int((np.abs(falls.mean(axis=1)) > 2 * errors).sum())
    text = f"{clear} of {len(falls)} stand clear of the noise of {rounds} rounds (two standard errors)."
    return Importance(
        names,
        falls.mean(axis=1),
        "fall of the score",
        "score",
        spread=spread,
        rounds=falls,
        reference=base,
        signed=True,
        checks=(Check("noise", None, float(clear), text),),
    )


def _groups(frame: pd.DataFrame, columns: Columns) -> dict[str, list[int]]:
    """Names of what is shuffled together, and the positions of its columns."""
    if columns is None:
        return {str(name): [at] for at, name in enumerate(frame.columns)}
    if isinstance(columns, Mapping):
        return {str(name): [_place(frame, one) for one in members] for name, members in columns.items()}
    found = {}
    for one in columns:
        members = list(one) if isinstance(one, list | tuple | np.ndarray) else [one]
        found[" + ".join(str(member) for member in members)] = [_place(frame, member) for member in members]
    return found


def _place(frame: pd.DataFrame, name: Any) -> int:
    """The position of a column, by name or else by position."""
    names = list(frame.columns)
    if name in names:
        return names.index(name)
    if isinstance(name, int | np.integer) and -len(names) <= int(name) < len(names):
        return int(name) % len(names)
    shown = ", ".join(map(str, names[:10]))
    raise InputError(f"There is no column {str(name)[:60]!r}.", f"X has: {shown}.", "Choose one of them.")


def _mixed(X: Any, frame: pd.DataFrame, places: list[int], order: Any) -> Any:
    """A copy of X, in its own type, with some columns in another order."""
    if isinstance(X, pd.DataFrame):
        mixed = X.copy(deep=False)
        for place in places:
            mixed.isetitem(place, frame.iloc[:, place].array.take(order))
        return mixed
    array = np.array(X)
    array[:, places] = array[np.ix_(order, places)]
    return array


def _number(score: Callable[[Any, Any], float], X: Any, y: Any, name: str = "") -> float:
    """A score as a number."""
    try:
        value = float(score(X, y))
    except Exception as error:
        when = f"with {name[:60]!r} shuffled" if name else "on the untouched rows"
        why = f"{type(error).__name__}: {str(error)[:300]}"
        raise ComputeError(f"The score failed {when}.", why, "Check the score function on a copy of X.") from error
    if not np.isfinite(value):
        raise ComputeError("The score is not a number.", f"It returned {value}.", "Return a finite number.")
    return value


def of_loss(
    model: Any,
    table: Any,
    loss: Callable[..., float] | str,
    *,
    weights: Any = None,
    rounds: int = 10,
    groups: Mapping[str, Sequence[str]] | None = None,
    seed: int = 0,
) -> Importance:
    """Permutation importance by a loss of one's own, with weights of the rows.

    Parameters
    ----------
    model, table : object
        Anything that ``core.model`` and ``core.table`` take.
    loss : callable or str
        A name of ``core.losses`` or of scikit-learn's scores (``"r2"``, ``"f1_macro"``), or
        ``(truth, predictions) -> number``, lower is better, with ``sample_weight=`` where weights are given. Truth has
        shape (n_rows,): target values, or positions of the classes; predictions (n_rows,), the target or the
        probability of the second of two classes, else (n_rows, n_classes). The losses of ``sklearn.metrics`` fit.
    weights : array-like, shape (n_rows of the table,), optional
        By default those of the table, where a column weighs its rows.
    rounds, seed : int
    groups : mapping of name to features, optional
        What is shuffled jointly; every feature alone by default.

    Returns
    -------
    Importance
        Rise of the loss.

    Raises
    ------
    InputError
        If the truth is not known, or the weights do not fit.
    """
    from core import row_weights
    from core.instances import truth
    from core.permutation import shuffle
    from core.workspace import Workspace

    work = Workspace.of(model, table)
    known = truth(work.model, work.table)
    if known is None:
        raise InputError("The true values are not known.", "No column is marked as the target.", "Name the target.")
    rows = np.flatnonzero(~np.isnan(known))
    own = row_weights.of(work.table) if weights is None else _weights(weights, len(known))

    title, measure = _measured(loss, work.model.task, known[rows], row_weights.part(own, rows))
    parts = dict(groups) if groups else {name: (name,) for name in work.model.features}
    found = shuffle(work.model.predict, work.table.rows(rows), measure, parts, rounds=rounds, seed=seed)
    costs = f"knowing nothing costs {words.number(found.baseline)}"
    text = f"On {len(rows):,} rows the loss is {words.number(found.full)}; {costs}."
    check = Check("fit", found.full < found.baseline, found.full, text)
    rises = _found(found.names, found.rounds - found.full, found.full)
    label = work.table.target or "prediction"
    said = row_weights.check(work.table, rows) if weights is None else ()
    return replace(rises, unit=f"rise of {the(title)}", label=label, signed=False, checks=(check, *rises.checks, *said))


def _measured(loss: Any, task: Task, known: Array, weights: Array | None) -> tuple[str, Callable[[Array], Array]]:
    """What a loss is called, and the losses of blocks of predictions."""
    if isinstance(loss, str):
        named = loss_for(task, loss)
        return named.title, lambda blocks: named.of(blocks, known, weights)
    given = {} if weights is None else {"sample_weight": weights}

    def measure(blocks: Array) -> Array:
        said = blocks[:, :, -1] if blocks.shape[2] <= 2 else blocks
        return np.array([float(loss(known, block, **given)) for block in said])

    return "loss", measure


def _weights(weights: Any, count: int) -> Array:
    """Weights of all rows, none below zero."""
    own = np.asarray(weights, dtype=np.float64)
    if own.shape != (count,) or not np.isfinite(own).all() or (own < 0).any():
        raise InputError(
            "These weights do not fit.",
            f"Each of {count:,} rows needs a number of at least 0.",
            "Check them.",
        )
    return own
