"""Parquet and Excel files as pandas writes them, and those that no one should read."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pandas as pd
import pytest

from core.errors import InputError
from core.loading.tables import read_table


def _frame() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "i": [1, 2, 3],
            "f": [1.5, np.nan, 2.0],
            "t": pd.Series(["x", None, "é"], dtype="str"),
            "b": [True, False, True],
            "d": pd.to_datetime(["2020-01-01", "2020-01-02", "2020-01-03"]),
        }
    )


def test_parquet_keeps_values_and_categories() -> None:
    frame = _frame().assign(c=pd.Categorical(["u", "v", "u"], categories=["v", "u"]))
    buffer = io.BytesIO()
    frame.to_parquet(buffer)
    table = read_table(buffer.getvalue(), "t.parquet")
    pd.testing.assert_frame_equal(table.frame, frame, check_dtype=False, check_categorical=False)
    assert list(table.frame["c"].cat.categories) == ["v", "u"]
    assert table.schema["c"].kind == "categorical"


def test_parquet_leaves_out_lists_and_brings_back_the_index() -> None:
    frame = pd.DataFrame({"a": [1, 2], "l": [[1], [2, 3]]}, index=["first", "second"])
    buffer = io.BytesIO()
    frame.to_parquet(buffer)
    table = read_table(buffer.getvalue(), "t.parquet")
    assert table.schema["a"].kind == "integer"
    assert "first" in table.frame.to_numpy()
    assert any("'l'" in note for note in table.notes)


def test_excel_keeps_values() -> None:
    buffer = io.BytesIO()
    _frame().to_excel(buffer, index=False, sheet_name="Data")
    table = read_table(buffer.getvalue(), "t.xlsx")
    pd.testing.assert_frame_equal(table.frame, _frame(), check_dtype=False)
    assert table.notes[0] == "Excel, sheet 'Data'."


def test_excel_says_which_sheets_are_not_read_and_skips_titles() -> None:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["Report"], [], ["a", "b", "c"], [1, "1,5", None], [2, "#DIV/0!", "x"]):
        sheet.append(row)
    book.create_sheet("Other").append(["z"])
    buffer = io.BytesIO()
    book.save(buffer)
    table = read_table(buffer.getvalue(), "t.xlsx")
    assert list(table.frame["a"]) == [1, 2]
    assert table.frame["b"].iloc[0] == 1.5
    assert table.frame["b"].isna().tolist() == [False, True]
    assert any("'Other'" in note for note in table.notes)


def test_a_part_of_excel_that_is_one_text_over_and_over_is_refused_unread() -> None:
    """100 kB of empty shared texts would keep a worker busy for a minute."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        archive.writestr("xl/sharedStrings.xml", b"<sst>" + b"<si/>" * 3_000_000 + b"</sst>")
    with pytest.raises(InputError, match="unpacks to more than 200 times"):
        read_table(target.getvalue(), "t.xlsx")
