"""A dalex Explainer brings a model, its data, the true values, a label and perhaps a predict function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd

_PARTS = ("model", "data", "y", "label", "predict_function", "model_type")


class Explainer:
    """Takes the place of dalex's class when a pickled Explainer is read: it holds what was in it and does nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Explained:
    """What an Explainer holds.

    Attributes
    ----------
    model : object
        The fitted estimator.
    predict_function : callable or None
        Only where the person gave one; dalex's own choices are made again by the adapters.
    label : str
    frame : DataFrame or None
    y : Series or None
    classification : bool
    """

    model: Any
    predict_function: Callable[[Any, Any], Any] | None
    label: str
    frame: pd.DataFrame | None
    y: pd.Series | None
    classification: bool


def unwrap(thing: Any) -> Explained | None:
    """Take an Explainer apart; None for anything else."""
    if not all(hasattr(thing, part) for part in _PARTS) or type(thing).__name__ != "Explainer":
        return None
    given = thing.predict_function
    own = callable(given) and not str(getattr(given, "__module__", "")).startswith("dalex")
    y = None if thing.y is None else pd.Series(thing.y).reset_index(drop=True)
    frame = None if thing.data is None else pd.DataFrame(thing.data)
    return Explained(
        thing.model, given if own else None, str(thing.label), frame, y, thing.model_type == "classification"
    )


def table_frame(explained: Explained, target: str = "y") -> pd.DataFrame | None:
    """The Explainer's data with the true values as a last column; None when it has no data."""
    if explained.frame is None:
        return None
    frame = explained.frame.reset_index(drop=True)
    if explained.y is None:
        return frame
    while target in frame.columns:
        target += "_"
    return frame.assign(**{target: explained.y.to_numpy()})
