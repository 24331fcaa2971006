"""The colours of every picture, in the app, the report and the downloads.

Blue and orange stay apart for all common kinds of colour blindness (Okabe & Ito 2008) and have a contrast of at least
3 : 1 against both the light and the dark page (WCAG 2.2, non-text contrast).
"""

from __future__ import annotations

UP = "#d95f02"
"""Pushes the output up."""
DOWN = "#2f7de1"
"""Pushes the output down."""
NEUTRAL = "#7d8694"
"""Axes, baselines, thresholds."""
