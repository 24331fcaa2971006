"""Rows by position and by name."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from core.errors import InputError
from core.loading.frames import from_frame
from core.place import position
from core.types import Table


def countries(names: list[object]) -> Table:
    """A table whose rows have names."""
    return from_frame(pd.DataFrame({"country": names, "x": np.arange(len(names)) * 1.5}), label="country")


@pytest.mark.parametrize("row", [2, "2", np.int64(2), 2.0, " 2 "])
def test_a_whole_number_is_a_position(row: object) -> None:
    assert position(countries(["Chad", "Peru", "Oman"]), row) == 2


@pytest.mark.parametrize(("name", "place"), [("Perú", 1), ("Oman", 2), ("2.5", 3)])
def test_anything_else_is_a_name(name: str, place: int) -> None:
    assert position(countries(["Chad", "Perú", "Oman", "2.5"]), name) == place


def test_a_number_beyond_the_table_may_be_a_name() -> None:
    table = countries([2015, 2016, 2017])
    assert position(table, "2016") == 1
    assert position(table, 2017) == 2
    assert position(table, 1) == 1
    assert position(countries([2015.0, 2016.0, np.nan]), 2016) == 1


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("Preu", "Did you mean 'Peru'"),
        ("", "There is no row ''"),
        (3, "Choose a row from 0 to 2"),
        (-1, "There is no row -1"),
        ("-1", "There is no row -1"),
        (1.5, "There is no row '1.5'"),
        (None, "There is no row 'None'"),
    ],
)
def test_no_such_row(row: object, words: str) -> None:
    with pytest.raises(InputError) as caught:
        position(countries(["Chad", "Peru", "Oman"]), row)
    assert words in str(caught.value)


def test_a_name_of_several_rows_is_not_guessed() -> None:
    with pytest.raises(InputError, match="2 rows are called 'Chad'") as caught:
        position(countries(["Chad", "Peru", "Chad"]), "Chad")
    assert "'0', '2'" in str(caught.value)


def test_a_table_without_names_says_so() -> None:
    table = from_frame(pd.DataFrame({"x": [1.0, 2.5]}), label="")
    with pytest.raises(InputError, match="No column of 'table' names the rows"):
        position(table, "Peru")
