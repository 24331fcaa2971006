"""Functions of one's own, predict functions beside an estimator, Explainers of dalex, Keras-like models, digests."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neighbors import KNeighborsClassifier

from core.errors import ModelError
from core.models import wrap
from core.models.dalex_explainer import table_frame, unwrap
from core.models.state import of_object
from core.types import Model

RNG = np.random.default_rng(0)
FRAME = pd.DataFrame(RNG.normal(size=(40, 2)), columns=["a", "b"])
TARGET = (FRAME["a"] > 0).astype(int)


def share(frame: pd.DataFrame) -> Any:
    return 1 / (1 + np.exp(-frame["a"] - frame["b"]))


def test_a_function_of_ones_own() -> None:
    model = wrap(share, features=["a", "b"], classes=["no", "yes"], name="mine")
    assert isinstance(model, Model)
    assert (model.name, model.task, model.family, model.margin_scale) == ("mine", "binary", "function", None)
    found = model.predict(FRAME)
    np.testing.assert_array_equal(found[:, 1], share(FRAME))
    np.testing.assert_array_equal(found.sum(axis=1), 1.0)
    assert model.contributions(FRAME) is None
    assert model.portable() is None
    target = wrap(share, features=["a", "b"])
    assert (target.task, target.classes, target.margin_scale) == ("regression", (), "target")


@pytest.mark.parametrize(
    ("function", "options", "words"),
    [
        (share, {}, "which columns"),
        (share, {"features": ["a", "b"], "task": "multiclass"}, "names of the classes"),
        (share, {"features": ["a", "b"], "classes": ["x", "y", "z"]}, "form that does not fit"),
        (lambda frame: frame["nothing"], {"features": ["a", "b"]}, "KeyError"),
        (lambda frame: frame["a"][:3], {"features": ["a", "b"]}, "form that does not fit"),
        (lambda frame: np.log(-np.abs(frame["a"])), {"features": ["a", "b"]}, "no number"),
        (lambda frame: ["text"] * len(frame), {"features": ["a", "b"]}, "numbers"),
    ],
)
@pytest.mark.filterwarnings("ignore:invalid value encountered in log")  # the function of the test makes NaN on purpose
def test_functions_that_fail_say_why(function: Any, options: Any, words: str) -> None:
    with pytest.raises(ModelError, match=words):
        wrap(function, **options).predict(FRAME)


def test_a_predict_function_beside_an_estimator() -> None:
    native = LogisticRegression().fit(FRAME, TARGET)
    model = wrap(native, predict_function=lambda m, rows: m.predict_proba(rows)[:, 1] ** 2, task="binary")
    np.testing.assert_allclose(model.predict(FRAME)[:, 1], native.predict_proba(FRAME)[:, 1] ** 2)
    assert model.classes == ("0", "1")
    assert model.features == ("a", "b")
    assert model.portable() is None  # the estimator inside converts, but answers otherwise
    assert model.fingerprint != wrap(native).fingerprint


class Explainer(SimpleNamespace):
    """An Explainer as dalex builds it."""


def test_a_dalex_explainer_brings_model_data_and_label() -> None:
    native = LogisticRegression().fit(FRAME, TARGET)
    own = lambda m, rows: m.predict_proba(rows)[:, 0]  # noqa: E731 - what a person passes to dalex
    theirs = lambda m, rows: m.predict_proba(rows)[:, 1]  # noqa: E731 - what dalex chooses
    theirs.__module__ = "dalex._explainer.yhat"
    for function, column in ((own, 0), (theirs, 1)):
        parts = {"model": native, "data": FRAME, "y": TARGET.to_numpy(), "label": "credit"}
        explainer = Explainer(**parts, predict_function=function, model_type="classification")
        model = wrap(explainer)
        assert (model.name, model.task, model.classes) == ("credit", "binary", ("0", "1"))
        np.testing.assert_allclose(model.predict(FRAME)[:, 1], native.predict_proba(FRAME)[:, column])
        held = unwrap(explainer)
        assert held is not None
        table, roles = table_frame(replace(held, frame=FRAME.assign(y=1.0)))
        assert table is not None
        assert list(table.columns) == ["a", "b", "y", "y_"]
        assert roles == {"target": "y_", "weights": None}
    assert unwrap(native) is None


def test_digests_follow_code_closure_and_state() -> None:
    def powered(exponent: float) -> Any:
        return lambda frame: frame["a"] ** exponent

    assert of_object(powered(2)) == of_object(powered(2)) != of_object(powered(3))
    assert of_object(share) == of_object(share) != of_object(powered(2))
    assert of_object(LogisticRegression()) == of_object(LogisticRegression()) != of_object(Ridge())
    neighbours = KNeighborsClassifier(algorithm="kd_tree").fit(FRAME, TARGET)
    before = of_object(neighbours)
    neighbours.predict(FRAME)  # counts calls inside its search tree
    assert of_object(neighbours) == before
    assert of_object(neighbours.fit(FRAME + 1, TARGET)) != before
    assert of_object(neighbours.predict) == of_object(neighbours.predict)
    generator = (i for i in range(3))  # nothing can be said about it: never the same twice, so never a wrong hit
    assert of_object(generator) != of_object(generator)


def keras_like(outputs: int, activation: str) -> Any:
    """A model with the attributes that the adapter reads; Keras itself is optional."""

    def call(_self: Any, rows: Any, training: bool = True) -> Any:
        assert training is False
        scores = np.asarray(rows) @ np.arange(1, 2 * outputs + 1, dtype=np.float32).reshape(2, outputs)
        if activation == "sigmoid":
            return 1 / (1 + np.exp(-scores))
        if activation == "softmax":
            return np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
        return scores

    layer = SimpleNamespace(activation=SimpleNamespace(__name__=activation))
    cls = type("Sequential", (), {"__module__": "keras.src.models.sequential", "__call__": call})
    model = cls()
    model.layers, model.input_shape, model.output_shape = [layer], (None, 2), (None, outputs)
    return model


@pytest.mark.parametrize(
    ("outputs", "activation", "task", "classes"),
    [(1, "sigmoid", "binary", 2), (3, "softmax", "multiclass", 3), (1, "linear", "regression", 0)],
)
def test_keras_models(outputs: int, activation: str, task: str, classes: int) -> None:
    native = keras_like(outputs, activation)
    model = wrap(native, fingerprint="k")
    assert (model.family, model.task, len(model.classes), model.named) == ("keras", task, classes, False)
    frame = FRAME.set_axis(["x0", "x1"], axis=1)
    own = native(frame.to_numpy(np.float32), training=False)
    found = model.predict(frame)
    np.testing.assert_allclose(found if outputs > 1 else found[:, -1:], own, rtol=1e-6)


def test_keras_scores_are_refused() -> None:
    with pytest.raises(ModelError, match="no probabilities"):
        wrap(keras_like(3, "linear"))


def test_two_columns_of_one_name_are_refused() -> None:
    with pytest.raises(ModelError, match=r"Two columns of this .* have the same name: .a."):
        wrap(share, features=["a", "b", "a"])
