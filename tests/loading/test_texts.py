"""Text that is numbers or dates in disguise: read where every cell agrees, left alone where one does not."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.loading.texts import settle


def settled(cells: list[str | None], decimal: str = ".") -> tuple[pd.Series, str | None]:
    return settle(pd.Series(cells, dtype="str", name="v"), decimal)


@pytest.mark.parametrize(
    ("cells", "decimal", "wanted"),
    [
        (["1", "-2", "+3"], ".", [1, -2, 3]),
        (["1.5", "2"], ".", [1.5, 2.0]),
        ([" 1 ", "2"], ".", [1, 2]),
        (["1,234.5", "1,000"], ".", [1234.5, 1000.0]),
        (["1.234,5", "7"], ".", [1234.5, 7.0]),
        (["1,5", "2,25"], ".", [1.5, 2.25]),
        (["1.234", "5.678"], ",", [1234, 5678]),
        (["1.234", "5.678"], ".", [1.234, 5.678]),
        (["1'234", "5"], ".", [1234, 5]),
        (["1\u202f234", "5"], ",", [1234, 5]),
        (["1e3", "2E-2"], ".", [1000.0, 0.02]),
        ([".5", "1."], ".", [0.5, 1.0]),
        (["1", "?", "n/a"], ".", [1.0, None, None]),
        (["1", None, "#DIV/0!"], ".", [1.0, None, None]),
        (["1", "2", None], ".", [1.0, 2.0, None]),
    ],
)
def test_numbers_in_disguise(cells: list[str | None], decimal: str, wanted: list[float | None]) -> None:
    found, note = settled(cells, decimal)
    assert [None if pd.isna(cell) else cell for cell in found] == wanted
    assert note is not None
    assert "'v' is read as numbers" in note


@pytest.mark.parametrize(
    ("cells", "wanted", "words"),
    [
        (["2020-01-31", "2020-12-01"], ["2020-01-31", "2020-12-01"], "year, month, day"),
        (["31.01.2020", "1.2.2020"], ["2020-01-31", "2020-02-01"], "day, month, year"),
        (["31/01/2020", "01/02/2020"], ["2020-01-31", "2020-02-01"], "day, month, year"),
        (["01/31/2020", "02/01/2020"], ["2020-01-31", "2020-02-01"], "month, day, year"),
        (["01/02/2020", "03/04/2020"], ["2020-01-02", "2020-03-04"], "the day could be the month"),
        (["2020-01-31 12:30", "2020-02-01 00:00"], ["2020-01-31 12:30", "2020-02-01"], "year"),
        (["2020-01-31T12:30:15.5", "2020-02-01T00:00:00.0"], ["2020-01-31 12:30:15.5", "2020-02-01"], "year"),
    ],
)
def test_dates_in_disguise(cells: list[str], wanted: list[str], words: str) -> None:
    found, note = settled(cells)
    assert found.tolist() == [pd.Timestamp(cell) for cell in wanted]
    assert note is not None
    assert words in note


def test_a_gap_among_dates_is_missing() -> None:
    found, _ = settled(["2020-01-31", "?", None])
    assert found.isna().tolist() == [False, True, True]


@pytest.mark.parametrize(
    "cells",
    [
        ["a", "b"],
        ["1", "2", "x"],
        ["1,2,3", "4"],
        ["12,34.5", "1"],
        ["1.2.3", "4"],
        ["0x10", "1"],
        ["1_000", "2"],
        ["inf", "1"],
        ["1e", "2"],
        ["", "1"],
        ["2020-13-45", "2020-01-01"],
        ["2020-01-31", "soon"],
        ["12345678901234567890", "98765432109876543210"],
        ["١٢", "x"],
        [None, None],
        ["?", "-"],
        [],
    ],
)
def test_what_is_text_stays_the_very_object(cells: list[str | None]) -> None:
    column = pd.Series(cells, dtype="str", name="v")
    assert settle(column)[0] is column


def test_numbers_with_a_few_words_are_kept_and_said() -> None:
    found, note = settled(["1", "2", "3", "4", "5", "6", "7", "8", "9", "about ten"])
    assert found.iloc[-1] == "about ten"
    assert note is not None
    assert "mixes numbers and text ('about ten')" in note


def test_a_long_hostile_word_is_cut_in_the_note() -> None:
    _, note = settled([*map(str, range(9)), "<script>" * 100])
    assert note is not None
    assert len(note) < 120


@given(st.lists(st.integers(-(2**63) + 1, 2**63 - 1), min_size=1, max_size=20))
def test_whole_numbers_lose_no_digit(values: list[int]) -> None:
    found, _ = settled([str(value) for value in values])
    if all(len(str(abs(value))) >= 19 for value in values):
        assert found.tolist() == [str(value) for value in values], "identifiers stay text"
    else:
        assert found.tolist() == values


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20))
def test_floats_come_back_exactly(values: list[float]) -> None:
    found, _ = settled([repr(value) for value in values])
    assert found.astype("float64").tolist() == values


@given(st.lists(st.text(max_size=12) | st.none(), max_size=12), st.sampled_from([".", ","]))
def test_any_text_is_settled_without_losing_a_row(cells: list[str | None], decimal: str) -> None:
    cells = [None if cell is None else cell.encode("utf-8", "ignore").decode() for cell in cells]
    found, _ = settled(cells, decimal)
    assert len(found) == len(cells)
    assert all(pd.isna(found.iloc[at]) for at, cell in enumerate(cells) if cell is None)


@pytest.mark.parametrize("cells", [["9" * 5_000, "?", "3"], ["9" * 5_000 + " %", "1 %"]])
def test_a_note_never_holds_a_whole_cell(cells: list[str]) -> None:
    """A cell may be 20,000 letters long; Python reads no whole number of as many digits."""
    _, note = settled(cells)
    assert note is not None
    assert len(note) < 160
