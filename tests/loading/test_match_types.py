"""Columns that fit by name and not by type: brought into the form that the model takes, or named."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from core.errors import InputError, ModelError
from core.loading.frames import from_frame
from core.loading.match import match
from core.models import wrap
from core.types import Model
from tests.loading.matched import numbers, said


@pytest.fixture(scope="module")
def pipeline() -> Model:
    frame = pd.DataFrame({"size": [1.0, 2, 3, 4] * 5, "colour": ["red", "blue"] * 10, "flag": [True, False] * 10})
    encode = make_column_transformer((OneHotEncoder(), ["colour"]), remainder="passthrough")
    return wrap(make_pipeline(encode, LinearRegression()).fit(frame, np.arange(20.0)))


def _paints(**changes: object) -> pd.DataFrame:
    frame = pd.DataFrame({"size": [1.0, 2.0, 3.5], "colour": ["red", "blue", "red"], "flag": [True, False, True]})
    return frame.assign(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"size": ["1", "2", "3.5"]},
        {"size": ["1,0", "2,0", "3,5"]},
        {"size": pd.array([1.0, 2.0, 3.5], dtype="Float64")},
        {"flag": ["yes", "no", "yes"]},
        {"flag": [1, 0, 1]},
        {"flag": [1.0, 0.0, 1.0]},
        {"flag": ["True", "False", "True"]},
        {"flag": pd.array([True, False, True], dtype="boolean")},
        {"colour": pd.Categorical(["red", "blue", "red"])},
        {"colour": pd.Series(["red", "blue", "red"], dtype=object)},
        {"colour": pd.Series(["red", "blue", "red"], dtype="string")},
    ],
)
def test_types_are_coerced_without_changing_a_prediction(pipeline: Model, changes: dict[str, object]) -> None:
    wanted = pipeline.native.predict(_paints())
    found = match(pipeline, from_frame(_paints(**changes), label=""))
    np.testing.assert_allclose(found.model.predict(found.table.inputs)[:, 0], wanted, rtol=1e-12)


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"size": ["big", "small", "big"]}, "'size' holds text, and the model takes numbers"),
        ({"size": ["1", "small", "3"]}, "'small'"),
        ({"colour": [1.5, 2.5, 3.5]}, "'colour' holds numbers, and the model takes text"),
        ({"colour": ["green", "green", "pink"]}, "'green', 'pink' (rows 0, 1 and 2), which the model was not trained"),
    ],
)
def test_a_wrongly_typed_column_is_named(pipeline: Model, changes: dict[str, object], part: str) -> None:
    with pytest.raises(InputError) as caught:
        match(pipeline, from_frame(_paints(**changes), label=""))
    assert part in str(caught.value)
    assert caught.value.hint


def test_a_few_rows_of_levels_that_the_model_does_not_know_are_named_and_leave_the_rest(pipeline: Model) -> None:
    found = match(pipeline, from_frame(_paints(colour=["red", "green", "blue"]), label=""))
    assert "'green' (row 1), which the model was not trained with" in said(found)
    np.testing.assert_allclose(found.model.predict(found.table.rows([0, 2])), pipeline.predict(_paints().iloc[[0, 2]]))
    with pytest.raises(ModelError, match="green"):
        found.model.predict(found.table.rows([1]))


def test_numbers_written_as_text_levels_come_back_as_text() -> None:
    train = pd.DataFrame({"code": ["1", "2", "3"] * 6, "n": np.arange(18.0)})
    model = wrap(
        make_pipeline(
            make_column_transformer((OneHotEncoder(), ["code"]), remainder="passthrough"), LinearRegression()
        ).fit(train, np.arange(18.0))
    )
    found = match(model, from_frame(train.assign(code=train["code"].astype(int))))
    np.testing.assert_allclose(found.model.predict(found.table.inputs)[:, 0], model.native.predict(train))
    assert found.table.schema["code"].kind == "categorical"
    assert "turned into text" in said(found)


@pytest.mark.parametrize("form", ["%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y", "%Y-%m-%d %H:%M"])
def test_dates_that_the_model_knows_as_text_come_back_as_it_writes_them(form: str) -> None:
    days = pd.Series(pd.date_range("2024-03-09", periods=18, name="day"))
    train = pd.DataFrame({"day": days.dt.strftime(form), "n": np.arange(18.0)})
    encode = make_column_transformer((OneHotEncoder(handle_unknown="ignore"), ["day"]), remainder="passthrough")
    model = wrap(make_pipeline(encode, LinearRegression()).fit(train, np.arange(18.0) ** 2))
    found = match(model, from_frame(train.assign(day=days)))
    np.testing.assert_allclose(found.model.predict(found.table.inputs)[:, 0], model.native.predict(train))
    assert "turned into text" in said(found)
    later = match(model, from_frame(train.assign(day=days + pd.Timedelta(days=400))))
    assert "not trained with" in said(later)


def test_dates_where_the_model_takes_other_text_are_called_dates(pipeline: Model) -> None:
    frame = _paints(colour=pd.date_range("2024-01-01", periods=3))
    with pytest.raises(InputError, match="'colour' holds dates, and the model takes text"):
        match(pipeline, from_frame(frame, label=""))


def test_text_in_a_model_of_which_nothing_is_known_is_found_by_trial() -> None:
    def ask(frame: pd.DataFrame) -> np.ndarray:
        return frame[["a", "b"]].to_numpy(dtype=float).sum(axis=1)

    model = wrap(ask, features=["a", "b", "c"], task="regression")
    good = pd.DataFrame({"a": [1.0, 2.0], "b": [1.0, 2.0], "c": ["free", "text"]})
    assert match(model, from_frame(good)).notes == ()
    with pytest.raises(InputError, match="'b' holds text"):
        match(model, from_frame(good.assign(b=["one", "two"])))


def test_dates_where_the_model_takes_numbers_are_named() -> None:
    frame = pd.DataFrame({"when": np.arange(20.0), "v": np.arange(20.0)})
    model = wrap(RandomForestRegressor(3, random_state=0).fit(frame, frame["v"]))
    dated = frame.assign(when=pd.date_range("2020-01-01", periods=20))
    with pytest.raises(InputError, match="Column 'when' holds dates") as caught:
        match(model, from_frame(dated))
    assert "2020-01-01" in caught.value.why


def test_several_text_columns_are_all_named() -> None:
    frame = numbers()
    model = wrap(RandomForestClassifier(3, random_state=0).fit(frame.to_numpy(), frame["income"] > 0))
    with pytest.raises(InputError) as caught:
        match(model, from_frame(frame.assign(age="old", debt="high")))
    assert "2 columns hold text" in caught.value.what
    assert "'age', 'debt'" in caught.value.why


def test_a_model_of_one_hot_columns_says_which_column_they_come_from() -> None:
    frame = pd.DataFrame({"colour": ["red", "blue", "green"] * 8, "n": np.arange(24.0)})
    model = wrap(LinearRegression().fit(pd.get_dummies(frame), frame["n"]))
    with pytest.raises(InputError) as caught:
        match(model, from_frame(frame))
    assert "'colour_red'" in caught.value.why
    assert "made of 'colour'" in caught.value.hint
    assert match(model, from_frame(pd.get_dummies(frame))).notes == ()


def test_matching_twice_changes_nothing_more(pipeline: Model) -> None:
    first = match(pipeline, from_frame(_paints(flag=["yes", "no", "yes"]), label=""))
    second = match(first.model, first.table)
    assert second.notes == ()
    pd.testing.assert_frame_equal(first.table.inputs, second.table.inputs)


def test_boosters_with_categories_take_text() -> None:
    import lightgbm
    import xgboost

    frame = pd.DataFrame({"colour": pd.Categorical(["red", "blue", "green"] * 30), "n": np.arange(90.0)})
    y = (frame["colour"] == "red").astype(int)
    text = frame.assign(colour=frame["colour"].astype("str"))
    boosted = lightgbm.LGBMClassifier(n_estimators=5, min_child_samples=2, verbose=-1, n_jobs=1).fit(frame, y)
    trees = xgboost.XGBClassifier(n_estimators=5, enable_categorical=True, n_jobs=1).fit(frame, y)
    for estimator in (boosted, trees):
        found = match(wrap(estimator), from_frame(text))
        np.testing.assert_allclose(found.model.predict(found.table.inputs), estimator.predict_proba(frame), rtol=1e-6)
