"""Tables that somebody writes against what reads single cells and names: long numbers, letters nobody sees, odd bytes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from tests.security.hostile_tables import Case, Test, column, names, of_families

_DIGITS = "9" * 5_000
"""More than Python reads as a whole number."""


def cases() -> Iterator[Case]:
    """All of them are made at once."""
    yield from of_families(_digits, _unseen, _bytes, _separators, _dates, _cells)


def _kinds(**wanted: str) -> Test:
    """Asks whether columns are of these kinds (numpy's letter for them; ``T`` for text)."""

    def test(frame: pd.DataFrame) -> bool:
        found = {
            name: "T" if isinstance(frame[name].dtype, pd.StringDtype) else frame[name].dtype.kind for name in wanted
        }
        return found == wanted

    return test


def _digits() -> Iterator[Case]:
    endless = column("n", np.inf, 1.0)
    yield Case("in-the-first-line", f"{_DIGITS},1\n2,3\n4,5\n".encode(), True)
    yield Case("counted-on", "\n".join([",".join("123"), f"{_DIGITS},2,3", "1,2,3"]).encode(), True)
    yield Case("beside-a-word", f"n,k\n{_DIGITS},x\n?,y\n3,z\n".encode(), True, column("n", np.inf, None, 3.0))
    yield Case("below-zero", f"n,k\n-{_DIGITS},x\n?,y\n".encode(), True, _kinds(n="T"))
    for name, dress in {"percent": "{} %", "money": "\N{EURO SIGN}{}", "brackets": "({})"}.items():
        test = column("n", -np.inf, -1.0) if name == "brackets" else endless
        yield Case(f"with-{name}", f"n,k\n{dress.format(_DIGITS)},x\n{dress.format(1)},y\n".encode(), True, test)
    yield Case(
        "thousands", f"n,k\n{'1' + chr(0x202F) + chr(0x202F).join(['000'] * 900)},x\n1\u202f000,y\n".encode(), True
    )
    yield Case("zeros-before", f"n,k\n{'0' * 5_000}7,x\n?,y\n".encode(), True, _kinds(n="T"))
    yield Case("four-hundred", f"n,k\n{'7' * 400} %,x\n1 %,y\n".encode(), True, endless)
    yield Case("two-hundred", f"n,k\n{'7' * 200} %,x\n1 %,y\n".encode(), True, column("n", float("7" * 200), 1.0))
    yield Case("of-arabic", f"n,k\n{'٣' * 5_000},x\n?,y\n".encode(), True)
    yield Case("in-an-exponent", f"n,k\n1e{_DIGITS} %,x\n1 %,y\n".encode(), True, endless)
    yield Case("points", ("a;b\n" + f"{'1' * 4_000};{'1.' * 4_000}\n" * 20).encode(), True)
    yield Case("groups", ("a;b\n" + f"1{'.111' * 4_500}x;1\n" * 20).encode(), True)
    yield Case("brackets-nested", f"a,b\n{'(1' * 9_000},1\n2,3\n".encode(), True)
    yield Case("blanks-behind", f"a,b\n1{' ' * 19_000}x,1\n2,3\n".encode(), True)
    yield Case("int65", b"a,b\n-9223372036854775809,1\n-9223372036854775808,2\n", True, _kinds(a="T"))
    yield Case("uint65", b"a,b\n18446744073709551615,1\n18446744073709551616,2\n", True, _kinds(a="T"))


def _unseen() -> Iterator[Case]:
    def of(*given: str) -> bytes:
        return f"{','.join(given)}\n{','.join('1' * len(given))}\n{','.join('2' * len(given))}\n".encode()

    fillers = ("\u3164", "\u115f", "\u2800", "\xad", "\u061c", "\U000e0041", "\u180e", "\ufffe", "\uffff")
    for sign in fillers:
        yield Case(f"only-{ord(sign):x}", of(sign, "b"), True, names("Unnamed: 0", "b"))
        yield Case(f"inside-{ord(sign):x}", of("price", f"pri{sign}ce"), True, names("price", "pri ce"))
        yield Case(f"behind-{ord(sign):x}", of("price", f"price{sign}"), True, names("price", "price.1"))
    yield Case("read-between-lines", of("a\ufff9b\ufffac\ufffb", "d"), True, names("a b c", "d"))
    yield Case("emoji-stay", of("❤️", "🏴", "x�"), True, names("❤️", "🏴", "x�"))
    yield Case("directives", of(":red[x]", ":material/bolt:", ":streamlit:", "$\\sqrt2$", "[^1]"), True)
    yield Case("full-width-signs", of("＝1+1", "＋1", "－1", "＠x"), True, names("＝1+1", "＋1", "－1", "＠x"))


def _bytes() -> Iterator[Case]:
    yield Case("utf-7-names", b"+AGE-,b\n1,2\n", True, names("+AGE-", "b"))
    yield Case("utf-16-without-mark-cut", "a,b\n1,2\n".encode("utf-16-le") + b"x", False)
    yield Case("utf-16-other-script", ("名,前\n" + "漢字,仮名\n" * 50).encode("utf-16-le"), False)
    yield Case("two-encodings", b"a,b\n1,2\n" + "3,4\n".encode("utf-16-le") * 5)
    yield Case("nul-between-utf-8", "a,b\nü\x00,1\n".encode(), False)
    yield Case("iso-2022", "a,b\n日本,1\n".encode("iso2022_jp"), True)
    yield Case("hz", b"a,b\n~{VPND~},1\n", True, column("a", "~{VPND~}"))
    yield Case("gb18030", "a,b\n漢字,1\n你好,2\n".encode("gb18030"), True, column("a", "漢字", "你好"))
    yield Case("backspaces", b"a,b\nx\x08\x08y,1\n2,2\n", True)
    yield Case("line-ends-storm", b"a,b\n" + b"\n\r" * 300_000 + b"1,2\n", True, column("a", 1))


def _separators() -> Iterator[Case]:
    yield Case("all-as-often", b"a,b;c\td|e\n" * 6)
    yield Case("another-in-names", b"a\tb,c;d|e\n1,2\n3,4\n", True, names("a b", "c;d|e"))
    yield Case("said-twice", b"sep=,\nsep=;\n1,2\n")
    yield Case("remarks-of-columns", b"#" + b"a," * 70_000 + b"\n1,2\n")
    yield Case("blanks-before-quotes", b"a" + b",    " * 40_000 + b'"\n1,2\n', False)
    yield Case("wide-line-far-down", b"a,b\n" + b"1,2\n" * 300 + b"1," * 2_500 + b"\n", False)
    yield Case("open-quotes-in-each-line", b"a,b\n" + b'"x,"y\n' * 2_000)
    yield Case("said-then-nothing", b"sep=;\n" + b"\r\n" * 20_000 + b"title\n\r\n\r\na;b;c\n1;2;3\n4;5;6\n")


def _dates() -> Iterator[Case]:
    for name, cell in {
        "year-0": "0000.01.01", "last": "31.12.9999", "no-clock": "2024-01-01T99:99:99", "picoseconds": "2024-01-01 00:00:00.123456789123",
        "arabic": "٢٠٢٤-٠١-٠٢", "of-digits": "2024-01-0" + "1" * 9_000, "of-marks": "2024" + "-1" * 9_000, "year-at-both-ends": "2024-01-2024",
    }.items():  # fmt: skip
        yield Case(name, f"when,n\n{cell},1\n{cell},2\n".encode(), True)
    yield Case("earliest-and-last", b"when,n\n01.01.0001,1\n31.12.9999,2\n", True, _kinds(when="M"))


def _cells() -> Iterator[Case]:
    yield Case("tabs", ("a,b\n" + f"{'x' + chr(9) * 19_000},1\n" * 50).encode())
    yield Case("lines", ('a,b\n"' + "x" + "\n" * 19_000 + '",1\n"y",2\n').encode(), True)
    yield Case(
        "endless-numbers",
        b"a,b,target\ninf,-inf,1\nnan,Infinity,1e999\n1e999,-1e999,0\n",
        True,
        _kinds(a="f", target="f"),
    )
    yield Case(
        "other-bases", b"a,b,c,d\n1_000,0x1F,0b1,0o7\n2_000,0x2F,0b0,0o1\n", True, _kinds(a="T", b="T", c="T", d="T")
    )
    yield Case("truths-and-numbers", b"a,b\ntrue,1\n1,2\nFALSE,3\n", True, column("a", "true", "1", "FALSE"))
    yield Case("a-level-a-row", ("a,b\n" + "".join(f"x{n},y{n // 2}\n" for n in range(100_000))).encode(), True)
