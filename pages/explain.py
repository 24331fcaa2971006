"""Explain: why the model says what it says of one instance."""

from __future__ import annotations

import streamlit as st

from pages.parts import force, frame, sidebar, stop, turns

frame.enter()
if sidebar.draw(listed=False) is not None:
    top = st.container(key="top")
    left, right = st.columns([7, 5], gap="large")
    with left:
        force.draw()  # first, so that it is painted while tables and charts are on their way
    turns.pause()
    stop.draw()
    from pages.parts import closer, drawing, headline, profile, report_file  # on a fresh server they wait, too

    sidebar.rows()
    with top:
        headline.choices()
        headline.draw()
    with right:
        profile.draw()
    closer.draw()
    report_file.draw()
    force.ahead()
    drawing.engine()
frame.holds(*frame.EVERYTHING, "report_file")
