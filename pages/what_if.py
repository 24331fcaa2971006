"""What if: change the instance and watch the prediction move."""

from __future__ import annotations

from pages.parts import frame

frame.enter()
