"""Text from outside on the page: as text, never as formatting, links or pictures."""

from __future__ import annotations

import re

_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|$~:^&=])")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Characters without a shape, and those that turn the text after them around: they would reorder our own words."""
_LINKS = re.compile(r"(?<=http)(?=s?:)|(?<=www)(?=\.)|(?=@)|(?<=:)(?=[\w+\-/]+:)", re.IGNORECASE)
"""Where web and mail addresses become links, and ``:smile:`` and ``:material/bolt:`` signs, escaped or not."""
_APART = "\u2060"
"""A character without width that keeps them text."""
LONGEST = 300


def safe(text: object) -> str:
    """Escape every character that Markdown, math, colour or emoji codes give a meaning to; one line, bounded."""
    line = " ".join(str(text).split())
    if len(line) > LONGEST:
        line = line[: LONGEST - 1] + "…"
    return safe_long(line)


def safe_long(text: object) -> str:
    """The same for a passage of ours that holds names from outside; not cut."""
    return _SPECIAL.sub(r"\\\1", _LINKS.sub(_APART, seen(" ".join(str(text).split()))))


def seen(text: str) -> str:
    """The text with a mark in place of each character that has no shape or turns others around."""
    return _UNSEEN.sub("\ufffd", text)
