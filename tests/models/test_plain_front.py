"""The plain form of a pipeline's first step: to the bit what scikit-learn makes of the same rows, or nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import issparse
from sklearn import config_context
from sklearn.compose import ColumnTransformer, make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, StandardScaler

from core.errors import ModelError
from core.models import wrap
from core.models.pipeline import PipelineEngine
from core.models.plain_front import FEW, plain_front

RNG = np.random.default_rng(4)
ROWS = 90
FRAME = pd.DataFrame(
    {"job": RNG.choice(["cook", "nurse", "smith"], ROWS), "age": RNG.integers(18, 80, ROWS), "debt": RNG.normal(size=ROWS) * 1e3, "income": RNG.gamma(2, size=ROWS), "owner": RNG.random(ROWS) > 0.5, "town": pd.Series(RNG.choice(["a", "b"], ROWS), dtype="category"), "floor": RNG.integers(0, 3, ROWS)}
)  # fmt: skip
FRAME.loc[::7, "income"] = np.nan
TARGET = (FRAME["debt"] > 0).astype(int)
TEXT = make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder())
NUMBERS = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
FRONTS = {
    "usual": make_column_transformer((NUMBERS, ["debt", "income", "age"]), (OneHotEncoder(), ["job", "owner", "town"])),
    "sparse": make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore"), ["job", "floor", "town"]), (NUMBERS, ["age"]), sparse_threshold=1.0
    ),
    "filled texts": make_column_transformer((TEXT, ["job"]), (NUMBERS, [2, 3]), remainder="drop"),
    "by mask and slice": ColumnTransformer(
        [("n", StandardScaler(), slice("age", "income")), ("l", OneHotEncoder(), [True, *[False] * 5, True])]
    ),
    "rest is scaled": make_column_transformer((OneHotEncoder(), ["job", "owner", "town"]), remainder=NUMBERS),
    "not centred": make_column_transformer(
        (StandardScaler(with_mean=False), ["debt"]), (StandardScaler(with_std=False), ["income"])
    ),
}
NOT_KNOWN = {
    "another scaler": make_column_transformer((MinMaxScaler(), ["age"])),
    "dropped level": make_column_transformer((OneHotEncoder(drop="first"), ["job"])),
    "rare levels": make_column_transformer((OneHotEncoder(min_frequency=40), ["job"])),
    "flags": make_column_transformer((SimpleImputer(add_indicator=True), ["income"])),
    "weights": ColumnTransformer([("n", NUMBERS, ["age"])], transformer_weights={"n": 2.0}),
    "frames": make_column_transformer((StandardScaler(), ["age"])).set_output(transform="pandas"),
    "gaps are levels": make_column_transformer((OneHotEncoder(), ["income"])),
    "a number that stands for gaps": make_column_transformer((SimpleImputer(missing_values=-1.0), ["debt"])),
}


class Doubled(StandardScaler):
    """A scaler of somebody's own."""

    def transform(self, X: Any, copy: Any = None) -> Any:
        return 2 * super().transform(X, copy)


def alike(mine: Any, own: Any) -> bool:
    """The same numbers to the bit, in the same form."""
    if type(mine) is not type(own) or mine.shape != own.shape:
        return False
    if issparse(own):
        own.sort_indices()
        parts = ("data", "indices", "indptr")
        return all(np.array_equal(getattr(mine, part), getattr(own, part)) for part in parts)
    return mine.tobytes() == np.ascontiguousarray(own).tobytes() and mine.dtype == own.dtype


@pytest.mark.parametrize("name", FRONTS)
@pytest.mark.parametrize("rows", [1, 2, 13, ROWS])
def test_rows_are_what_the_step_makes_of_them(name: str, rows: int) -> None:
    front = FRONTS[name].fit(FRAME)
    plain = plain_front(front, list(FRAME.columns))
    assert plain is not None
    for start in (0, 7, 14):
        some = FRAME.iloc[start : start + rows]
        assert alike(plain.encode(some), front.transform(some))


@pytest.mark.parametrize("step", [StandardScaler(), NUMBERS, OneHotEncoder(), OneHotEncoder(sparse_output=False)])
def test_a_step_on_all_columns(step: Any) -> None:
    columns = ["job", "floor"] if isinstance(step, OneHotEncoder) else ["age", "income"]
    plain = plain_front(step.fit(FRAME[columns]), columns)
    assert plain is not None
    assert alike(plain.encode(FRAME[columns]), step.transform(FRAME[columns]))


@given(st.lists(st.floats(allow_infinity=False) | st.integers(-(2**62), 2**62), min_size=1, max_size=8))
def test_every_number_comes_out_alike(cells: list[float]) -> None:
    front = FRONTS["not centred"].fit(FRAME)
    plain = plain_front(front, list(FRAME.columns))
    some = FRAME.iloc[: len(cells)].assign(debt=np.array(cells, dtype=np.float64))
    with np.errstate(all="ignore"):
        assert plain is not None
        assert alike(plain.encode(some), front.transform(some))


@pytest.mark.parametrize("name", NOT_KNOWN)
def test_what_is_not_known_is_left_to_the_step(name: str) -> None:
    assert plain_front(NOT_KNOWN[name].fit(FRAME), list(FRAME.columns)) is None


def test_a_class_of_ones_own_and_steps_that_were_changed_are_left_alone() -> None:
    assert plain_front(make_column_transformer((Doubled(), ["age"])).fit(FRAME), list(FRAME.columns)) is None
    changed = make_column_transformer((StandardScaler(), ["age"])).fit(FRAME)
    changed.transformers_[0][1].mean_ = np.array([1.0, 2.0])
    assert plain_front(changed, list(FRAME.columns)) is None
    del changed.transformers_
    assert plain_front(changed, list(FRAME.columns)) is None


@pytest.mark.parametrize(
    ("column", "cell"),
    [("job", "pope"), ("job", None), ("debt", np.inf), ("age", "old"), ("owner", "yes"), ("job", ["cook"])],
)
def test_a_cell_in_doubt_is_asked_of_the_step(column: str, cell: Any) -> None:
    front = FRONTS["usual"].fit(FRAME)
    plain = plain_front(front, list(FRAME.columns))
    some = FRAME.head(3).assign(**{column: pd.Series([cell] * 3)})
    assert plain is not None
    assert plain.encode(FRAME.head(3)) is not None
    assert plain.encode(some) is None


def test_steps_that_hand_frames_on_are_left_alone() -> None:
    """Whoever asks for frames everywhere has later steps that choose columns by name."""
    with config_context(transform_output="pandas"):
        first = make_column_transformer((StandardScaler(), ["age", "debt"]), verbose_feature_names_out=False)
        later = make_column_transformer((StandardScaler(), ["debt"]))
        pipeline = make_pipeline(first, later, LogisticRegression()).fit(FRAME, TARGET)
        model = wrap(pipeline)
        assert isinstance(model.engine, PipelineEngine)
        assert model.engine.plain is None
        np.testing.assert_array_equal(model.predict(FRAME), pipeline.predict_proba(FRAME))


def test_many_rows_are_the_librarys() -> None:
    plain = plain_front(FRONTS["usual"].fit(FRAME), list(FRAME.columns))
    assert plain is not None
    assert plain.encode(FRAME.iloc[np.arange(FEW) % ROWS]) is not None
    assert plain.encode(FRAME.iloc[np.arange(FEW + 1) % ROWS]) is None
    assert plain.encode(FRAME.iloc[:0]) is None


@pytest.mark.parametrize("name", FRONTS)
def test_a_pipeline_answers_like_itself_and_fails_like_itself(name: str) -> None:
    pipeline = make_pipeline(FRONTS[name], SimpleImputer(), LogisticRegression()).fit(FRAME, TARGET)
    model = wrap(pipeline)
    assert isinstance(model.engine, PipelineEngine)
    assert model.engine.plain is not None
    np.testing.assert_allclose(model.predict(FRAME), pipeline.predict_proba(FRAME), rtol=1e-12)
    strange = FRAME.head(2).assign(debt=np.inf, income=np.inf, age=np.inf, job="pope")
    with pytest.raises(ModelError):
        model.predict(strange)


def test_texts_of_pandas_own_types_are_levels_too() -> None:
    front = FRONTS["usual"].fit(FRAME)
    plain = plain_front(front, list(FRAME.columns))
    some = FRAME.head(5).astype({"job": "string"})
    assert plain is not None
    assert alike(plain.encode(some), front.transform(FRAME.head(5)))
