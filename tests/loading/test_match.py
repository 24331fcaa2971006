"""Model and table by name: what fits is bound, what does not is named, what is left over is said."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from core.errors import InputError, ModelError
from core.loading.frames import from_frame
from core.loading.match import Match, match
from core.models import wrap
from core.types import Model


def _numbers(rows: int = 60) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    return pd.DataFrame(rng.normal(size=(rows, 3)).round(3), columns=["income", "age", "debt"])


@pytest.fixture(scope="module")
def named() -> Model:
    frame = _numbers()
    return wrap(LogisticRegression().fit(frame, np.where(frame["income"] > 0, "good", "bad")))


@pytest.fixture(scope="module")
def unnamed() -> Model:
    frame = _numbers()
    return wrap(RandomForestClassifier(5, random_state=0).fit(frame.to_numpy(), frame["income"] > 0))


@pytest.fixture(scope="module")
def pipeline() -> Model:
    frame = pd.DataFrame({"size": [1.0, 2, 3, 4] * 5, "colour": ["red", "blue"] * 10, "flag": [True, False] * 10})
    encode = make_column_transformer((OneHotEncoder(), ["colour"]), remainder="passthrough")
    return wrap(make_pipeline(encode, LinearRegression()).fit(frame, np.arange(20.0)))


def _paints(**changes: object) -> pd.DataFrame:
    frame = pd.DataFrame({"size": [1.0, 2.0, 3.5], "colour": ["red", "blue", "red"], "flag": [True, False, True]})
    return frame.assign(**changes)


def _said(found: Match) -> str:
    return " ".join(found.notes)


def test_a_fitting_table_is_bound_without_a_word_or_a_copy(named: Model) -> None:
    table = from_frame(_numbers())
    found = match(named, table)
    assert found.notes == ()
    assert found.table.frame is table.frame
    assert found.table.schema.names == named.features
    assert found.model is named


def test_columns_are_ordered_and_others_ignored(named: Model) -> None:
    frame = _numbers()
    table = from_frame(frame[["debt", "income", "age"]].assign(shoe=1.0, hat="x"))
    found = match(named, table)
    assert found.table.schema.names == ("income", "age", "debt")
    assert "put into the model's order" in _said(found)
    assert "'shoe', 'hat'" in _said(found)
    np.testing.assert_array_equal(named.predict(found.table.inputs), named.predict(frame))


def test_a_missing_column_is_named_with_its_nearest(named: Model) -> None:
    with pytest.raises(InputError) as caught:
        match(named, from_frame(_numbers().rename(columns={"income": "incomes"})))
    assert "'income'" in caught.value.why
    assert "rename 'incomes' to 'income'" in caught.value.hint


def test_all_columns_missing_says_what_each_side_has(named: Model) -> None:
    with pytest.raises(InputError) as caught:
        match(named, from_frame(pd.DataFrame({"sepal": [1.0], "petal": [2.0]})))
    assert "'income'" in caught.value.why
    assert "'sepal'" in caught.value.why


def test_names_that_differ_by_case_and_signs_are_taken_and_said(named: Model) -> None:
    found = match(named, from_frame(_numbers().rename(columns={"income": " Income ", "debt": "DEBT"})))
    assert found.table.schema.names == named.features
    assert "'Income' as 'income'" in _said(found)


def test_names_too_long_for_a_table_are_found_and_never_taken_for_each_other() -> None:
    stem = "measured value of the third sensor in the second row " * 4
    frame = _numbers().set_axis([f"{stem}{end}" for end in "abc"], axis=1)
    weights = np.array([1.0, -2.0, 4.0])
    model = wrap(LinearRegression().fit(frame, frame.to_numpy() @ weights))
    both = match(model, from_frame(frame[frame.columns[::-1]]))
    assert both.table.schema.names == tuple(frame.columns)
    assert np.allclose(model.predict(both.table.inputs).ravel(), frame.to_numpy() @ weights)
    other = frame.rename(columns={f"{stem}c": f"{stem}d"})
    with pytest.raises(InputError, match="A column that the model takes is missing"):
        match(model, from_frame(other))


def test_two_candidates_for_a_name_are_not_guessed(named: Model) -> None:
    frame = _numbers().rename(columns={"income": "Income"}).assign(INCOME=1.0)
    with pytest.raises(InputError, match="missing"):
        match(named, from_frame(frame))


def test_a_guessed_role_gives_way_to_the_model() -> None:
    frame = pd.DataFrame({"id": range(20), "x": np.arange(20.0), "class": np.arange(20.0) % 3})
    model = wrap(RandomForestRegressor(3, random_state=0).fit(frame, np.arange(20.0)))
    table = from_frame(frame)
    assert (table.target, table.label) == ("class", "id")
    found = match(model, table)
    assert (found.table.target, found.table.label) == (None, None)
    assert found.table.schema.names == ("id", "x", "class")
    assert len([note for note in found.notes if "one of the model's features" in note]) == 2


def test_a_column_of_classes_left_over_is_the_target(named: Model) -> None:
    frame = _numbers()
    found = match(named, from_frame(frame.assign(verdict=np.where(frame["income"] > 0, "good", "bad"), hat="x")))
    assert found.table.target == "verdict"
    assert "'verdict' is taken for the target" in _said(found)


def test_target_levels_that_the_model_does_not_know_are_said(named: Model) -> None:
    frame = _numbers()
    found = match(named, from_frame(frame.assign(target=["good", "awful", "bad"] * 20)))
    assert "'awful'" in _said(found)
    assert "20 rows" in _said(found)


def test_a_model_without_names_takes_columns_by_position(unnamed: Model) -> None:
    frame = _numbers()
    found = match(unnamed, from_frame(frame))
    assert found.model.features == ("income", "age", "debt")
    assert "knows no column names" in _said(found)
    np.testing.assert_array_equal(
        found.model.predict(found.table.inputs), unnamed.native.predict_proba(frame.to_numpy())
    )


@pytest.mark.parametrize("where", [0, 3])
def test_the_target_is_no_position(unnamed: Model, where: int) -> None:
    frame = _numbers()
    frame.insert(where, "y", frame["income"] > 0)
    found = match(unnamed, from_frame(frame))
    assert found.model.features == ("income", "age", "debt")
    assert found.table.target == "y"


def test_the_one_column_of_classes_is_no_position(unnamed: Model) -> None:
    found = match(unnamed, from_frame(_numbers().assign(ok=_numbers()["income"] > 0)))
    assert found.model.features == ("income", "age", "debt")
    assert found.table.target == "ok"


@pytest.mark.parametrize("where", [0, 2, 3])
def test_the_target_of_a_network_without_names_is_what_it_predicts_from_the_others(where: int) -> None:
    frame = _numbers()
    truth = frame["income"] * 3 - frame["age"] * 2 + frame["debt"] / 2
    model = wrap(LinearRegression().fit(frame.to_numpy(), truth))
    found = match(model, from_frame(_with(frame, where, truth)))
    assert (found.table.target, found.model.features) == ("height", ("income", "age", "debt"))
    assert "'height' is taken for the target" in _said(found)
    np.testing.assert_allclose(found.model.predict(found.table.inputs)[:, 0], truth)
    with pytest.raises(InputError) as caught:  # of a model that explains no column none is taken
        match(model, from_frame(_with(frame, where, truth.sample(frac=1, random_state=0).to_numpy())))
    assert "Choose the target under Columns" in caught.value.hint


def _with(frame: pd.DataFrame, where: int, column: object) -> pd.DataFrame:
    """The frame with a column more, at a place."""
    wider = frame.copy()
    wider.insert(where, "height", column)
    return wider


def test_another_number_of_columns_is_refused_with_both_numbers(unnamed: Model) -> None:
    with pytest.raises(InputError) as caught:
        match(unnamed, from_frame(_numbers().assign(more=1.5, most=2.5)))
    assert "takes 3 columns; the table has 5" in caught.value.what
    assert "target" in caught.value.hint


def test_a_wrongly_guessed_role_of_a_positional_model_is_given_up() -> None:
    frame = _numbers().rename(columns={"debt": "class"})
    model = wrap(RandomForestRegressor(3, random_state=0).fit(frame.to_numpy(), np.arange(60.0)))
    found = match(model, from_frame(frame))
    assert found.model.features == ("income", "age", "class")
    assert found.table.target is None


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
    assert "'green' (row 1), which the model was not trained with" in _said(found)
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
    assert "turned into text" in _said(found)


@pytest.mark.parametrize("form", ["%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y", "%Y-%m-%d %H:%M"])
def test_dates_that_the_model_knows_as_text_come_back_as_it_writes_them(form: str) -> None:
    days = pd.Series(pd.date_range("2024-03-09", periods=18, name="day"))
    train = pd.DataFrame({"day": days.dt.strftime(form), "n": np.arange(18.0)})
    encode = make_column_transformer((OneHotEncoder(handle_unknown="ignore"), ["day"]), remainder="passthrough")
    model = wrap(make_pipeline(encode, LinearRegression()).fit(train, np.arange(18.0) ** 2))
    found = match(model, from_frame(train.assign(day=days)))
    np.testing.assert_allclose(found.model.predict(found.table.inputs)[:, 0], model.native.predict(train))
    assert "turned into text" in _said(found)
    later = match(model, from_frame(train.assign(day=days + pd.Timedelta(days=400))))
    assert "not trained with" in _said(later)


def test_dates_where_the_model_takes_other_text_are_called_dates(pipeline: Model) -> None:
    frame = _paints(colour=pd.date_range("2024-01-01", periods=3))
    with pytest.raises(InputError, match="'colour' holds dates, and the model takes text"):
        match(pipeline, from_frame(frame, label=""))


def test_missing_values_that_the_model_cannot_take_are_its_own_answer(named: Model) -> None:
    frame = _numbers()
    frame.loc[40, "age"] = np.nan  # beyond the first rows: the probe looks for gaps
    with pytest.raises(ModelError, match="'age'"):
        match(named, from_frame(frame))


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
    frame = _numbers()
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
