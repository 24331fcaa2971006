"""Layers of networks: by hand, by the formulas of others, and the same in the browser's script."""

from __future__ import annotations

from typing import Any, get_args

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special, stats
from sklearn.preprocessing import PowerTransformer

from core.portable import Column, Layer, Network, Portable, evaluate, margins, to_json
from core.portable.form import PLAIN, Activation, Curve
from core.portable.layers import run
from tests.portable.test_javascript import NODE, ask, numbers, rows_of

X = np.array([[-40.0, -3.0, -0.7, -0.0], [0.0, 1e-9, 0.4, 2.9], [3.1, 6.5, 40.0, -1e-3]])
PARAMETERS = {"relu": (0.1, 0.5), "elu": (0.7,), "celu": (1.3,), "hard_sigmoid": (0.2,), "at_most": (2.0,)} | {
    "rms": (1e-6,),
    "unit": (1e-12,),
    **dict.fromkeys(get_args(Curve), (0.6,)),
}
SLOPES = np.array([0.1, -0.2, 0.3, 0.0])
FORMULAS: dict[str, Any] = {
    "identity": lambda x: x,
    "relu": lambda x: np.where(x >= 0.5, x, 0.1 * (x - 0.5)),
    "prelu": lambda x: np.where(x > 0, x, SLOPES * x),
    "elu": lambda x: np.where(x > 0, x, 0.7 * (np.exp(np.minimum(x, 0)) - 1)),
    "selu": lambda x: (
        1.0507009873554804934 * np.where(x > 0, x, 1.6732632423543772848 * (np.exp(np.minimum(x, 0)) - 1))
    ),
    "celu": lambda x: np.where(x > 0, x, 1.3 * (np.exp(np.minimum(x, 0) / 1.3) - 1)),
    "gelu": lambda x: x * special.ndtr(x),
    "gelu_tanh": lambda x: x * special.expit(2 * np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)),
    "silu": lambda x: x * special.expit(x),
    "mish": lambda x: x * np.tanh(np.log1p(np.exp(x))),
    "softplus": lambda x: np.log1p(np.exp(x)),
    "softsign": lambda x: x / (1 + np.abs(x)),
    "tanh": np.tanh,
    "logistic": special.expit,
    "hard_sigmoid": lambda x: np.clip(0.2 * x + 0.5, 0, 1),
    "hard_silu": lambda x: x * np.clip((x + 3) / 6, 0, 1),
    "hard_tanh": lambda x: np.clip(x, -1, 1),
    "exponential": np.exp,
    "log_sigmoid": lambda x: np.log(special.expit(x)),
    "at_most": lambda x: np.minimum(x, 2.0),
    "softmax": lambda x: special.softmax(x, axis=1),
    "log_softmax": lambda x: special.log_softmax(x, axis=1),
    "rms": lambda x: x / np.sqrt(np.mean(x**2, axis=1, keepdims=True) + 1e-6),
    "unit": lambda x: x / np.linalg.norm(x, axis=1, keepdims=True),
    "unit_sum": lambda x: x / np.linalg.norm(x, ord=1, axis=1, keepdims=True),
    "unit_most": lambda x: x / np.linalg.norm(x, ord=np.inf, axis=1, keepdims=True),
    "share": lambda x: x / x.sum(axis=1, keepdims=True),
    "normal_chance": stats.norm.cdf,
    "normal_quantile": stats.norm.ppf,
    "negative": lambda x: -x,
    "reciprocal": lambda x: 1 / x,
    "square": lambda x: x**2,
    "exp2": lambda x: 2**x,
    **{name: getattr(np, name) for name in ("abs", "cbrt", "cos", "sin", "sinh", "exp", "expm1", "log", "log10")},
    **{name: getattr(np, name) for name in ("log1p", "log2", "sign", "sqrt", "arcsinh", "arctan")},
    "yeo_johnson": lambda x: stats.yeojohnson(x, 0.6),
    "box_cox": lambda x: special.boxcox(x, 0.6),
    "undo_yeo_johnson": lambda y: PowerTransformer()._yeo_johnson_inverse_transform(y, 0.6),
    "undo_box_cox": lambda y: special.inv_boxcox(y, 0.6),
}
STEADY = sorted(set(FORMULAS) - {"prelu", "exponential", "share", *get_args(Curve), *(set(PLAIN) - {"arctan"})})
"""Those whose result hardly moves with the last bit of what they are given."""


def activation(name: Any) -> Layer:
    return Layer("activation", (0,), SLOPES if name == "prelu" else None, None, name, PARAMETERS.get(name, ()))


def portable(layers: tuple[Layer, ...], width: int, columns: int = 4) -> Portable:
    names = tuple(f"c{place}" for place in range(columns))
    classes = tuple(f"k{place}" for place in range(width)) if width > 1 else ()
    return Portable(
        names,
        tuple(Column(place, "number") for place in range(columns)),
        Network(layers, width),
        "vote" if classes else "identity",
        "multiclass" if len(classes) > 2 else "binary" if classes else "regression",
        classes,
        None,
    )


def test_every_activation_has_its_formula() -> None:
    assert set(FORMULAS) == set(get_args(Activation))


@pytest.mark.parametrize("name", FORMULAS)
def test_activation_by_its_formula(name: str) -> None:
    found = run(Network((activation(name),), 4), X)
    with np.errstate(all="ignore"):
        expected = FORMULAS[name](X)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", FORMULAS)
def test_a_missing_number_stays_missing(name: str) -> None:
    found = run(Network((activation(name),), 4), np.full((1, 4), np.nan))
    assert np.isnan(found).all()


def test_joins_by_hand() -> None:
    x = np.array([[1.0, 2.0, 3.0, 4.0]])
    for op, expected in {
        "add": [5, 5],
        "subtract": [-3, -1],
        "multiply": [4, 6],
        "average": [2.5, 2.5],
        "maximum": [4, 3],
        "minimum": [1, 2],
        "concatenate": [1, 2, 4, 3],
    }.items():
        layers = (Layer("pick", (0,), places=(0, 1)), Layer("pick", (0,), places=(3, 2)), Layer(op, (1, 2)))  # type: ignore[arg-type]
        assert run(Network(layers, len(expected)), x).tolist() == [expected]


def test_normalise_gives_mean_zero_and_variance_one() -> None:
    found = run(Network((Layer("normalise", (0,), numbers=(0.0,)),), 4), X)
    np.testing.assert_allclose(found.mean(axis=1), 0, atol=1e-12)
    np.testing.assert_allclose(found.std(axis=1), 1, atol=1e-12)
    scaled = Layer("normalise", (0,), np.full(4, 2.0), np.full(4, 1.0), numbers=(0.0,))
    np.testing.assert_allclose(run(Network((scaled,), 4), X), 2 * found + 1)


@pytest.mark.skipif(NODE is None, reason="there is no node to run JavaScript with")
def test_javascript_agrees_on_every_activation_and_join() -> None:
    models = [portable((activation(name),), 4) for name in FORMULAS]
    for op in ("add", "subtract", "multiply", "average", "maximum", "minimum", "concatenate"):
        layers = (Layer("pick", (0,), places=(0, 1)), Layer("pick", (0,), places=(3, 2)), Layer(op, (1, 2)))  # type: ignore[arg-type]
        models.append(portable(layers, 4 if op == "concatenate" else 2))
    models.append(portable((Layer("normalise", (0,), np.full(4, 2.0), SLOPES, numbers=(1e-3,)),), 4))
    models.append(portable((Layer("scale", (0,), np.full(4, 2.0)), Layer("scale", (1,), None, SLOPES)), 4))
    frame = pd.DataFrame(X, columns=list(models[0].features))
    asked = [{"model": to_json(one), "rows": rows_of(frame), "feature": 0, "grid": []} for one in models]
    for one, answer in zip(models, ask(asked), strict=True):
        np.testing.assert_allclose(numbers(answer["margins"]), margins(one, frame), rtol=1e-12, atol=1e-13)


@st.composite
def networks(draw: st.DrawFn) -> tuple[Network, np.ndarray]:
    """Any graph of layers that fits together, and rows for it."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    widths, layers = [3], []
    for _ in range(draw(st.integers(1, 8))):
        place = draw(st.integers(0, len(widths) - 1))
        width = widths[place]
        op = draw(
            st.sampled_from(["dense", "activation", "scale", "add", "concatenate", "pick", "normalise", "maximum"])
        )
        same = [other for other, size in enumerate(widths) if size == width]
        if op == "dense":
            units = draw(st.integers(1, 5))
            layers.append(Layer("dense", (place,), random.normal(size=(width, units)), random.normal(size=units)))
            widths.append(units)
        elif op == "activation":
            name = draw(st.sampled_from(STEADY))
            layers.append(Layer("activation", (place,), activation=name, numbers=PARAMETERS.get(name, ())))
            widths.append(width)
        elif op in ("add", "maximum"):
            layers.append(Layer(op, (place, draw(st.sampled_from(same)))))
            widths.append(width)
        elif op == "concatenate":
            other = draw(st.integers(0, len(widths) - 1))
            layers.append(Layer(op, (place, other)))
            widths.append(width + widths[other])
        elif op == "pick":
            layers.append(
                Layer(op, (place,), places=tuple(draw(st.lists(st.integers(0, width - 1), min_size=1, max_size=4))))
            )
            widths.append(len(layers[-1].places))
        else:
            numbers_ = (1e-3,) if op == "normalise" else ()
            layers.append(Layer(op, (place,), random.normal(size=width), random.normal(size=width), numbers=numbers_))
            widths.append(width)
    last = draw(st.integers(0, len(widths) - 1))
    layers.append(Layer("dense", (last,), random.normal(size=(widths[last], 1))))
    return Network(tuple(layers), 1), random.normal(size=(4, 3)) * 2


@pytest.mark.skipif(NODE is None, reason="there is no node to run JavaScript with")
@settings(max_examples=12, deadline=None)
@given(st.lists(networks(), min_size=5, max_size=12))
def test_javascript_agrees_on_any_network(drawn: list[tuple[Network, np.ndarray]]) -> None:
    asked, expected = [], []
    for network, rows in drawn:
        model = portable(network.layers, 1, columns=3)
        frame = pd.DataFrame(rows, columns=list(model.features))
        asked.append({"model": to_json(model), "rows": rows_of(frame), "feature": 0, "grid": []})
        expected.append(evaluate(model, frame))
    for answer, wanted in zip(ask(asked), expected, strict=True):
        np.testing.assert_allclose(numbers(answer["outputs"]), wanted, rtol=1e-9, atol=1e-9)
