from __future__ import annotations

import numpy as np
import pytest

from core.errors import InputError
from core.types import Table
from tests.conftest import closed_table


def test_rows_keep_dtypes_and_order(logistic_table: Table) -> None:
    rows = logistic_table.rows([5, 2])
    assert list(rows.index) == [0, 1]
    assert rows["age"].tolist() == logistic_table.frame["age"].iloc[[5, 2]].tolist()
    assert rows.dtypes.equals(logistic_table.frame[["income", "age", "member"]].dtypes)


@pytest.mark.parametrize("row", [-1, 40, 10**9])
def test_a_row_that_is_not_there_is_an_error_in_words(logistic_table: Table, row: int) -> None:
    with pytest.raises(InputError, match=f"There is no row {row}") as caught:
        logistic_table.instance(row)
    assert "0 to 39" in caught.value.hint


def test_truth_and_names(logistic_table: Table) -> None:
    assert logistic_table.truth(3) == logistic_table.frame["outcome"].iloc[3]
    assert logistic_table.row_name(3) == "row 3"


def test_background_is_seeded_without_repeats_and_in_row_order() -> None:
    table = closed_table(rows=100)
    first, again, other = table.background(30, 1), table.background(30, 1), table.background(30, 2)
    assert first.equals(again)
    assert not first.equals(other)
    assert len(table.background(1000, 1)) == 100
    positions = [int(np.flatnonzero((table.inputs == row).all(axis=1))[0]) for _, row in first.iterrows()]
    assert positions == sorted(set(positions))


def test_schema_finds_by_name(logistic_table: Table) -> None:
    assert logistic_table.schema["age"].kind == "integer"
    assert logistic_table.schema.names == ("income", "age", "member")
    assert len(logistic_table.schema) == 3
    with pytest.raises(InputError, match="age_in_years"):
        logistic_table.schema["age_in_years"]
