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
    y, weights : Series or None
    classification : bool
    """

    model: Any
    predict_function: Callable[[Any, Any], Any] | None
    label: str
    frame: pd.DataFrame | None
    y: pd.Series | None
    classification: bool
    weights: pd.Series | None = None


def unwrap(thing: Any) -> Explained | None:
    """Take an Explainer apart; None for anything else."""
    if not all(hasattr(thing, part) for part in _PARTS) or type(thing).__name__ != "Explainer":
        return None
    given = thing.predict_function
    own = callable(given) and not str(getattr(given, "__module__", "")).startswith("dalex")
    y, weights = (
        None if part is None else pd.Series(part).reset_index(drop=True)
        for part in (thing.y, getattr(thing, "weights", None))
    )
    frame = None if thing.data is None else pd.DataFrame(thing.data)
    classes = thing.model_type == "classification"
    return Explained(thing.model, given if own else None, str(thing.label), frame, y, classes, weights)


def table_frame(explained: Explained) -> tuple[pd.DataFrame | None, dict[str, str | None]]:
    """The Explainer's data with true values and weights as last columns, and their roles; None when it has no data."""
    if explained.frame is None:
        return None, {}
    frame = explained.frame.reset_index(drop=True)
    roles: dict[str, str | None] = {"target": None, "weights": None}
    for role, name, values in (("target", "y", explained.y), ("weights", "weights", explained.weights)):
        if values is not None:
            while name in frame.columns:
                name += "_"
            frame, roles[role] = frame.assign(**{name: values.to_numpy()}), name
    return frame, roles
