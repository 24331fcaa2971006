"""Coercions lose no value, and the corners of loading that real files seldom reach."""

from __future__ import annotations

import io
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError, NotApplicable
from core.loading.coerce import STEPS, is_text
from core.loading.convert import as_kind
from core.loading.demands import demands
from core.loading.frames import from_frame
from core.loading.match import match
from core.loading.tables import read_table
from core.loading.understood import understood
from core.models import wrap

_NUMPY, _FLOAT, _OBJECT, _CATEGORY, _NUMBERS = (step for step, _ in STEPS)


@pytest.mark.parametrize(
    ("cells", "dtype", "wanted"),
    [
        ([1, 2], "Int64", "int64"),
        ([1, None], "Int64", "float64"),
        ([1.5, None], "Float64", "float64"),
        ([True, False], "boolean", "int64"),
        ([True, None], "boolean", "float64"),
        ([True, np.nan, False], "object", "float64"),
        ([True, False], "bool", "int64"),
        (["a", "b"], "object", "object"),
        (["a", "b"], "str", "str"),
        ([1.5], "float32", "float32"),
    ],
)
def test_plain_numbers_keep_values_and_gaps(cells: list[object], dtype: str, wanted: str) -> None:
    column = pd.Series(cells, dtype=dtype)
    found = _NUMPY(column)
    assert str(found.dtype) == wanted
    assert found.isna().tolist() == column.isna().tolist()
    if wanted != str(column.dtype):
        assert found.dropna().tolist() == [float(cell) for cell in column.dropna()]


@given(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1))
def test_whole_numbers_become_floats_only_where_that_is_exact(cells: list[int]) -> None:
    column = pd.Series(cells, dtype="int64")
    assert _FLOAT(column).tolist() == cells
    assert (_FLOAT(column).dtype == np.float64) == all(abs(cell) <= 2**53 for cell in cells)


def test_text_steps_leave_numbers_alone() -> None:
    numbers, text = pd.Series([1, 2]), pd.Series(["x", None], dtype="str")
    for step in (_OBJECT, _CATEGORY, _NUMBERS):
        assert step(numbers) is numbers
    assert _OBJECT(text).tolist()[0] == "x"
    assert _CATEGORY(text).dtype == "category"
    assert _NUMBERS(text) is text
    assert _NUMBERS(pd.Series(["1", "2.5"], dtype="str")).tolist() == [1.0, 2.5]
    assert not is_text(pd.Series(pd.Categorical([1, 2])))


def test_kinds_leave_what_has_the_type_already() -> None:
    dates, numbers = pd.Series(pd.to_datetime(["2020-01-01"])), pd.Series([1.5])
    assert as_kind(dates, "datetime") is dates
    assert as_kind(numbers, "numeric") is numbers
    with pytest.raises(InputError, match="does not hold a number"):
        as_kind(dates.rename("d"), "numeric")
    with pytest.raises(InputError, match="does not hold a number"):
        as_kind(pd.Series(["2020-01-01", "2020-01-02"], name="d"), "numeric")
    mixed = pd.Series(["2020-01-01", "2020-01-01T10:00:00"], name="d")
    assert as_kind(mixed, "datetime").iloc[1] == pd.Timestamp("2020-01-01 10:00")


@dataclass(frozen=True)
class _Remote:
    """A model that lives elsewhere: it binds names itself and has no portable form."""

    features: tuple[str, ...]
    named: bool = False
    levels: dict[str, tuple[object, ...]] = field(default_factory=dict)
    task: str = "regression"
    classes: tuple[str, ...] = ()
    kind: str = "remote"
    family: str = "function"
    name: str = "remote"
    fingerprint: str = "0"
    margin_scale: None = None

    def predict(self, frame: pd.DataFrame) -> np.ndarray:
        return frame.to_numpy(dtype=float).sum(axis=1, keepdims=True)

    def portable(self) -> None:
        raise NotApplicable("It does not convert.")

    def rebind(self, names: tuple[str, ...]) -> _Remote:
        return _Remote(tuple(names), named=True)


def test_a_remote_model_binds_names_itself() -> None:
    frame = pd.DataFrame({"a": [1, 2], "b": [3.5, 4.5]})
    found = match(_Remote(("x0", "x1")), from_frame(frame))  # type: ignore[arg-type]
    assert found.model.features == ("a", "b")
    assert understood(found.model, found.table).function == "the function given, as values"


def test_a_model_that_does_not_convert_demands_nothing() -> None:
    assert demands(_Remote(("a",))) == {}  # type: ignore[arg-type]


def test_parquet_that_repeats_names_or_spells_dates_and_decimals() -> None:
    from decimal import Decimal

    table = pa.table(
        {
            "day": pa.array([18262, None], pa.date32()),
            "money": pa.array([Decimal("1.50"), Decimal("2.25")]),
            "none": pa.nulls(2),
            "flag": pa.array([True, None]),
            "n": [1, 2],
        }
    )
    buffer = io.BytesIO()
    pq.write_table(table, buffer)
    found = read_table(buffer.getvalue(), "t.parquet").frame
    assert found["day"].iloc[0] == pd.Timestamp("2020-01-01")
    assert found["money"].tolist() == [1.5, 2.25]
    assert found["none"].isna().all()
    assert found["flag"].tolist()[0] is True
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"]), buffer)
    with pytest.raises(InputError, match="repeated"):
        read_table(buffer.getvalue(), "t.parquet")


def test_a_multi_index_and_a_taken_index_name() -> None:
    frame = pd.DataFrame({"n": [1, 2]}, index=pd.MultiIndex.from_tuples([("a", 1), ("b", 2)], names=["x", "y"]))
    assert set(from_frame(frame, label="").frame.columns) == {"x", "y", "n"}
    taken = pd.DataFrame({"n": [1, 2]}, index=pd.Index([5, 6], name="n"))
    assert from_frame(taken).frame.columns.tolist() == ["n"]


def test_a_function_is_said_to_be_asked() -> None:
    frame = pd.DataFrame({"a": [1.0, 2.0]})
    model = wrap(lambda rows: rows["a"].to_numpy() * 2, features=["a"], task="regression")
    assert "function" in understood(model, from_frame(frame)).function
