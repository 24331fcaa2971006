"""Studio: a grid of panels about one instance, the model and the data, linked by the feature in question."""

from __future__ import annotations

from pages.parts import frame, layout, question, sidebar, studio

frame.enter()
frame.holds("studio_bar", *[layout.part(place) for place in range(layout.places(question.current()))])
about = sidebar.draw(listed=False)
if about is not None:
    studio.bar()
    studio.grid(about)
