"""What libraries really raise becomes a sentence that names the column."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from core.errors import ModelError
from core.models import wrap
from core.models.failures import in_words

FRAME = pd.DataFrame({"age": [20.0, 30.0, 40.0, 50.0], "city": ["A", "B", "A", "B"]})


def told(model: Any, frame: pd.DataFrame) -> str:
    with pytest.raises(ModelError) as caught:
        model.predict(frame)
    assert caught.value.what
    assert caught.value.hint
    return str(caught.value)


def test_missing_values_are_located() -> None:
    model = wrap(make_pipeline(StandardScaler(), LogisticRegression()).fit(FRAME[["age"]], [0, 0, 1, 1]))
    said = told(model, pd.DataFrame({"age": [1.0, np.nan]}))
    assert "missing values; they are in: 'age'" in said
    assert "imputer" in said


def test_text_is_located() -> None:
    model = wrap(LogisticRegression().fit(FRAME[["age"]].assign(b=1.0), [0, 0, 1, 1]))
    said = told(model, pd.DataFrame({"age": [1.0], "b": ["own <b>"]}))
    assert "'b'" in said


def test_an_unseen_level_is_named() -> None:
    model = wrap(make_pipeline(OneHotEncoder(), LogisticRegression()).fit(FRAME[["city"]], [0, 1, 0, 1]))
    said = told(model, pd.DataFrame({"city": ["Zürich"]}))
    assert "Zürich" in said
    assert "levels it was trained with" in said


def test_infinity_is_said() -> None:
    model = wrap(LogisticRegression().fit(FRAME[["age"]], [0, 0, 1, 1]))
    assert "infinite values; they are in: 'age'" in told(model, pd.DataFrame({"age": [np.inf]}))


def test_a_message_about_missing_values_is_doubted_where_none_are() -> None:
    error = in_words("M", ValueError("Input X contains NaN."), FRAME)
    assert "missing values; they are in" not in str(error)
    assert "ValueError" in error.why


def test_long_messages_and_many_columns_are_cut() -> None:
    wide = pd.DataFrame({f"column {place} " + "x" * 200: ["text"] for place in range(20)})
    error = in_words("M", ValueError("could not convert string to float: " + "y" * 5_000), wide)
    assert len(str(error)) < 1_200
    assert "and 14 more" in error.why
    traced = in_words("M", RuntimeError("bad\n Stack trace:\n  [bt] (0) /usr/lib/secret.so"), FRAME)
    assert "secret" not in str(traced)


def test_an_error_without_words_still_names_its_kind() -> None:
    assert "KeyError" in in_words("M", KeyError("x"), FRAME).why
    assert "ZeroDivisionError" in in_words("M", ZeroDivisionError(), FRAME).why


def test_infinite_cells_are_named_by_their_columns() -> None:
    frame = pd.DataFrame({"a": [1.0, 2.0], "b": [np.inf, 1.0], "c": pd.array([1, None], dtype="Int64")})
    told = in_words("RandomForestClassifier", ValueError("Input X contains infinity or a value too large"), frame)
    assert "infinite values; they are in: 'b'." in str(told)
