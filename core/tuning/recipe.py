"""A deterministic recipe for another model: this estimator, these settings, the rows of this table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from core import fingerprint, training
from core.errors import ComputeError, ExplorerError, InputError
from core.truth import unknown
from core.tuning import proposed
from core.types import Model, Table

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
    """

    settings: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0
    left_out: tuple[int, ...] = ()

    def plain(self) -> dict[str, Any]:
        """The recipe as JSON values."""
        return {"settings": dict(self.settings), "seed": self.seed, "left_out": list(self.left_out)}


def of_plain(found: Mapping[str, Any]) -> Recipe:
    """The recipe that ``plain`` has written; lists are tuples again."""
    settings = {name: tuple(value) if isinstance(value, list) else value for name, value in found["settings"].items()}
    return Recipe(settings, int(found["seed"]), tuple(int(row) for row in found["left_out"]))


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
    rows, known = _rows(model, table, recipe.left_out)
    try:
        return training.trained(
            model, table.rows(rows), known, recipe.settings, seed=recipe.seed, fingerprint=digest(model, table, recipe)
        )
    except ExplorerError:
        raise
    except Exception as error:  # whatever a library says of rows and settings
        why = f"{type(error).__name__}: {' '.join(str(error).split())}"[:_LONGEST]
        raise ComputeError("Training failed.", why, "Choose other settings, or another table.") from error


def _known(model: Any, settings: Mapping[str, Any]) -> None:
    """Refuse settings that a search could not have found."""
    from core.errors import unknown_name

    known = proposed.now(model.native)
    for name in settings:
        if name not in known:
            raise unknown_name("setting of this model", name, known)


def _rows(model: Model, table: Table, left_out: Sequence[int]) -> tuple[np.ndarray, Any]:
    """Rows with a known truth that are not left out, and that truth."""
    from core.instances import truth

    known = truth(model, table)
    assert known is not None  # asked for before
    there = ~np.isnan(known)
    there[[table.position(row) for row in left_out]] = False
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
