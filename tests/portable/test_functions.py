"""Bins, powers, quantiles and broken lines: what scikit-learn and scipy make of any column, here and in the browser."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import preprocessing
from sklearn.isotonic import IsotonicRegression

from core.portable import Column, Linear, Portable, encode, to_json
from core.portable.form import PLAIN
from core.portable.functions import interpolate
from core.portable.inputs import start
from core.portable.shapes import binarizer, binned, power, quantile
from tests.portable.test_javascript import NODE, ask, numbers, rows_of

pytestmark = pytest.mark.skipif(NODE is None, reason="there is no node to run JavaScript with")
BEND = {
    "quantiles": (quantile, lambda: preprocessing.QuantileTransformer(n_quantiles=25, subsample=None)),
    "quantiles of few": (quantile, lambda: preprocessing.QuantileTransformer(n_quantiles=4, subsample=None)),
    "quantiles, normal": (
        quantile,
        lambda: preprocessing.QuantileTransformer(n_quantiles=25, output_distribution="normal", subsample=None),
    ),
    "yeo-johnson": (power, lambda: preprocessing.PowerTransformer()),
    "uniform bins": (binned, lambda: preprocessing.KBinsDiscretizer(5, encode="ordinal", strategy="uniform")),
    "dummies": (binned, lambda: preprocessing.KBinsDiscretizer(3, encode="onehot-dense", strategy="uniform")),
    "flag": (binarizer, lambda: preprocessing.Binarizer(threshold=1.5)),
}
_SIZE = {"min_size": 8, "max_size": 60}
TIES, SPREAD = st.integers(-3, 3).map(float), st.floats(-50, 50).map(lambda x: round(x, 3))
NEAR = st.sampled_from([0.0] * 6 + [1e-9, 2e-7, 3.0, 4.0])
"""Ends nearer than scikit-learn's tolerance: of no use to a power, whose exponent runs away on such a column."""


def columns(name: str) -> st.SearchStrategy[list[float]]:
    """Columns with at least three different cells."""
    kinds = [TIES, SPREAD, NEAR] if name.startswith("quantiles") else [TIES, SPREAD]
    return st.one_of([st.lists(kind, **_SIZE) for kind in kinds]).filter(lambda cells: len(set(cells)) > 2)


def portable(made: tuple[Column, ...]) -> Portable:
    """A model whose sums are its encoded columns."""
    width = len(made)
    body = Linear(np.eye(width), np.zeros(width))
    classes = tuple(f"k{place}" for place in range(width)) if width > 1 else ()
    task = "regression" if width == 1 else "multiclass"
    return Portable(("x",), made, body, "identity" if width == 1 else "vote", task, classes, None)


def in_the_browser(models: list[Portable], frames: list[pd.DataFrame]) -> list[np.ndarray]:
    asked = [
        {"model": to_json(model), "rows": rows_of(frame), "feature": 0, "grid": []}
        for model, frame in zip(models, frames, strict=True)
    ]
    return [numbers(answer["margins"]) for answer in ask(asked)]


@settings(max_examples=5, deadline=None)
@given(st.data())
@pytest.mark.parametrize("name", BEND)
def test_any_column_is_bent_as_scikit_learn_does(name: str, data: st.DataObject) -> None:
    convert, make = BEND[name]
    drawn = data.draw(st.lists(columns(name), min_size=6, max_size=12))
    models, frames, expected = [], [], []
    for cells in drawn:
        train = np.array(cells)[:, None]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a column of ties has fewer bins and quantiles than asked for
            fitted = make().fit(train)
        ends = np.concatenate([train[:, 0] - 1e-8, train[:, 0], train[:, 0] + 1e-8, [-1e6, 1e6, 0.0, 0.5, -0.25]])
        frame = pd.DataFrame({"x": np.concatenate([ends, (ends[1:] + ends[:-1]) / 2])})
        items = convert(fitted, start(["x"])).items
        models.append(portable(tuple(item.column for item in items if item.column is not None)))
        frames.append(frame)
        expected.append(np.asarray(fitted.transform(frame.to_numpy())))
        np.testing.assert_allclose(encode(models[-1], frame), expected[-1], rtol=1e-9, atol=1e-9)
    for found, wanted in zip(in_the_browser(models, frames), expected, strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-9)


FUNCTIONS: dict[str, Any] = {name: getattr(np, name) for name in PLAIN if hasattr(np, name)}


def test_functions_by_their_place_are_numpys_own() -> None:
    assert set(PLAIN) - set(FUNCTIONS) == {"normal_quantile"}
    x = np.array([-2.0, -0.5, 0.0, 1e-12, 0.3, 0.999, 1.0, 7.5, 300.0])
    frame = pd.DataFrame({"x": x})
    models = [portable((Column(0, "number", steps=(("plain", float(PLAIN.index(name))),)),)) for name in FUNCTIONS]
    for name, model, found in zip(FUNCTIONS, models, in_the_browser(models, [frame] * len(models)), strict=True):
        with np.errstate(all="ignore"):
            expected = FUNCTIONS[name](x)
        np.testing.assert_allclose(encode(model, frame)[:, 0], expected, rtol=1e-14, err_msg=name)
        np.testing.assert_allclose(found[:, 0], expected, rtol=1e-12, err_msg=name)


def test_a_missing_cell_stays_missing_through_every_step() -> None:
    table = (1e-7, 0.0, 1.0, 0.0, 1.0)
    steps: list[tuple[Any, float]] = [("bins", 0), ("quantiles", 0), ("above", 1), ("is", 1), ("yeo_johnson", 0.5)]
    steps += [("plain", float(place)) for place in range(len(PLAIN))]
    column = Column(0, "number", tables=(table,))
    models = [portable((replace(column, steps=(step,)),)) for step in steps]
    frame = pd.DataFrame({"x": [np.nan]})
    assert all(np.isnan(encode(model, frame)).all() for model in models)
    assert all(np.isnan(found).all() for found in in_the_browser(models, [frame] * len(models)))


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.floats(-5, 5).map(lambda x: round(x, 2)), st.booleans()), min_size=6, max_size=40),
    st.lists(st.floats(-7, 7), min_size=1, max_size=20),
)
def test_a_broken_line_is_isotonic_regressions(pairs: list[tuple[float, bool]], asked: list[float]) -> None:
    x, y = np.array(pairs, dtype=float).T
    fitted = IsotonicRegression(out_of_bounds="clip").fit(x, y)
    at = np.array([*asked, *x])
    found = interpolate(at, fitted.X_thresholds_, fitted.y_thresholds_)
    np.testing.assert_allclose(found, fitted.predict(at), atol=1e-12)
