"""The little that the theme cannot say: a headline that stays in sight, and calm spacing."""

from __future__ import annotations

import streamlit as st

_BLOCK, _WRAPPER = '[data-testid="stVerticalBlock"]', '[data-testid="stLayoutWrapper"]'
_STRIP = f"{_WRAPPER}:has(> {_BLOCK} > {_WRAPPER} > .st-key-headline)"
"""The element around the headline's fragment."""
_CSS = """
<style>
[data-testid="stMainBlockContainer"] { padding-top: 4.2rem; padding-bottom: 4rem; max-width: 1280px; }
:is(%(strip)s) {
  position: sticky; top: 3.4rem; z-index: 90; background: %(back)s;
  border-bottom: 1px solid color-mix(in srgb, currentColor 14%%, transparent);
}
.st-key-headline { padding: .4rem 0 .3rem; }
@media (max-width: 640px) {
  :is(%(strip)s) { position: static; }
  [data-testid="stMainBlockContainer"] { padding-left: 1rem; padding-right: 1rem; }
}
</style>
"""


def apply() -> None:
    """Add the style to the page."""
    theme = "dark" if st.context.theme.type == "dark" else "light"
    st.html(_CSS % {"strip": _STRIP, "back": st.get_option(f"theme.{theme}.backgroundColor")})
