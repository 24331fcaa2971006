"""The last look: what the finished objects hold."""

from __future__ import annotations

from typing import Any


def check(found: Any) -> Any:
    """Return what was loaded, made harmless to use."""
    return found
