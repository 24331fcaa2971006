"""Every cell of every type counts in a table's digest; how a column is stored does not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.fingerprint import of_frame

CELLS: dict[str, tuple[object, object, str | None]] = {
    "float": ([1.0, 2.0], [1.0, np.nextafter(2.0, 3)], None),
    "float32": (np.float32([1, 2]), np.float32([1, 2.0000002]), None),
    "missing number": ([1.0, np.nan], [1.0, 0.0], None),
    "integer": ([1, 2**62], [1, 2**62 + 1], None),
    "flag": ([True, False], [True, True], None),
    "text": (["ab", "c"], ["a", "bc"], "str"),
    "missing text": (["a", None], ["a", ""], "str"),
    "missing at another place": ([None, "", "a"], ["", None, "a"], "str"),
    "text of letters beyond ASCII": (["é"], ["e\u0301"], "str"),
    "date": (["2020-01-01"], ["2020-01-02"], "datetime64[us]"),
    "missing date": (["2020-01-01", None], ["2020-01-01", "2020-01-01"], "datetime64[us]"),
    "object of another type": ([1, "a"], ["1", "a"], "object"),
    "truth or number": ([1, "a"], [True, "a"], "object"),
    "nullable": ([1, None], [1, 0], "Int64"),
}


@pytest.mark.parametrize("name", CELLS)
def test_one_cell_changes_the_digest(name: str) -> None:
    first, second, dtype = CELLS[name]
    frames = [pd.DataFrame({"a": pd.Series(cells, dtype=dtype)}) for cells in (first, second)]
    assert of_frame(frames[0]) != of_frame(frames[1])
    assert of_frame(frames[0]) == of_frame(frames[0].copy(deep=True))


def test_categories_count_with_their_order() -> None:
    codes = [pd.Categorical.from_codes([0, 1], categories=levels) for levels in (["a", "b"], ["a", "c"])]
    ordered = pd.Categorical.from_codes([0, 1], categories=["a", "b"], ordered=True)
    digests = {of_frame(pd.DataFrame({"x": cells})) for cells in (*codes, ordered)}
    assert len(digests) == 3


def test_names_types_order_and_index_count() -> None:
    frame = pd.DataFrame({"a": [1, 2], "b": [3, 4]})
    others = [
        frame.rename(columns={"a": "A"}),
        frame[["b", "a"]],
        frame.astype({"a": "int32"}),
        frame.astype({"a": "float64"}),
        frame.set_axis([5, 6]),
        frame.iloc[:1],
        frame.assign(c=1),
    ]
    assert len({of_frame(other) for other in (frame, *others)}) == 8


@given(
    st.lists(st.text(st.characters(codec="utf-8"), max_size=5) | st.none(), min_size=1, max_size=12), st.integers(0, 12)
)
def test_how_text_is_chunked_or_sliced_does_not_count(cells: list[str | None], cut: int) -> None:
    whole = pd.Series(cells, dtype="str")
    halves = pa.chunked_array([pa.array(cells[:cut], pa.string()), pa.array(cells[cut:], pa.string())])
    sliced = pd.Series(["before", *cells, None], dtype="str").iloc[1 : len(cells) + 1].reset_index(drop=True)
    chunked = halves.to_pandas()
    frames = [pd.DataFrame({"t": column}) for column in (whole, sliced, chunked.astype("str"))]
    assert len({of_frame(frame) for frame in frames}) == 1


def test_how_numbers_lie_in_memory_does_not_count() -> None:
    values = np.arange(12.0).reshape(4, 3)
    rows, columns = pd.DataFrame(values), pd.DataFrame(np.asfortranarray(values))
    strided = pd.DataFrame({0: np.arange(0, 12.0, 1)[::3], 1: values[:, 1], 2: values[:, 2]})
    assert of_frame(rows) == of_frame(columns) == of_frame(strided)


def test_a_single_cell_far_down_a_long_table_counts() -> None:
    frame = pd.DataFrame({"a": np.zeros(300_000), "t": pd.Series(["x"] * 300_000, dtype="str")})
    other = frame.copy()
    other.loc[271_828, "t"] = "y"
    assert of_frame(frame) != of_frame(other)
