"""The little that the theme cannot say: a headline that stays in sight, and calm spacing."""

from __future__ import annotations

import streamlit as st

_CSS = """
<style>
.block-container, [data-testid="stMainBlockContainer"] { padding-top: 4.2rem; padding-bottom: 4rem; max-width: 1280px; }
.st-key-headline { position: sticky; top: 3.6rem; z-index: 90; background: var(--st-background-color, inherit);
  padding: .5rem 0 .35rem; border-bottom: 1px solid color-mix(in srgb, currentColor 14%, transparent); }
.st-key-headline h2 { padding: 0; }
.st-key-headline [data-testid="stVerticalBlock"] { gap: .15rem; }
@media (max-width: 640px) {
  .st-key-headline { position: static; }
  [data-testid="stMainBlockContainer"] { padding-left: 1rem; padding-right: 1rem; }
}
</style>
"""


def apply() -> None:
    """Add the style to the page."""
    st.html(_CSS)
