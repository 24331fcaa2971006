"""Results as plain JSON and back: the wire to the worker, the session file, the round trip of the contract test.

Only the dataclasses of ``core.results`` can be decoded, so bytes from elsewhere can build values but never run code.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import pandas as pd

from core.errors import InputError
from core.results import KINDS, PARTS
from core.typed import check_fields

_CLASSES = {**{cls.__name__: cls for cls in KINDS.values()}, **PARTS}


def plain(value: Any) -> Any:
    """A cell or number in JSON's own types: missing and infinite are None, numpy scalars unwrapped, dates ISO text."""
    if isinstance(value, np.generic):
        return plain(value.item())
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is pd.NaT or value is pd.NA:
        return None
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return str(value)


def encode(value: Any) -> Any:
    """Turn a result into JSON values; tuples, arrays, mappings and dataclasses keep their types by a tag."""
    if is_dataclass(value) and not isinstance(value, type):
        body = {item.name: encode(getattr(value, item.name)) for item in fields(value)}
        return {"type": type(value).__name__, "fields": body}
    if isinstance(value, np.ndarray):
        flat = [_number(item) for item in value.astype(np.float64).ravel().tolist()]
        return {"type": "array", "shape": list(value.shape), "data": flat}
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, tuple | list):
        return {"type": "tuple", "items": [encode(item) for item in value]}
    if isinstance(value, Mapping):
        return {"type": "map", "items": [[str(key), encode(item)] for key, item in value.items()]}
    return plain(value)


def _number(value: float) -> Any:
    """A float that JSON can hold, by a tag where it is not finite."""
    return value if math.isfinite(value) else {"type": "float", "text": str(value)}


def decode(value: Any) -> Any:
    """Rebuild what ``encode`` made.

    Raises
    ------
    InputError
        If the JSON is not of that form.
    """
    try:
        if isinstance(value, str):
            return _text(value)
        return _decode_tagged(value) if isinstance(value, dict) else value
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError) as error:
        raise InputError("This saved result cannot be read.", f"It is not of the expected form ({error}).") from error


def _decode_tagged(value: dict[str, Any]) -> Any:
    """Rebuild one tagged value."""
    tag = value["type"]
    if tag == "array":
        data = [decode(item) for item in value["data"]]
        if not set(map(type, data)) <= {int, float}:
            raise TypeError("an array of something else than numbers")
        return np.array(data, dtype=np.float64).reshape(value["shape"])
    if tag == "float":
        return {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}[value["text"]]
    if tag == "tuple":
        return tuple(decode(item) for item in value["items"])
    if tag == "map":
        return {_text(key): decode(item) for key, item in value["items"]}
    made = _CLASSES[tag](**{key: decode(item) for key, item in value["fields"].items()})
    check_fields(made)
    return made


def _text(value: Any) -> str:
    """A text of whole characters; a half one is in no honest answer, and neither a page nor a file can hold it.

    Keys of a mapping are texts, whose hash is secret: numbers can be chosen to look for one another's place.
    """
    if type(value) is not str:
        raise TypeError("a key is no text")
    if not value.isascii():
        value.encode("utf-8")
    return value


_SHORT = 1 << 18
"""Bytes of text of which no letter is looked at: the most that they could take is not much."""


def wide(text: bytes) -> int:
    """Bytes that letters beyond Latin add to what a text takes."""
    raw = not text.isascii()
    if not raw and b"\\u" not in text:
        return 0
    parts = text.replace(b"\\\\", b"").replace(b'\\"', b"").split(b'"')
    return 3 * raw * len(text) + 4 * sum(len(part) for part in parts if b"\\u" in part or not part.isascii())


def weight(text: bytes) -> int:
    """Bytes that JSON may take once it is read: a list of empty lists takes twenty times its text.

    One letter beyond Latin in a text makes each letter take four bytes: in what is read, and in its part.
    """
    more = wide(text) if len(text) > _SHORT or (text.isascii() and b"\\u" not in text) else 7 * len(text)
    return more + len(text) + 40 * text.count(b",") + 72 * text.count(b"[") + 232 * text.count(b"{")
