"""Frames as notebooks and databases make them: odd indexes, decimals, dates, periods, numbers beyond floats."""

from __future__ import annotations

import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.loading.cells import computable
from core.loading.frames import from_frame


def feature(cells: Any) -> Any:
    table = from_frame(pd.DataFrame({"v": pd.Series(cells, dtype=object), "w": range(len(cells))}), target="", label="")
    return next((one for one in table.schema.features if one.name == "v"), None), table


@pytest.mark.parametrize(
    ("cells", "kind", "low", "high"),
    [
        ([Decimal("1.50"), Decimal("3.25"), None], "numeric", 1.5, 3.25),
        ([Decimal(2), Decimal(7)], "integer", 2.0, 7.0),
        ([Fraction(1, 2), None], "numeric", 0.5, 0.5),
        ([datetime.date(2020, 1, 1), datetime.date(2021, 1, 1)], "datetime", 1577836800.0, 1609459200.0),
        ([datetime.datetime(2020, 1, 1), None], "datetime", 1577836800.0, 1577836800.0),
    ],
)
def test_what_databases_give_is_a_feature(cells: list[Any], kind: str, low: float, high: float) -> None:
    found, table = feature(cells)
    assert (found.kind, found.low, found.high) == (kind, low, high)
    assert found.missing == pytest.approx(sum(cell is None for cell in cells) / len(cells))
    assert any("'v'" in note for note in table.notes), "it is said"


def test_periods_are_dates() -> None:
    frame = pd.DataFrame({"quarter": pd.period_range("2020Q1", periods=3, freq="Q"), "n": [1, 2, 3]})
    table = from_frame(frame)
    assert table.schema["quarter"].kind == "datetime"
    assert table.frame["quarter"].iloc[1] == pd.Timestamp("2020-04-01")
    assert isinstance(frame["quarter"].dtype, pd.PeriodDtype), "the person's frame is left as it is"


@pytest.mark.parametrize(
    "cells",
    [
        ["text", "more"],
        [Decimal(1), "text"],
        [1, 2.5, True],
        [None, None],
        [datetime.date(2020, 1, 1), "2020-01-02"],
        [datetime.date(1, 1, 1), 5],
    ],
)
def test_everything_else_stays_the_very_object(cells: list[Any]) -> None:
    frame = pd.DataFrame({"v": pd.Series(cells, dtype=object)})
    found, notes = computable(frame)
    assert found is frame
    assert notes == []


def test_dates_that_mix_time_zones_are_left_out_in_words() -> None:
    east = datetime.timezone(datetime.timedelta(hours=2))
    found, table = feature(
        [datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC), datetime.datetime(2020, 1, 1, tzinfo=east)]
    )
    assert found is None or found.kind == "datetime"
    assert len(table) == 2


def test_a_number_beyond_every_float_is_no_feature() -> None:
    found, table = feature([10**400, 2])
    assert found is None
    assert "'v'" in table.notes[-1]
    assert feature([10**30, 2])[0].high == 1e30


@pytest.mark.parametrize(
    ("names", "columns", "features", "unused"),
    [
        (["a", "b"], ["c"], ["a", "b", "c"], None),
        (["a", "b"], ["a"], ["b", "a"], "'a'"),
        ([None, None], ["level_0"], ["level_1", "level_0"], "'level_0'"),
        (["a", "a"], ["c"], ["a", "c"], "'a'"),
        (["a", "b"], ["a", "b"], ["a", "b"], "'a', 'b'"),
        ([0, 1], ["x"], ["0", "1", "x"], None),
    ],
)
def test_levels_of_an_index_never_rename_a_column(
    names: list[Any], columns: list[str], features: list[str], unused: str | None
) -> None:
    index = pd.MultiIndex.from_tuples([("p", 1), ("q", 2)], names=names)
    frame = pd.DataFrame(np.arange(2 * len(columns)).reshape(2, -1), index=index, columns=columns)
    table = from_frame(frame, target="", label="")
    assert list(table.frame.columns) == features
    for column in columns:
        assert table.frame[column].tolist() == frame[column].tolist()
    said = [note for note in table.notes if "not used" in note]
    assert (unused is None) == (said == [])
    assert unused is None or unused in said[0]


def test_the_answer_of_a_groupby_is_a_table() -> None:
    frame = pd.DataFrame({"city": ["A", "A", "B"], "year": [1, 2, 1], "sales": [1.0, 2.0, 3.0]})
    table = from_frame(frame.groupby(["city", "year"]).agg({"sales": "sum"}), target="", label="")
    assert table.schema.names == ("city", "year", "sales")


@pytest.mark.parametrize(
    "columns",
    [
        pd.CategoricalIndex(["a", "b"]),
        pd.IntervalIndex.from_breaks([0, 1, 2]),
        pd.to_datetime(["2020-01-01", "2021-01-01"]),
        pd.period_range("2020", periods=2, freq="Y"),
        pd.Index([0, 1]),
        pd.MultiIndex.from_tuples([("a", "x"), ("a", "y")]),
        pd.Index([np.nan, None], dtype=object),
        pd.Index(["a", "a"]),
        pd.Index(["", " "]),
        pd.Index([("a", 1), "a"], dtype=object, tupleize_cols=False),
    ],
)
@pytest.mark.parametrize("index", [None, ["r", "s"]])
def test_columns_named_by_anything_have_usable_names(columns: pd.Index, index: list[str] | None) -> None:
    table = from_frame(
        pd.DataFrame([[1, 2], [3, 4]], columns=columns, index=index), target="", label="" if index is None else None
    )
    names = list(table.frame.columns)
    assert len(set(names)) == len(names)
    assert all(isinstance(name, str) and name for name in names)
    assert len(table.schema) == 2


@pytest.mark.parametrize(
    ("dtype", "kind"),
    [
        ("Int64", "integer"),
        ("UInt8", "integer"),
        ("Float32", "numeric"),
        ("boolean", "boolean"),
        ("int64[pyarrow]", "integer"),
        ("float64[pyarrow]", "numeric"),
        ("bool[pyarrow]", "boolean"),
        ("string", "categorical"),
        ("category", "categorical"),
        ("datetime64[ns]", "datetime"),
    ],
)
def test_a_column_of_gaps_alone_keeps_its_kind(dtype: str, kind: str) -> None:
    frame = pd.DataFrame({"v": pd.Series([None, None], dtype=dtype), "w": [1, 2]})
    found = from_frame(frame, target="", label="").schema["v"]
    assert found.missing == 1.0
    assert found.levels == ()
    assert found.low is None
    assert found.kind == kind
