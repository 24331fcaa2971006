"""CSV in all the ways people write it: the same values come out, and what was done is said."""

from __future__ import annotations

import gzip
import io

import numpy as np
import pandas as pd
import pytest

from core.loading.tables import read_table
from core.types import Table


def _read(text: str | bytes, **roles: object) -> Table:
    return read_table(text.encode() if isinstance(text, str) else text, "t.csv", **roles)


def _cells(table: Table) -> dict[str, list[object]]:
    return table.frame.to_dict("list")


PLAIN = {"naïve": [1, 2, 3], "b": [1.5, 2.25, -3.0], "text": ["x", "é, y", "z"]}


def _written(separator: str, encoding: str, line: str = "\n", decimal: str = ".") -> bytes:
    text = pd.DataFrame(PLAIN).to_csv(index=False, sep=separator, lineterminator=line, decimal=decimal)
    return text.encode(encoding)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252", "latin-1"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_every_encoding_and_separator_gives_the_same_cells(encoding: str, separator: str) -> None:
    assert _cells(_read(_written(separator, encoding))) == PLAIN


@pytest.mark.parametrize("line", ["\n", "\r\n", "\r"])
def test_every_line_end_gives_the_same_cells(line: str) -> None:
    assert _cells(_read(_written(",", "utf-8", line))) == PLAIN


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_decimal_commas_are_found_and_said(separator: str) -> None:
    table = _read(_written(separator, "utf-8", decimal=","))
    assert _cells(table) == PLAIN
    assert any("Decimal commas" in note for note in table.notes)


def test_decimal_commas_in_quotes_between_commas() -> None:
    assert _cells(_read('a,b\n"1,5",x\n"2,25",y\n'))["a"] == [1.5, 2.25]


def test_a_decimal_comma_file_without_header() -> None:
    table = _read("1,5;2,5\n3,5;4,5\n")
    assert _cells(table) == {"column 1": [1.5, 3.5], "column 2": [2.5, 4.5]}


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ('n,m\n"1,234",x\n"12,345.5",y\n', [1234.0, 12345.5]),
        ("n;m\n1.234;0,5\n12.345;1,5\n", [1234, 12345]),
        ("n;m\n1.234,25;x\n2,5;y\n", [1234.25, 2.5]),
        ("n,m\n1 234,x\n12 345,y\n", [1234, 12345]),
        ("n,m\n1'234.5,x\n2.5,y\n", [1234.5, 2.5]),
        ("n,m\n-1e3,x\n2.5E-2,y\n", [-1000.0, 0.025]),
        ("n,m\n 7,x\n 8,y\n", [7, 8]),
    ],
)
def test_thousands_and_exponents(text: str, values: list[float]) -> None:
    assert _cells(_read(text))["n"] == values


def test_quoted_newlines_quotes_and_separators() -> None:
    cells = ["two\nlines", 'say "hi"', "a, b", "a;b"]
    text = pd.DataFrame({"t": cells, "n": [1, 2, 3, 4]}).to_csv(index=False)
    assert _cells(_read(text)) == {"t": cells, "n": [1, 2, 3, 4]}


def test_newlines_in_the_header() -> None:
    assert _cells(_read('"a\nb",c\n1,2\n')) == {"a b": [1], "c": [2]}


def test_quotes_after_spaces() -> None:
    assert _cells(_read('a, "b"\n1, "x, y"\n2, "z"\n')) == {"a": [1, 2], "b": ["x, y", "z"]}


def test_names_that_are_empty_repeated_or_odd_are_made_usable_and_said() -> None:
    table = _read("a,a,, b\u200b ,a.1\n1,2,3,4,5\n")
    assert list(table.frame.columns) == ["a", "a.2", "Unnamed: 2", "b", "a.1"]
    said = " ".join(table.notes)
    assert "without a name" in said
    assert "tidied" in said
    assert "numbered" in said


def test_names_are_those_of_pandas_where_pandas_has_some() -> None:
    text = "x,x,,x\n1,2,3,4\n"
    assert list(_read(text).frame.columns) == list(pd.read_csv(io.StringIO(text)).columns)


def test_a_name_longer_than_a_page_is_cut() -> None:
    table = _read("n" * 5000 + ",b\n1,2\n")
    assert len(table.frame.columns[0]) == 120


@pytest.mark.parametrize("rows", ["0,x,1\n1,y,2\n", "7,x,1\n9,y,2\n"])
def test_an_index_column_names_the_rows(rows: str) -> None:
    table = _read(",t,n\n" + rows)
    assert table.label == "Unnamed: 0"
    assert table.schema.names == ("t", "n")


def test_row_names_without_a_header_over_them() -> None:
    table = _read('"n","m"\n"first",1,2\n"second",3,4\n')
    assert table.label == "Unnamed: 0"
    assert table.row_name(1) == "second"
    assert table.schema.names == ("n", "m")


def test_a_first_column_of_unique_text_names_the_rows() -> None:
    rows = "".join(f"place {i},{i}\n" for i in range(12))
    table = _read("where,n\n" + rows)
    assert table.label == "where"
    assert any("names the rows" in note for note in table.notes)
    assert _read("where,n\n" + rows, label="").label is None


def test_truth_values_stay_what_pandas_makes_of_them() -> None:
    table = _read("a,b,c,d\ntrue,yes,1,True\nfalse,no,0,\ntrue,yes,1,False\n")
    assert table.frame["a"].dtype == bool
    assert table.schema["a"].kind == table.schema["b"].kind == table.schema["d"].kind == "boolean"
    assert table.schema["a"].levels == (True, False)
    assert table.schema["b"].levels == ("yes", "no")
    assert table.schema["c"].kind == "integer"
    assert table.schema["d"].missing == pytest.approx(1 / 3)
    assert set(table.schema["d"].levels) == {True, False}


@pytest.mark.parametrize(
    ("cells", "first"),
    [
        (["2020-03-31", "2021-04-01"], "2020-03-31"),
        (["31.12.2020", "01.02.2021"], "2020-12-31"),
        (["31/12/2020", "01/02/2021"], "2020-12-31"),
        (["12/31/2020", "02/01/2021"], "2020-12-31"),
        (["2020/12/31", "2021/02/01"], "2020-12-31"),
        (["2020-03-31T10:20:30", "2021-04-01T00:00:00"], "2020-03-31T10:20:30"),
        (["31.12.2020 08:15", "01.02.2021 09:00"], "2020-12-31T08:15"),
    ],
)
def test_dates(cells: list[str], first: str) -> None:
    table = _read("d,n\n" + "".join(f"{cell},{i}\n" for i, cell in enumerate(cells)))
    assert table.frame["d"].iloc[0] == pd.Timestamp(first)
    feature = table.schema["d"]
    assert feature.kind == "datetime"
    assert feature.low == pd.Timestamp(first).timestamp()


def test_a_date_that_could_be_read_both_ways_is_said() -> None:
    table = _read("d,n\n01/02/2020,1\n03/04/2020,2\n")
    assert table.frame["d"].iloc[0] == pd.Timestamp("2020-01-02")
    assert any("could be the month" in note for note in table.notes)


@pytest.mark.parametrize("cells", [["12:30", "08:15"], ["0x1F", "0x20"], ["1.2.3", "1.2.4"], ["3-4", "5-6"]])
def test_what_only_looks_like_a_number_stays_text(cells: list[str]) -> None:
    assert _cells(_read("t,n\n" + "".join(f"{cell},{i}\n" for i, cell in enumerate(cells))))["t"] == cells


def test_identifiers_too_long_for_a_number_stay_text() -> None:
    cells = ["12345678901234567890", "12345678901234567891"]
    assert _cells(_read("t,n\n" + "".join(f"{cell},{i}\n" for i, cell in enumerate(cells))))["t"] == cells


def test_mixed_columns_say_what_does_not_fit() -> None:
    table = _read("m,n\n" + "".join(f"{i},{i}\n" for i in range(20)) + "12kg,3\n")
    assert table.frame["m"].iloc[20] == "12kg"
    assert any("'12kg'" in note and "mixes" in note for note in table.notes)


def test_signs_for_missing_numbers() -> None:
    table = _read("m,n\n1,1\n?,2\n3,3\n-,4\n")
    np.testing.assert_array_equal(table.frame["m"], [1.0, np.nan, 3.0, np.nan])
    assert any("stands for a missing value" in note for note in table.notes)


def test_missing_text_is_nan_as_in_pandas() -> None:
    text = "t,n\nx,1\n,2\nNA,3\nnull,4\nnone,5\n"
    table, frame = _read(text), pd.read_csv(io.StringIO(text))
    pd.testing.assert_frame_equal(table.frame, frame)
    assert table.schema["t"].missing == 3 / 5


def test_short_rows_are_filled_and_said() -> None:
    table = _read("a,b,c\n1,2,3\n4,5\n6\n7,8,9\n")
    assert table.frame["c"].isna().tolist() == [False, True, True, False]
    assert any("2 rows were shorter" in note for note in table.notes)


def test_separators_at_each_end_of_line_make_no_column() -> None:
    assert _read("a,b\n1,2,\n3,4,\n").schema.names == ("a", "b")


def test_lines_above_the_header() -> None:
    table = _read("Report of May\n\na,b,c\n1,2,3\n4,5,6\n")
    assert _cells(table) == {"a": [1, 4], "b": [2, 5], "c": [3, 6]}
    assert any("skipped" in note for note in table.notes)
    assert _cells(_read("sep=;\na;b\n1;2\n")) == {"a": [1], "b": [2]}


def test_other_signs_in_every_row_do_not_pass_for_the_separator() -> None:
    rows = "".join(f"=cmd|' /C calc'!A0,<b>{i}</b>,{i}\n" for i in range(20))
    table = _read('<script>alert(1)</script>,"![x](y)",v\n' + rows)
    assert list(table.frame.columns) == ["<script>alert(1)</script>", "![x](y)", "v"]
    assert table.frame["v"].tolist() == list(range(20))


def test_counting_names_are_a_header_and_other_numbers_are_not() -> None:
    assert _read("0,1,2\n5,6,7\n").frame.shape == (1, 3)
    assert _read("2019,2020,2021\n5,6,7\n").frame.shape == (1, 3)
    assert _read("5.1,3.5,1.4\n4.9,3.0,1.4\n").frame.shape == (2, 3)


def test_one_column_with_gaps() -> None:
    assert len(_read(pd.DataFrame({"a": [1.5, np.nan, 2.5]}).to_csv(index=False))) == 3


def test_cells_kept_as_written() -> None:
    table = _read("zip,n\n00501,1\n02134,2\n", kinds={"zip": "text"})
    assert _cells(table)["zip"] == ["00501", "02134"]
    assert table.schema["zip"].kind == "text"


def test_gzip() -> None:
    table = _read(gzip.compress(_written(";", "utf-16")))
    assert _cells(table) == PLAIN
    assert "Unpacked" in table.notes[0]


def test_a_hundred_thousand_rows_keep_every_cell_and_pandas_types() -> None:
    rng = np.random.default_rng(0)
    count = 100_000
    frame = pd.DataFrame(
        {
            "f": rng.normal(size=count),
            "i": rng.integers(-(2**62), 2**62, count),
            "t": pd.Series(rng.choice(["red", "green", None], count), dtype="str"),
            "b": rng.random(count) > 0.5,
            "g": np.where(rng.random(count) < 0.1, np.nan, rng.integers(0, 9, count)),
        }
    )
    table = read_table(frame.to_csv(index=False).encode(), "long.csv")
    pd.testing.assert_frame_equal(table.frame, frame)


def test_the_same_file_gives_the_same_fingerprint_and_another_cell_another() -> None:
    data = _written(",", "utf-8")
    assert _read(data).fingerprint == _read(data).fingerprint
    assert _read(data).fingerprint != _read(data.replace(b"2.25", b"2.26")).fingerprint
    assert _read(data).fingerprint != _read(data, target="b").fingerprint
    assert _read(data).fingerprint != _read(data, kinds={"b": "categorical"}).fingerprint


def test_text_of_a_long_table_lies_in_one_piece() -> None:
    """Taking one row of text in many pieces costs time in proportion to the table."""
    count = 400_000
    data = ("t,n\n" + "".join(f"some text number {i % 977} of a long file,{i}\n" for i in range(count))).encode()
    assert len(data) > 16 << 20  # more than one block of the parser
    column = _read(data).frame["t"]
    pieces = column.array.__arrow_array__()
    assert getattr(pieces, "num_chunks", 1) == 1
    assert column.iloc[count - 1] == f"some text number {(count - 1) % 977} of a long file"
