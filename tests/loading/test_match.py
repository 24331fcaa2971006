"""Model and table by name: what fits is bound, what does not is named, what is left over is said."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression

from core.errors import InputError, ModelError
from core.loading.frames import from_frame
from core.loading.match import match
from core.models import wrap
from core.types import Model
from tests.loading.matched import numbers, said


@pytest.fixture(scope="module")
def named() -> Model:
    frame = numbers()
    return wrap(LogisticRegression().fit(frame, np.where(frame["income"] > 0, "good", "bad")))


@pytest.fixture(scope="module")
def unnamed() -> Model:
    frame = numbers()
    return wrap(RandomForestClassifier(5, random_state=0).fit(frame.to_numpy(), frame["income"] > 0))


def test_a_fitting_table_is_bound_without_a_word_or_a_copy(named: Model) -> None:
    table = from_frame(numbers())
    found = match(named, table)
    assert found.notes == ()
    assert found.table.frame is table.frame
    assert found.table.schema.names == named.features
    assert found.model is named


def test_columns_are_ordered_and_others_ignored(named: Model) -> None:
    frame = numbers()
    table = from_frame(frame[["debt", "income", "age"]].assign(shoe=1.0, hat="x"))
    found = match(named, table)
    assert found.table.schema.names == ("income", "age", "debt")
    assert "put into the model's order" in said(found)
    assert "'shoe', 'hat'" in said(found)
    np.testing.assert_array_equal(named.predict(found.table.inputs), named.predict(frame))


def test_a_missing_column_is_named_with_its_nearest(named: Model) -> None:
    with pytest.raises(InputError) as caught:
        match(named, from_frame(numbers().rename(columns={"income": "incomes"})))
    assert "'income'" in caught.value.why
    assert "rename 'incomes' to 'income'" in caught.value.hint


def test_all_columns_missing_says_what_each_side_has(named: Model) -> None:
    with pytest.raises(InputError) as caught:
        match(named, from_frame(pd.DataFrame({"sepal": [1.0], "petal": [2.0]})))
    assert "'income'" in caught.value.why
    assert "'sepal'" in caught.value.why


def test_names_that_differ_by_case_and_signs_are_taken_and_said(named: Model) -> None:
    found = match(named, from_frame(numbers().rename(columns={"income": " Income ", "debt": "DEBT"})))
    assert found.table.schema.names == named.features
    assert "'Income' as 'income'" in said(found)


def test_names_too_long_for_a_table_are_found_and_never_taken_for_each_other() -> None:
    stem = "measured value of the third sensor in the second row " * 4
    frame = numbers().set_axis([f"{stem}{end}" for end in "abc"], axis=1)
    weights = np.array([1.0, -2.0, 4.0])
    model = wrap(LinearRegression().fit(frame, frame.to_numpy() @ weights))
    both = match(model, from_frame(frame[frame.columns[::-1]]))
    assert both.table.schema.names == tuple(frame.columns)
    assert np.allclose(model.predict(both.table.inputs).ravel(), frame.to_numpy() @ weights)
    other = frame.rename(columns={f"{stem}c": f"{stem}d"})
    with pytest.raises(InputError, match="A column that the model takes is missing"):
        match(model, from_frame(other))


def test_two_candidates_for_a_name_are_not_guessed(named: Model) -> None:
    frame = numbers().rename(columns={"income": "Income"}).assign(INCOME=1.0)
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
    frame = numbers()
    found = match(named, from_frame(frame.assign(verdict=np.where(frame["income"] > 0, "good", "bad"), hat="x")))
    assert found.table.target == "verdict"
    assert "'verdict' is taken for the target" in said(found)


def test_target_levels_that_the_model_does_not_know_are_said(named: Model) -> None:
    frame = numbers()
    found = match(named, from_frame(frame.assign(target=["good", "awful", "bad"] * 20)))
    assert "'awful'" in said(found)
    assert "20 rows" in said(found)


def test_a_model_without_names_takes_columns_by_position(unnamed: Model) -> None:
    frame = numbers()
    found = match(unnamed, from_frame(frame))
    assert found.model.features == ("income", "age", "debt")
    assert "knows no column names" in said(found)
    np.testing.assert_array_equal(
        found.model.predict(found.table.inputs), unnamed.native.predict_proba(frame.to_numpy())
    )


@pytest.mark.parametrize("where", [0, 3])
def test_the_target_is_no_position(unnamed: Model, where: int) -> None:
    frame = numbers()
    frame.insert(where, "y", frame["income"] > 0)
    found = match(unnamed, from_frame(frame))
    assert found.model.features == ("income", "age", "debt")
    assert found.table.target == "y"


def test_the_one_column_of_classes_is_no_position(unnamed: Model) -> None:
    found = match(unnamed, from_frame(numbers().assign(ok=numbers()["income"] > 0)))
    assert found.model.features == ("income", "age", "debt")
    assert found.table.target == "ok"


@pytest.mark.parametrize("where", [0, 2, 3])
def test_the_target_of_a_network_without_names_is_what_it_predicts_from_the_others(where: int) -> None:
    frame = numbers()
    truth = frame["income"] * 3 - frame["age"] * 2 + frame["debt"] / 2
    model = wrap(LinearRegression().fit(frame.to_numpy(), truth))
    found = match(model, from_frame(_with(frame, where, truth)))
    assert (found.table.target, found.model.features) == ("height", ("income", "age", "debt"))
    assert "'height' is taken for the target" in said(found)
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
        match(unnamed, from_frame(numbers().assign(more=1.5, most=2.5)))
    assert "takes 3 columns; the table has 5" in caught.value.what
    assert "target" in caught.value.hint


def test_a_wrongly_guessed_role_of_a_positional_model_is_given_up() -> None:
    frame = numbers().rename(columns={"debt": "class"})
    model = wrap(RandomForestRegressor(3, random_state=0).fit(frame.to_numpy(), np.arange(60.0)))
    found = match(model, from_frame(frame))
    assert found.model.features == ("income", "age", "class")
    assert found.table.target is None


def test_missing_values_that_the_model_cannot_take_are_its_own_answer(named: Model) -> None:
    frame = numbers()
    frame.loc[40, "age"] = np.nan  # beyond the first rows: the probe looks for gaps
    with pytest.raises(ModelError, match="'age'"):
        match(named, from_frame(frame))
