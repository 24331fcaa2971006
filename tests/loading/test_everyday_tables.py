"""Tables as people have them: signs beside numbers, remarks above the header, sheets that are not the first."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import numpy as np
import pytest
from openpyxl import Workbook

from core.loading.tables import read_table


def column(cells: list[str]) -> Any:
    """A column of a CSV, read."""
    lines = "\n".join(f'"{cell}";{place}.5' for place, cell in enumerate(cells))
    return read_table(f"x;other\n{lines}\n".encode(), "x.csv", target="", label="")


@pytest.mark.parametrize(
    ("cells", "wanted"),
    [
        (["10%", "20.5 %", "0%"], [10, 20.5, 0]),
        (["$1200.50", "$999", "$15"], [1200.5, 999, 15]),
        (["$1,200.50", "$999.00", "$15.25"], [1200.5, 999, 15.25]),
        (["1.200,50 €", "999,00 €", "3,10 €"], [1200.5, 999, 3.1]),
        (["(1.5)", "2.5", "3"], [-1.5, 2.5, 3]),
        (["\N{MINUS SIGN}1.5", "2.5", "+3"], [-1.5, 2.5, 3]),
        (["-5%", "?", "7%"], [-5, np.nan, 7]),
    ],
)
def test_signs_beside_numbers(cells: list[str], wanted: list[float]) -> None:
    table = column(cells)
    np.testing.assert_array_equal(table.frame["x"].to_numpy(dtype=float), wanted)
    if "%" in cells[0]:
        assert any("the sign % is left out" in note for note in table.notes)


@pytest.mark.parametrize("cells", [["10%", "20", "30%"], ["$5", "€5", "$7"], ["5%", "low", "7%"], ["%", "5%", "6%"]])
def test_mixed_signs_stay_text(cells: list[str]) -> None:
    assert column(cells).frame["x"].tolist() == cells


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_remarks_above_the_header(end: str) -> None:
    text = end.join(["# exported, by a tool", "# on Monday", "a,b", "1,2", "3,4", ""])
    table = read_table(text.encode(), "x.csv", target="", label="")
    assert table.frame.to_dict("list") == {"a": [1, 3], "b": [2, 4]}
    assert "2 lines above the header skipped." in table.notes


def test_a_header_that_begins_with_the_sign_of_a_remark() -> None:
    table = read_table(b"## version 2\n#chrom\tpos\n1\t20\n2\t30\n", "x.tsv", target="", label="")
    assert table.frame.to_dict("list") == {"#chrom": [1, 2], "pos": [20, 30]}
    alone = read_table(b"#a,b\n1,2\n3,4\n", "x.csv", target="", label="")
    assert list(alone.frame.columns) == ["#a", "b"]


def book(*sheets: tuple[str, list[list[Any]]]) -> bytes:
    """An Excel file."""
    made = Workbook()
    made.remove(made.active)
    for title, rows in sheets:
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(row)
    content = io.BytesIO()
    made.save(content)
    return content.getvalue()


ROWS: list[list[Any]] = [["when", "ok", "v"], [dt.datetime(2020, 1, 1), True, 1.5], [dt.datetime(2020, 2, 1), False, 2]]


def test_the_first_sheet_with_a_table_is_read() -> None:
    table = read_table(book(("Read me", [["Sales of 2020"], ["by Ann"]]), ("Data", ROWS), ("More", ROWS)), "x.xlsx")
    assert list(table.frame.columns) == ["when", "ok", "v"]
    assert table.notes[0] == "Excel, sheet 'Data'."
    assert any("'Read me', 'More'" in note for note in table.notes)


def test_a_single_column_is_a_table_where_there_is_nothing_wider() -> None:
    table = read_table(book(("One", [["v"], [1], [2]]), ("Empty", [])), "x.xlsx", target="", label="")
    assert table.frame.to_dict("list") == {"v": [1, 2]}
    assert not any("not read" in note for note in table.notes)


def test_two_lines_of_header_are_joined() -> None:
    rows = [["Group A", None, "Group B", None], ["x", "y", "x", "y"], [1, 2, 3, 4], [5, 6, 7, 8]]
    table = read_table(book(("S", rows)), "x.xlsx", target="", label="")
    assert list(table.frame.columns) == ["Group A x", "Group A y", "Group B x", "Group B y"]
    assert table.frame["Group B y"].tolist() == [4, 8]


def test_text_below_a_header_with_a_gap_is_data() -> None:
    rows = [["name", None], ["Ann", "Oslo"], ["Bob", "Rome"]]
    table = read_table(book(("S", rows)), "x.xlsx", target="", label="")
    assert table.frame["name"].tolist() == ["Ann", "Bob"]


def test_a_title_above_two_columns() -> None:
    table = read_table(book(("S", [["Sales"], ["a", "b"], [1, "x"], [2, "y"]])), "x.xlsx", target="", label="")
    assert table.frame.to_dict("list") == {"a": [1, 2], "b": ["x", "y"]}
