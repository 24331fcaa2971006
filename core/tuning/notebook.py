"""The notebook's door to tuning: ``core.tune`` and ``core.train``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core import engine
from core.report_command import tell
from core.results import Trials
from core.tuning.recipe import Recipe, follow
from core.types import Model
from core.workspace import Workspace


def tune(model: Any, table: Any, **params: Any) -> Trials:
    """Search for settings that make a model better, cross-validated.

    Parameters
    ----------
    model, table : object
        Anything that ``core.model`` and ``core.table`` take; the estimator is trained again, it stays as it is.
    **params
        ``way`` ("random", "grid", "bayesian"), ``trials``, ``folds``, ``space`` ("max_depth=2..8; C=0.1..10 log"),
        ``loss``, ``holdout``, ``points``, ``rows``, ``seconds``, ``seed``: see ``core.tuning.method``; ``progress``.

    Returns
    -------
    Trials
        ``winner.params`` are the best settings; ``original`` is the model as it is, in the same folds.

    Raises
    ------
    InputError, NotApplicable, ComputeError
        Each says what, why and what to do.
    """
    work = Workspace.of(model, table)
    found: Any = engine.explain("tune", work.model, work.table, **{"progress": tell(), **params})
    trials: Trials = found
    return trials


def train(
    model: Any,
    table: Any,
    settings: Mapping[str, Any] | None = None,
    *,
    seed: int = 0,
    left_out: Sequence[int] = (),
    corrected: Mapping[int, Any] | None = None,
) -> Model:
    """Train the same kind of model again, with other settings, without some rows, or with another truth for some.

    Parameters
    ----------
    model, table : object
        Anything that ``core.model`` and ``core.table`` take. A file is trained inside its locked process, and the model
        that it was opened as is the trained one from then on.
    settings : mapping, optional
        As ``set_params`` takes them, for example ``core.tune(model, table).winner.params``.
    seed : int
        For estimators that have none of their own.
    left_out : sequence of int
        Rows that it does not learn from.
    corrected : mapping of int to str or float, optional
        The truth of some rows, in place of the table's: a class by its name, or a number.

    Raises
    ------
    InputError, ComputeError
        If a setting or a row is unknown, or training fails.
    """
    work = Workspace.of(model, table)
    changed = tuple((int(row), value) for row, value in sorted((corrected or {}).items()))
    return follow(work.model, work.table, Recipe(dict(settings or {}), seed, tuple(map(int, left_out)), changed))
