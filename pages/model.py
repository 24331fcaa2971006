"""Model: how good it is, what it relies on, how its answer moves, where it is wrong; one section a question."""

from __future__ import annotations

from core import registry
from pages.parts import frame, rivals, sections, sidebar, stop, summary

frame.enter()
stop.draw()
found = registry.methods("model")
about = sidebar.draw(listed=False, whole=False)
if about is not None:
    with frame.boundary("The model"):
        summary.model(about)
        rivals.draw(about)
        sections.draw(about, found)
frame.holds(*[sections.part(method) for method in found])
