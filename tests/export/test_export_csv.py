from __future__ import annotations

import io

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.export.csv import neutral, to_csv


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0"])
def test_formulas_become_text(cell: str) -> None:
    assert neutral(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", [-1, -1.5, 0, None, True, "a=b", "", "1-2"])
def test_numbers_and_plain_text_stay(cell: object) -> None:
    assert neutral(cell) == cell


@given(
    st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00\r"), max_size=12), min_size=1, max_size=6)
)
def test_no_cell_of_the_file_starts_a_formula(cells: list[str]) -> None:
    content = to_csv(pd.DataFrame({"=head": cells, "n": range(len(cells))}))
    again = pd.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False, encoding="utf-8-sig")
    assert list(again.columns) == ["'=head", "n"]
    assert not again["'=head"].str.startswith(("=", "+", "-", "@", "\t", "\r")).any()
    restored = [cell[1:] if cell[:1] == "'" and cell[1:2] in tuple("=+-@\t") else cell for cell in again["'=head"]]
    assert [cell.lstrip("'") for cell in restored] == [cell.lstrip("'") for cell in cells]


def test_numbers_are_written_in_full() -> None:
    content = to_csv(pd.DataFrame({"x": [0.1 + 0.2, -1e-17]})).decode("utf-8-sig")
    assert content.splitlines() == ["x", "0.30000000000000004", "-1e-17"]
