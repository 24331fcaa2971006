"""Nudges through the engine: valid by an independent prediction, sparse, within ranges, levels and wishes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from core.codec import decode, encode
from core.engine import explain
from core.errors import InputError
from core.loading.frames import from_frame
from core.models import wrap
from core.results import Nudges, same
from core.types import Model, Table


@pytest.fixture(scope="module")
def credit(shared_data: Path) -> tuple[Model, Table]:
    """A one-hot pipeline on mixed types."""
    frame = pd.read_csv(shared_data / "german_credit.csv")
    inputs = frame.drop(columns="risk")
    numbers = list(inputs.select_dtypes("number"))
    texts = [name for name in inputs if name not in numbers]
    encoder = make_column_transformer((StandardScaler(), numbers), (OneHotEncoder(), texts))
    pipeline = make_pipeline(encoder, LogisticRegression(max_iter=500)).fit(inputs, frame["risk"])
    return wrap(pipeline), from_frame(frame, target="risk")


def changed_row(table: Table, row: int, changes: tuple) -> pd.DataFrame:
    """The row after the changes, built without the code under test."""
    frame = table.instance(row)
    for change in changes:
        frame[change.name] = pd.Series([change.after], dtype=frame[change.name].dtype)
    return frame


@pytest.mark.parametrize("row", range(0, 40, 4))
def test_every_nudge_flips_the_class_when_predicted_independently(credit, row):
    model, table = credit
    before = model.predict(table.instance(row)).argmax()
    result = explain("nudges", model, table, row)
    assert isinstance(result, Nudges)
    assert result.nudges
    for nudge in result.nudges:
        frame = changed_row(table, row, nudge.changes)
        after = model.predict(frame)[0]
        assert after.argmax() != before
        assert after[model.classes.index(result.label)] == pytest.approx(nudge.output, abs=1e-12)
        for change in nudge.changes:
            feature = table.schema[change.name]
            assert change.before != change.after
            if feature.is_ordered:
                assert feature.low <= change.after <= feature.high
                assert isinstance(change.after, int)
            else:
                assert change.after in feature.levels


def test_result_survives_the_codec_and_the_same_question_gives_the_same_answer(credit):
    model, table = credit
    first, second = explain("nudges", model, table, 3), explain("nudges", model, table, 3)
    assert same(first, second)
    assert same(decode(encode(first)), first)


def test_locked_features_and_directions_hold(credit):
    model, table = credit
    for row in range(0, 30, 5):
        result = explain("nudges", model, table, row, locked="duration,purpose", directions="credit_amount:down")
        for nudge in result.nudges:
            for change in nudge.changes:
                assert change.name not in ("duration", "purpose")
                if change.name in ("credit_amount",):
                    assert change.after < change.before
                if change.name == "age":
                    assert change.after > change.before


def test_unknown_names_are_refused_with_the_nearest(credit):
    model, table = credit
    with pytest.raises(InputError, match="duration"):
        explain("nudges", model, table, 0, directions="duratoin:up")
    with pytest.raises(InputError, match="class"):
        explain("nudges", model, table, 0, target="maybe")


def test_regression_band_and_relative_change(shared_data: Path):
    from sklearn.linear_model import LinearRegression

    frame = pd.read_csv(shared_data / "diabetes.csv")
    inputs = frame.drop(columns="progression")
    model, table = wrap(LinearRegression().fit(inputs, frame["progression"])), from_frame(frame, target="progression")
    own = model.predict(table.instance(0))[0, 0]
    lower = explain("nudges", model, table, 0, change=-10)
    assert lower.nudges
    assert all(nudge.output <= own * 0.9 for nudge in lower.nudges)
    band = explain("nudges", model, table, 0, low=own + 20, high=own + 25)
    assert band.nudges
    assert all(own + 20 <= nudge.output <= own + 25 for nudge in band.nudges)


def test_multiclass_given_class(shared_data: Path):
    frame = pd.read_csv(shared_data / "wine.csv")
    inputs = frame.drop(columns="cultivar")
    forest = RandomForestClassifier(20, random_state=0).fit(inputs, frame["cultivar"])
    model, table = wrap(forest), from_frame(frame, target="cultivar")
    result = explain("nudges", model, table, 0, target="2")
    assert result.label == "2"
    for nudge in result.nudges:
        assert np.argmax(model.predict(changed_row(table, 0, nudge.changes))[0]) == 2
