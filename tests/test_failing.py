"""Rows that a model fails on: exactly those are found, and told by number and in the model's own words."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import failing
from core.errors import ModelError
from core.types import Array
from tests.conftest import LogisticModel, closed_table

TABLE = closed_table(40)
BAD = "The model fails."


class Picky(LogisticModel):
    """A model that fails where a question holds one of some rows."""

    def __init__(self, bad: set[int]) -> None:
        self.bad = {tuple(TABLE.rows([row]).iloc[0]) for row in bad}
        self.asked = 0

    def predict(self, frame: pd.DataFrame) -> Array:
        self.asked += 1
        met = self.bad & set(frame.itertuples(index=False, name=None))
        if met:
            raise ModelError(BAD, f"It met {len(met)}.")
        return np.zeros((len(frame), 2))


@settings(max_examples=25)
@given(st.sets(st.integers(0, 39)))
def test_exactly_the_rows_that_fail_are_found_in_order(bad: set[int]) -> None:
    found = failing.rows(Picky(bad), TABLE, seconds=np.inf)
    assert found.rows == tuple(sorted(bad))
    assert found.whole
    assert found.why == ("It met 1." if bad else "")


def test_a_few_rows_cost_few_questions_and_many_are_not_looked_for_to_the_end() -> None:
    model = Picky({17})
    failing.rows(model, TABLE, seconds=np.inf)
    assert model.asked <= 2 * np.ceil(np.log2(40)) + 1
    found = failing.rows(Picky(set(range(40))), TABLE, seconds=np.inf, most=3)
    assert (found.rows, found.whole) == ((0, 1, 2), False)
    assert not failing.rows(Picky({3, 30}), TABLE, seconds=0).whole


@pytest.mark.parametrize(
    ("rows", "whole", "said"),
    [
        ((4,), True, "cannot predict row 4 of 40 rows"),
        ((4, 9), True, "cannot predict row 4 and row 9 of 40 rows"),
        ((0, 1, 2, 5, 7), True, "cannot predict row 0, row 1, row 2 and 2 more of 40 rows"),
        ((0, 1, 2), False, "cannot predict row 0, row 1, row 2 and others of 40 rows"),
    ],
)
def test_the_first_rows_are_named_with_the_models_own_words(rows: tuple[int, ...], whole: bool, said: str) -> None:
    told = failing.told(ModelError(BAD, "All at once."), failing.Failing(rows, whole, "Own words."), TABLE)
    assert said in told.what
    assert told.why == "Own words."
    assert ("this row" in told.hint) == (len(rows) == 1 and whole)
    assert "a button under Load" in told.hint


def test_rows_that_are_the_rule_are_not_offered_to_be_left_out() -> None:
    for rows, whole, few in (
        (range(failing.MOST), False, False),
        (range(failing.MOST), True, True),
        ((3,), False, True),
    ):
        found = failing.Failing(tuple(rows), whole, "Own words.")
        assert found.few == few
        told = failing.told(ModelError(BAD), found, TABLE)
        assert ("a button under Load" in told.hint) == few
    assert not failing.Failing().few


def test_where_each_row_alone_is_answered_the_error_stays_as_it_was() -> None:
    error = ModelError(BAD, "All at once.")
    assert failing.told(error, failing.Failing(), TABLE) is error
