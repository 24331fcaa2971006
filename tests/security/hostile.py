"""What hostile model files are written with, by hand; whatever runs code would only touch a marker file.

Each ``hostile_*.py`` beside this one has ``cases(marker)``, which yields (name, bytes). Every one of them must be refused,
quickly, with the app unharmed.
"""

from __future__ import annotations

import struct
from typing import Any

import numpy as np

Case = tuple[str, bytes]


def text(value: str) -> bytes:
    """A text."""
    raw = value.encode("utf-8", "surrogatepass")
    return b"X" + struct.pack("<I", len(raw)) + raw


def name(module: str, attribute: str) -> bytes:
    """GLOBAL."""
    return b"c" + module.encode() + b"\n" + attribute.encode() + b"\n"


def stack_name(module: str, attribute: str) -> bytes:
    """STACK_GLOBAL."""
    return text(module) + text(attribute) + b"\x93"


def args(*parts: bytes) -> bytes:
    """A tuple."""
    return b"(" + b"".join(parts) + b"t"


def call(module: str, attribute: str, *parts: bytes) -> bytes:
    """GLOBAL and REDUCE."""
    return name(module, attribute) + args(*parts) + b"R"


def whole(body: bytes, protocol: int = 4) -> bytes:
    """A complete pickle."""
    return b"\x80" + bytes([protocol]) + body + b"."


def number(value: int) -> bytes:
    """A small integer."""
    return b"J" + struct.pack("<i", value)


def touch(marker: str) -> str:
    """Shell words that create the marker."""
    return f"touch {marker}"


def code(marker: str) -> str:
    """Python that creates the marker."""
    return f"open({marker!r},'w').close()"


class Runs:
    """Pickles to a call of anything."""

    def __init__(self, function: Any, *arguments: Any) -> None:
        self.function, self.arguments = function, arguments

    def __reduce__(self) -> Any:
        return self.function, self.arguments


def honest() -> Any:
    """A fitted model to hide things in."""
    from sklearn.linear_model import LogisticRegression

    x = np.random.default_rng(0).normal(size=(40, 3))
    return LogisticRegression().fit(x, x[:, 0] > 0)


def tree(columns: int = 3) -> Any:
    """A fitted decision tree."""
    from sklearn.tree import DecisionTreeClassifier

    x = np.random.default_rng(0).normal(size=(60, columns))
    return DecisionTreeClassifier(max_depth=4, random_state=0).fit(x, x[:, 0] * x[:, 1] > 0)
