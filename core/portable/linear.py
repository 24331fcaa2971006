"""scikit-learn's linear models and generalised linear models."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.portable.form import Linear, Link
from core.portable.inputs import Head, Inputs, numbers, refuse
from core.types import Scale, Task

REGRESSORS = frozenset(
    {
        "LinearRegression", "Ridge", "RidgeCV", "Lasso", "LassoCV", "ElasticNet", "ElasticNetCV", "Lars", "LarsCV",
        "LassoLars", "LassoLarsCV", "LassoLarsIC", "OrthogonalMatchingPursuit", "OrthogonalMatchingPursuitCV",
        "BayesianRidge", "ARDRegression", "HuberRegressor", "TheilSenRegressor", "QuantileRegressor", "SGDRegressor",
        "PassiveAggressiveRegressor", "LinearSVR",
    }
)  # fmt: skip
LOG_LINKS = frozenset({"PoissonRegressor", "GammaRegressor", "TweedieRegressor"})
CLASSIFIERS = frozenset({"LogisticRegression", "LogisticRegressionCV", "SGDClassifier", "LinearDiscriminantAnalysis"})
NAMES = REGRESSORS | LOG_LINKS | CLASSIFIERS


def convert(estimator: Any, inputs: Inputs, task: Task) -> Head:
    """Convert a fitted linear model.

    Raises
    ------
    NotApplicable
        If it predicts several targets, or its classes have no probability by a plain formula.
    """
    name = type(estimator).__name__
    weights = np.atleast_2d(np.asarray(estimator.coef_, dtype=np.float64)).T
    base = np.atleast_1d(np.asarray(estimator.intercept_, dtype=np.float64))
    if name not in CLASSIFIERS and weights.shape[1] != 1:
        raise refuse("It predicts several targets at once.")
    link, scale = _link(estimator, name, weights.shape[1])
    body = Linear(weights=weights, base=np.broadcast_to(base, (weights.shape[1],)).copy())
    return Head(numbers(inputs, len(weights)), body, link, scale)


def _link(estimator: Any, name: str, outputs: int) -> tuple[Link, Scale]:
    """Link and unit of the sums."""
    if name in REGRESSORS:
        return "identity", "target"
    if name in LOG_LINKS:
        return ("exp", "log-target") if _is_log(estimator, name) else ("identity", "target")
    if name == "SGDClassifier" and estimator.loss not in ("log_loss", "log"):
        raise refuse(f"SGDClassifier with loss '{estimator.loss}' has no probability by a plain formula.")
    if outputs == 1:
        return "logistic", "log-odds"
    return ("ovr", "score") if name == "SGDClassifier" or _one_versus_rest(estimator) else ("softmax", "score")


def _is_log(estimator: Any, name: str) -> bool:
    """True when a generalised linear model predicts an exponential."""
    if name != "TweedieRegressor" or estimator.link == "log":
        return True
    return bool(estimator.link == "auto" and estimator.power > 0)


def _one_versus_rest(estimator: Any) -> bool:
    """True for a logistic regression of older releases that was fitted class by class."""
    multi = getattr(estimator, "multi_class", "auto")
    return bool(multi == "ovr" or (multi in ("auto", "deprecated") and getattr(estimator, "solver", "") == "liblinear"))
