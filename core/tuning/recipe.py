"""A deterministic recipe for another model: this estimator, these settings, the rows of this table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from core import fingerprint, training
from core.errors import ComputeError, ExplorerError, InputError, unknown_name
from core.instances import truth
from core.truth import unknown
from core.tuning import proposed
from core.types import Array, Model, Table

_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a model is trained again.

    Attributes
    ----------
    settings : mapping
        As ``set_params`` takes them; empty: the estimator's own.
    seed : int
        For estimators that draw at random and have no seed of their own.
    left_out : tuple of int
        Rows of the table that it does not learn from.
    corrected : tuple of (int, str or float)
        Rows with another truth than the table's: a class by its name, or a number.
    """

    settings: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0
    left_out: tuple[int, ...] = ()
    corrected: tuple[tuple[int, str | float], ...] = ()

    def plain(self) -> dict[str, Any]:
        """The recipe as JSON values."""
        changed = [list(pair) for pair in self.corrected]
        rows = {"left_out": list(self.left_out), "corrected": changed}
        return {"settings": dict(self.settings), "seed": self.seed, **rows}


def of_plain(found: Mapping[str, Any]) -> Recipe:
    """The recipe that ``plain`` has written; lists are tuples again."""
    settings = {name: tuple(value) if isinstance(value, list) else value for name, value in found["settings"].items()}
    corrected = tuple((int(row), value) for row, value in found["corrected"])
    return Recipe(settings, int(found["seed"]), tuple(int(row) for row in found["left_out"]), corrected)


def digest(model: Model, table: Table, recipe: Recipe) -> str:
    """What names the model that a recipe makes."""
    return fingerprint.of_params([model.fingerprint, table.fingerprint, recipe.plain()])


def follow(model: Model, table: Table, recipe: Recipe) -> Model:
    """Train.

    Parameters
    ----------
    model, table : Model, Table
        Matched. A model of a worker is trained there.
    recipe : Recipe

    Returns
    -------
    Model
        With the same classes and features.

    Raises
    ------
    InputError
        If the truth is not known, a class is gone, or a setting is unknown.
    ComputeError
        If training fails.
    """
    elsewhere = getattr(model, "follow", None)
    if elsewhere is not None:
        made: Model = elsewhere(table, recipe)
        return made
    reason = training.refusal(model) or unknown(model, table, least=2)
    if reason:
        raise InputError("This model cannot be trained again here.", reason)
    model = training.settled(model)
    _known(model, recipe.settings)
    rows, known = _rows(model, table, recipe)
    try:
        return training.trained(
            model, table.rows(rows), known, recipe.settings, seed=recipe.seed, fingerprint=digest(model, table, recipe)
        )
    except ExplorerError:
        raise
    except Exception as error:  # whatever a library says of rows and settings
        why = f"{type(error).__name__}: {' '.join(str(error).split())}"[:_LONGEST]
        raise ComputeError("Training failed.", why, "Choose other settings, or another table.") from error


def _place(model: Model, value: str | float) -> float:
    """A truth that somebody gives: a class's position, or a number."""
    if model.classes:
        if str(value) not in model.classes:
            raise unknown_name("class", value, model.classes)
        return float(model.classes.index(str(value)))
    if isinstance(value, bool) or not isinstance(value, int | float) or not np.isfinite(value):
        raise InputError(f"'{str(value)[:60]}' is no true value.", "This model predicts numbers.", "Give a number.")
    return float(value)


def _known(model: Any, settings: Mapping[str, Any]) -> None:
    """Refuse settings that a search could not have found."""
    known = proposed.now(model.native)
    for name in settings:
        if name not in known:
            raise unknown_name("setting of this model", name, known)


def _rows(model: Model, table: Table, recipe: Recipe) -> tuple[np.ndarray, Array]:
    """Rows with a known truth that are not left out, and that truth, corrected."""
    known = np.array(truth(model, table), dtype=np.float64)
    for row, value in recipe.corrected:
        known[table.position(row)] = _place(model, value)
    there = ~np.isnan(known)
    there[[table.position(row) for row in recipe.left_out]] = False
    rows = np.flatnonzero(there)
    if model.classes:
        counts = np.bincount(known[rows].astype(np.int64), minlength=len(model.classes))
        gone = [name[:60] for name, count in zip(model.classes, counts, strict=True) if not count]
        if gone:
            raise InputError(
                f"No row of the class '{gone[0]}' is left.",
                "The model would forget that there is such a class.",
                "Give a table with rows of every class, or leave out fewer.",
            )
    elif len(rows) < 2:
        raise InputError("Fewer than two rows are left.", "A model learns from several.", "Leave out fewer rows.")
    return rows, known[rows]
