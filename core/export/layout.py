"""A Studio's layout as a file: the pairs of its link, so that the same view can be built again."""

from __future__ import annotations

import json
from collections.abc import Mapping

from core.errors import InputError
from core.export.opened import opened
from core.version import VERSION

FORMAT = "instance-explorer layout"
LARGEST = 200_000
"""Bytes of a file that is opened at most."""
MOST, LONGEST = 1_500, 1_000
"""Pairs in a file at most, and characters of a value."""


def to_layout(pairs: Mapping[str, str]) -> bytes:
    """Write a layout.

    Parameters
    ----------
    pairs : mapping of str to str
        Those of the Studio's link.

    Returns
    -------
    bytes
        UTF-8 JSON; the same bytes for the same pairs.
    """
    body = {"format": FORMAT, "made with": VERSION, "pairs": dict(sorted(pairs.items()))}
    return json.dumps(body, ensure_ascii=False, indent=1).encode("utf-8", "replace")


def from_layout(data: bytes) -> dict[str, str]:
    """Open a layout.

    Parameters
    ----------
    data : bytes
        Not trusted: what comes back are bounded texts, to be held against what there is as those of any link.

    Returns
    -------
    dict of str to str

    Raises
    ------
    InputError
        If it is not a layout, or holds more than one may.

    Examples
    --------
    >>> from_layout(to_layout({"grid": "2x2", "s.note.0": "look here"}))
    {'grid': '2x2', 's.note.0': 'look here'}
    """
    body = opened(data, LARGEST, "layout")
    if not isinstance(body, dict) or body.get("format") != FORMAT:
        raise InputError(
            "This file is not a layout.", "It does not say that it is one.", "Choose a file that the Studio saved."
        )
    pairs = body.get("pairs")
    if not isinstance(pairs, dict) or len(pairs) > MOST:
        raise InputError("This layout cannot be read.", f"It must hold at most {MOST} settings.")
    if not all(
        isinstance(value, str) and len(value) <= LONGEST and len(name) <= LONGEST for name, value in pairs.items()
    ):
        raise InputError("This layout cannot be read.", "A setting in it is not a short text.")
    return dict(pairs)
