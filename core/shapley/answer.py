"""What every algorithm here hands back, and the number that it explains."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from core.errors import NotApplicable
from core.registry import Job
from core.results import Check
from core.shapley.clusters import clustered
from core.store import Store
from core.types import Array, Model, Param, Scale
from core.views import words

SCALE = Param(
    "scale",
    "choice",
    "auto",
    "Units: the prediction's own, or the additive scale under it (log-odds).",
    choices=("auto", "probability", "log-odds"),
    expert=False,
)
"""The setting of methods whose answer can stand on either scale."""
_STORE = Store({"clusters": 8})


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """Shapley values of several rows.

    Attributes
    ----------
    values : ndarray, shape (n_rows, n_features)
        In ``scale``.
    base, output : ndarray, shape (n_rows,)
    scale : Scale
    spread : ndarray, shape (n_rows, n_features), or None
        Standard errors, None for an exact algorithm.
    checks : tuple of Check
        What holds for all rows alike.
    """

    values: Array
    base: Array
    output: Array
    scale: Scale
    spread: Array | None = None
    checks: tuple[Check, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Explained:
    """The one number per row that is explained, and its unit."""

    scale: Scale
    of: Callable[[pd.DataFrame], Array]


def background(job: Job) -> pd.DataFrame:
    """The background that the params choose: rows of the table, their clusters' centres, or one typical row of them."""
    size, seed = int(job.params["background"]), int(job.params["seed"])
    kind = job.params.get("reference", "rows")
    rows = job.table.background(size, seed)
    if kind == "clusters":
        count, told = int(job.params["clusters"]), partial(_told, job)
        found: pd.DataFrame = _STORE.get(
            "clusters", f"{job.table.fingerprint}|{size}|{count}|{seed}", lambda: clustered(rows, count, seed, told)
        )
        return found
    return typical(rows) if kind == "typical" else rows


def _told(job: Job, done: float) -> None:
    """Say that clusters are looked for; the work itself has not begun."""
    job.progress(0.0, f"finding clusters of rows ({words.percent(done)})")


def background_size(job: Job) -> int:
    """How many different rows the background has at most."""
    kind = job.params.get("reference", "rows")
    rows = 1 if kind == "typical" else min(int(job.params["background"]), len(job.table))
    return min(rows, int(job.params["clusters"])) if kind == "clusters" else rows


def background_words(job: Job) -> str:
    """The background, for people."""
    size = background_size(job)
    if job.params.get("reference") == "clusters":
        rows = min(int(job.params["background"]), len(job.table))
        return f"{size:,} cluster centre{'' if size == 1 else 's'}, weighed by the {rows:,} rows that they stand for"
    return f"{size:,} background rows" if size > 1 else "one background row"


def typical(rows: pd.DataFrame) -> pd.DataFrame:
    """One row of the middle value of each column of numbers or dates, and the most frequent level of the others.

    Missing only where the whole column is. Every cell is one that some row has, so a whole number stays whole.
    """

    def middle(column: pd.Series) -> int:
        known = np.flatnonzero(column.notna().to_numpy())
        if not len(known):
            return 0
        kind = column.dtype.kind
        if kind in "iufM":
            return int(known[np.argsort(column.iloc[known].to_numpy(), kind="stable")[(len(known) - 1) // 2]])
        codes, _ = pd.factorize(column)
        return int(np.flatnonzero(codes == np.bincount(codes[known]).argmax())[0])

    cells = {name: rows[name].array.take([middle(rows[name])]) for name in rows.columns}
    return pd.DataFrame(cells)


def own_scale(model: Model) -> Scale:
    """Units of ``model.predict``: probability, or the target's."""
    return "target" if model.task == "regression" else "probability"


def explained(job: Job, wish: str) -> Explained:
    """Choose the number to explain.

    Parameters
    ----------
    wish : {"auto", "probability", "log-odds"}
        ``log-odds`` is the additive scale under the prediction, whatever its name for this model.

    Raises
    ------
    NotApplicable
        If the additive scale is asked of a model that has none.
    """
    if wish != "log-odds":
        return Explained(own_scale(job.model), job.predict)
    scale = job.model.margin_scale
    if scale == own_scale(job.model):
        return Explained(scale, job.predict)
    if scale is None:
        raise NotApplicable(
            "This model has no log-odds.",
            f"{job.model.kind} predicts {'numbers' if job.model.task == 'regression' else 'probabilities'} directly.",
            "Choose the scale 'auto' or 'probability'.",
        )
    return Explained(scale, lambda frame: pick(job.model.margin(frame), job))


def pick(margins: Array, job: Job) -> Array:
    """The explained output out of a margin array whose last axis is the outputs; the first class of two is negated."""
    if margins.shape[-1] == 1:
        flip = job.model.task == "binary" and job.output == 0
        return -margins[..., 0] if flip else margins[..., 0]
    return margins[..., job.output]
