"""scikit-learn estimators, and those of other libraries that keep its conventions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from core.errors import ModelError
from core.models import forest_rows, network_rows
from core.models.adapter import Facts, real
from core.models.options import Options, class_task
from core.models.rows import plain_frame
from core.models.threads import single_threaded
from core.types import Array, Contributions, Scale, Task

_LOGIT = {
    "LogisticRegression", "LogisticRegressionCV", "GradientBoostingClassifier", "HistGradientBoostingClassifier",
    "LinearDiscriminantAnalysis", "QuadraticDiscriminantAnalysis",
}  # fmt: skip
"""Classifiers whose decision function is the logit (binary) or the softmax's input (several classes)."""
_LOG_TARGET = {"PoissonRegressor", "GammaRegressor"}
NO_PROBABILITIES = (
    "This model names a class without giving probabilities: 1 stands for the class it chose, 0 for the others. "
    "For probabilities, wrap it in scikit-learn's CalibratedClassifierCV before saving."
)


@dataclass(frozen=True, slots=True, eq=False)
class SklearnEngine:
    """Calls ``predict_proba`` or ``predict`` of an estimator; None at a field stands for "has none"."""

    estimator: Any
    as_frame: bool
    outputs: int
    margin_of: Callable[[Any], Any] | None = None

    def predict(self, rows: Any) -> Any:
        """Probabilities, votes or target values."""
        given = self.prepare(rows)
        if forest_rows.is_forest(self.estimator):
            return forest_rows.predict(self.estimator, given)
        if network_rows.is_network(self.estimator):
            return network_rows.predict(self.estimator, given)
        if not self.outputs:
            return real(self.estimator.predict(given), type(self.estimator).__name__)
        if hasattr(self.estimator, "predict_proba"):
            return self.estimator.predict_proba(given)
        return votes(self.estimator.predict(given), self.estimator.classes_)

    def margin(self, rows: Any) -> Any:
        """The additive scale."""
        if self.margin_of is None:
            return self.predict(rows)
        return self.margin_of(self.prepare(rows))

    def contributions(self, rows: Any) -> Contributions | None:
        """None: scikit-learn attributes nothing by itself."""
        return None

    def prepare(self, rows: Any) -> Any:
        """The rows as the estimator was fitted: a frame with names, or an array."""
        if not isinstance(rows, pd.DataFrame):
            return rows
        frame = plain_frame(rows)
        return frame if self.as_frame else frame.to_numpy()


def adapt(estimator: Any, options: Options) -> tuple[Facts, SklearnEngine] | None:
    """Facts and calls for a fitted classifier or regressor; None for anything without ``predict``."""
    if not hasattr(estimator, "predict"):
        return None
    kind = type(estimator).__name__
    require_fitted(estimator, kind)
    task = options.task or _task(estimator, kind)
    classes = () if task == "regression" else options.name_classes(kind, _classes(estimator, kind))
    if not classes:
        _single_target(estimator, kind)
    found = getattr(estimator, "feature_names_in_", None)
    count = getattr(estimator, "n_features_in_", 1 if kind == "IsotonicRegression" else None)
    features, named = options.name_features(kind, found, count)
    scale, margin_of = _margin(estimator, classes)
    votes_only = bool(classes) and not hasattr(estimator, "predict_proba")
    facts = Facts(
        family="scikit-learn" if type(estimator).__module__.startswith(("sklearn.", "core.")) else _library(estimator),
        kind=kind,
        task=class_task(classes) if classes else "regression",
        classes=classes,
        features=features,
        named=named,
        margin_scale=scale,
        notes=(NO_PROBABILITIES,) if votes_only else (),
    )
    return facts, SklearnEngine(single_threaded(estimator), found is not None, len(classes), margin_of)


def votes(labels: Any, classes: Any) -> Array:
    """1 for the class that was named, 0 for the others, shape (n, n_classes)."""
    chosen: Array = (np.asarray(labels).reshape(-1, 1) == np.asarray(classes).reshape(1, -1)).astype(np.float64)
    return chosen


def require_fitted(estimator: Any, kind: str) -> None:
    """Refuse an estimator that was never fitted.

    Raises
    ------
    ModelError
        If ``sklearn`` says that it is not fitted.
    """
    from sklearn.exceptions import NotFittedError
    from sklearn.utils.validation import check_is_fitted

    try:
        check_is_fitted(estimator)
    except NotFittedError:
        raise ModelError(
            f"{kind} is not fitted.", "It has not seen any data yet.", "Call fit() before you save or explain it."
        ) from None
    except TypeError:
        return  # not an estimator in scikit-learn's sense (no fit): nothing to check


def _task(estimator: Any, kind: str) -> Task:
    """Ask scikit-learn's tags, then the attributes.

    Raises
    ------
    ModelError
        If it neither classifies nor predicts a number.
    """
    from sklearn.base import is_classifier, is_clusterer, is_outlier_detector, is_regressor

    asked: dict[Callable[[Any], bool], bool] = {}
    for question in (is_classifier, is_regressor, is_clusterer, is_outlier_detector):
        try:
            asked[question] = bool(question(estimator))
        except (AttributeError, TypeError):
            asked[question] = getattr(estimator, "_estimator_type", None) == question.__name__.removeprefix("is_")
    if asked[is_clusterer] or asked[is_outlier_detector]:
        role = "groups rows" if asked[is_clusterer] else "finds outliers"
        raise ModelError(
            f"{kind} {role}; it does not predict a target.",
            "Explanations need a classifier or a regressor.",
            "Wrap the score that you want explained in a function: model(lambda frame: …, features=[…]).",
        )
    if asked[is_classifier] or hasattr(estimator, "classes_"):
        return "binary"  # or multiclass; the classes decide
    if asked[is_regressor] or not hasattr(estimator, "transform"):
        return "regression"
    raise ModelError(
        f"{kind} is no classifier and no regressor.",
        "It transforms data and does not predict.",
        "Upload the whole pipeline, with its last step.",
    )


def _classes(estimator: Any, kind: str) -> list[Any]:
    """Original labels in output order.

    Raises
    ------
    ModelError
        If the model has several targets or labels at once.
    """
    classes = getattr(estimator, "classes_", None)
    if classes is None:
        raise ModelError(f"{kind} does not keep its classes.", "It has no classes_.", "Fit it again and save it.")
    several = isinstance(classes, list) and len(classes) > 0 and isinstance(classes[0], np.ndarray)
    binarizer = getattr(estimator, "_label_binarizer", None)
    labels = str(getattr(binarizer, "y_type_", "")).startswith("multilabel")
    if several or labels or getattr(estimator, "multilabel_", False):
        raise ModelError(
            f"{kind} predicts several targets at once.",
            "One explanation needs one target.",
            "Train or pick one model per target (MultiOutputClassifier keeps them in estimators_).",
        )
    return list(classes)


def _single_target(estimator: Any, kind: str) -> None:
    """Refuse a regressor that was fitted for several targets, where it says so."""
    count = getattr(estimator, "n_outputs_", getattr(estimator, "_n_targets", 1))
    shape: tuple[int, ...] = getattr(getattr(estimator, "coef_", None), "shape", ())
    rows = shape[0] if len(shape) == 2 else 1
    if type(estimator).__module__ == "sklearn.multioutput":
        rows = len(getattr(estimator, "estimators_", ()))
    if (isinstance(count, int | np.integer) and count > 1) or (
        rows > 1 and kind not in ("SVR", "NuSVR", "PLSRegression")
    ):
        raise ModelError(
            f"{kind} predicts several targets at once.",
            f"It was fitted with {max(int(count), rows)} targets.",
            "Fit one model per target.",
        )


def _margin(estimator: Any, classes: tuple[str, ...]) -> tuple[Scale | None, Callable[[Any], Any] | None]:
    """The additive scale and how to ask for it; (scale, None) means the prediction itself."""
    kind = type(estimator).__name__
    own = type(estimator).__module__.startswith(("sklearn.", "core.models.first_guess"))
    if not classes:
        if own and (kind in _LOG_TARGET or _log_link(estimator)):
            return "log-target", lambda rows: np.log(estimator.predict(rows))
        return "target", None
    decision = getattr(estimator, "decision_function", None)
    if decision is None:
        return None, None
    if own and _is_logit(estimator, kind, len(classes)):
        factor = 2.0 if getattr(estimator, "loss", None) == "exponential" else 1.0
        return ("log-odds" if len(classes) == 2 else "score"), lambda rows: factor * decision(rows)
    if hasattr(estimator, "predict_proba") or (
        len(classes) > 2 and getattr(estimator, "decision_function_shape", "") == "ovo"
    ):
        return None, None  # the decision is not what the probabilities are made of, or has one column per pair
    return "score", decision


def _is_logit(estimator: Any, kind: str, count: int) -> bool:
    """True when sigmoid (two classes) or softmax (several) of the decision is the probability."""
    if kind == "SGDClassifier":
        return count == 2 and estimator.loss == "log_loss"
    if kind in ("LogisticRegression", "LogisticRegressionCV"):
        return count == 2 or (getattr(estimator, "solver", "") != "liblinear" and _multinomial(estimator))
    return kind in _LOGIT


def _multinomial(estimator: Any) -> bool:
    """False for the one-versus-rest variant of older versions."""
    return str(getattr(estimator, "multi_class", "auto")) != "ovr"


def _log_link(estimator: Any) -> bool:
    """True for generalised linear and boosted models with a logarithmic link."""
    kind = type(estimator).__name__
    if kind == "TweedieRegressor":
        link = getattr(estimator, "link", "auto")
        return bool(link == "log" or (link == "auto" and estimator.power > 0))
    return bool(kind == "HistGradientBoostingRegressor" and estimator.loss in ("poisson", "gamma"))


def _library(estimator: Any) -> str:
    """The name of the package that an estimator comes from."""
    return str(type(estimator).__module__.split(".")[0])
