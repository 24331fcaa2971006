"""Any frame, written as CSV in any usual way, comes back with the same values."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.loading.budgets import MAX_NAME
from core.loading.tables import read_table
from core.types import Table

_WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"], include_characters="\n"), min_size=1, max_size=12
).map(lambda text: f"w{text}q")
"""Letters around keep a word from being a number, a date or a sign for missing."""
_NAMES = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=1, max_size=10).map(
    lambda text: f"n{text}"
)


def _columns(rows: int) -> st.SearchStrategy[pd.Series]:
    floats = st.floats(allow_nan=False, allow_infinity=False, width=64)
    gaps = st.none()
    return st.one_of(
        st.lists(floats, min_size=rows, max_size=rows).map(lambda cells: pd.Series(cells, dtype="float64")),
        st.lists(floats | gaps, min_size=rows, max_size=rows).map(lambda cells: pd.Series(cells, dtype="float64")),
        st.lists(st.integers(-(2**63), 2**63 - 1), min_size=rows, max_size=rows).map(
            lambda cells: pd.Series(cells, dtype="int64")
        ),
        st.lists(st.booleans(), min_size=rows, max_size=rows).map(lambda cells: pd.Series(cells, dtype="bool")),
        st.lists(_WORDS | gaps, min_size=rows, max_size=rows).map(lambda cells: pd.Series(cells, dtype="str")),
    )


@st.composite
def _frames(draw: st.DrawFn) -> pd.DataFrame:
    rows = draw(st.integers(2, 8))
    names = draw(st.lists(_NAMES, min_size=2, max_size=5, unique=True))
    return pd.DataFrame({name: draw(_columns(rows)) for name in names})


@given(
    frame=_frames(),
    separator=st.sampled_from([",", ";", "\t", "|"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    line=st.sampled_from(["\n", "\r\n"]),
)
def test_any_frame_comes_back(frame: pd.DataFrame, separator: str, encoding: str, line: str) -> None:
    text = frame.to_csv(index=False, sep=separator, lineterminator=line)
    table = read_table(text.encode(encoding), "t.csv", target="", label="")
    back = table.frame
    assert list(back.columns) == list(frame.columns)
    for name in frame.columns:
        wanted, found = frame[name], back[name]
        assert found.isna().tolist() == wanted.isna().tolist()
        if wanted.isna().all():
            continue
        if wanted.dtype.kind == "f":
            np.testing.assert_array_equal(found.to_numpy(dtype=float), wanted.to_numpy())
        else:
            assert found.dropna().tolist() == wanted.dropna().tolist()


@given(names=st.lists(st.text(max_size=200), min_size=1, max_size=6))
def test_any_header_gives_usable_names(names: list[str]) -> None:
    from core.loading.columns import tidy

    tidied, _ = tidy(names)
    assert len(set(tidied)) == len(names)
    assert all(name == name.strip() and name and not any(sign < " " for sign in name) for name in tidied)
    assert all(len(name) <= MAX_NAME + 8 for name in tidied)
    assert tidy(names)[0] == tidied
    assert tidy(tidied)[0] == tidied


def _is_answered(data: bytes) -> None:
    """Either a table with rows and features, or an error whose three parts are there."""
    answer: Table | InputError | None = None
    try:
        answer = read_table(data, "x")
    except InputError as error:
        parts = (error.what, error.why, error.hint)
        answer = error if all(part.strip() for part in parts) else None
    assert answer is not None
    assert isinstance(answer, InputError) or (len(answer) >= 1 and len(answer.schema) >= 1)


@given(data=st.binary(max_size=300))
def test_any_bytes_are_a_table_or_an_answer_in_words(data: bytes) -> None:
    _is_answered(data)


@given(text=st.text(st.sampled_from('ab1,;"\n\r\t .-?e'), max_size=120))
def test_any_scraps_of_csv_are_a_table_or_an_answer_in_words(text: str) -> None:
    _is_answered(text.encode())
