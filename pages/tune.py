"""Tune: other settings for the model, tried on the table; the best is kept and put beside the model as it was."""

from __future__ import annotations

from pages.parts import frame, sidebar, stop, summary, tuning, tuning_again

frame.enter()
stop.draw()
about = sidebar.draw(listed=False)
if about is not None:
    with frame.boundary("Tuning"):
        summary.tuning(about)
        tuning.draw()
        tuning_again.draw(about)
frame.holds(tuning.PART, tuning_again.PART)
