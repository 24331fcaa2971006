"""One adapter per model family; ``wrap`` asks each in turn whether it can handle an estimator."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from core import fingerprint as digests
from core.engine import output_index
from core.errors import ModelError
from core.models import (
    catboost_model,
    dalex_explainer,
    function_model,
    keras_model,
    keras_network,
    lightgbm_model,
    onnx_model,
    pipeline,
    sklearn_estimator,
    xgboost_model,
)
from core.models.adapter import AdaptedModel, Engine, Facts, rebind
from core.models.options import Options
from core.models.state import of_object
from core.types import Task

__all__ = ["AdaptedModel", "rebind", "wrap"]

_FAMILIES = (xgboost_model, lightgbm_model, catboost_model, onnx_model, keras_model, keras_network)


def wrap(
    estimator: Any,
    *,
    name: str = "",
    fingerprint: str | None = None,
    features: Sequence[str] | None = None,
    classes: Sequence[str] | None = None,
    task: Task | None = None,
    predict_function: Callable[[Any, Any], Any] | None = None,
    residual_function: Callable[[Any, Any, Any], Any] | None = None,
    output: int | str | None = None,
    owned: bool = False,
) -> AdaptedModel:
    """Put a fitted estimator, booster, pipeline or function behind ``core.types.Model``.

    Parameters
    ----------
    estimator : object
        Fitted. A wrapped one is returned as it is; a dalex Explainer is taken apart.
    name : str
        Shown to people; default: the estimator's kind.
    fingerprint : str, optional
        Digest of the file it came from; default: of the fitted state.
    features : sequence of str, optional
        Columns in the model's order, for a model that does not keep them.
    classes : sequence of str, optional
        Class names in the model's order, in place of its own.
    task : {"binary", "multiclass", "regression"}, optional
        For a function.
    predict_function : callable, optional
        ``predict_function(estimator, frame)`` is asked instead of the library: probabilities, shape (n, n_classes)
        or (n,) of the second class, or target values, shape (n,).
    residual_function : callable, optional
        ``residual_function(estimator, frame, truth)`` in place of truth minus prediction, shape (n,); the truth is in
        target units, or the position of the class.
    output : int or str, optional
        Class that is explained where a question names none.
    owned : bool
        True where nobody else holds the estimator: its settings may be changed without a copy.

    Returns
    -------
    AdaptedModel

    Raises
    ------
    ModelError
        If nobody can handle it, it is not fitted, or it predicts something that has no explanation.
    """
    if isinstance(estimator, AdaptedModel):
        return estimator
    held = dalex_explainer.unwrap(estimator)
    if held is not None:
        estimator, name = held.model, name or held.label
        predict_function = predict_function or held.predict_function
        task = task or ("binary" if held.classification and held.predict_function is not None else None)
    options = Options(
        None if features is None else tuple(str(item) for item in features),
        None if classes is None else tuple(str(item) for item in classes),
        task,
        predict_function,
        owned,
    )
    facts, engine = _told_apart(*_adapt(estimator, options))
    if held is not None:
        said = (*facts.notes, f"The dalex Explainer calls it '{held.label[:80]}'.")
        facts = replace(facts, brings_table=held.frame is not None, notes=said)
    digest = fingerprint or of_object(estimator)
    if predict_function is not None:
        digest = digests.of_params([digest, of_object(predict_function)])
    if features is not None or classes is not None:
        digest = digests.of_params([digest, list(facts.features), list(facts.classes)])
    if residual_function is not None:
        digest = digests.of_params([digest, of_object(residual_function)])
    wrapped = AdaptedModel(name or facts.kind, digest, facts, engine, estimator, residual_function)
    return wrapped if output is None else replace(wrapped, explained=output_index(wrapped, output))


def _told_apart(facts: Facts, engine: Engine) -> tuple[Facts, Engine]:
    """A model as it is, unless it calls two columns alike."""
    if len(set(facts.features)) != len(facts.features):
        twice = next(title for place, title in enumerate(facts.features) if title in facts.features[:place])
        raise ModelError(
            f"Two columns of this {facts.kind} have the same name: '{twice[:80]}'.",
            "A table's columns are told apart by their names.",
            "Fit it again with a name for each column.",
        )
    return facts, engine


def _adapt(estimator: Any, options: Options) -> tuple[Facts, Engine]:
    """The first adapter that knows what to do."""
    if isinstance(estimator, type):
        raise ModelError(
            f"{estimator.__name__} is a class, not a fitted model.", hint="Create it and call fit() first."
        )
    found: tuple[Facts, Engine] | None = None
    if options.predict_function is None:
        for family in _FAMILIES:
            found = family.adapt(estimator, options)
            if found is not None:
                return found
        found = pipeline.adapt(estimator, options, _adapt) or sklearn_estimator.adapt(estimator, options)
    found = found or function_model.adapt(estimator, options)
    if found is None and getattr(estimator, "refit", True) is False:
        raise ModelError(
            f"{type(estimator).__name__} was asked to keep no model (refit=False).",
            "It knows the best settings, and nothing that was fitted with them.",
            "Fit it again with refit=True, or save a model that was fitted with its best_params_.",
        )
    if found is None:
        raise ModelError(
            f"A {type(estimator).__name__} is not a model that is known here.",
            "It has no predict() and cannot be called.",
            "Give a fitted estimator, a booster, or a function with its features: model(f, features=[…]).",
        )
    return found
