"""The little that the theme cannot say: a headline that stays in sight, and calm spacing."""

from __future__ import annotations

import streamlit as st

_BLOCK, _WRAPPER = '[data-testid="stVerticalBlock"]', '[data-testid="stLayoutWrapper"]'
_STRIP = f"{_WRAPPER}:has(> {_BLOCK} > {_WRAPPER} > .st-key-headline)"
"""The element around the headline's fragment."""
# The grid's own CSV would keep a cell's formula for the spreadsheet to run; the files under each table do not.
# What opens a pop-up takes a darker main colour while it is open, which cannot be read on the dark theme.
_CSS = """
<style>
[data-testid="stMainBlockContainer"] { padding-top: 4.2rem; padding-bottom: 4rem; max-width: 1280px; }
:is(%(strip)s) {
  position: sticky; top: 3.4rem; z-index: 90; background: %(back)s;
  border-bottom: 1px solid color-mix(in srgb, currentColor 14%%, transparent);
}
[data-testid="stLayoutWrapper"]:has(> .st-key-neighbours) { display: none; }
:is([data-testid="stLayoutWrapper"]:has(> .st-key-top), .st-key-top) { display: contents; }
[data-testid="stLayoutWrapper"]:has(> :is(.st-key-studio_sync, .st-key-studio_engine)) { position: absolute; }
:is(.st-key-studio_sync, .st-key-studio_engine) { position: absolute; }
.st-key-headline { padding: .4rem 0 .3rem; }
[data-testid="stElementToolbarButton"]:has([aria-label^="Download as CSV"]) { display: none; }
[data-testid="stPopoverButton"][kind="tertiary"]:is([aria-expanded="true"], :active) { color: inherit !important; }
@media (max-width: 640px) {
  :is(%(strip)s) { position: static; }
  .st-key-page_choices { justify-content: flex-start; }
  [data-testid="stMainBlockContainer"] { padding-left: 1rem; padding-right: 1rem; }
}
</style>
"""
_EMBEDDED = """
<style>[data-testid="stMainBlockContainer"] { padding: .75rem .75rem 1rem !important; }</style>
"""
"""Inside another page there is nothing above and little around."""
_WIDE = """
<style>
[data-testid="stMainBlockContainer"] { max-width: 1760px; padding-top: 3.6rem; }
.st-key-studio_choice [data-testid="stSelectbox"] { max-width: 420px; }
[class*="st-key-studio_menu_"] button > div > [aria-hidden="true"] { display: none; }
:is([class*="st-key-place_"], [class*="st-key-stored_"]) { gap: .3rem; position: relative; }
[class*="st-key-studio_tools_"] { position: absolute; top: .55rem; right: .5rem; width: auto !important; z-index: 2; }
[class*="st-key-studio_tools_"] { gap: 0; }
[class*="st-key-studio_title_"] { padding-right: 4.2rem; }
[data-testid="stColumn"] > div > [data-testid="stLayoutWrapper"]:has([class*="st-key-place_"]) { flex: 1 1 auto; }
@media (min-width: 641px) {
  [data-testid="stHorizontalBlock"]:has([class*="st-key-chosen_model"]):has(.st-key-studio_slots)
    > [data-testid="stColumn"]:first-child { padding-bottom: 5.2rem; }
  [data-testid="stHorizontalBlock"]:not(:has([class*="st-key-chosen_data"])) .st-key-studio_top {
    margin-left: calc(-22.22% - 9.8px); width: calc(122.22% + 9.8px); max-width: none;
  }
}
@media (max-width: 640px) { .st-key-studio_choices [data-testid="stColumn"] { min-width: calc(50% - 1rem); } }
@page { margin: 12mm; }
@media print {
  .stApp, .stApp * { print-color-adjust: exact; }
  [data-testid="stMainBlockContainer"] { padding: 0; }
  :is([data-testid="stHeader"], [class*="st-key-studio_tools_"], .st-key-studio_top :is([data-testid="stPopover"],
    [data-testid="stButtonGroup"]), [data-testid="stTooltipIcon"]) { display: none !important; }
  [data-testid="stColumn"]:has(:is([class*="st-key-studio_which"], [class*="st-key-studio_grid"])):not(:has(
    [data-testid="stColumn"])) { display: none; }
  [class*="st-key-place_"]:has([class*="st-key-studio_add_"]) { display: none !important; }
  [data-testid="stSelectbox"] svg { display: none; }
  [data-testid="stHorizontalBlock"]:has(> [data-testid="stColumn"] [class*="st-key-place_"]) {
    flex-wrap: wrap; break-inside: avoid;
  }
  [data-testid="stColumn"]:has([class*="st-key-place_"]):not(:has([data-testid="stColumn"])) {
    min-width: 45%; break-inside: avoid;
  }
  [class*="st-key-studio_note_"] textarea { field-sizing: content; height: auto !important; }
}
</style>
"""
"""Room for a grid of panels; the head begins at their edge, above the drop-down at the left (columns of 2 and 9)."""


def wide() -> None:
    """Give a page of panels the whole width."""
    st.html(_WIDE)


def apply() -> None:
    """Add the style to the page."""
    theme = "dark" if st.context.theme.type == "dark" else "light"
    if st.context.is_embedded:
        st.html(_EMBEDDED)
    st.html(_CSS % {"strip": _STRIP, "back": st.get_option(f"theme.{theme}.backgroundColor")})
