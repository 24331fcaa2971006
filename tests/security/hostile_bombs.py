"""Small files that open to more than there is, or take longer than anybody waits; see ``hostile.py``."""

from __future__ import annotations

import bz2
import gzip
import lzma
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

from tests.security.hostile import Case, text, whole


def cases(marker: Path) -> Iterator[Case]:
    """All of them."""
    for part in (bombs, slow):
        yield from part(str(marker))


def bombs(_marker: str) -> Iterator[Case]:
    """Small files that would become large, deep or slow."""
    zeros = b"B" + struct.pack("<I", 8 * 10**7) + b"\x00" * (8 * 10**7)
    yield "bomb-zlib.pkl", zlib.compress(whole(zeros), 9)
    yield "bomb-gzip.pkl", gzip.compress(whole(zeros), 9)
    yield "bomb-bz2.pkl", bz2.compress(whole(zeros), 9)
    yield "bomb-xz.pkl", lzma.compress(whole(zeros), preset=1)
    yield "deep-list.pkl", whole(b"]" * 200_000 + b"a" * 199_999)
    yield "deep-tuple.pkl", whole(b")" + b"\x85" * 100_000)
    yield "deep-tuple-key.pkl", whole(b"})" + b"\x85" * 20_000 + b"Ns")
    yield "deep-marks.pkl", whole(b"(" * 500_000)
    yield "laughs-key.pkl", whole(b"})" + b"2\x86" * 60 + b"Ns")
    yield "laughs-set.pkl", whole(b"\x8f()" + b"2\x86" * 60 + b"\x90")
    yield "number.pkl", whole(b"L" + b"9" * 400_000 + b"L\n")
    yield "number-binary.pkl", whole(b"\x8b" + struct.pack("<i", 400_000) + b"\x7f" * 400_000)
    yield "length-text.pkl", whole(b"\x8d" + struct.pack("<Q", 1 << 50))
    yield "length-bytes.pkl", whole(b"\x8e" + struct.pack("<Q", 1 << 50))
    yield "length-bytearray.pkl", whole(b"\x96" + struct.pack("<Q", 1 << 50))
    yield "memo-index.pkl", whole(b"Nr\xff\xff\xff\xffj\xfe\xff\xff\xff")


def slow(_marker: str) -> Iterator[Case]:
    """Small files whose reading, or whose reading by a library, would take hours: nothing in them is large or deep."""
    item = b"csklearn.linear_model._logistic\nLogisticRegression\n)\x81}"
    lists, tuples = (_repeated(start, end) for start, end in ((b"](", b"e"), (b"(", b"t")))
    for key in ("classes_", "coef_", "feature_names_in_"):
        yield f"slow-lists-{key}.pkl", whole(lists + b"0" + item + text(key) + b"h\x08sb")
        yield f"slow-tuples-{key}.pkl", whole(tuples + b"0" + item + text(key) + b"h\x08sb")
    yield "slow-lists-alone.pkl", whole(lists)
    alike = [
        b"(" + b"".join(b"J" + struct.pack("<i", -1 - (turn >> bit & 1)) for bit in range(15)) + b"t"
        for turn in range(20_000)
    ]
    yield "slow-keys-alike.pkl", whole(b"}(" + b"N".join(alike) + b"Nu")
    yield "slow-items-alike.pkl", whole(b"\x8f(" + b"".join(alike) + b"\x90")
    many = b"(" + b"".join(b"J" + struct.pack("<i", turn) for turn in range(200_000)) + b"t\x94("
    for name in ("set", "list"):
        yield (
            f"slow-{name}-again.pkl",
            whole(
                many
                + b"cbuiltins\n"
                + name.encode()
                + b"\nh\x00\x85R"
                + (b"cbuiltins\n" + name.encode() + b"\nh\x00\x85R") * 500
                + b"t"
            ),
        )
    yield "slow-estimators.pkl", whole(b"(" + (item + b"b") * 250_000 + b"t")
    yield "slow-names.pkl", gzip.compress(whole(b"(" + b"cnumpy\nlog1p\n0" * 700_000 + b"t"), 9)


def _repeated(start: bytes, end: bytes) -> bytes:
    """Groups of two hundred, each holding the one before two hundred times, nine deep, in the memo from 0 to 8."""
    found = start + b"K\x01" * 200 + end + b"\x94"
    for turn in range(8):
        found += b"0" + start + bytes((0x68, turn)) * 200 + end + b"\x94"
    return found
