"""Tables that somebody writes to hang, crash, fill or fool the app: text files. Each loads as it should, or is refused.

``python -m tests.security.run_tables`` puts all of them, and those of ``hostile_books``, through the door of the app.
"""

from __future__ import annotations

import bz2
import codecs
import gzip
import lzma
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tests.written import zipped

Test = Callable[[pd.DataFrame], bool]


@dataclass(frozen=True, slots=True)
class Case:
    """A file, and what must become of it: ``loads`` None where both are right; ``holds`` asks what was read."""

    name: str
    data: bytes
    loads: bool | None = None
    holds: Test = lambda _frame: True


def quick() -> Iterator[Case]:
    """Those that are made at once."""
    yield from of_families(_encodings, _names, _formulas, _numbers, _dates, _quotes, _shapes, _packed)


def cases() -> Iterator[Case]:
    """All text tables."""
    yield from quick()
    yield from of_families(_large)


def of_families(*families: Callable[[], Iterator[Case]]) -> Iterator[Case]:
    """The cases of some families, which give them their first names."""
    for family in families:
        for case in family():
            yield Case(f"{family.__name__[1:]}-{case.name}", case.data, case.loads, case.holds)


def column(name: str, *cells: object) -> Test:
    """Asks whether a column holds exactly these cells, None for a missing one."""

    def test(frame: pd.DataFrame) -> bool:
        found = [None if pd.isna(cell) else cell for cell in frame[name].tolist()]
        return found == list(cells) and [type(cell) for cell in found] == [type(cell) for cell in cells]

    return test


def names(*wanted: str) -> Test:
    """Asks whether the columns have exactly these names."""
    return lambda frame: tuple(frame.columns) == wanted


def _encodings() -> Iterator[Case]:
    text = "name,n\nMüller,1\nGroß,2\nŽák,3\n"
    right = column("name", "Müller", "Groß", "Žák")
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"):
        yield Case(encoding, text.encode(encoding), True, right)
    yield Case("utf-16-be-mark", codecs.BOM_UTF16_BE + text.encode("utf-16-be"), True, right)
    yield Case("utf-32-be-mark", codecs.BOM_UTF32_BE + text.encode("utf-32-be"), True, right)
    yield Case("utf-32-without-mark", text.encode("utf-32-le"), False)
    yield Case("utf-16-cut", text.encode("utf-16")[:-1], False)
    yield Case("utf-16-half-characters", codecs.BOM_UTF16_LE + "a,b\n1,".encode("utf-16-le") + b"\x00\xd8\n\x00", False)
    yield Case("utf-16-letters-of-nul", codecs.BOM_UTF16_LE + "a,b\n1,\x00\n".encode("utf-16-le"), False)
    yield Case("mark-twice", codecs.BOM_UTF8 * 2 + b"a,b\n1,2\n", True, names("a", "b"))
    yield Case("mark-inside", b"a,\xef\xbb\xbfb\n1,\xef\xbb\xbf2\n", True, names("a", "b"))
    yield Case("overlong", b"a,b\n1,\xc0\xbd\xc0\xbc\n")
    yield Case("surrogates-in-utf-8", b"a,b\n1,\xed\xa0\x80\n")
    yield Case("utf-7", b"a,b\n+ADw-script+AD4-,1\n", True, column("a", "+ADw-script+AD4-"))
    yield Case("western", "name,n\nMüller,1\nGroß,2\n".encode("cp1252"), True, column("name", "Müller", "Groß"))
    yield Case("all-bytes", b"a,b\n" + bytes(range(1, 256)) + b",1\n")
    yield Case("nul-in-name", b"a\x00,b\n1,2\n", False)
    yield Case("nul-in-cell", b"a,b\n1\x00,2\n", False)
    yield Case("nul-far-away", b"a,b\n" + b"1,2\n" * 50_000 + b"\x00", False)
    yield Case("only-nul", b"\x00" * 1_000, False)
    yield Case("escape-codes", b"a,b\n\x1b[31m\x1b]0;x\x07,1\n", True)
    yield Case("nearly-utf-8", b"a,b\n" + b"x,1\n" * 30_000 + b"\xe9,2\n", True)


def _names() -> Iterator[Case]:
    def of(*given: str) -> bytes:
        quoted = ",".join('"' + name.replace('"', '""') + '"' for name in given)
        return f"{quoted}\n{','.join('12345678'[: len(given)])}\n{','.join('87654321'[: len(given)])}\n".encode()

    yield Case("twice", of("a", "a", "a"), True, names("a", "a.1", "a.2"))
    yield Case("twice-and-taken", of("a", "a", "a.1"), True, names("a", "a.2", "a.1"))
    yield Case("equal-when-stripped", of("a", " a", "a ", "\u200ba"), True, names("a", "a.1", "a.2", "a.3"))
    yield Case("composed-and-not", of("é", "e\u0301"), True, lambda frame: len(set(frame.columns)) == 2)
    yield Case("none", of("", "", ""), True, names("Unnamed: 0", "Unnamed: 1", "Unnamed: 2"))
    yield Case("none-and-taken", of("", "Unnamed: 0"), True, names("Unnamed: 0", "Unnamed: 0.1"))
    yield Case(
        "cannot-be-seen", of("\u200b\u202e", "\ufeff", "\u2066"), True, names("Unnamed: 0", "Unnamed: 1", "Unnamed: 2")
    )
    yield Case("turned-around", of("\u202egpj.exe", "b"), True, names("gpj.exe", "b"))
    yield Case("control", of("a\x07b\x1b[0m", "c\td"), True, names("a b [0m", "c d"))
    yield Case("lines", of("a\nb", "c\r\nd"), True, names("a b", "c d"))
    yield Case("long", of("x" * 10_000, "y"), True, lambda frame: max(map(len, frame.columns)) <= 120)
    yield Case("long-alike", of("x" * 500 + "1", "x" * 500 + "2"), True, lambda frame: len(set(frame.columns)) == 2)
    yield Case("many-alike", (",".join(["a"] * 2_000) + "\n" + ",".join(["1"] * 2_000) + "\n").encode(), True)
    yield Case("formulas", of("=cmd|' /C calc'!A0", "@SUM(1)", "+1+1", "-1"), True)
    yield Case("script", of("<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "javascript:alert(1)"), True)
    yield Case(
        "markdown", of("![x](http://127.0.0.1/x.png)", "[x](javascript:1)", "$\\sqrt{x}$", ":red[x]", "**b**"), True
    )
    yield Case("json", of('{"a":1}', "</script>", "${1}", "{{x}}", "%s%n"), True)
    for own in (
        ("index", "level_0", "column 1", "0"),
        ("__index__", "__row__", "__proto__", "constructor", "toString", "hasOwnProperty"),
        ("target", "label", "weights", "prediction", "row", "values", "names", "features"),
        ("class", "def", "lambda", "None", "True", "nan", "self", "__class__"),
        ("_a", "_b", "_cells", "_index", "_mgr", "shape", "T", "loc"),
        ("nan", "NaN", "NA", "null", "inf"),
        ("a.b", "a[0]", "a['b']", "a b", "a\\b", "a`b"),
    ):
        yield Case(f"own-{own[0]}", of(*own), True, names(*own))
    yield Case(
        "other-scripts", of("年齢", "возраст", "عمر", "🙂", "ﷺ"), True, names("年齢", "возраст", "عمر", "🙂", "ﷺ")
    )
    yield Case("marks-on-marks", of("a" + "\u0301" * 400, "b"), True, lambda frame: max(map(len, frame.columns)) <= 120)
    yield Case("numbers", b"1,2,4\nx,y,z\n", True, lambda frame: frame.shape == (2, 3))


def _formulas() -> Iterator[Case]:
    for place, cell in enumerate(
        (
            "=cmd|' /C calc'!A0",
            '=HYPERLINK("http://127.0.0.1","x")',
            "+1+cmd",
            "-2+3+cmd",
            "@SUM(A1)",
            "\t=1+1",
            "\r=1+1",
            "\n=1+1",
            "\uff1d1+1",
            " =1+1",
            "%0A=1",
        )
    ):
        quoted = '"' + cell.replace('"', '""') + '"'
        yield Case(f"cell-{place}", f"a,b\n{quoted},1\nother,2\n".encode(), True, column("a", cell, "other"))
    yield Case("script", b'a,b\n<script>alert(1)</script>,1\n"<img src=x onerror=""alert(1)"">",2\n', True)
    yield Case("markdown", b"a,b\n![x](http://127.0.0.1/x),1\n[x](javascript:alert(1)),2\n", True)
    yield Case("turned-around", "a,b\n\u202etxt.exe,1\n\u200bx,2\n".encode(), True)
    yield Case("deep-json", b'a,b\n"' + b"[" * 5_000 + b"]" * 5_000 + b'",1\n', True)
    classes = ("nan", "None", "inf", "<b>x</b>", "\u202ex", "=1", "", "1e400")
    yield Case(
        "classes", ("x,target\n" + "".join(f'{n},"{kind}"\n' for n, kind in enumerate(classes * 3))).encode(), True
    )
    yield Case("many-classes", ("x,target\n" + "".join(f"{n},class {n // 2}\n" for n in range(4_000))).encode(), True)


def _numbers() -> Iterator[Case]:
    def of(*cells: str) -> bytes:
        return ("n;k\n" + "".join(f"{cell};x\n" for cell in cells)).encode()

    yield Case("overflow", of("1e400", "-1e400", "1"), True)
    yield Case("underflow", of("1e-400", "-1e-400", "1"), True, column("n", 0.0, -0.0, 1.0))
    yield Case("exponent-of-thousands", of("1e" + "9" * 5_000, "1"), True)
    yield Case("words", of("NaN", "inf", "-Infinity", "1"), True)
    yield Case("only-words", of("nan", "NaN", "NA"), True)
    yield Case("int64", of(str(2**63 - 1), str(-(2**63))), True, column("n", 2**63 - 1, -(2**63)))
    yield Case(
        "beyond-int64", of(str(2**63), str(2**64), str(2**64 + 1)), True, lambda frame: frame["n"].nunique() == 3
    )
    yield Case("thirty-digits", of("1" + "0" * 30, "2" + "0" * 30), True, lambda frame: frame["n"].nunique() == 2)
    yield Case("digits-20000", of("9" * 20_000, "1"), True, column("n", np.inf, 1.0))
    yield Case("digits-without-end", of("9" * 120_000, "1"), True, column("n", np.inf, 1.0))
    yield Case("fraction-without-end", of("0." + "3" * 19_000, "1"), True)
    yield Case("hex", of("0x1F", "0x20"), True, column("n", "0x1F", "0x20"))
    yield Case("leading-zeros", of("007", "008"), True)
    yield Case("underscores", of("1_000", "2_000"), True, column("n", "1_000", "2_000"))
    yield Case("signs", of("+-1", "--2", "1e", "e1", "."), True)
    yield Case("other-digits", of("١٢", "३४", "５６"), True)
    yield Case("minus-signs", of("\u22121", "\u22122"), True)
    yield Case("truth-values", of("true", "FALSE", "", "True"), True)
    yield Case("units", of("10 %", "20 %", "3 %"), True)
    yield Case("mixed", of("1", "2", "3", "4", "5", "six"), True, column("n", "1", "2", "3", "4", "5", "six"))
    rest = ("1,5", "2,25", "1.000,5")
    yield Case("decimal-commas", of(*rest), True)


def _dates() -> Iterator[Case]:
    forms = {
        "iso": "2024-02-29", "iso-time": "2024-02-29T23:59:59", "zone": "2024-02-29T23:59:59+14:00", "z": "2024-02-29T00:00:00Z",
        "nanoseconds": "2024-02-29 01:02:03.123456789", "day-first": "29.02.2024", "slashes": "02/29/2024", "day-slashes": "29/02/2024",
        "two-digits": "29/02/24", "words": "29 Feb 2024", "week": "2024-W09-4", "year-1": "0001-01-01", "year-9999": "9999-12-31",
        "year-99999": "99999-01-01", "no-day": "2023-02-30", "zero": "0000-00-00", "clock": "23:59", "clock-60": "23:59:60",
        "seconds": "1709164800", "before": "-4713-11-24", "month-13": "2024-13-01", "bom": "\ufeff2024-01-01", "long": "2024-01-01" + "0" * 5_000,
    }  # fmt: skip
    for name, cell in forms.items():
        yield Case(name, f"when,n\n{cell},1\n{cell},2\n{cell},3\n".encode(), True)
    yield Case("mixed-zones", b"when,n\n2024-01-01T00:00:00+01:00,1\n2024-01-01T00:00:00-09:00,2\n", True)
    yield Case("mixed-forms", b"when,n\n2024-01-31,1\n31/01/2024,2\nJanuary,3\n", True)
    yield Case("one-that-is-none", b"when,n\n" + b"2024-01-31,1\n" * 600 + b"never,2\n", True)


def _quotes() -> Iterator[Case]:
    yield Case("never-closed", b'a,b\n1,"2\n3,4\n5,6\n', False)
    yield Case("never-closed-in-name", b'a,"b\n1,2\n3,4\n')
    yield Case("never-closed-long", b'a,b\n1,"2\n' + b"3,4\n" * 50_000, False)
    yield Case("a-million", b"a,b\n" + b'"' * 1_000_000 + b"\n")
    yield Case("a-million-pairs", b"a,b\n" + b'""' * 500_000 + b",1\n")
    yield Case("only", b'"')
    yield Case("inside", b'a,b\nx"y,1\n"x""y",2\n', True)
    yield Case("after-spaces", b'a, "b"\n1, "2, 3"\n', True, names("a", "b"))
    yield Case("backslashes", b'a,b\n"x\\"y",1\n')
    yield Case("lines-inside", b'a,b\n"x\ny",1\n"x\r\nz",2\n', True, column("a", "x\ny", "x\r\nz"))
    yield Case("every-line", b"a,b\n" + b'"\n' * 20_001)
    yield Case("separators-inside", b'a,b\n"1,2;3\t4|5",1\n', True, column("a", "1,2;3\t4|5"))


def _shapes() -> Iterator[Case]:
    wide = 100_000
    yield Case(
        "columns-100000", (",".join(f"c{n}" for n in range(wide)) + "\n" + ",".join("1" * wide) + "\n").encode(), False
    )
    yield Case(
        "columns-2000", (",".join(f"c{n}" for n in range(2_000)) + "\n" + ",".join("1" * 2_000) + "\n").encode(), True
    )
    yield Case(
        "columns-2001", (",".join(f"c{n}" for n in range(2_001)) + "\n" + ",".join("1" * 2_001) + "\n").encode(), False
    )
    yield Case("wide-below", b"a,b\n" + b"1,2\n" * 300 + b"1," * 70_000 + b"\n")
    yield Case("separators-only", b"," * 100_000, False)
    yield Case("semicolons-only", b";" * 1_000 + b"\n" + b";" * 1_000)
    yield Case("lines-only", b"\n" * 100_000, False)
    yield Case("spaces-only", b" \t\r\n" * 20_000, False)
    yield Case("nothing", b"", False)
    yield Case("one-byte", b"a", False)
    yield Case("header-only", b"a,b,c\n", False)
    yield Case("one-cell", b"a\n1\n")
    yield Case("blank-lines", b"a,b\n" + b"\n" * 50_000 + b"1,2\n", True, column("a", 1))
    yield Case("mixed-line-ends", b"a,b\r\n1,2\n3,4\r5,6\r\n", True, column("a", 1, 3, 5))
    yield Case("old-mac", b"a,b\r1,2\r3,4\r", True, column("b", 2, 4))
    yield Case("other-line-ends", "a,b\u20281,2\u0085\x0b\x0c3,4\n".encode())
    yield Case("short-rows", b"a,b,c\n1\n2,3\n4,5,6\n", True, column("a", 1, 2, 4))
    yield Case("long-rows", b"a,b\n1,2\n3,4,5,6\n", False)
    yield Case("ends-in-separator", b"a,b,\n1,2,\n3,4,\n", True)
    yield Case("sep-line", b"sep=;\na;b\n1;2\n", True, names("a", "b"))
    yield Case("sep-line-of-quotes", b'sep="\na"b\n1"2\n')
    yield Case("remarks-only", b"# a\n" * 5_000)
    yield Case("remarks-before", b"# made by x\n# on y\na,b\n1,2\n", True, names("a", "b"))
    yield Case("cell-20000", b"a,b\n" + b"x" * 20_000 + b",1\n", True)
    yield Case("cell-20001", b"a,b\n" + b"x" * 20_001 + b",1\n", False)
    yield Case("first-line-300000", b"x" * 300_000 + b"\n1\n", False)
    yield Case("json-rows", b'[{"a": 1, "b": 2}, {"a": 3, "b": 4}]', False)
    yield Case("json-lines", b'{"a": 1, "b": 2}\n{"a": 3, "b": 4}\n', False)
    yield Case("json-deep", b"[" * 100_000, None)
    yield Case("web-page", b"<!DOCTYPE html><table><tr><td>1</td></tr></table>", False)
    yield Case("markdown-table", b"| a | b |\n|---|---|\n| 1 | 2 |\n")
    yield Case("python", b"__import__('os').system('id')\n")
    yield Case("levels", _levels(), None)


def _levels() -> bytes:
    """Many columns of many texts, each of which could be chosen from a list."""
    body = "".join(",".join(f"{row % 40:x}{col:x}" for col in range(60)) + "\n" for row in range(400))
    return (",".join(f"c{col}" for col in range(60)) + "\n" + body).encode()


def _packed() -> Iterator[Case]:
    plain = b"a,b\n1,2\n3,4\n"
    packed = gzip.compress(plain)
    right = column("a", 1, 3)
    yield Case("gz", packed, True, right)
    yield Case("gz-two-members", gzip.compress(b"a,b\n1,2\n") + gzip.compress(b"3,4\n"), True, right)
    yield Case("gz-size-is-a-lie", packed[:-4] + struct.pack("<I", 2**31), False)
    yield Case("gz-size-is-small", packed[:-4] + struct.pack("<I", 1), False)
    yield Case("gz-sum-is-a-lie", packed[:-8] + b"\x00" * 4 + packed[-4:], False)
    yield Case("gz-cut", packed[:-6], False)
    yield Case("gz-head-only", packed[:10], False)
    yield Case("gz-bytes-behind", packed + b"garbage" * 10, False)
    yield Case("gz-zeros-behind", packed + b"\x00" * 100, True, right)
    yield Case("gz-name-is-a-path", b"\x1f\x8b\x08\x08" + packed[4:10] + b"../../etc/x\x00" + packed[10:], True, right)
    yield Case("gz-extra-is-a-lie", b"\x1f\x8b\x08\x04" + packed[4:10] + b"\xff\xff" + packed[10:], False)
    yield Case("gz-nothing-inside", gzip.compress(b""), False)
    yield Case("gz-in-gz", gzip.compress(packed), False)
    yield Case("gz-in-gz-100", _nested(packed, 100), False)
    yield Case("gz-bomb", gzip.compress(b"a,b\n" + b"0,0\n" * 5_000_000, 1), False)
    yield Case("gz-bomb-of-zeros", gzip.compress(bytes(40 << 20), 9), False)
    yield Case("gz-bomb-of-members", gzip.compress(b"1,2\n" * 250_000, 9) * 150, False)
    yield Case(
        "gz-of-empty-cells",
        gzip.compress(b",".join(b"c%d" % n for n in range(30)) + b"\n" + (b"," * 29 + b"\n") * 400_000),
        False,
    )
    yield Case("gz-of-page", gzip.compress(b"<html></html>"), False)
    yield Case("gz-of-pickle", gzip.compress(b"\x80\x04cos\nsystem\n(S'id'\ntR."), False)
    yield Case("zip-of-csv", zipped({"t.csv": plain}), False)
    yield Case("zip-in-zip", zipped({"a.zip": zipped({"t.csv": plain})}), False)
    yield Case("zip-of-path", zipped({"../../../tmp/x.csv": plain}), False)
    yield Case("zip-of-nothing", b"PK\x05\x06" + bytes(18), False)
    yield Case("zip-head-only", b"PK\x03\x04" + bytes(40), False)
    yield Case("bz2", bz2.compress(plain), False)
    yield Case("xz", lzma.compress(plain), False)
    yield Case("zstd", b"\x28\xb5\x2f\xfd" + bytes(50), False)


def _nested(data: bytes, deep: int) -> bytes:
    """Packed again and again."""
    for _ in range(deep):
        data = gzip.compress(data)
    return data


def _large() -> Iterator[Case]:
    rng = np.random.default_rng(0)
    yield Case("cell-of-49-mb", b"a,b\n1," + b"x" * (49 << 20) + b"\n", False)
    yield Case("cell-of-49-mb-in-quotes", b'a,b\n1,"' + b"x\n" * (24 << 20) + b'"\n', False)
    yield Case("quotes-of-20-mb", b"a,b\n" + b'"",""\n' * (3 << 20))
    yield Case("empty-cells", b"a,b,c,d,e,f,g,h\n" + b",,,,,,,\n" * 1_500_000, False)
    yield Case("short-rows", b"a,b,c,d\n" + b"1,2\n" * 2_000_000, False)
    yield Case("rows-too-many", b"a\n" + b"1\n" * 5_000_010, False)
    yield Case("levels", _many_levels(), False)
    yield Case("slow-numbers", _alike(), False)
    yield Case("long-integers", b"a,b\n" + b"".join(b"%s,1\n" % (b"9" * 15_000) for _ in range(500)))
    digits = rng.integers(0, 10, (500_000, 20))
    yield Case("digits", pd.DataFrame(digits).to_csv(index=False).encode(), True)
    yield Case("texts", ("k,t\n" + "".join(f"{n},text of row {n}\n" for n in range(1_000_000))).encode(), True)
    yield Case("utf-16", ("k,t\n" + "".join(f"{n},Zeile {n} ü\n" for n in range(500_000))).encode("utf-16"), True)


def _many_levels() -> bytes:
    """Four hundred columns of a thousand texts each."""
    line = [",".join(f"{row % 900:x}.{col:x}" for col in range(400)) for row in range(900)]
    return "\n".join([",".join(f"c{col}" for col in range(400)), *line, *line]).encode()


def _alike() -> bytes:
    """Integers that pandas' tables look for in one place: the low half undoes what the high half does."""
    high = np.arange(1, 60_001, dtype=np.uint64)
    low = (high ^ (high << np.uint64(11)) ^ (high << np.uint64(22))) & np.uint64(0xFFFFFFFF)
    numbers = ((high << np.uint64(33)) | low).astype(np.int64)
    return ("a,b\n" + "".join(f"{number},1\n" for number in numbers)).encode()
