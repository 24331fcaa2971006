"""Frames in memory: dtypes kept, names and roles found, everything correctable."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from core.errors import InputError
from core.loading.frames import derive, from_frame, with_roles
from core.types import Schema


def _frame() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "age": pd.array([30, None, 50, 61], dtype="Int64"),
            "city": pd.Categorical(["Oslo", "Bonn", "Oslo", "Rome"]),
            "paid": pd.array([True, False, None, True], dtype="boolean"),
            "when": pd.to_datetime(["2020-01-01", "2021-01-01", "2022-01-01", None]),
            "note": ["x", None, "y", "z"],
            "rate": np.array([0.1, 0.2, 0.3, 0.4], dtype=np.float32),
            "target": [0, 1, 0, 1],
        }
    )


def test_dtypes_are_kept_and_the_frame_is_left_alone() -> None:
    frame = _frame()
    before = frame.copy(deep=True)
    table = from_frame(frame, "mine")
    pd.testing.assert_series_equal(table.frame.dtypes, before.dtypes)
    pd.testing.assert_frame_equal(frame, before)
    assert [feature.kind for feature in table.schema.features] == [
        "integer", "categorical", "boolean", "datetime", "categorical", "numeric",
    ]  # fmt: skip
    assert table.target == "target"


@pytest.mark.parametrize(
    ("columns", "target"),
    [
        (["a", "target"], "target"),
        (["a", "Class"], "Class"),
        (["y", "a", "b"], "y"),
        (["a", "class", "b"], None),
        (["a", "y_true", "b"], "y_true"),
        (["y", "a", "class"], None),
        (["survived", "a"], None),
        (["a", "b"], None),
        (["y"], None),
    ],
)
def test_the_target_is_guessed_only_where_its_name_says_so(columns: list[str], target: str | None) -> None:
    assert from_frame(pd.DataFrame(np.ones((2, len(columns))), columns=columns)).target == target


@pytest.mark.parametrize(
    ("name", "cells", "label"),
    [
        ("country", [f"c{i}" for i in range(12)], "country"),
        ("country", [f"c{i % 6}" for i in range(12)], None),
        ("country", [f"c{i}" for i in range(11)] + [None], None),
        ("customer_id", list(range(12)), "customer_id"),
        ("patientId", list(range(12)), "patientId"),
        ("amount", list(range(12)), None),
        ("id", [0.5 + i for i in range(12)], None),
    ],
)
def test_the_label_is_guessed_only_where_it_names_the_rows(name: str, cells: list[object], label: str | None) -> None:
    assert from_frame(pd.DataFrame({name: cells, "n": range(12)})).label == label


def test_three_rows_of_different_text_are_no_names() -> None:
    assert from_frame(pd.DataFrame({"city": ["a", "b", "c"], "n": [1, 2, 3]})).label is None


def test_what_was_guessed_can_be_taken_back_and_set() -> None:
    table = from_frame(_frame())
    changed = with_roles(table, target="paid", label="note")
    assert (changed.target, changed.label) == ("paid", "note")
    assert changed.schema.names == ("age", "city", "when", "rate", "target")
    back = with_roles(changed, target="target", label="")
    assert back.schema == table.schema
    assert (back.target, back.label) == ("target", None)
    assert back.fingerprint == table.fingerprint != changed.fingerprint
    assert from_frame(_frame(), target="").target is None


def test_the_target_may_move_to_where_the_label_is() -> None:
    table = from_frame(_frame(), label="note")
    assert with_roles(table, target="note").label is None
    assert with_roles(table, label="target").target is None


def test_kinds_can_be_corrected() -> None:
    frame = pd.DataFrame({"grade": [1, 2, 1], "size": ["1,5", "2,5", "3"], "day": ["2020-01-01", "2020-01-02", None]})
    table = from_frame(frame, kinds={"grade": "categorical", "size": "numeric", "day": "datetime"})
    assert table.schema["grade"].kind == "categorical"
    assert table.schema["grade"].levels == (1, 2)
    assert table.frame["grade"].dtype == np.int64
    assert table.frame["size"].tolist() == [1.5, 2.5, 3.0]
    assert table.frame["day"].iloc[1] == pd.Timestamp("2020-01-02")
    again = with_roles(table, kinds={"grade": "text"})
    assert again.frame["grade"].tolist() == ["1", "2", "1"]
    assert again.schema["size"] == table.schema["size"]
    assert frame["size"].tolist() == ["1,5", "2,5", "3"]


def test_two_values_of_any_type_may_be_yes_or_no() -> None:
    table = from_frame(pd.DataFrame({"sex": [1, 2, 2], "n": [1, 2, 3]}), kinds={"sex": "boolean"})
    assert table.schema["sex"].kind == "boolean"
    assert table.schema["sex"].levels == (2, 1)


def test_an_index_with_names_becomes_the_label() -> None:
    frame = pd.DataFrame({"n": range(12)}, index=pd.Index([f"c{i}" for i in range(12)], name="country"))
    table = from_frame(frame)
    assert table.label == "country"
    assert table.row_name(3) == "c3"
    assert table.frame.index.tolist() == list(range(12))


def test_a_shuffled_index_is_kept_as_names() -> None:
    table = from_frame(pd.DataFrame({"n": [1, 2, 3]}, index=[7, 3, 5]))
    assert table.schema.names == ("n",)
    assert [table.row_name(row) for row in range(3)] == ["7", "3", "5"]


def test_arrays_and_whatever_has_to_pandas() -> None:
    table = from_frame(np.arange(6).reshape(3, 2))
    assert table.schema.names == ("column 1", "column 2")

    class Other:
        def to_pandas(self) -> pd.DataFrame:
            return pd.DataFrame({"a": [1, 2]})

    assert from_frame(Other()).schema.names == ("a",)


@pytest.mark.parametrize("columns", [[0, 1], ["a", "a"], [("a", "b"), ("a", "c")], [None, "x"]])
def test_names_of_any_type_become_unique_text(columns: list[object]) -> None:
    table = from_frame(pd.DataFrame([[1.5, 2.5]], columns=pd.Index(columns, tupleize_cols=True)))
    assert len(set(table.frame.columns)) == 2
    assert all(isinstance(name, str) for name in table.frame.columns)


@pytest.mark.parametrize("thing", [np.zeros(3), [1, 2], "path.csv", pd.DataFrame(), pd.DataFrame({"a": []}), None])
def test_what_is_no_table_is_answered_in_words(thing: object) -> None:
    with pytest.raises(InputError) as caught:
        from_frame(thing)
    assert caught.value.why
    assert caught.value.hint


def test_cells_that_no_model_takes_are_left_out_and_said() -> None:
    table = from_frame(pd.DataFrame({"a": [1, 2], "l": [[1], [2]], "t": pd.to_timedelta([1, 2], "h")}))
    assert table.schema.names == ("a",)
    assert any("'l', 't'" in note for note in table.notes)


def test_derived_tables_have_their_own_fingerprint() -> None:
    table = from_frame(_frame())
    part = derive(table, table.frame, Schema(table.schema.features[:2]), notes=("narrowed",))
    assert part.fingerprint != table.fingerprint
    assert part.frame is table.frame
    assert part.notes[-1] == "narrowed"
    same = derive(table, table.frame, Schema(table.schema.features[:2]))
    assert same.fingerprint == part.fingerprint


def test_the_notebooks_door_changes_the_roles_of_a_table_that_is_there() -> None:
    import core

    made = from_frame(pd.DataFrame({"who": ["a", "b", "c"], "size": [1, 2, 3], "y": [0, 1, 0]}), target="y", label="")
    assert core.table(made) is made
    named = core.table(made, label="who", kinds={"size": "categorical"})
    assert (named.target, named.label, named.schema.names) == ("y", "who", ("size",))
    assert named.schema["size"].kind == "categorical"
    with pytest.raises(TypeError, match="colour"):
        core.table(made, colour="red")
