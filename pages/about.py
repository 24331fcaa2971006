"""about."""

from __future__ import annotations

from pages.parts import frame

frame.enter()
