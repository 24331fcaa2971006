"""Train an estimator again: the same kind with the same settings, or with others, on the rows that are given."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from core import removal
from core.types import Array, Model

_FAMILIES = {
    "xgboost": "XGBClassifier or XGBRegressor",
    "lightgbm": "LGBMClassifier or LGBMRegressor",
    "catboost": "CatBoostClassifier or CatBoostRegressor",
}
UNWEIGHTED = "Scores are weighted; training is not."
"""What is said of rows' weights where a model is trained again."""
_LOCKED: list[bool] = []
_OWN_SIZE = "/proc/self/statm"
# No setting of CatBoost's avoids it: used_ram_limit, thread_count and allow_writing_files were tried.
_CATBOOST = (
    "CatBoost reads how much memory its process has while it trains, and on this system, without Landlock, the locked"
    " process that holds an uploaded model may open no file: tune it in a notebook, with core.tune(model, table)."
)


def lock() -> None:
    """Learn whether this process, which is locked, may read its own size, as CatBoost does when it trains."""
    try:
        with open(_OWN_SIZE, encoding="ascii") as source:
            source.read()
    except OSError:
        _LOCKED.append(True)


def refusal(model: Model) -> str | None:
    """Why a model cannot be trained again, and what to do; None where it can.

    Parameters
    ----------
    model : Model
        One of a worker says it itself (``untrainable``).
    """
    told = getattr(model, "untrainable", None)
    if told is not None:
        return told or None
    native = getattr(model, "native", None)
    if all(callable(getattr(native, name, None)) for name in ("fit", "predict", "get_params", "set_params")):
        return _CATBOOST if _LOCKED and any(_library(part) == "catboost" for _, part in _parts(native)) else None
    family = getattr(model, "family", "")
    holds = f"This model ({getattr(model, 'kind', 'a function')}) holds what was learnt, not how to learn it"
    if family in _FAMILIES:
        return (
            f"{holds}, so it cannot be trained again. Save the estimator that it came from"
            f" ({_FAMILIES[family]}) with joblib, and load that file."
        )
    return f"{holds}, so it cannot be trained again. Load a scikit-learn style estimator or pipeline saved with joblib."


def settled(model: Any) -> Any:
    """The model with what a search over settings has found as its estimator; any other one as it is."""
    best = getattr(model.native, "best_estimator_", None)
    return model if best is None else replace(getattr(model, "inner", model), native=best)


def folds(known: Array, classes: bool, count: int, seed: int) -> list[np.ndarray]:
    """Positions kept apart in each fold, shuffled with the seed; every class in all of them.

    Parameters
    ----------
    known : ndarray, shape (n_rows,)
        Class positions, or target values.
    classes : bool
    count : int
        Each class must have at least so many rows.
    """
    from sklearn.model_selection import KFold, StratifiedKFold

    if not classes:
        return [apart for _, apart in KFold(count, shuffle=True, random_state=seed).split(known)]
    places = known.astype(np.int64)
    split = StratifiedKFold(count, shuffle=True, random_state=seed).split(places, places)
    return [apart for _, apart in split]


def trained(
    model: Any,
    frame: pd.DataFrame,
    known: Array,
    settings: Mapping[str, Any] | None = None,
    *,
    seed: int | None = None,
    fingerprint: str = "",
    left_out: str = "",
) -> Model:
    """The same kind of model, trained on these rows.

    Parameters
    ----------
    model : AdaptedModel
        For which ``refusal`` is None.
    frame : DataFrame, shape (n_rows, n_features)
    known : ndarray, shape (n_rows,)
        Class positions, or target values.
    settings : mapping, optional
        What to set, as ``set_params`` takes it.
    seed : int, optional
        For estimators that draw at random and have no seed of their own.
    fingerprint : str
        Of the result; empty: of the fitted state, which takes a while for large ones.
    left_out : str
        A feature that the rows do not have, and the recipe shall not name.

    Raises
    ------
    NotApplicable
        If a feature cannot be left out of the recipe.
    """
    from core.models import wrap

    fresh = untrained(model.native, settings or {}, seed)
    if left_out:
        removal.take_out(fresh, model.features, left_out)
    answers = known if not model.classes else np.asarray(model.native.classes_)[known.astype(np.int64)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # advice on settings, to nobody who could follow it here
        fresh.fit(_as_trained(model, frame), answers)
    names = model.classes or None
    features = tuple(feature for feature in model.features if feature != left_out)
    return wrap(fresh, name=model.name, features=features, classes=names, fingerprint=fingerprint or None)


def _as_trained(model: Any, frame: pd.DataFrame) -> pd.DataFrame:
    """The rows as such estimators are trained: in numpy's types, levels of boosters as categories."""
    from core.models.rows import level_codes, plain_frame

    rows = plain_frame(frame)
    if model.family not in ("xgboost", "lightgbm"):
        return rows
    coded = {}
    for name, levels in model.levels.items():
        if name not in rows:
            continue
        places = np.nan_to_num(level_codes(rows[name], levels), nan=-1).astype(np.int64)
        known: Any = pd.Index(list(levels))  # the stubs do not take levels of any type
        coded[name] = pd.Series(pd.Categorical.from_codes(places, known), index=rows.index)
    return rows.assign(**coded) if coded else rows


def untrained(native: Any, settings: Mapping[str, Any] | None = None, seed: int | None = None) -> Any:
    """An estimator with the same settings, or with some set anew, that has learnt nothing.

    CatBoost copies the list in ``cat_features``, which scikit-learn's check of a clone takes for a fault.
    """
    from sklearn.base import clone

    try:
        fresh = clone(native)
    except RuntimeError:
        fresh = type(native)(**native.get_params())
    return fresh.set_params(**{**_quiet(fresh, seed), **(settings or {})})


def _quiet(fresh: Any, seed: int | None) -> dict[str, Any]:
    """Settings without which training would write files, talk, wait for rows that are not there, or vary by itself."""
    found: dict[str, Any] = {}
    every = fresh.get_params()
    for prefix, part in _parts(fresh):
        library = _library(part)
        if library == "catboost":
            found[f"{prefix}allow_writing_files"] = False
            if not {"verbose", "logging_level", "silent", "verbose_eval"} & set(part.get_params()):
                found[f"{prefix}logging_level"] = "Silent"
        elif library == "lightgbm" and hasattr(part, "get_params"):
            found[f"{prefix}verbose"] = -1
        elif library == "xgboost" and hasattr(part, "get_params") and part.get_params().get("early_stopping_rounds"):
            found[f"{prefix}early_stopping_rounds"] = None
    if seed is not None:
        found |= {name: seed for name, value in every.items() if _is_seed(name) and value is None}
    return found


def _parts(estimator: Any) -> list[tuple[str, Any]]:
    """An estimator and all that it is made of, each with the prefix of its settings."""
    return [("", estimator), *((f"{name}__", part) for name, part in estimator.get_params().items())]


def _library(part: Any) -> str:
    """The package that a class comes from."""
    return type(part).__module__.partition(".")[0]


def _is_seed(name: str) -> bool:
    """True for a setting that fixes what is drawn at random."""
    return name.rpartition("__")[2] == "random_state"
