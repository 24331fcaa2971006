"""Code pages of text files: guessed where the script is not Latin, else Western European or what the person says."""

from __future__ import annotations

import re
from collections.abc import Iterable

ENCODINGS = {
    "utf-8": "UTF-8",
    "cp1252": "Western European",
    "cp1250": "Central European",
    "cp1251": "Cyrillic",
    "koi8-r": "Cyrillic (KOI8-R)",
    "cp866": "Cyrillic (DOS)",
    "cp1253": "Greek",
    "cp1254": "Turkish",
    "cp1255": "Hebrew",
    "cp1256": "Arabic",
    "cp1257": "Baltic",
    "cp1258": "Vietnamese",
    "cp874": "Thai",
    "gb18030": "Chinese (GBK)",
    "big5": "Chinese (Big5)",
    "cp932": "Japanese (Shift-JIS)",
    "euc_jp": "Japanese (EUC)",
    "cp949": "Korean",
    "cp850": "Western European (DOS)",
    "mac-roman": "Western European (old Mac)",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16, big end first",
}
"""The encodings that a person can choose, and whose letters each one writes."""

_SAID = "Encoding {}, separator {}."

# in this order where the words themselves do not decide
_GUESSED = (
    "gb18030",
    "cp932",
    "cp949",
    "cp1251",
    "cp1253",
    "big5",
    "koi8_r",
    "cp866",
    "cp1256",
    "cp1255",
    "cp874",
    "euc_jp",
)
_SAMPLE = 1 << 20
_WORDS = 400
_NOT_LATIN = 0.75
_BETWEEN = re.compile(rb"[\x00-\x2f\x3a-\x3f]+")
_HIGH = re.compile(rb"[\x80-\xff]+")


def guess(data: bytes) -> str | None:
    """The encoding of a text in a script other than Latin, which is neither UTF-8 nor UTF-16.

    Latin text has its high bytes one by one among plain letters, other scripts have words full of them: only such
    text is guessed at, by charset-normalizer, so that Western European files stay what they were.

    Parameters
    ----------
    data : bytes
        The file; its first megabyte is looked at.

    Returns
    -------
    str or None
        A key of `ENCODINGS`; None when the text looks Latin, or nothing fits.
    """
    words = [word for word in dict.fromkeys(_BETWEEN.split(data[:_SAMPLE])) if _HIGH.search(word)][:_WORDS]
    runs = [len(run) for word in words for run in _HIGH.findall(word)]
    if not words or sum(run for run in runs if run > 1) < _NOT_LATIN * sum(runs):
        return None
    full = [word for word in words if sum(map(len, _HIGH.findall(word))) >= len(word) / 2]
    if len(full) < _NOT_LATIN * len(words):
        return None
    import charset_normalizer

    found = charset_normalizer.from_bytes(b" ".join(words), cp_isolation=list(_GUESSED))
    fits = sorted(found, key=lambda one: (one.chaos, -one.coherence, _GUESSED.index(one.encoding)))
    return fits[0].encoding.replace("koi8_r", "koi8-r") if fits else None


def say(encoding: str, separator: str) -> str:
    """The note that a text file's table carries."""
    return _SAID.format(encoding, separator)


def said(notes: Iterable[str]) -> str | None:
    """The encoding that a table's notes tell; None when it does not come from a text file."""
    start = _SAID.partition("{}")[0]
    return next((note.removeprefix(start).partition(",")[0] for note in notes if note.startswith(start)), None)
