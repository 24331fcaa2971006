"""Kinds that a person sets: cells follow, or the first that does not is named."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.loading.convert import as_kind
from core.types import Kind


@pytest.mark.parametrize(
    ("cells", "dtype", "kind", "wanted"),
    [
        (["1", "2"], "str", "integer", [1, 2]),
        (["1,5", "2,25"], "str", "numeric", [1.5, 2.25]),
        (["1,234", "5,678"], "str", "integer", [1234, 5678]),
        (["1", "?"], "str", "numeric", [1.0, None]),
        ([1, None], "Int64", "integer", [1, None]),
        ([1, None], "int64[pyarrow]", "integer", [1, None]),
        ([2.0, None], "float64[pyarrow]", "integer", [2.0, None]),
        ([None, None], "Float64", "integer", [None, None]),
        (["2020-02-01", None], "str", "datetime", [pd.Timestamp("2020-02-01"), None]),
        (["1.2.2020", "13.2.2020"], "str", "datetime", [pd.Timestamp("2020-02-01"), pd.Timestamp("2020-02-13")]),
        (["ja", "nein"], "str", "boolean", ["ja", "nein"]),
        ([1, None], "Int64", "text", ["1", None]),
        ([True, False], "bool", "text", ["True", "False"]),
        (pd.Categorical(["1", "2"]), "category", "integer", [1, 2]),
    ],
)
def test_cells_become_what_they_are_said_to_be(cells: Any, dtype: str, kind: Kind, wanted: list[Any]) -> None:
    found = as_kind(pd.Series(cells, dtype=dtype, name="v"), kind)
    assert found.isna().tolist() == [cell is None for cell in wanted]
    assert found.dropna().tolist() == [cell for cell in wanted if cell is not None]


@pytest.mark.parametrize(
    ("cells", "dtype", "kind", "words"),
    [
        (["1", "own"], "str", "numeric", "'own'"),
        ([1.0, 2.5], "float64", "integer", "Row 1 holds '2.5'"),
        ([1.0, np.inf], "float64", "integer", "inf"),
        ([1.5, None], "float64[pyarrow]", "integer", "1.5"),
        (["2020-01-01"], "str", "numeric", "a number"),
        (["2020-01-01"], "datetime64[s]", "integer", "a number"),
        ([2020, 2021], "int64", "datetime", "a date"),
        (["2020-01-01", "soon"], "str", "datetime", "'soon'"),
        (["a", "b", "c"], "str", "boolean", "3 different values"),
        (["x" * 500, "1", "2"], "str", "integer", "x" * 40),
    ],
)
def test_cells_that_do_not_fit_are_named(cells: list[Any], dtype: str, kind: Kind, words: str) -> None:
    with pytest.raises(InputError) as caught:
        as_kind(pd.Series(cells, dtype=dtype, name="odd"), kind)
    assert "'odd'" in caught.value.what
    assert words in str(caught.value)
    assert len(str(caught.value)) < 400


@given(st.lists(st.integers(-(2**53), 2**53) | st.none(), min_size=1, max_size=20))
def test_whole_numbers_written_as_text_come_back(cells: list[int | None]) -> None:
    text = pd.Series([None if cell is None else str(cell) for cell in cells], dtype="str", name="v")
    if text.isna().all():
        return
    found = as_kind(text, "integer")
    assert [None if pd.isna(cell) else int(cell) for cell in found] == cells


@pytest.mark.parametrize("kind", ["numeric", "integer", "categorical", "boolean"])
def test_what_fits_already_is_the_very_object(kind: Kind) -> None:
    column = pd.Series([1, 2], name="v")
    assert as_kind(column, kind) is column
