"""Which column an encoded one comes from, for every way of choosing columns, against what the encoder computes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from core.models import wrap
from core.models.encoding import encoded_sources
from core.portable.evaluate import evaluate

FRAME = pd.DataFrame(np.random.default_rng(2).normal(size=(30, 4)), columns=["a", "b", "c", "d"])


@pytest.mark.parametrize(
    "columns",
    [
        ["b"],
        ["d", "a"],
        slice("b", "c"),
        slice(None, "b"),
        slice("c", None),
        slice(1, 3),
        [1, 3],
        [-1],
        [True, False, False, True],
        np.array([False, True, True, False]),
        lambda frame: ["c"],
    ],
    ids=lambda item: "function" if callable(item) else str(item),
)
@pytest.mark.parametrize("remainder", ["drop", "passthrough"])
def test_every_way_of_choosing_columns(columns: Any, remainder: str) -> None:
    encoder = ColumnTransformer([("part", StandardScaler(with_std=False), columns)], remainder=remainder)
    made = np.asarray(encoder.fit_transform(FRAME))
    found = encoded_sources([encoder], list(FRAME.columns), 4)
    assert found is not None
    assert len(found) == made.shape[1]
    for place, source in enumerate(found):
        assert np.ptp(made[:, place] - FRAME.iloc[:, source]) == pytest.approx(0, abs=1e-12)


def test_a_single_name_and_nested_pipelines() -> None:
    texts = FRAME.assign(t=["x", "y", "z"] * 10)
    inner = Pipeline([("keep", "passthrough"), ("scale", StandardScaler())])
    encoder = ColumnTransformer([("n", inner, ["d", "b"]), ("out", "drop", ["a"]), ("t", OneHotEncoder(), ["t"])])
    encoder.fit(texts)
    np.testing.assert_array_equal(
        encoded_sources([encoder, None, "passthrough"], list(texts.columns), 5), [3, 1, 4, 4, 4]
    )


def test_a_part_without_columns_makes_nothing() -> None:
    """A selector that finds no text leaves its part unfitted; the model loads, and reads as weighted parts do."""
    texts = make_column_selector(dtype_include=object)
    nothing = Pipeline([("fill", SimpleImputer(strategy="most_frequent")), ("levels", OneHotEncoder())])
    encoder = ColumnTransformer(
        [("one", StandardScaler(), ["c", "a"]), ("none", nothing, texts), ("two", "passthrough", ["b"])],
        transformer_weights={"one": 3.0},
    )
    target = FRAME["a"] - 2 * FRAME["b"] + FRAME["c"] ** 2
    fitted = Pipeline([("front", encoder), ("line", LinearRegression())]).fit(FRAME, target)
    np.testing.assert_array_equal(encoded_sources([fitted[0]], list(FRAME.columns), 4), [2, 0, 1])
    model = wrap(fitted)
    assert model.predict(FRAME)[:, 0] == pytest.approx(fitted.predict(FRAME))
    form = model.portable()
    assert form is not None
    assert evaluate(form, FRAME)[:, 0] == pytest.approx(fitted.predict(FRAME))


class Own(TransformerMixin, BaseEstimator):
    """A transformer of which nothing is known."""

    def fit(self, rows: Any, y: Any = None) -> Own:
        self.n_features_in_ = rows.shape[1]
        return self

    def transform(self, rows: Any) -> Any:
        return rows


def test_what_is_not_known_is_not_guessed() -> None:
    nothing = ColumnTransformer([("part", StandardScaler(), [])])
    nothing.fit_transform(FRAME)  # keeps no places when nothing comes out
    assert encoded_sources([nothing], list(FRAME.columns), 4) is None
    assert encoded_sources([Own().fit(FRAME)], list(FRAME.columns), 4) is None
    scaler = StandardScaler().fit(FRAME[["a"]])
    assert encoded_sources([scaler], list(FRAME.columns), 4) is None, "it was fitted on another number of columns"
    np.testing.assert_array_equal(encoded_sources([], None, 3), [0, 1, 2])
