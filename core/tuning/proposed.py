"""Ranges that make sense, proposed from the estimator's class; whatever is not known shows its own numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from core import training
from core.results.trials import Span
from core.types import Model

MOST = 120
"""Settings that are offered."""
_SKIPPED = frozenset({
    "n_jobs", "verbose", "verbosity", "random_state", "random_seed", "seed", "nthread", "thread_count",
    "warm_start", "copy", "copy_X", "copy_X_train", "memory", "cache_size", "missing", "device", "base_score",
    "gpu_id", "validate_parameters", "enable_categorical", "callbacks", "early_stopping_rounds", "sparse_threshold",
    "sparse_output", "force_int_remainder_cols", "verbose_feature_names_out", "transform_input", "importance_type",
    "add_indicator", "keep_empty_features", "handle_unknown", "store_cv_results", "allow_writing_files",
    "logging_level", "task_type", "devices", "used_ram_limit", "train_dir",
})  # fmt: skip  # a list of names
"""Settings of speed, memory, talk and luck: none makes a model better."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting of an estimator that can be searched.

    Attributes
    ----------
    span : Span
        The range that is proposed.
    now : object
        What the estimator has: a number, text, a truth value, None, or a tuple of them.
    chosen : bool
        True for those that a search begins with.
    """

    span: Span
    now: Any
    chosen: bool


def _i(name: str, low: int, high: int, log: bool = False) -> Span:
    return Span(name, "int", low, high, log)


def _f(name: str, low: float, high: float, log: bool = True) -> Span:
    return Span(name, "float", low, high, log)


def _c(name: str, *choices: Any) -> Span:
    return Span(name, "choice", choices=choices)


_FOREST = (
    (_i("max_depth", 3, 20), _i("min_samples_leaf", 1, 20, True), _f("max_features", 0.2, 1.0, False)),
    (_i("n_estimators", 50, 300), _i("min_samples_split", 2, 20, True), _c("bootstrap", True, False)),
)
_RATE = _f("learning_rate", 0.02, 0.3)
_RIDGE = ((_f("alpha", 0.01, 100),), ())
_SVM = ((_f("C", 0.1, 100), _f("gamma", 0.001, 1)), (_c("kernel", "rbf", "linear", "poly"), _f("epsilon", 0.01, 1)))
_NETWORK = (
    (_f("alpha", 1e-5, 0.1), _f("learning_rate_init", 1e-4, 0.03), _c("hidden_layer_sizes", (16,), (64,), (32, 16))),
    (_c("activation", "relu", "tanh"), _i("max_iter", 100, 500), _i("batch_size", 16, 256, True)),
)
KNOWN: dict[str, tuple[tuple[Span, ...], tuple[Span, ...]]] = {
    "RandomForest": _FOREST,
    "ExtraTrees": _FOREST,
    "DecisionTree": (
        (_i("max_depth", 2, 12), _i("min_samples_leaf", 1, 50, True)),
        (_f("ccp_alpha", 1e-5, 0.05), _i("min_samples_split", 2, 50, True), _f("max_features", 0.2, 1.0, False)),
    ),
    "GradientBoosting": (
        (_RATE, _i("n_estimators", 50, 400), _i("max_depth", 2, 6)),
        (_f("subsample", 0.5, 1.0, False), _i("min_samples_leaf", 1, 20, True), _f("max_features", 0.2, 1.0, False)),
    ),
    "HistGradientBoosting": (
        (_RATE, _i("max_iter", 50, 400), _i("max_leaf_nodes", 7, 63, True)),
        (_f("l2_regularization", 0.001, 10), _i("min_samples_leaf", 5, 60, True), _i("max_bins", 31, 255, True)),
    ),
    "XGB": (
        (_RATE, _i("n_estimators", 50, 400), _i("max_depth", 2, 8)),
        (
            *(_f("subsample", 0.5, 1.0, False), _f("colsample_bytree", 0.4, 1.0, False), _f("reg_lambda", 0.1, 10)),
            *(_f("min_child_weight", 1, 10), _f("gamma", 0.001, 5), _f("reg_alpha", 0.001, 5)),
        ),
    ),
    "LGBM": (
        (_RATE, _i("n_estimators", 50, 400), _i("num_leaves", 7, 63, True)),
        (
            *(_i("min_child_samples", 5, 60, True), _f("colsample_bytree", 0.4, 1.0, False)),
            *(_f("reg_lambda", 0.001, 10), _f("reg_alpha", 0.001, 5)),
        ),
    ),
    "CatBoost": (
        (_RATE, _i("iterations", 50, 400), _i("depth", 3, 8)),
        (_f("l2_leaf_reg", 1, 10), _f("rsm", 0.4, 1.0, False), _f("random_strength", 0.1, 10)),
    ),
    "AdaBoost": ((_i("n_estimators", 30, 300), _f("learning_rate", 0.05, 2)), ()),
    "Bagging": (
        (_i("n_estimators", 10, 100), _f("max_samples", 0.3, 1.0, False)),
        (_f("max_features", 0.3, 1.0, False),),
    ),
    "LogisticRegression": ((_f("C", 0.01, 100),), (_c("class_weight", None, "balanced"),)),
    "Ridge": _RIDGE,
    "RidgeClassifier": _RIDGE,
    "KernelRidge": ((_f("alpha", 0.01, 100), _f("gamma", 0.001, 1)), ()),
    "Lasso": ((_f("alpha", 1e-4, 1),), ()),
    "ElasticNet": ((_f("alpha", 1e-4, 1), _f("l1_ratio", 0.05, 0.95, False)), ()),
    "SGD": ((_f("alpha", 1e-6, 0.01),), (_c("penalty", "l2", "l1", "elasticnet"),)),
    "PoissonRegressor": ((_f("alpha", 1e-4, 10),), ()),
    "GammaRegressor": ((_f("alpha", 1e-4, 10),), ()),
    "TweedieRegressor": ((_f("alpha", 1e-4, 10),), (_f("power", 1.0, 2.0, False),)),
    "SVC": _SVM,
    "SVR": _SVM,
    "LinearSVC": ((_f("C", 0.01, 100),), (_c("class_weight", None, "balanced"),)),
    "LinearSVR": ((_f("C", 0.01, 100),), (_f("epsilon", 0.001, 1),)),
    "KNeighbors": ((_i("n_neighbors", 1, 40, True), _c("weights", "uniform", "distance")), (_c("p", 1, 2),)),
    "MLP": _NETWORK,
    "GaussianNB": ((_f("var_smoothing", 1e-11, 0.001),), ()),
    "MultinomialNB": ((_f("alpha", 0.01, 10),), ()),
    "BernoulliNB": ((_f("alpha", 0.01, 10),), ()),
    "QuadraticDiscriminantAnalysis": ((_f("reg_param", 0.001, 1),), ()),
    "PolynomialFeatures": ((), (_i("degree", 1, 3),)),
    "SplineTransformer": ((), (_i("n_knots", 3, 10), _i("degree", 1, 3))),
    "KBinsDiscretizer": ((), (_i("n_bins", 3, 12),)),
    "SimpleImputer": ((), (_c("strategy", "mean", "median"),)),
    "TfidfVectorizer": ((), (_i("min_df", 1, 5), _c("sublinear_tf", False, True))),
}
"""For a class, without Classifier or Regressor at its end: ranges to begin with, and further ones."""


def settings(estimator: Any) -> tuple[Setting, ...]:
    """Every setting that can be searched, those to begin with first.

    Parameters
    ----------
    estimator : object
        With ``get_params``; parts of pipelines and of estimators around estimators are found by their ``step__name``.
    """
    found: dict[str, Setting] = {}
    for prefix, part, last in _parts(estimator):
        first, more = _known(part)
        now = part.get_params(deep=False)
        for span in (*first, *more):
            if span in first or span.name in now:
                setting = Setting(_around(span, now.get(span.name)), _plain(now.get(span.name)), last and span in first)
                found[prefix + span.name] = _named(setting, prefix)
        own = [_of_value(name, value) for name, value in now.items() if name not in _SKIPPED]
        begin = 3 if last and not first else 0
        for place, span in enumerate(span for span in own if span is not None):
            if prefix + span.name not in found:
                setting = Setting(span, _plain(now[span.name]), place < begin)
                found[prefix + span.name] = _named(setting, prefix)
    ranked = sorted(found.values(), key=lambda setting: not setting.chosen)
    return tuple(ranked[:MOST])


def of_model(model: Model) -> tuple[Setting, ...]:
    """What can be tuned, wherever the model is.

    Parameters
    ----------
    model : Model
        For which ``core.training.refusal`` is None.
    """
    elsewhere = getattr(model, "settings", None)
    if elsewhere is not None:
        found: tuple[Setting, ...] = elsewhere()
        return found
    return settings(training.settled(model).native)


def _named(setting: Setting, prefix: str) -> Setting:
    """The setting under the whole estimator's name for it."""
    return replace(setting, span=replace(setting.span, name=prefix + setting.span.name))


def _parts(estimator: Any) -> list[tuple[str, Any, bool]]:
    """The estimators inside, with the prefix of their settings and whether they are what predicts; the innermost is."""
    inner = [
        (f"{name}__", part)
        for name, part in sorted(estimator.get_params().items())
        if callable(getattr(part, "get_params", None)) and not isinstance(part, type)
    ]
    every = [("", estimator), *inner]
    predict = [(prefix, part) for prefix, part in every if hasattr(part, "fit") and _predicts(part)]
    deepest = [
        prefix for prefix, _ in predict if not any(other != prefix and other.startswith(prefix) for other, _ in predict)
    ]
    ranked = sorted(every, key=lambda pair: pair[0] not in deepest)
    return [(prefix, part, prefix in deepest or (bool(_known(part)[0]) and prefix == "")) for prefix, part in ranked]


def _predicts(part: Any) -> bool:
    """True for classifiers and regressors, not for what prepares columns."""
    return any(hasattr(type(part), name) for name in ("predict", "predict_proba")) and not (
        hasattr(type(part), "transform") and not _known(part)[0]
    )


def _known(part: Any) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """Ranges for a class or one that it refines."""
    for kind in type(part).__mro__:
        name = kind.__name__
        for key in (name, name.removesuffix("Classifier").removesuffix("Regressor")):
            if key in KNOWN:
                return KNOWN[key]
    return (), ()


def _around(span: Span, now: Any) -> Span:
    """The range, made wide enough for what the estimator has."""
    if span.kind == "choice":
        value = _plain(now)
        return span if value in span.choices or not _is_value(now) else replace(span, choices=(value, *span.choices))
    if not _is_number(now) or (span.kind == "int" and float(now) != int(now)) or (span.log and now <= 0):
        return span
    return replace(span, low=min(span.low or 0, now), high=max(span.high or 0, now))


def _of_value(name: str, value: Any) -> Span | None:
    """A range around a value that nothing else is known of; None where there is none."""
    if isinstance(value, bool) or not _is_number(value) or value < 0:
        return None
    if value == 0:
        return None if isinstance(value, int) else _f(name, 0.0, 1.0, False)
    if isinstance(value, int):
        return _i(name, max(1, value // 4), value * 4, value > 4)
    return _f(name, value / 4, min(1.0, value * 4) if value <= 1 else value * 4)


def _is_number(value: Any) -> bool:
    """A finite number, no truth value."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < float("inf")


def _is_value(value: Any) -> bool:
    """What can be written down: a number, text, a truth value, None, or a tuple of them."""
    if isinstance(value, tuple | list):
        return all(map(_is_value, value))
    return value is None or isinstance(value, bool | int | float | str)


def _plain(value: Any) -> Any:
    """A value as it is written down; what cannot be is named by its class."""
    if not _is_value(value):
        return type(value).__name__
    return tuple(value) if isinstance(value, list) else value


def now(estimator: Any) -> Mapping[str, Any]:
    """Every setting that may be searched, by name, with its value."""
    own = {
        name: value
        for name, value in estimator.get_params().items()
        if name.rpartition("__")[2] not in _SKIPPED and _is_value(value)
    }
    return {**{setting.span.name: setting.now for setting in settings(estimator)}, **own}
