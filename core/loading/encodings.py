"""Which letters the bytes of a text file stand for."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

from core.errors import InputError
from core.loading import code_pages

_CHUNK = 4 << 20
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark is its beginning
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def to_utf8(data: bytes, encoding: str = "") -> tuple[bytes, str]:
    """Find the encoding of a text file and return its content in UTF-8 without a byte order mark.

    Parameters
    ----------
    data : bytes
    encoding : str
        A key of `core.loading.code_pages.ENCODINGS` where the person knows it; ``""``: found from the bytes.

    Returns
    -------
    text : bytes
        UTF-8; the very object given when it was that already.
    encoding : str

    Raises
    ------
    InputError
        If it is not text, or not text in the encoding that was given.
    """
    if encoding and encoding not in code_pages.ENCODINGS:
        known = ", ".join(code_pages.ENCODINGS)
        raise InputError(f"There is no encoding '{encoding[:40]}' here.", f"Known are {known}.", "Choose one of these.")
    mark, marked = next(((mark, name) for mark, name in _MARKS if data.startswith(mark)), (b"", ""))
    given, encoding = encoding, marked or encoding or _unmarked(data)
    body = data[len(mark) :] if mark else data
    try:
        text = _check(body) if encoding == "utf-8" else b"".join(_recode(body, encoding))
    except UnicodeDecodeError as error:
        raise InputError(
            "The letters of this file cannot be read.",
            f"It {'was to be read' if given else 'begins'} as {encoding} but byte {error.start:,} does not fit.",
            "Choose another encoding, or save it again as CSV in UTF-8." if given else "Save it again as CSV in UTF-8.",
        ) from error
    if text.find(b"\x00") >= 0:
        raise InputError(
            "This is not a text file.",
            "It holds zero bytes, which no CSV does.",
            "Give a table as CSV, Parquet or Excel (.xlsx).",
        )
    return text, encoding


def _unmarked(data: bytes) -> str:
    """Guess from the bytes: UTF-16 has zeros at every other place, UTF-8 proves itself, other scripts show."""
    head = data[: 1 << 16]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if len(head) >= 4 and max(even, odd) > 0.7 * len(head) / 2 and min(even, odd) < 0.05 * len(head) / 2:
        return "utf-16-le" if odd > even else "utf-16-be"
    if _fits(data, "utf-8"):
        return "utf-8"
    other = code_pages.guess(data)
    candidates = (other, "cp1252") if other else ("cp1252",)
    return next((encoding for encoding in candidates if _fits(data, encoding)), "latin-1")


def _fits(data: bytes, encoding: str) -> bool:
    """Whether every byte has its letter."""
    try:
        for _ in _decoded(data, encoding):
            pass
    except UnicodeDecodeError:
        return False
    return True


def _check(data: bytes) -> bytes:
    """The data themselves, once they are known to be UTF-8."""
    for _ in _decoded(data, "utf-8"):
        pass
    return data


def _recode(data: bytes, encoding: str) -> Iterator[bytes]:
    """The text in UTF-8, chunk by chunk."""
    for text in _decoded(data, encoding):
        yield text.encode("utf-8")


def _decoded(data: bytes, encoding: str) -> Iterator[str]:
    """The text chunk by chunk, so that a large file is never held twice."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    view = memoryview(data)
    for start in range(0, len(data), _CHUNK):
        yield decoder.decode(view[start : start + _CHUNK], final=start + _CHUNK >= len(data))
