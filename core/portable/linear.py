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
        "PassiveAggressiveRegressor", "LinearSVR", "SVR", "NuSVR",
    }
)  # fmt: skip
LOG_LINKS = frozenset({"PoissonRegressor", "GammaRegressor", "TweedieRegressor"})
CLASSIFIERS = frozenset({"LogisticRegression", "LogisticRegressionCV", "SGDClassifier", "LinearDiscriminantAnalysis"})
DECIDERS = CLASSIFIERS | {
    "LinearSVC",
    "SVC",
    "NuSVC",
    "RidgeClassifier",
    "RidgeClassifierCV",
    "Perceptron",
    "PassiveAggressiveClassifier",
}
"""Classifiers whose decision score is a straight line (support vectors with a linear kernel only)."""
NAMES = REGRESSORS | LOG_LINKS | CLASSIFIERS


def convert(estimator: Any, inputs: Inputs, task: Task) -> Head:
    """Convert a fitted linear model.

    Raises
    ------
    NotApplicable
        If it predicts several targets, or its classes have no probability by a plain formula.
    """
    name, body = type(estimator).__name__, _body(estimator)
    if name not in CLASSIFIERS and len(body.base) != 1:
        raise refuse("It predicts several targets at once.")
    return Head(numbers(inputs, len(body.weights)), body, *_link(estimator, name, len(body.base)))


def decision(estimator: Any, inputs: Inputs) -> Head:
    """The decision scores of a classifier of ``DECIDERS``: one for two classes, else one per class.

    Raises
    ------
    NotApplicable
        If its scores are no straight lines of the columns.
    """
    body = _body(estimator)
    if hasattr(estimator, "kernel") and len(estimator.classes_) > 2:
        raise refuse("Its support vectors decide between every two of several classes.")
    return Head(numbers(inputs, len(body.weights)), body, "identity", "score")


def _body(estimator: Any) -> Linear:
    """Weights and intercepts."""
    kernel = getattr(estimator, "kernel", "linear")
    if kernel != "linear":
        raise refuse(f"With the kernel {kernel!r} it compares rows with its support vectors.")
    given = estimator.coef_.toarray() if hasattr(estimator.coef_, "toarray") else estimator.coef_
    weights = np.atleast_2d(np.asarray(given, dtype=np.float64)).T
    base = np.atleast_1d(np.asarray(estimator.intercept_, dtype=np.float64))
    return Linear(weights=weights, base=np.broadcast_to(base, (weights.shape[1],)).copy())


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
