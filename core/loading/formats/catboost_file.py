"""CatBoost's cbm: lengths are checked first, for its native parser reads past the end of a file that was cut off."""

from __future__ import annotations

from typing import Any

from core.errors import ModelError
from core.loading.formats.tree_checks import damaged


def load(data: bytes, name: str) -> Any:
    """Check the lengths and parse; returns a ``catboost.CatBoost``.

    Raises
    ------
    ModelError
        If it is cut off, or CatBoost is not installed.
    """
    check(data, name)
    try:
        import catboost
    except ImportError as error:
        raise ModelError(
            f"'{name}' is a CatBoost model, and CatBoost is not installed here.",
            "It is one of the optional formats.",
            "Install it (pip install catboost), or export the model as ONNX.",
        ) from error
    model = catboost.CatBoost()
    try:
        model.load_model(blob=data)
    except Exception as error:  # its own root, and what its C++ side throws
        raise damaged(name, f"CatBoost cannot read it: {str(error)[-120:]}") from error
    return model


def check(data: bytes, name: str) -> None:
    """The core's length, then the category tables: a count and, for each, its length and bytes, up to the very end."""
    if len(data) < 16:
        raise damaged(name, "It ends after its first bytes")
    at = 8 + int.from_bytes(data[4:8], "little")
    if at > len(data):
        raise damaged(name, f"It announces {at:,} bytes and holds {len(data):,}")
    if at == len(data):
        if b"static_provider_v1" in data:
            raise damaged(name, "Its category tables are missing")
        return
    tables = int.from_bytes(data[at : at + 4], "little")
    at += 4
    for _ in range(tables):
        if at + 4 > len(data):
            raise damaged(name, "Its category tables are cut off")
        at += 4 + int.from_bytes(data[at : at + 4], "little")
    if at != len(data):
        raise damaged(name, "Its category tables are cut off, or other bytes follow them")
