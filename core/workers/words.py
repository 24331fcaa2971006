"""Texts of a worker: cut, and made of characters that a page can send, before anybody sees them."""

from __future__ import annotations


def is_text(text: str) -> bool:
    """True when a page can send it: no half characters, which would break the page's own encoding."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def shown(text: str, limit: int) -> str:
    """The text cut to a length, with half characters and null bytes replaced."""
    return text[:limit].encode("utf-8", "replace").decode("utf-8").replace("\x00", " ")
