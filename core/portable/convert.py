"""From a library's fitted object to plain arrays: which family it is, and its pipeline's encoders before it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from core.errors import NotApplicable
from core.portable import bayes, catboost, ensembles, keras, lightgbm, linear, network, sklearn_trees, xgboost
from core.portable.form import Portable
from core.portable.inputs import Head, Inputs, refuse, start
from core.portable.mixing import on_mixed
from core.portable.walked import walked
from core.types import Task

_ENSEMBLES = ("sklearn.", "core.models.against_rest")
_NOT_THE_SHAPE = (ArithmeticError, AttributeError, IndexError, KeyError, TypeError, ValueError)
"""What a fitted object of an unknown release raises where a converter expects another shape."""


def portable_of(
    model: Any, features: Sequence[str] | None = None, task: Task | None = None, classes: Sequence[str] = ()
) -> Portable | None:
    """Convert a fitted model, None when it does not convert (``why_not`` says why).

    Parameters
    ----------
    model : object
        An adapter of ``core.models``, which knows the rest; or a Booster, estimator or Pipeline of xgboost, lightgbm
        or scikit-learn.
    features : sequence of str, optional
        Columns that it takes, in its order.
    task : {"binary", "multiclass", "regression"}, optional
    classes : sequence of str
        Class names in output order.
    """
    converted = _attempt(model, features, task, classes)
    return converted if isinstance(converted, Portable) else None


def why_not(
    model: Any, features: Sequence[str] | None = None, task: Task | None = None, classes: Sequence[str] = ()
) -> str:
    """Say why a model does not convert; empty when it does. Takes what ``portable_of`` takes."""
    converted = _attempt(model, features, task, classes)
    return "" if isinstance(converted, Portable) else converted


def said_against(model: Any) -> str:
    """What a model itself says of why it does not convert, wherever it lives; empty where it does not say.

    Parameters
    ----------
    model : core.types.Model
        Asked by its ``why_not_portable``, where it has that.
    """
    ask = getattr(model, "why_not_portable", None)
    return "" if ask is None else " ".join(str(ask()).split())[:500]


def _attempt(model: Any, features: Sequence[str] | None, task: Task | None, classes: Sequence[str]) -> Portable | str:
    """The portable form, or the reason against it."""
    if features is None or task is None:
        estimator, features, task, classes = model.native, model.features, model.task, model.classes
    else:
        estimator = model
    try:
        head = _head(estimator, start(features), task)
    except NotApplicable as error:
        return error.why
    except _NOT_THE_SHAPE as error:
        return f"{type(estimator).__name__} is not of the expected form ({type(error).__name__}: {error})."
    outputs = 2 if head.link == "logistic" else head.sums
    wanted = 1 if task == "regression" else max(2, len(classes))
    if outputs != wanted:
        return f"It gives {outputs} outputs where {wanted} are wanted."
    return Portable(tuple(features), head.columns, head.body, head.link, task, tuple(classes), head.margin_scale)


def _head(estimator: Any, inputs: Inputs, task: Task) -> Head:
    """Walk through wrappers and pipelines to the estimator itself."""
    last, given = walked(estimator, inputs)
    if type(last).__name__ in ensembles.CONVERTERS and type(last).__module__.startswith(_ENSEMBLES):
        return ensembles.CONVERTERS[type(last).__name__](last, given, task, _head)
    return on_mixed(lambda own: _converter(last)(last, own, task), given)


def _converter(estimator: Any) -> Callable[[Any, Inputs, Task], Head]:
    """The family's converter, found by the library that the class comes from."""
    name, library = type(estimator).__name__, type(estimator).__module__.split(".")[0]
    if library == "xgboost":
        return xgboost.convert
    if library == "catboost":
        return catboost.convert
    if library == "lightgbm":
        return lightgbm.convert
    if isinstance(estimator, keras.KerasNetwork):
        return keras.convert
    if library == "sklearn":
        if name in linear.NAMES:
            return linear.convert
        if name in bayes.NAMES:
            return bayes.convert
        return network.convert if name in network.NAMES else sklearn_trees.convert
    if library == "onnxruntime":
        raise refuse("An ONNX graph is run, not read: load the estimator that it was exported from.")
    raise refuse(f"{name} of {library} has no portable form.")
