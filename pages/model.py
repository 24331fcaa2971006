"""Model: how good it is, what it relies on, how its answer moves, where it is wrong; one section a question."""

from __future__ import annotations

import streamlit as st

from core import registry
from pages.parts import chooser, frame, question, sections, subject, summary

frame.enter()
found = registry.methods("model")
frame.holds(*[sections.part(method) for method in found])
asked = question.current()
question.write(asked)
with st.sidebar, frame.boundary("The choice of model and data"):
    chooser.draw(asked)
with frame.boundary("The model"):
    about = subject.load(asked)
    summary.model(about)
    sections.draw(about, found)
