"""Text from outside without the signs that steer a screen."""

from __future__ import annotations


def printable(text: str, kept: str = "") -> str:
    """The text with a blank for each letter that is not printed: escape sequences, turned directions, line ends.

    Parameters
    ----------
    text : str
    kept : str
        Letters that stay though they are not printed, such as line ends.
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or char in kept else " " for char in text)
