"""Explain: why the model says what it says of one instance."""

from __future__ import annotations

import streamlit as st

from pages.parts import chooser, closer, force, frame, headline, picker, profile, question

frame.enter()
frame.holds(*frame.EVERYTHING)
asked = question.current()
question.write(asked)
with st.sidebar:
    with frame.boundary("The choice of model and data"):
        chooser.draw(asked)
    picker.draw()
headline.draw()
left, right = st.columns([7, 5], gap="large")
with left:
    force.draw()
with right:
    profile.draw()
closer.draw()
