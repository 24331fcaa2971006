"""XGBoost: boosters, and the estimators of its scikit-learn interface."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.errors import ModelError
from core.models.adapter import Facts
from core.models.links import sigmoid, softmax, two_columns
from core.models.options import Options, class_task
from core.models.rows import CutLevel, numbers
from core.models.sklearn_estimator import require_fitted
from core.models.xgboost_levels import training_levels
from core.types import Array, Contributions, Scale, Task

_LOG_TARGET = ("count:poisson", "reg:gamma", "reg:tweedie", "survival:cox", "survival:aft")
_TARGET = (
    "reg:squarederror", "reg:linear", "reg:squaredlogerror", "reg:pseudohubererror", "reg:absoluteerror",
    "reg:quantileerror", "reg:expectileerror",
)  # fmt: skip
_BINARY = ("binary:logistic", "binary:logitraw", "binary:hinge")


@dataclass(frozen=True, slots=True, eq=False)
class XGBoostEngine:
    """Calls a booster.

    Attributes
    ----------
    booster : xgboost.Booster
    objective : str
    task : Task
    rounds : (int, int)
        Boosting rounds to use, (0, 0) for all.
    missing : float
        Value that stands for a missing one, besides NaN.
    levels : mapping
        Training levels of categorical columns.
    linear : bool
        True for ``gblinear``, which cannot predict in place.
    """

    booster: Any
    objective: str
    task: Task
    rounds: tuple[int, int]
    missing: float
    levels: Mapping[str, tuple[Any, ...]]
    linear: bool

    def predict(self, rows: Any) -> Any:
        """Probabilities, votes or target values."""
        if self.objective == "binary:logitraw":
            return two_columns(sigmoid(self.margin(rows)))
        if self.task == "multiclass":
            return softmax(self.margin(rows)) if self.objective == "multi:softmax" else self._ask(rows, "value")
        values = self._ask(rows, "value")
        return two_columns(values) if self.task == "binary" else values

    def margin(self, rows: Any) -> Any:
        """Sums of the trees before the link."""
        return self._ask(rows, "margin").astype(np.float64)

    def contributions(self, rows: Any) -> Contributions:
        """Path-dependent TreeSHAP (``pred_contribs``), or the terms of a linear booster."""
        import xgboost

        data = xgboost.DMatrix(self._matrix(rows), missing=self.missing, nthread=1)
        found = self.booster.predict(data, pred_contribs=True, iteration_range=self.rounds, validate_features=False)
        values = np.asarray(found, dtype=np.float64)
        values = values[:, :, None] if values.ndim == 2 else np.moveaxis(values, 1, 2)
        return Contributions(values[:, :-1, :], values[:, -1, :], margin_scale(self.objective, self.task))

    def _matrix(self, rows: Any) -> Any:
        """float32, as XGBoost compares; float64 where a chosen number means missing."""
        return numbers(rows, np.float32 if np.isnan(self.missing) else np.float64, self.levels)

    def _ask(self, rows: Any, kind: str) -> Array:
        """One prediction call, in place where the booster can: 80 µs a row against 120 through a DMatrix."""
        matrix = self._matrix(rows)
        if not self.linear:
            return np.asarray(
                self.booster.inplace_predict(
                    matrix,
                    iteration_range=self.rounds,
                    predict_type=kind,
                    missing=self.missing,
                    validate_features=False,
                )
            )
        import xgboost

        data = xgboost.DMatrix(matrix, missing=self.missing, nthread=1)
        found = self.booster.predict(data, output_margin=kind == "margin", validate_features=False)
        return np.asarray(found)


def adapt(estimator: Any, options: Options) -> tuple[Facts, XGBoostEngine] | None:
    """Facts and calls for an XGBoost model; None for anything else."""
    if not any(cls.__module__.split(".")[0] == "xgboost" for cls in type(estimator).__mro__):
        return None
    kind = type(estimator).__name__
    require_fitted(estimator, kind)
    booster = estimator.get_booster() if hasattr(estimator, "get_booster") else estimator
    learner = json.loads(booster.save_config())["learner"]
    objective = str(learner["objective"]["name"])
    task = _task(kind, objective, learner["learner_model_param"])
    if hasattr(estimator, "get_booster") and hasattr(estimator, "predict_proba") != (task != "regression"):
        if task == "regression":
            return None  # a classifier with an objective of its own: its predict_proba knows what to do
        task = "regression"  # XGBRegressor with a logistic objective predicts a share
    count = max(2, int(learner["learner_model_param"]["num_class"]))
    found = list(getattr(estimator, "classes_", range(count))) if task != "regression" else []
    classes = options.name_classes(kind, found) if task != "regression" else ()
    features, named = options.name_features(kind, booster.feature_names, booster.num_features())
    levels = training_levels(booster, features)
    facts = Facts(
        family="xgboost",
        kind=kind if kind != "Booster" else "XGBoost Booster",
        task=class_task(classes) if classes else "regression",
        classes=classes,
        features=features,
        named=named,
        margin_scale=margin_scale(objective, task),
        levels={name: known for name, known in levels.items() if not any(isinstance(one, CutLevel) for one in known)},
        notes=_notes(booster, estimator, objective),
    )
    linear = learner["gradient_booster"]["name"] == "gblinear"
    rounds, missing = used_rounds(estimator), _missing(estimator)
    return facts, XGBoostEngine(_own(booster, options.owned), objective, facts.task, rounds, missing, levels, linear)


def _missing(estimator: Any) -> float:
    """The value that stands for a missing one besides NaN; NaN where none does."""
    missing = getattr(estimator, "missing", None)
    return np.nan if missing is None else float(missing)


def _own(booster: Any, owned: bool) -> Any:
    """A booster that answers on the calling thread: on a busy machine waking OpenMP's threads costs 20 ms a row.

    A copy, where somebody else holds this one.
    """
    own = booster if owned else booster.copy()
    own.set_param({"nthread": 1, "device": "cpu"})
    return own


def _task(kind: str, objective: str, params: Mapping[str, str]) -> Task:
    """What the objective means.

    Raises
    ------
    ModelError
        For ranking, several targets and several quantiles.
    """
    if objective.startswith("rank:"):
        raise ModelError(
            f"{kind} ranks rows against each other.",
            f"Its objective {objective} gives an order, no prediction for one row alone.",
            "Use a model with a regression or classification objective.",
        )
    if int(params.get("num_target", "1")) > 1:
        raise ModelError(
            f"{kind} predicts {params['num_target']} targets at once.",
            "One explanation needs one target (several quantiles count as several targets).",
            "Train one model per target; in a notebook, choose one: "
            "model(m, predict_function=lambda m, rows: m.predict(rows)[:, 0]).",
        )
    if objective.startswith("multi:"):
        return "multiclass"
    return "binary" if objective in _BINARY else "regression"


def margin_scale(objective: str, task: Task) -> Scale:
    """Units of the sum of the trees."""
    if task == "multiclass":
        return "score"
    if objective in ("binary:logistic", "binary:logitraw", "reg:logistic"):
        return "log-odds"
    if objective == "binary:hinge":
        return "score"
    return "log-target" if objective in _LOG_TARGET else "target"


def used_rounds(estimator: Any) -> tuple[int, int]:
    """Rounds up to the best one for the scikit-learn interface, all for a plain booster, as XGBoost does itself."""
    if not hasattr(estimator, "get_booster"):
        return (0, 0)
    best = estimator.get_booster().attr("best_iteration")
    if best is None or getattr(estimator, "booster", None) == "gblinear":
        return (0, 0)
    return (0, int(best) + 1)


def _notes(booster: Any, estimator: Any, objective: str) -> tuple[str, ...]:
    """What a person should know of this booster."""
    notes = []
    if objective == "binary:hinge":
        notes.append("This model names a class without giving probabilities: 1 stands for the class it chose.")
    if objective == "survival:cox":
        notes.append("The prediction is a hazard ratio.")
    if objective not in (*_LOG_TARGET, *_TARGET, *_BINARY, "reg:logistic", "multi:softprob", "multi:softmax"):
        notes.append(f"The objective {objective} is not known here: its output is read as the target.")
    if not hasattr(estimator, "get_booster") and booster.attr("best_iteration") is not None:
        notes.append(
            f"Training stopped early with the best round {int(booster.attr('best_iteration')) + 1}; like XGBoost's own "
            f"Booster.predict, all {booster.num_boosted_rounds()} rounds are used."
        )
    return tuple(notes)
