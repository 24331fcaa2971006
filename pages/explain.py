"""Explain: why the model says what it says of one instance."""

from __future__ import annotations

import streamlit as st

from pages.parts import chooser, closer, frame, picker, question, top

frame.enter()
asked = question.current()
question.write(asked)
with st.sidebar:
    with frame.boundary("The choice of model and data"):
        chooser.draw(asked)
    picker.draw()
top.draw()
closer.draw()
