"""Whether a model gives the same answer to the same row, whatever stands beside it: else no explanation of it holds."""

from __future__ import annotations

import numpy as np

from core.errors import ExplorerError
from core.results import Check
from core.store import Store
from core.types import Model, Table

CLOSE = 1e-5
"""Relative difference that is none: networks and boosters add in float32, in an order that depends on the batch."""
ROWS = 4
_STORE = Store({"steady": 64})


def unsteady(model: Model, table: Table) -> tuple[Check, ...]:
    """A failed check where the model answers the same rows differently; asked once for a model and a table.

    Models do so that draw at random, or that look at the whole batch (its mean, its ranks, a row's place in it). Every
    method compares answers of different batches, so all of its numbers are then off by as much.

    Parameters
    ----------
    model : Model
    table : Table

    Returns
    -------
    tuple of Check
        Empty where the answers are the same.
    """
    key = f"{model.fingerprint}|{table.fingerprint}"
    gap, size = _STORE.get("steady", key, lambda: _gap(model, table))
    if gap <= CLOSE * size:
        return ()
    text = (
        f"Asked for the same rows again, in another order and alone, the model's answers differ by up to {gap:.2g}: "
        "it draws at random, or looks at other rows. What is shown holds only as far as that."
    )
    return (Check("same answer", False, gap, text),)


def _gap(model: Model, table: Table) -> tuple[float, float]:
    """Largest difference between answers to the same rows, and the size of the answers; no difference if it fails."""
    rows = np.unique(np.linspace(0, len(table) - 1, ROWS).astype(np.int64))
    try:
        both = model.predict(table.rows(np.concatenate([rows, rows[::-1]])))
        alone = model.predict(table.rows(rows[:1]))
    except ExplorerError:  # the method says so itself
        return 0.0, 0.0
    first, second = both[: len(rows)], both[len(rows) :][::-1]
    gap = max(float(np.abs(first - second).max()), float(np.abs(first[0] - alone[0]).max()))
    return gap, float(np.abs(both).max())
