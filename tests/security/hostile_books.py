"""Tables that somebody writes to hang, crash, fill or fool the app: Excel and Parquet, and files of their neighbours."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq

from tests.security.hostile_tables import Case, column, of_families
from tests.written import excel, zipped

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_SHEET, _TEXTS, _BOOK = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"
_WORDS = "".join(f'<!ENTITY {new} "{f"&{old};" * 10}">' for old, new in zip("abcdefghi", "bcdefghij", strict=True))
_ENTITIES = f'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">{_WORDS}]>'


def quick() -> Iterator[Case]:
    """Those that are made at once."""
    yield from of_families(_workbooks, _cells, _columns, _damaged)


def cases() -> Iterator[Case]:
    """All workbooks and Parquet files."""
    yield from quick()
    yield from of_families(_sheets, _archives, _parquet, _large)


def parts() -> dict[str, bytes]:
    """The parts of a real workbook, with its texts in a part of their own, as Excel writes them."""
    with zipfile.ZipFile(io.BytesIO(excel([["a", "b"], ["x", 2], ["y", 3]]))) as made:
        found = {name: made.read(name) for name in made.namelist()}
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    override = f'<Override PartName="/{_TEXTS}" ContentType="{kind}"/></Types>'.encode()
    found["[Content_Types].xml"] = found["[Content_Types].xml"].replace(b"</Types>", override)
    texts = "".join(f"<si><t>{text}</t></si>" for text in "abxy")
    found[_TEXTS] = f'<?xml version="1.0"?><sst xmlns="{_MAIN}">{texts}</sst>'.encode()
    for place, text in enumerate(b"abxy"):
        inline = b't="inlineStr"><is><t>%c</t></is>' % text
        found[_SHEET] = found[_SHEET].replace(inline, b't="s"><v>%d</v>' % place)
    return found


def changed(**contents: str | bytes) -> bytes:
    """A real workbook with some parts replaced: ``sheet``, ``texts``, ``book``, or new ones by name."""
    places = {
        "sheet": _SHEET,
        "texts": _TEXTS,
        "book": _BOOK,
        "styles": "xl/styles.xml",
        "types": "[Content_Types].xml",
    }
    made = parts()
    for name, content in contents.items():
        made[places.get(name, name)] = content.encode() if isinstance(content, str) else content
    return zipped(made)


def sheet(rows: str, around: str = "", before: str = "") -> str:
    """A sheet of XML."""
    return f'{before}<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData>{around}</worksheet>'


def _row(number: int, *cells: str) -> str:
    """A row of inline texts and numbers."""
    made = [
        f'<c r="{chr(65 + at)}{number}"><v>{cell}</v></c>'
        if cell.lstrip("-").isdigit()
        else f'<c r="{chr(65 + at)}{number}" t="inlineStr"><is><t>{cell}</t></is></c>'
        for at, cell in enumerate(cells)
    ]
    return f'<row r="{number}">{"".join(made)}</row>'


_GOOD = _row(1, "a", "b") + _row(2, "1", "2") + _row(3, "3", "4")


def _workbooks() -> Iterator[Case]:
    yield Case("honest", changed(), True, column("a", "x", "y"))
    yield Case("inline", changed(sheet=sheet(_GOOD)), True, column("a", 1, 3))
    for name, place in (("texts", _TEXTS), ("sheet", _SHEET), ("book", _BOOK), ("types", "[Content_Types].xml")):
        content = parts()[place]
        yield Case(
            f"entities-in-{name}",
            changed(**{place: _ENTITIES.encode() + (content.partition(b"?>")[2] or content)}),
            False,
        )
    bomb = f'{_ENTITIES}<sst xmlns="{_MAIN}"><si><t>&j;</t></si></sst>'
    yield Case("entities-used", changed(texts=bomb), False)
    for encoding in ("utf-16", "utf-16-be", "utf-16-le", "utf-32"):
        yield Case(f"entities-{encoding}", changed(texts=bomb.encode(encoding)), False)
    for encoding in ("cp037", "utf-7", "cp1026"):
        declared = f'<?xml version="1.0" encoding="{encoding}"?>'.encode()
        yield Case(f"entities-{encoding}", changed(texts=declared + bomb.encode(encoding)), False)
    outside = f'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><sst xmlns="{_MAIN}"><si><t>&a;</t></si></sst>'
    yield Case("entity-of-a-file", changed(texts=outside), False)
    yield Case("outer-definition", changed(sheet='<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd">' + sheet(_GOOD)), False)
    yield Case("deep-xml", changed(sheet=sheet("<row>" * 200_000)), False)
    yield Case(
        "attributes",
        changed(sheet=sheet(_GOOD).replace("<row ", "<row " + " ".join(f'a{n}="1"' for n in range(100_000)) + " ", 1)),
    )
    yield Case("comment", changed(sheet=sheet(_GOOD, around="<!--" + "x<y>" * 100_000 + "-->")))
    yield Case("cut", changed(sheet=sheet(_GOOD)[:200]), False)
    yield Case("no-xml", changed(sheet=b"\x00\x01\x02"), False)
    yield Case("no-namespace", changed(sheet=sheet(_GOOD).replace(f' xmlns="{_MAIN}"', "")), False)
    yield Case("no-sheets", changed(book=f'<workbook xmlns="{_MAIN}"><sheets/></workbook>'), False)
    yield Case("no-texts", zipped({k: v for k, v in parts().items() if k != _TEXTS}))
    rels = parts()["xl/_rels/workbook.xml.rels"].decode()
    for name, target in (
        ("path", "../../../../etc/passwd"),
        ("url", "http://127.0.0.1/x.xml"),
        ("self", "workbook.xml"),
    ):
        made = rels.replace("/xl/worksheets/sheet1.xml", target).replace("worksheets/sheet1.xml", target)
        yield Case(f"sheet-is-a-{name}", changed(**{"xl/_rels/workbook.xml.rels": made}), False)
    many = "".join(f'<sheet name="s{n}" sheetId="{n}" r:id="rId1"/>' for n in range(1, 20_000))
    book = f'<workbook xmlns="{_MAIN}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>{many}</sheets></workbook>'
    yield Case("sheets-20000", changed(book=book))


def _cells() -> Iterator[Case]:
    def of(cell: str) -> bytes:
        return changed(sheet=sheet(_GOOD + f'<row r="4">{cell}<c r="B4"><v>9</v></c></row>'))

    yield Case("index-out-of-range", of('<c r="A4" t="s"><v>99999</v></c>'), False)
    yield Case("index-below", of('<c r="A4" t="s"><v>-1</v></c>'))
    yield Case("style-out-of-range", of('<c r="A4" s="99999"><v>1</v></c>'))
    yield Case("place-beyond", of('<c r="ZZZZ4"><v>1</v></c>'), False)
    yield Case("row-beyond", changed(sheet=sheet(_GOOD + _row(2**31, "5", "6"))))
    yield Case("row-far", changed(sheet=sheet(_GOOD + _row(1_048_576, "5", "6"))))
    yield Case("row-backwards", changed(sheet=sheet(_row(9, "a", "b") + _row(2, "1", "2") + _row(2, "3", "4"))))
    yield Case("column-far", changed(sheet=sheet(_GOOD + '<row r="4"><c r="XFD4"><v>1</v></c></row>')), False)
    yield Case("columns-backwards", of('<c r="XFD4"><v>1</v></c>'))
    yield Case("number-of-words", of('<c r="A4"><v>word</v></c>'))
    yield Case("number-too-large", of('<c r="A4"><v>1e400</v></c>'))
    yield Case("number-of-digits", of(f'<c r="A4"><v>{"9" * 100_000}</v></c>'))
    yield Case("date-too-late", of('<c r="A4" t="d"><v>99999-01-01</v></c>'))
    yield Case("truth-value", of('<c r="A4" t="b"><v>7</v></c>'))
    yield Case("error", of('<c r="A4" t="e"><v>#N/A</v></c>'), True)
    yield Case("formula", of('<c r="A4"><f>SUM(A1:A1048576)</f><v>7</v></c>'), True, column("a", 1, 3, 7))
    yield Case("formula-of-a-program", of('<c r="A4" t="str"><f>cmd|\' /C calc\'!A0</f><v>x</v></c>'), True)
    yield Case("formula-without-value", of('<c r="A4"><f>1+1</f></c>'), True)
    yield Case("long-text", of(f'<c r="A4" t="inlineStr"><is><t>{"x" * 20_001}</t></is></c>'), False)
    yield Case("kind-unknown", of('<c r="A4" t="zzz"><v>1</v></c>'))
    forms = [["=1+1", "a"], ["=cmd|' /C calc'!A0", 1], ["@x", 2]]
    yield Case(
        "texts-like-formulas", changed(sheet=sheet("".join(_row(n, *map(str, row)) for n, row in enumerate(forms, 1))))
    )
    given = [[dt.date(2024, 1, 2), 7, True, None, "a", "a"], [1, 2, 3, 4, 5, 6], [2, 3, 4, 5, 6, 7]]
    yield Case("names-of-all-kinds", excel(given), True, lambda frame: len(set(frame.columns)) == 6)
    yield Case("dates", excel([["d", "n"], [dt.datetime(1900, 1, 1), 1], [dt.datetime(9999, 12, 31), 2]]))
    yield Case("clock", excel([["d", "n"], [dt.time(1, 2), 1], [dt.timedelta(days=5), 2]]))


def _sheets() -> Iterator[Case]:
    for name, element in (
        ("merged", '<mergeCell ref="C{0}:D{0}"/>'),
        ("links", '<hyperlink ref="C{0}"/>'),
        ("rules", '<dataValidation sqref="C{0}"/>'),
        ("formats", '<conditionalFormatting sqref="C{0}"/>'),
        ("unknown", "<x{0}/>"),
    ):
        box = {"merged": "mergeCells", "links": "hyperlinks", "rules": "dataValidations"}.get(name, "extra")
        inside = "".join(element.format(n) for n in range(1, 200_000))
        yield Case(name, changed(sheet=sheet(_GOOD, f"<{box}>{inside}</{box}>")), False)
    few = "".join(f'<mergeCell ref="C{n}:D{n}"/>' for n in range(4, 2_000))
    yield Case("merged-few", changed(sheet=sheet(_GOOD, f"<mergeCells>{few}</mergeCells>")), True, column("a", 1, 3))
    prefix = "p" * 400
    hidden = sheet(_GOOD, "<q>" + f"<{prefix}:mergeCell/>" * 150_000 + "</q>").replace(
        "<worksheet ", f'<worksheet xmlns:{prefix}="{_MAIN}" '
    )
    yield Case("merged-with-long-names", changed(sheet=hidden), False)
    yield Case(
        "size-is-a-lie",
        changed(sheet=sheet(_GOOD).replace("<sheetData>", '<dimension ref="A1:XFD1048576"/><sheetData>')),
        True,
    )
    yield Case(
        "columns-wide",
        changed(
            sheet=sheet(_row(1, "a", "b")).replace("<sheetData>", '<cols><col min="1" max="16384"/></cols><sheetData>')
        ),
        False,
    )
    yield Case("empty-rows", changed(sheet=sheet(_GOOD + '<row r="4"/>' * 300_000)))
    yield Case("empty", changed(sheet=sheet("")), False)
    yield Case("header-only", changed(sheet=sheet(_row(1, "a", "b"))), False)


def _archives() -> Iterator[Case]:
    made = changed()
    yield Case("behind-a-program", b"#!/bin/sh\nid\n" + made, None)
    yield Case("cut", made[: len(made) // 2], False)
    yield Case("bytes-behind", made + b"x" * 70_000, False)
    at = made.rfind(b"PK\x01\x02")
    yield Case("size-is-small", made[: at + 24] + b"\x01\x00\x00\x00" + made[at + 28 :])
    yield Case("size-is-large", made[: at + 24] + b"\xff\xff\xff\x7f" + made[at + 28 :], False)
    yield Case("locked", made[: at + 8] + b"\x01" + made[at + 9 :])
    yield Case("way-of-packing", made[: at + 10] + b"\x63\x00" + made[at + 12 :])
    yield Case("parts-5000", zipped({**parts(), **{f"xl/media/{n}.png": b"" for n in range(5_000)}}), False)
    yield Case("part-of-path", zipped({**parts(), "../../../tmp/evil.xml": b"<a/>"}), True)
    yield Case("word", zipped({"[Content_Types].xml": b"", "word/document.xml": b""}), False)
    yield Case(
        "open-document",
        zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b""}),
        False,
    )
    yield Case("binary-workbook", zipped({"xl/workbook.bin": b""}), False)
    yield Case("old-excel", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), False)
    yield Case("bomb", changed(**{"xl/media/x.bin": bytes(300 << 20)}), False)
    yield Case(
        "bomb-of-texts", changed(texts=f'<sst xmlns="{_MAIN}">' + "<si><t>x</t></si>" * 1_000_000 + "</sst>"), False
    )
    yield Case("keras", zipped({"config.json": b"{}", "model.weights.h5": b""}), False)


def stored(table: pa.Table, **options: Any) -> bytes:
    """A Parquet file."""
    buffer = io.BytesIO()
    pq.write_table(table, buffer, **options)
    return buffer.getvalue()


def _parquet() -> Iterator[Case]:
    rows = 5_000_000
    yield Case("truth-values", stored(pa.table({f"b{n}": pa.array(np.zeros(rows, bool)) for n in range(8)})), False)
    yield Case("gaps", stored(pa.table({f"b{n}": pa.nulls(rows, pa.float64()) for n in range(8)})), False)
    yield Case("gaps-of-no-type", stored(pa.table({"a": pa.nulls(100_000), "b": pa.array(np.arange(100_000))})), True)
    zeros = pa.array(np.zeros(2_000_000, np.int32))
    for name, letters in (("short", "yes"), ("long", "x" * 10_000), ("too-long", "x" * 20_001)):
        word = pa.DictionaryArray.from_arrays(zeros, pa.array([letters]))
        yield Case(f"one-text-{name}", stored(pa.table({"a": word, "b": word, "c": word})), False)
    yield Case("one-number", stored(pa.table({f"b{n}": pa.array(np.ones(1_000_000)) for n in range(8)})), False)
    runs = np.repeat(np.arange(50), 40_000)
    yield Case("runs", stored(pa.table({f"b{n}": pa.array(runs) for n in range(6)}), compression="zstd"), False)
    yield Case(
        "runs-of-text",
        stored(pa.table({f"b{n}": pa.array(runs.astype(str)) for n in range(6)}), compression="zstd"),
        False,
    )
    yield Case(
        "small", stored(pa.table({"a": pa.array(np.zeros(500_000))})), True, lambda frame: frame.shape == (500_000, 1)
    )
    yield Case("rows-too-many", stored(pa.table({"a": pa.array(np.zeros(5_000_001, np.int8))})), False)
    wide = pa.table({f"c{n}": pa.array([n]) for n in range(2_001)})
    yield Case("columns-2001", stored(wide), False)
    yield Case("row-groups", stored(pa.table({"a": np.arange(20_000)}), row_group_size=1), None)
    for codec in ("gzip", "brotli", "zstd", "lz4", "none"):
        yield Case(f"packed-{codec}", stored(pa.table({"a": [1, 2]}), compression=codec), True, column("a", 1, 2))
    yield Case("no-rows", stored(pa.table({"a": pa.array([], pa.int64())})), False)
    yield Case("no-columns", stored(pa.table({})), False)


def _columns() -> Iterator[Case]:
    def of(name: str, values: pa.Array, loads: bool | None = None) -> Case:
        return Case(name, stored(pa.table({"a": values, "b": pa.array(range(len(values)))})), loads)

    yield of("lists", pa.array([[1], [2, 3]]), True)
    yield of("maps", pa.array([[("k", 1)], []], pa.map_(pa.string(), pa.int64())), True)
    yield of("structs", pa.array([{"x": 1}, {"x": 2}]), True)
    yield of("bytes", pa.array([b"\xff", b"\x00"]), True)
    yield of("decimals", pa.array([Decimal("9" * 38), Decimal(1)], pa.decimal128(38, 0)), True)
    yield of("wide-decimals", pa.array([Decimal("9" * 70), Decimal(1)], pa.decimal256(76, 0)), True)
    yield of("times", pa.array([1, 2], pa.time64("us")))
    yield of("durations", pa.array([1, 2], pa.duration("us")))
    yield of("late-dates", pa.array([2**62, -(2**62)], pa.timestamp("ms")))
    yield of("late-days", pa.array([2**31 - 1, -(2**31)], pa.date32()))
    for zone in ("Mars/Olympus", "dateutil//etc/passwd", "UTC", "Europe/Berlin", "+05:30"):
        yield Case(
            f"zone-{zone}",
            stored(pa.table({"a": pa.array([0, 90_000_000], pa.timestamp("us", zone)), "b": [1, 2]})),
            True,
            column("a", pd.Timestamp(0), pd.Timestamp(90, unit="s")),
        )
    yield Case(
        "views",
        stored(pa.table({"a": pa.array(["x", "y"], pa.string_view()), "b": [1, 2]})),
        True,
        column("a", "x", "y"),
    )
    yield of("unsigned", pa.array([2**64 - 1, 1], pa.uint64()), True)
    yield of("half-floats", pa.array(np.array([1, np.inf], np.float16)), True)
    yield of(
        "not-utf-8",
        pa.StringArray.from_buffers(2, pa.py_buffer(np.array([0, 1, 2], np.int32)), pa.py_buffer(b"\xff\xfe")),
    )
    yield of("nul-letters", pa.array(["a\x00b", "\x00"]))
    yield of("long-text", pa.array(["x" * 20_001, "y"]), False)
    yield of("categories-of-numbers", pa.array([1, 2]).dictionary_encode(), True)
    yield of("formulas", pa.array(["=cmd|' /C calc'!A0", "@x"]), True)
    yield Case("twice", stored(pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"])), False)
    odd = pa.table(
        {"": [1], " a": [2], "a": [3], "a\x00": [4], "\u202ex": [5], "x" * 9_000: [6], "__index_level_0__": [7]}
    )
    yield Case(
        "names", stored(odd), True, lambda frame: len(set(frame.columns)) == 7 and max(map(len, frame.columns)) <= 120
    )
    for name, said in (
        ("index", {"index_columns": ["not there"], "columns": [], "column_indexes": [{}]}),
        ("type", {"index_columns": [], "columns": [{"name": "a", "numpy_type": "object", "pandas_type": "os.system"}]}),
        (
            "range",
            {"index_columns": [{"kind": "range", "start": 0, "stop": 10**18, "step": 1, "name": None}], "columns": []},
        ),
    ):
        made = pa.table({"a": [1, 2]}).replace_schema_metadata({"pandas": json.dumps(said)})
        yield Case(f"lies-of-pandas-{name}", stored(made), True, column("a", 1, 2))
    made = pa.table({"a": [1, 2]}).replace_schema_metadata({"pandas": b"\xff{", "k" * 1_000: b"v" * 1_000_000})
    yield Case("lies-that-are-no-json", stored(made), True, column("a", 1, 2))
    kind = {
        "ARROW:extension:name": "arrow.py_extension_type",
        "ARROW:extension:metadata": b"\x80\x04cos\nsystem\n(S'id'\ntR.",
    }
    yield Case(
        "pickled-type",
        stored(pa.table([pa.array([1, 2])], pa.schema([pa.field("a", pa.int64(), metadata=kind)]))),
        True,
    )


def _damaged() -> Iterator[Case]:
    rng = np.random.default_rng(0)
    whole = stored(pa.table({"a": pa.array(np.arange(3_000)), "t": pa.array([f"text {n % 7}" for n in range(3_000)])}))
    for turn in range(40):
        data = bytearray(whole)
        start = 0 if turn % 2 else len(data) - 600
        for at in rng.integers(start, len(data), 1 + turn % 5):
            data[at] = rng.integers(0, 256)
        yield Case(f"parquet-{turn}", bytes(data))
    yield Case("parquet-cut", whole[:-9], False)
    yield Case("parquet-signs-only", b"PAR1" + bytes(100) + b"PAR1", False)
    yield Case("parquet-footer-too-long", whole[:-8] + b"\xff\xff\xff\x7fPAR1", False)
    yield Case("parquet-locked", whole[:-4] + b"PARE", False)
    book = changed()
    for turn in range(20):
        data = bytearray(book)
        data[rng.integers(0, len(data))] ^= 1 << int(rng.integers(0, 8))
        yield Case(f"workbook-{turn}", bytes(data))
    buffer = io.BytesIO()
    feather.write_feather(pd.DataFrame({"a": [1]}), buffer)
    yield Case("feather", buffer.getvalue(), False)


def _large() -> Iterator[Case]:
    rng = np.random.default_rng(0)
    floats = {f"f{n}": pa.array(rng.random(500_000)) for n in range(9)}
    yield Case("parquet-floats", stored(pa.table(floats)), True, lambda frame: frame.shape == (500_000, 9))
    rows = "".join(_row(n, "1", "x" * 200) for n in range(3, 30_000))
    yield Case("workbook-of-one-text", changed(sheet=sheet(_GOOD + rows)))
    merged = "".join(f'<mergeCell ref="C{n}:D{n}"/>' for n in range(1, 1_000_000))
    yield Case(
        "workbook-merged-a-million-times", changed(sheet=sheet(_GOOD, f"<mergeCells>{merged}</mergeCells>")), False
    )
    rich = "<r><rPr><b/><i/></rPr><t>x</t></r>" * 10
    formats = "".join(f'<row r="{n}"><c r="A{n}" t="inlineStr"><is>{rich}</is></c></row>' for n in range(3, 30_000))
    yield Case("workbook-of-formats", changed(sheet=sheet(_GOOD + formats)), False)
