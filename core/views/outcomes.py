"""Classes as an expert of the data knows them."""

from __future__ import annotations

import re

_BARE = re.compile(r"[+-]?\d+([.,]\d+)?|true|false|yes|no|y|n|t|f", re.IGNORECASE)


def outcome(label: str, target: str | None = None) -> str:
    """A class as it can stand in a sentence: one that alone (1, no, True) says nothing is said to be a class.

    Parameters
    ----------
    label : str
        The class.
    target : str, optional
        The column that holds the true class, where one is known.

    Examples
    --------
    >>> outcome("benign"), outcome("1"), outcome("1", "default")
    ('benign', 'class 1', 'default = 1')
    """
    if not _BARE.fullmatch(label.strip()):
        return label
    return f"{target} = {label}" if target else f"class {label}"
