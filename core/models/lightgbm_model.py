"""LightGBM: boosters, and the estimators of its scikit-learn interface."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.errors import ModelError
from core.models.adapter import Facts
from core.models.links import two_columns
from core.models.options import Options, class_task
from core.models.rows import numbers
from core.models.sklearn_estimator import require_fitted
from core.types import Contributions, Scale, Task

_LOG_TARGET = ("poisson", "gamma", "tweedie")
_RANKING = ("lambdarank", "rank_xendcg")
_BINARY = ("binary",)
_MULTICLASS = ("multiclass", "multiclassova")
FEW_ROWS = 2_000
"""Up to here one thread is faster: waking the pool costs 8 ms for one row, which takes 0.02 ms itself."""


@dataclass(frozen=True, slots=True, eq=False)
class LightGBMEngine:
    """Calls a booster.

    Attributes
    ----------
    booster : lightgbm.Booster
    task : Task
    levels : mapping
        Training levels of categorical columns.
    slope : float
        LightGBM's ``sigmoid`` parameter: log-odds are the raw score times it (over the rounds of a random forest).
    additive : bool
        False where no attribution exists (linear trees, a square-root target).
    scale : Scale or None
    """

    booster: Any
    task: Task
    levels: Mapping[str, tuple[Any, ...]]
    slope: float
    additive: bool
    scale: Scale | None

    def predict(self, rows: Any) -> Any:
        """Probabilities or target values."""
        values = self._ask(rows)
        return two_columns(values) if self.task == "binary" else values

    def margin(self, rows: Any) -> Any:
        """Sums of the trees before the link."""
        return self._ask(rows, raw_score=True) * self.slope

    def contributions(self, rows: Any) -> Contributions | None:
        """Path-dependent TreeSHAP (``pred_contrib``)."""
        if not self.additive or self.scale is None:
            return None
        found = self._ask(rows, pred_contrib=True)
        found = found.toarray() if hasattr(found, "toarray") else found
        values = np.asarray(found, dtype=np.float64) * self.slope
        width = self.booster.num_feature() + 1
        values = np.moveaxis(values.reshape(len(values), -1, width), 1, 2)
        return Contributions(values[:, :-1, :], values[:, -1, :], self.scale)

    def _ask(self, rows: Any, **kind: bool) -> Any:
        """One prediction call."""
        matrix = numbers(rows, np.float64, self.levels)
        threads = {"num_threads": 1} if matrix.shape[0] <= FEW_ROWS else {}
        return self.booster.predict(matrix, **kind, **threads)


def adapt(estimator: Any, options: Options) -> tuple[Facts, LightGBMEngine] | None:
    """Facts and calls for a LightGBM model; None for anything else."""
    if not any(cls.__module__.split(".")[0] == "lightgbm" for cls in type(estimator).__mro__):
        return None
    kind = type(estimator).__name__
    booster = estimator
    if not hasattr(estimator, "num_trees"):
        require_fitted(estimator, kind)
        booster = estimator.booster_
    head = header(booster)
    objective, *words = head["objective"].split() or [""]
    settings = dict(word.split(":", 1) for word in words if ":" in word)
    task = _task(kind, objective, estimator, booster)
    if task is None:
        return None
    found = list(getattr(estimator, "classes_", range(max(2, booster.num_model_per_iteration()))))
    classes = options.name_classes(kind, found) if task != "regression" else ()
    names = booster.feature_name()
    named = list(names) != [f"Column_{position}" for position in range(len(names))]
    features, named = options.name_features(kind, names if named else None, len(names))
    scale = margin_scale(objective, task, "sqrt" in words)
    slope = float(settings.get("sigmoid", "1")) if scale == "log-odds" and objective == "binary" else 1.0
    if "average_output" in head:  # a random forest: LightGBM averages its predictions, but not its raw scores
        slope /= booster.best_iteration if booster.best_iteration > 0 else booster.current_iteration()
    levels = _levels(booster, head, features)
    facts = Facts(
        family="lightgbm",
        kind=kind if kind != "Booster" else "LightGBM Booster",
        task=class_task(classes) if classes else "regression",
        classes=classes,
        features=features,
        named=named,
        margin_scale=scale,
        levels=levels,
        notes=_notes(objective),
    )
    additive = head.get("linear_tree") != "1"
    return facts, LightGBMEngine(booster, facts.task, levels, slope, additive, scale)


def header(booster: Any) -> dict[str, str]:
    """Facts that LightGBM writes around the trees of its text form: objective, linear trees, categorical columns."""
    text = booster.model_to_string(num_iteration=1)
    pairs = [line.split("=", 1) for line in text.split("Tree=0", 1)[0].splitlines() if "=" in line]
    marks = [line.strip("[]").split(": ", 1) for line in text.splitlines() if line.startswith("[") and ": " in line]
    averaged = {"average_output": "1"} if "\naverage_output\n" in text else {}
    return {"objective": "", **dict(marks), **dict(pairs), **averaged} if pairs else {"objective": ""}


def _task(kind: str, objective: str, estimator: Any, booster: Any) -> Task | None:
    """What the objective means; None leaves a classifier with an objective of its own to the general adapter.

    Raises
    ------
    ModelError
        For ranking.
    """
    if objective in _RANKING:
        raise ModelError(
            f"{kind} ranks rows against each other.",
            f"Its objective {objective} gives an order, no prediction for one row alone.",
            "Use a model with a regression or classification objective.",
        )
    task: Task = "binary" if objective in _BINARY else "multiclass" if objective in _MULTICLASS else "regression"
    if task == "regression" and hasattr(estimator, "predict_proba"):
        return None
    if task == "regression" and booster.num_model_per_iteration() > 1:
        raise ModelError(f"{kind} predicts several targets at once.", hint="Train one model per target.")
    return task


def margin_scale(objective: str, task: Task, root: bool) -> Scale | None:
    """Units of the sum of the trees; None where it is the square root of the target."""
    if task == "multiclass":
        return "score"
    if objective in ("binary", "cross_entropy", "xentropy"):
        return "log-odds"
    if root or objective in ("cross_entropy_lambda", "xentlambda"):
        return None
    return "log-target" if objective in _LOG_TARGET else "target"


def _levels(booster: Any, head: Mapping[str, str], features: tuple[str, ...]) -> dict[str, tuple[Any, ...]]:
    """Pandas' training levels of each categorical column; empty when the columns were given as numbers."""
    stored = booster.pandas_categorical or []
    text = head.get("categorical_feature", "") or head.get("categorical_column", "")
    positions = [int(part) for part in text.split(",") if part.strip().isdigit()]
    if not stored:
        return {}
    if len(positions) != len(stored):
        raise ModelError(
            "The categories of this LightGBM model cannot be assigned to its columns.",
            f"It keeps the levels of {len(stored)} columns and marks {len(positions)} as categorical.",
            "Save the model again with save_model() of a current LightGBM.",
        )
    return {features[position]: tuple(levels) for position, levels in zip(sorted(positions), stored, strict=True)}


def _notes(objective: str) -> tuple[str, ...]:
    """What a person should know of this objective."""
    if objective == "multiclassova":
        return ("Each class has its own probability; they need not add up to 1.",)
    if not objective:
        return ("The model was trained with an objective of its own: its output is read as the target.",)
    return ()
