"""A file that holds a model inside a dictionary, a list or a tuple: taken out where there is no doubt which it is."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from sklearn.preprocessing import LabelEncoder

from core.errors import ModelError
from core.loading.columns import listed
from core.models import AdaptedModel, rebind

_NAMES = ("features", "feature_names", "feature_columns", "columns")
_DEPTH, _WIDTH = 4, 100
"""How far into containers a model is looked for, to say where it is."""
_HINT = "Save the model itself, with all its steps in one pipeline: joblib.dump(model, 'model.joblib')."


@dataclass(frozen=True, slots=True)
class Taken:
    """What a file holds that counts.

    Attributes
    ----------
    model : object
    features : tuple of str
        What the container says its columns are called; empty where it does not.
    note : str
        What was done; empty where nothing was.
    encoders : tuple of LabelEncoder
        Those that lie beside the model.
    """

    model: Any
    features: tuple[str, ...] = ()
    note: str = ""
    encoders: tuple[LabelEncoder, ...] = ()


def take_out(held: Any, name: str) -> Taken:
    """The one model of a container that went through the door as a whole; anything but a container is left as it is.

    Raises
    ------
    ModelError
        If there is no model, or something beside it that prepares its rows or answers, too.
    """
    if type(held).__name__ == "CVBooster":
        raise ModelError(
            f"'{name}' holds the {len(vars(held).get('boosters', ()))} boosters of a cross-validation.",
            "Which of them to explain, it does not say.",
            "Save one of them: cvbooster.boosters[0].save_model('model.txt').",
        )
    if type(held) not in (dict, OrderedDict, list, tuple):
        return Taken(held)
    parts: dict[Any, Any] = dict(held) if isinstance(held, dict) else dict(enumerate(held))
    steps = {key: part for key, part in parts.items() if _acts(part)}
    kind = "dictionary" if isinstance(held, dict) else type(held).__name__
    if not steps:
        what = f"with {listed(list(parts))}" if isinstance(held, dict) and parts else f"of {len(parts):,}"
        place = _place(held)
        why = "A part of a part can predict." if place else "No part of it can predict."
        raise ModelError(f"'{name}' holds a {kind} {what}, not a model.", why, _alone(place) if place else _HINT)
    key, model = next(iter(steps.items()))
    if len(steps) > 1 or not hasattr(type(model), "predict"):
        found = listed([f"{key}: {type(part).__name__}" for key, part in steps.items()])
        several = all(hasattr(type(part), "predict") for part in steps.values())
        raise ModelError(
            f"'{name}' holds a {kind} with {found}.",
            "Which of these work together, and in which order, it does not say.",
            _alone(f"[{key!r}]") if several else _HINT,
        )
    names = next((parts[known] for known in _NAMES if known in parts), ()) if isinstance(held, dict) else ()
    note = f"The file holds a {kind}; its part {key!r} is the model."
    return Taken(model, _texts(names), note, tuple(part for part in parts.values() if type(part) is LabelEncoder))


def _alone(place: str) -> str:
    """How one of several models is saved by itself, in one pipeline with what prepares its rows."""
    return (
        f"Save one model by itself, with all its steps in one pipeline: joblib.dump(kept{place[:80]}, 'model.joblib')."
    )


def _place(held: Any, depth: int = 0) -> str:
    """Where the first thing that predicts lies, as Python writes it; empty where there is none near."""
    if hasattr(type(held), "predict"):
        return " "
    if type(held) not in (dict, OrderedDict, list, tuple) or depth > _DEPTH or len(held) > _WIDTH:
        return ""
    for key, part in held.items() if isinstance(held, dict) else enumerate(held):
        found = _place(part, depth + 1)
        if found:
            return f"[{key!r}]{found.strip()}"
    return ""


def _texts(names: Any) -> tuple[str, ...]:
    """Names of columns, where they are different texts."""
    given = names.tolist() if isinstance(names, pd.Index | np.ndarray) else names
    fits = type(given) in (list, tuple) and all(type(one) is str for one in given) and len(set(given)) == len(given)
    return tuple(given) if fits else ()


def labels(taken: Taken) -> tuple[str, ...] | None:
    """What the one encoder of labels beside a model calls the classes that the model only counts."""
    known: Any = getattr(taken.encoders[0], "classes_", None) if len(taken.encoders) == 1 else None
    counted: Any = getattr(taken.model, "classes_", None)
    if not isinstance(known, np.ndarray) or not isinstance(counted, np.ndarray) or counted.dtype.kind not in "iu":
        return None
    return (_texts(known) or None) if np.array_equal(counted, np.arange(len(known))) else None


def described(model: AdaptedModel, features: tuple[str, ...], note: str) -> AdaptedModel:
    """The model with what the container said of it; names only where the model has none and they are as many."""
    if features and not model.named and len(features) == len(model.features):
        model = rebind(model, features)
    return replace(model, facts=replace(model.facts, notes=(*model.facts.notes, note))) if note else model


def _acts(part: Any) -> bool:
    """True for what predicts or prepares rows; tables and columns beside a model are data."""
    if isinstance(part, pd.DataFrame | pd.Series | LabelEncoder):
        return False
    return any(hasattr(type(part), way) for way in ("predict", "transform"))
