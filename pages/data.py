"""Data: how each feature is spread, what goes with the target and with each other, where an instance sits."""

from __future__ import annotations

from core import registry
from pages.parts import frame, sections, sidebar, stop, summary

frame.enter()
stop.draw()
found = registry.methods("data")
about = sidebar.draw(whole=False)
if about is not None:
    with frame.boundary("The data"):
        summary.data(about)
        sections.draw(about, found)
frame.holds("rows", *[sections.part(method) for method in found])
