"""Rows as the matrices and frames that libraries take: no value changes in silence."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from core.errors import ModelError
from core.models.rows import CutLevel, level_codes, numbers, placeholders, plain_frame

NAN = float("nan")


@pytest.mark.parametrize(
    ("cells", "dtype", "wanted"),
    [
        ([1, 2], "int64", [1.0, 2.0]),
        ([True, False], "bool", [1.0, 0.0]),
        ([1, None], "Int64", [1.0, NAN]),
        ([True, None], "boolean", [1.0, NAN]),
        ([1.5, None], "Float64", [1.5, NAN]),
        ([1, None], "int64[pyarrow]", [1.0, NAN]),
        ([1, None], object, [1.0, NAN]),
        ([pd.NA, None], object, [NAN, NAN]),
        ([True, False], object, [1.0, 0.0]),
        (["1.5", " 2 "], "str", [1.5, 2.0]),
        ([10**30, 1], object, [1e30, 1.0]),
        (pd.Categorical([3, 1]), "category", [3.0, 1.0]),
        (pd.arrays.SparseArray([0, 2.5]), "Sparse[float64]", [0.0, 2.5]),
    ],
)
@pytest.mark.parametrize("beside", [False, True], ids=["alone", "beside a level"])
def test_cells_of_any_type_become_the_numbers_they_are(
    cells: Any, dtype: Any, wanted: list[float], beside: bool
) -> None:
    frame = pd.DataFrame({"x": pd.Series(cells, dtype=dtype)})
    levels = {"kind": ("b", "a")} if beside else None
    if beside:
        frame["kind"] = ["a", "b"]
    matrix = numbers(frame, np.float64, levels)
    assert matrix.flags.c_contiguous
    np.testing.assert_array_equal(matrix[:, 0], wanted)
    if beside:
        np.testing.assert_array_equal(matrix[:, 1], [1.0, 0.0])


@pytest.mark.parametrize(
    ("cells", "dtype", "what"),
    [
        (["own", "1"], "str", "'own' in 1 of 2 rows"),
        (["nan", ""], "str", "'nan' in 2 of 2 rows"),
        (["x" * 500, "1"], "str", "'" + "x" * 60 + "'"),
        ([[1], [2]], object, "must hold numbers"),
        ([1 + 2j, 3], "complex128", "complex numbers"),
        (["2020-01-01", None], "datetime64[s]", "holds dates"),
        ([1, 2], "timedelta64[s]", "holds dates"),
    ],
)
def test_what_is_no_number_is_refused_by_its_column(cells: Any, dtype: Any, what: str) -> None:
    frame = pd.DataFrame({"fine": [1, 2], "odd <b>": pd.Series(cells, dtype=dtype)})
    with pytest.raises(ModelError) as caught:
        numbers(frame, np.float32)
    said = str(caught.value)
    assert "odd <b>" in said
    assert what in said
    assert caught.value.hint


def test_arrays_and_sparse_matrices_only_change_their_type() -> None:
    rows = np.arange(6, dtype=np.int64).reshape(2, 3).T
    dense = numbers(rows, np.float32)
    assert dense.dtype == np.float32
    assert dense.flags.c_contiguous
    np.testing.assert_array_equal(dense, rows)
    thin = numbers(sparse.csc_matrix(rows), np.float64)
    assert sparse.issparse(thin)
    assert thin.format == "csr"
    np.testing.assert_array_equal(thin.toarray(), rows)


def test_no_rows_and_one_column_keep_their_shape() -> None:
    assert numbers(pd.DataFrame({"a": [], "b": []}), np.float64).shape == (0, 2)
    assert numbers(pd.DataFrame({"a": pd.Series([], dtype="str")}), np.float64).shape == (0, 1)
    assert numbers(pd.DataFrame({"ä": [1]}), np.float64).tolist() == [[1.0]]


@given(st.lists(st.sampled_from(["a", "b", "ü", "", "1", None]), max_size=12))
def test_level_codes_are_positions_and_gaps_for_the_unknown(cells: list[str | None]) -> None:
    levels = ("b", "a", "", "ü")
    wanted = [levels.index(cell) if cell in levels else NAN for cell in cells]
    for dtype in (object, "str", "category"):
        np.testing.assert_array_equal(level_codes(pd.Series(cells, dtype=dtype), levels), wanted)


@pytest.mark.parametrize("cells", [[1, 3], [1.0, 3.0], ["1", "3"], pd.array([1, 3], dtype="Int64")])
@pytest.mark.parametrize("levels", [(3, 1), (3.0, 1.0), ("3", "1")])
def test_a_level_is_the_same_however_it_is_written(cells: Any, levels: tuple[Any, ...]) -> None:
    np.testing.assert_array_equal(level_codes(pd.Series(cells), levels), [1.0, 0.0])


def test_a_level_whose_end_is_lost_is_taken_only_when_one_fits() -> None:
    levels = (CutLevel("M", 7), "plain", CutLevel("Mü", 7))
    with pytest.raises(ModelError, match="cannot be told apart"):
        level_codes(pd.Series(["München"]), levels)
    assert level_codes(pd.Series(["Münster", "plain", None], name="city"), (CutLevel("Mü", 7), "plain"))[
        :2
    ].tolist() == [
        0.0,
        1.0,
    ]
    with pytest.raises(ModelError, match="'Köln' of column 'city'"):
        level_codes(pd.Series(["Köln"], name="city"), (CutLevel("Mü", 7), "plain"))
    assert np.isnan(level_codes(pd.Series(["Köln"]), ("Bonn",))).all()  # nothing is cut: unknown is missing
    assert not CutLevel("1", 1).fits(1)


@pytest.mark.parametrize(
    ("cells", "dtype", "wanted"),
    [
        ([1, None], "Int64", np.float64),
        ([1, 2], "Int64", np.int64),
        ([1, 2], "int64[pyarrow]", np.int64),
        ([1.5, 2], "Float32", np.float64),
        ([True, False], "boolean", np.bool_),
        ([True, None], "boolean", object),
        (["a", None], "str", object),
        (["a", None], "string", object),
        ([2**64 - 1, 0], "UInt64", np.uint64),
    ],
)
def test_pandas_own_types_become_numpy_s_with_the_same_values(cells: list[Any], dtype: str, wanted: Any) -> None:
    frame = pd.DataFrame({"x": pd.Series(cells, dtype=dtype)})
    plain = plain_frame(frame)["x"]
    assert plain.dtype == np.dtype(wanted)
    assert plain.isna().tolist() == [cell is None for cell in cells]
    assert plain.dropna().tolist() == [cell for cell in cells if cell is not None]
    assert frame["x"].dtype == dtype, "the person's frame is left as it is"


def test_a_plain_frame_is_the_very_object_and_categories_stay() -> None:
    frame = pd.DataFrame({"n": [1.5], "c": pd.Categorical(["a"]), "d": pd.to_datetime(["2020-01-01"])})
    assert plain_frame(frame) is frame
    assert plain_frame(frame.assign(t=pd.Series(["x"], dtype="str")))["c"].dtype == frame["c"].dtype


def test_placeholders_are_numbered_from_zero() -> None:
    assert placeholders(3) == ("x0", "x1", "x2")
    assert placeholders(0) == ()
