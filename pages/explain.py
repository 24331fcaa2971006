"""Explain: why the model says what it says of one instance."""

from __future__ import annotations

import streamlit as st

from pages.parts import closer, force, frame, headline, profile, report_file, sidebar

frame.enter()
frame.holds(*frame.EVERYTHING)
if sidebar.draw() is not None:
    headline.choices()
    headline.draw()
    left, right = st.columns([7, 5], gap="large")
    with left:
        force.draw()
    with right:
        profile.draw()
    closer.draw()
    report_file.draw()
    force.ahead()
