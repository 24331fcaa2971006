"""Instance Explorer's core: load, explain, view and export; no page code."""
