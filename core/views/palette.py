"""Colours that hold on white and on the dark theme, and for colour-blind eyes (blue and orange)."""

from __future__ import annotations

UP = "#e8710a"
DOWN = "#2f7de1"
NEUTRAL = "#7f8590"
MARK = "#d6336c"
INKS = {None: "#787c85", False: "#31333f", True: "#fafafa"}
"""Text colour by ``dark``: None stands for unknown and is readable on both."""
CURVES = ("#2f7de1", "#e8710a", "#1a9e77", "#a55de0", "#c2255c", "#7a8a00", "#0b9bb8", "#b8632f")
"""One colour per curve, in order."""
