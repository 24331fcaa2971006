"""Files that are no table, damaged or hostile: each is answered by a message with what, why and hint."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.errors import InputError
from core.loading import budgets
from core.loading.tables import read_table
from tests.written import excel, parquet, zipped


def _sheet(xml: str) -> bytes:
    """A real workbook whose sheet was replaced."""
    source = zipfile.ZipFile(io.BytesIO(excel([["a", "b"], [1, 2]])))
    members = {name: source.read(name) for name in source.namelist()}
    members["xl/worksheets/sheet1.xml"] = xml.encode()
    return zipped(members)


_FRAME = pd.DataFrame({"a": np.arange(500), "b": ["text"] * 500})
_SPREAD = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def _footer_lies() -> bytes:
    """A Parquet footer cut short while its length stays."""
    data = bytearray(parquet(_FRAME))
    data[-40:-8] = b"\xff" * 32
    return bytes(data)


def _parquet_bomb() -> bytes:
    """A long text once in the dictionary, two million times in the rows."""
    column = pa.DictionaryArray.from_arrays(pa.array(np.zeros(2_000_000, np.int32)), pa.array(["x" * 10_000]))
    buffer = io.BytesIO()
    pq.write_table(pa.table({"a": column}), buffer)
    return buffer.getvalue()


def _many_cells() -> bytes:
    """A small Parquet file with more cells than are read."""
    rows = budgets.MAX_CELLS // 20 + 1
    column = pa.array(np.zeros(rows, np.int8))
    buffer = io.BytesIO()
    pq.write_table(pa.table({f"c{i}": column for i in range(20)}), buffer)
    return buffer.getvalue()


MALFORMED: dict[str, bytes] = {
    "nothing": b"",
    "blanks": b" \n\t\n  \n",
    "a byte order mark": b"\xef\xbb\xbf",
    "a byte order mark and lines": b"\xff\xfe\n\x00\n\x00",
    "header only": b"a,b,c\n",
    "header without line end": b"a,b,c",
    "binary": bytes(range(256)) * 40,
    "zero bytes in text": b"a,b\n1,\x00\n2,3\n",
    "UTF-16 cut in a letter": "a,b\n1,2\n".encode("utf-16") + b"\x00",
    "UTF-16 with lone surrogates": b"\xff\xfea\x00\n\x00\x00\xd8\x00\xd8\n\x00",
    "UTF-8 mark, then Latin-1": b"\xef\xbb\xbfna\xefve,b\n1,2\n",
    "too many cells in a line": b"a,b\n1,2\n1,2,3,4\n5,6\n5,6\n5,6\n",
    "open quote at the end": b'a,b\n1,2\n3,"four\n5,6\n7,8\n',
    "open quote in the header": b'"a,b\n1,2\n3,4\n',
    "giant cell": b"a,b\n1," + b"x" * (budgets.MAX_CELL + 1) + b"\n2,y\n",
    "giant cell in quotes": b'a,b\n1,"' + b"x\n" * 20_000 + b'"\n2,y\n',
    "one endless line": b"x" * 400_000 + b"\n",
    "endless header": b",".join(b"c%d" % i for i in range(60_000)) + b"\n" + b"1," * 59_999 + b"1\n",
    "too many columns": b",".join(b"c%d" % i for i in range(2_500)) + b"\n" + b"1," * 2_499 + b"1\n",
    "JSON": b'{"a": [1, 2, 3]}',
    "JSON records": b'[{"a": 1}, {"a": 2}]',
    "web page": b"<!DOCTYPE html><html><body>a,b</body></html>",
    "XML": b"<?xml version='1.0'?><rows/>",
    "PDF": b"%PDF-1.7\n1 0 obj\n",
    "picture": b"\x89PNG\r\n\x1a\n" + b"\x00" * 50,
    "old Excel": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 500,
    "pickle": b"\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00]\x94.",
    "database": b"SQLite format 3\x00" + b"\x00" * 100,
    "numpy array": b"\x93NUMPY\x01\x00v\x00{'descr': '<f8'}",
    "LightGBM model": b"tree\nversion=v4\nnum_class=1\n",
    "gzip cut short": gzip.compress(b"a,b\n" + b"1,2\n" * 5000)[:-20],
    "gzip with damage": gzip.compress(b"a,b\n1,2\n")[:12] + b"\xff\xff\xff\xff\xff\xff",
    "gzip of nothing": gzip.compress(b""),
    "gzip of a picture": gzip.compress(b"\x89PNG\r\n\x1a\n" + b"\x00" * 50),
    "zip without a workbook": zipped({"data.csv": b"a,b\n1,2\n"}),
    "zip cut short": excel([["a"], [1]])[:-60],
    "binary workbook": zipped({"xl/workbook.bin": b"\x00"}),
    "workbook that is no XML": zipped({"xl/workbook.xml": b"hello", "[Content_Types].xml": b"<x/>"}),
    "empty sheet": excel([]),
    "sheet with a header only": excel([["a", "b"]]),
    "sheet with a cell far away": _sheet(
        f'<worksheet xmlns="{_SPREAD}"><sheetData><row r="1"><c r="XFD1"><v>1</v></c></row>'
        '<row r="2"><c r="A2"><v>1</v></c></row></sheetData></worksheet>'
    ),
    "sheet that is broken XML": _sheet(f'<worksheet xmlns="{_SPREAD}"><sheetData><row r="1"><c'),
    "sheet with entities": _sheet(
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
        + "".join(f'<!ENTITY c{i} "&{"b" if i == 0 else f"c{i - 1}"};' + f'&{"b" if i == 0 else f"c{i - 1}"};' * 9 + '">' for i in range(8))
        + f']><worksheet xmlns="{_SPREAD}"><sheetData><row r="1"><c r="A1" t="str"><v>&c7;</v></c></row></sheetData></worksheet>'
    ),
    "Parquet mark only": b"PAR1PAR1",
    "Parquet cut short": parquet(_FRAME)[:-30],
    "Parquet with a false footer": _footer_lies(),
    "Parquet without rows": parquet(_FRAME.iloc[:0]),
    "Parquet without columns": parquet(pd.DataFrame(index=range(3)), index=False),
    "Parquet of lists only": parquet(pd.DataFrame({"a": [[1, 2], [3]]})),
    "Parquet with a giant footer length": b"PAR1" + struct.pack("<I", 2**31 - 1) + b"PAR1",
}  # fmt: skip


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_file_is_answered_in_words(name: str) -> None:
    with pytest.raises(InputError) as caught:
        read_table(MALFORMED[name], "mine.csv")
    assert caught.value.what.strip()
    assert caught.value.why.strip()
    assert caught.value.hint.strip()
    assert "Traceback" not in str(caught.value)
    assert len(str(caught.value)) < 800


@pytest.mark.parametrize(("name", "told"), [("LightGBM model", True), ("pickle", True), ("PDF", False), ("XML", False)])
def test_a_model_is_told_where_it_belongs(name: str, told: bool) -> None:
    with pytest.raises(InputError) as caught:
        read_table(MALFORMED[name], "mine.csv")
    assert ("where models are uploaded" in caught.value.hint) is told


@pytest.mark.parametrize("make", [_parquet_bomb, _many_cells], ids=["text bomb", "cells"])
def test_small_parquet_that_unpacks_to_much_is_refused(make: object) -> None:
    data = make()  # type: ignore[operator]
    assert len(data) < 2_000_000
    before = pa.total_allocated_bytes()
    with pytest.raises(InputError, match="too large"):
        read_table(data, "bomb.parquet")
    assert pa.total_allocated_bytes() - before < 100_000_000


def test_gzip_bomb_is_stopped_while_unpacking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budgets, "MAX_BYTES", 4 << 20)
    with pytest.raises(InputError, match="too large when unpacked"):
        read_table(gzip.compress(b"a,b\n" + b"1,2\n" * (4 << 20)), "bomb.csv.gz")


def test_one_value_over_and_over_is_refused_before_it_is_written_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budgets, "HELD_FREE", 1 << 20)
    same = parquet(pd.DataFrame(np.zeros((100_000, 4))))
    assert len(same) * budgets.HELD_RATIO < 4 * 8 * 100_000
    before = pa.total_allocated_bytes()
    with pytest.raises(InputError, match="nearly every cell is the same"):
        read_table(same, "same.parquet")
    assert pa.total_allocated_bytes() - before < 1 << 20
    with pytest.raises(InputError, match="nearly every cell is the same"):
        read_table(gzip.compress(b"a,b\n" + b"1,2\n" * 400_000), "same.csv.gz")


def test_sparse_tables_and_long_words_are_not_taken_for_bombs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budgets, "FREE", 1 << 10)
    rng = np.random.default_rng(0)
    sparse = pd.DataFrame((rng.random((30_000, 12)) < 0.03).astype(int), columns=list("abcdefghijkl"))
    words = pd.DataFrame({"country": np.repeat(["the United Kingdom of somewhere", "elsewhere"], 20_000)})
    for frame in (sparse, words.assign(x=rng.normal(size=40_000))):
        assert len(read_table(parquet(frame), "t.parquet").frame) == len(frame)
    assert len(read_table(gzip.compress(sparse.to_csv(index=False).encode()), "t.csv.gz").frame) == 30_000


def test_csv_with_too_many_cells_is_refused_before_it_is_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budgets, "MAX_CELLS", 1_000)
    monkeypatch.setattr("core.loading.delimited._parse", None)
    with pytest.raises(InputError, match="too large"):
        read_table(b"a,b\n" + b"1,2\n" * 600, "long.csv")


def test_excel_with_too_many_cells_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budgets, "MAX_EXCEL_CELLS", 50)
    with pytest.raises(InputError, match="too large"):
        read_table(excel([["a", "b"], *([1, 2] for _ in range(40))]), "x.xlsx")


def test_excel_archive_that_declares_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budgets, "MAX_BYTES", 1 << 20)
    with pytest.raises(InputError, match="too large when unpacked"):
        read_table(zipped({"xl/workbook.xml": b" " * (2 << 20)}), "x.xlsx")


@pytest.mark.parametrize(
    ("roles", "part"),
    [
        ({"target": "incme"}, "Did you mean income"),
        ({"label": "nobody"}, "Choose one of"),
        ({"kinds": {"agge": "numeric"}}, "Did you mean age"),
        ({"kinds": {"age": "number"}}, "Did you mean"),
        ({"kinds": {"city": "numeric"}}, "categor"),
        ({"kinds": {"city": "datetime"}}, "another kind"),
        ({"kinds": {"age": "datetime"}}, "another kind"),
        ({"kinds": {"age": "boolean"}}, "numeric"),
        ({"kinds": {"income": "integer"}}, "another kind"),
        ({"target": "age", "label": "age"}, "Choose two"),
    ],
)
def test_roles_and_kinds_that_do_not_fit_are_answered_in_words(roles: dict, part: str) -> None:
    data = b"age,income,city\n30,1000.5,Oslo\n40,1200,Bonn\n50,900,Bern\n"
    with pytest.raises(InputError) as caught:
        read_table(data, "t.csv", **roles)
    assert caught.value.what
    assert caught.value.why
    assert part in caught.value.hint or part == "categor"


def test_single_column_that_is_the_target_leaves_no_features() -> None:
    with pytest.raises(InputError, match="no features"):
        read_table(b"y\n1\n2\n", "t.csv", target="y")
