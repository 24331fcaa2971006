"""CatBoost: classifiers, regressors and models loaded from a cbm file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from core.errors import ModelError
from core.loading.formats.catboost_file import loss_of
from core.models.adapter import Facts
from core.models.links import two_columns
from core.models.options import Options, class_task
from core.models.rows import numbers
from core.types import Contributions, Scale, Task

_BINARY = ("Logloss", "CrossEntropy", "Focal")
_MULTICLASS = ("MultiClass", "MultiClassOneVsAll")
_LOG_TARGET = ("Poisson", "Tweedie")
_RANKING = ("YetiRank", "PairLogit", "Query", "StochasticRank", "LambdaMart", "StochasticFilter", "GroupQuantile")
_SEVERAL = ("Multi", "RMSEWithUncertainty", "SurvivalAft")


@dataclass(frozen=True, slots=True, eq=False)
class CatBoostEngine:
    """Calls a CatBoost model on the calling thread.

    Attributes
    ----------
    model : catboost.CatBoost
    task : Task
    answer : str
        CatBoost's prediction type: ``"Probability"``, ``"Exponent"`` or ``"RawFormulaVal"``.
    scale : Scale
    names : tuple of str
        The model's own column names.
    categorical : frozenset of int
        Positions of its categorical columns.
    """

    model: Any
    task: Task
    answer: str
    scale: Scale
    names: tuple[str, ...]
    categorical: frozenset[int]

    def predict(self, rows: Any) -> Any:
        """Probabilities or target values."""
        values = np.asarray(self._ask(rows, self.answer), dtype=np.float64)
        return two_columns(values) if self.task == "binary" and values.ndim == 1 else values

    def margin(self, rows: Any) -> Any:
        """Sums of the trees before the link."""
        return self._ask(rows, "RawFormulaVal")

    def contributions(self, rows: Any) -> Contributions:
        """CatBoost's own TreeSHAP (``ShapValues``)."""
        import catboost

        pool = catboost.Pool(self._table(rows), cat_features=sorted(self.categorical), thread_count=1)
        found = np.asarray(self.model.get_feature_importance(pool, type="ShapValues", thread_count=1), dtype=np.float64)
        values = found[:, :, None] if found.ndim == 2 else np.moveaxis(found, 1, 2)
        return Contributions(values[:, :-1, :], values[:, -1, :], self.scale)

    def _ask(self, rows: Any, answer: str) -> Any:
        """One prediction call."""
        return self.model.predict(self._table(rows), prediction_type=answer, thread_count=1)

    def _table(self, rows: Any) -> Any:
        """Numbers as a matrix; a frame with text in the categorical columns where there are any."""
        if not self.categorical:
            return numbers(rows, np.float32)
        frame = rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(np.asarray(rows, dtype=object))
        columns = {}
        for position, name in enumerate(self.names):
            part = frame.iloc[:, [position]]
            columns[name] = _texts(part.iloc[:, 0]) if position in self.categorical else numbers(part, np.float32)[:, 0]
        return pd.DataFrame(columns)


def _texts(column: pd.Series) -> Any:
    """Levels as CatBoost spells them: whole floats as integers, true as 1, a missing one as ``nan``."""
    spelled = {value: _spelling(value) for value in column.dropna().unique().tolist()}
    return column.astype(object).map(spelled).where(column.notna(), "nan").to_numpy(dtype=object)


def _spelling(value: Any) -> str:
    """The text of one level."""
    whole = isinstance(value, bool) or (isinstance(value, float) and value.is_integer())
    return str(int(value)) if whole else str(value)


def adapt(estimator: Any, options: Options) -> tuple[Facts, CatBoostEngine] | None:
    """Facts and calls for a CatBoost model; None for anything else."""
    if not any(cls.__module__.split(".")[0] == "catboost" for cls in type(estimator).__mro__):
        return None
    kind = type(estimator).__name__
    if not hasattr(estimator, "is_fitted") or not estimator.is_fitted():
        raise ModelError(f"{kind} is not fitted.", hint="Call fit() before you save or explain it.")
    if estimator.get_text_feature_indices() or estimator.get_embedding_feature_indices():
        raise ModelError(
            f"{kind} reads text or embedding columns.",
            "Their parts inside a column cannot be explained one by one here.",
            "Use a model with numeric and categorical columns.",
        )
    loss = loss_of(estimator)
    if not loss and len(estimator.classes_):
        raise ModelError(
            f"{kind} is a sum of models that were trained for different losses.",
            "So its sum stands for no probability of a class.",
            "Sum models of one loss.",
        )
    task = _task(kind, loss)
    classes = options.name_classes(kind, list(estimator.classes_)) if task != "regression" else ()
    own = tuple(str(name) for name in estimator.feature_names_)
    named = own != tuple(str(position) for position in range(len(own)))
    features, named = options.name_features(kind, own if named else None, len(own))
    scale: Scale = {"binary": "log-odds", "multiclass": "score"}.get(task) or (
        "log-target" if loss in _LOG_TARGET else "target"
    )  # type: ignore[assignment]  # a dict of literals loses them
    facts = Facts(
        family="catboost",
        kind=kind,
        task=class_task(classes) if classes else "regression",
        classes=classes,
        features=features,
        named=named,
        margin_scale=scale,
        notes=("Each class has its own probability; they need not add up to 1.",) if loss.endswith("OneVsAll") else (),
    )
    answer = "Probability" if classes else "Exponent" if loss in _LOG_TARGET else "RawFormulaVal"
    categorical = frozenset(int(position) for position in estimator.get_cat_feature_indices())
    return facts, CatBoostEngine(estimator, facts.task, answer, scale, own, categorical)


def _task(kind: str, loss: str) -> Task:
    """What the loss means.

    Raises
    ------
    ModelError
        For ranking and several targets.
    """
    if loss in _BINARY:
        return "binary"
    if loss in _MULTICLASS:
        return "multiclass"
    if loss.startswith(_RANKING):
        raise ModelError(
            f"{kind} ranks rows against each other.",
            f"Its loss {loss} gives an order, no prediction for one row alone.",
            "Use a model with a regression or classification loss.",
        )
    if loss.startswith(_SEVERAL):
        raise ModelError(
            f"{kind} predicts several numbers at once.", f"Its loss is {loss}.", "Train one model per target."
        )
    return "regression"
