"""Text from outside on the page: as text, never as formatting, links or pictures."""

from __future__ import annotations

import re

_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|$~:^&=])")
LONGEST = 300


def safe(text: object) -> str:
    """Escape every character that Markdown, math, colour or emoji codes give a meaning to; one line, bounded."""
    line = " ".join(str(text).split())
    if len(line) > LONGEST:
        line = line[: LONGEST - 1] + "…"
    return _SPECIAL.sub(r"\\\1", line)


def safe_long(text: object) -> str:
    """The same for a passage of ours that holds names from outside; not cut."""
    return _SPECIAL.sub(r"\\\1", " ".join(str(text).split()))
